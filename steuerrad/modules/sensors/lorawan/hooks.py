"""Addresses that network servers send uplinks to, with a key in the Authorization header."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from steuerrad.engines.observations import Busy
from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.modules.sensors.lorawan.messages import MOST_MESSAGE
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.http_api.tokens import user_of
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.store import UnavailableError


@csrf_exempt  # a key in a header is no cookie: another site cannot send it
@require_POST
def hook(request: HttpRequest, network: str) -> HttpResponse:
    """200 once the uplink is stored, or kept as unread with the reason; 503 asks to come again."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    user = user_of(token.strip()) if kind.lower() == "bearer" and token.strip() else None
    if user is None:
        answer = JsonResponse({"detail": "A key is needed: Authorization: Bearer str_…"}, status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if not holds_anywhere(user, WRITE):
        return JsonResponse({"detail": "This key may not send in observations."}, status=403)
    if int(request.headers.get("Content-Length") or 0) > MOST_MESSAGE:
        return JsonResponse({"detail": "The message has more than 256 KB."}, status=413)
    try:
        result = take(user, [Delivery(network, request.body, request.GET.get("event", "up"))])[0]
    except PermissionDenied:
        return JsonResponse({"detail": "This key may not send in for the device."}, status=403)
    except Busy as busy:
        return _later(max(1, round(busy.retry_after)))
    except UnavailableError:
        return _later(5)
    return JsonResponse({"state": result.state, "reason": result.reason, "figures": result.figures})


def _later(seconds: int) -> HttpResponse:
    answer = JsonResponse({"detail": "It cannot be stored now; come again later."}, status=503)
    answer["Retry-After"] = str(seconds)
    return answer
