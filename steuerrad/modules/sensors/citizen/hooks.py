"""The address that citizens' sensors send to. airRohr: "custom API", path /sensors/push/, the key as password."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from steuerrad.engines.observations import Busy, JournalFull
from steuerrad.modules.sensors.citizen.actions import LEAST_S, TooSoonError, sensor_by_hardware, take
from steuerrad.modules.sensors.citizen.rules import MOST_BYTES, MessageRefusedError, values_of
from steuerrad.modules.sensors.sta.serving import token_of
from steuerrad.platform.observations.store import UnavailableError


@csrf_exempt  # a key in a header is no cookie: another site cannot send it
@require_POST
def push(request: HttpRequest) -> HttpResponse:
    """201 once the figures are on the disk. The key comes as Bearer or as the password of Basic, never in the address."""
    key = token_of(request.headers.get("Authorization", ""))
    sensor = sensor_by_hardware(request.headers.get("X-Sensor", ""), key) if key else None
    if sensor is None:
        answer = JsonResponse({"detail": "The key of a registered sensor is needed."}, status=401)
        answer["WWW-Authenticate"] = 'Basic realm="sensors"'
        return answer
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return JsonResponse({"detail": "The message has more than 16 KB."}, status=413)
    try:
        stored = take(sensor, values_of(request.body))
    except MessageRefusedError as refused:
        return JsonResponse({"detail": str(refused)}, status=422)
    except TooSoonError:
        return _later(429, LEAST_S, "The sensor sends too often.")
    except Busy as busy:
        return _later(503, max(1, round(busy.retry_after)), "It cannot be stored now; come again later.")
    except (UnavailableError, JournalFull):
        return _later(503, 30, "It cannot be stored now; come again later.")
    return JsonResponse({"stored": stored}, status=201)


def _later(status: int, seconds: int, detail: str) -> HttpResponse:
    answer = JsonResponse({"detail": detail}, status=status)
    answer["Retry-After"] = str(seconds)
    return answer
