"""The standard's interface for the data server and for Django: finds caller and store, then asks `app.answer`."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from steuerrad.modules.sensors.citizen.sensorthings import OwnSender, own_sender
from steuerrad.modules.sensors.citizen.sensorthings import answer as answer_own
from steuerrad.modules.sensors.sta import app
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import Unavailable
from steuerrad.platform.http_api.tokens import user_of
from steuerrad.platform.observations.store import UnavailableError, observations

ROOT = "/sta/v1.1"


def serve(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, user: Any, base: str
) -> tuple[int, Iterable[tuple[str, str]], bytes]:
    """Answer a request with the store of the installation.

    path: with the service root before it, percent-encoding undone. user: the account of a valid key, or None. base: the
    address of the service root as the caller sees it.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        with observations() as store:
            context = Context(user or AnonymousUser(), base, store)
            asked = answer_own if isinstance(user, OwnSender) else app.answer
            status, told, content = asked(method, path.removeprefix(ROOT), query, given, body, context)
    except UnavailableError as error:
        status, told, content = app.fault(Unavailable(str(error), 5))
    return status, list(told.items()), content


def token_of(authorization: str) -> str:
    """The key in an Authorization header; empty for none.

    The field's clients know nothing but Basic (RFC 7617): there the key is the password, the name does not matter.
    """
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        with contextlib.suppress(ValueError):  # no base64, no text
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""


@csrf_exempt  # only a key in the header counts, no cookie: another site cannot make a browser send one
def view(request: HttpRequest, path: str = "") -> HttpResponse:
    """The same under Django, for installations that run no data server."""
    token = token_of(request.headers.get("Authorization", ""))
    own = own_sender(token, request.headers.get("X-Sensor", ""))
    user = own or (user_of(token) if token else None)
    base = request.build_absolute_uri(ROOT)
    status, headers, body = serve(
        request.method or "GET",
        path,
        request.META.get("QUERY_STRING", ""),
        request.headers,
        request.body,
        user,
        base,
    )
    return HttpResponse(body, status=status, headers=dict(headers))
