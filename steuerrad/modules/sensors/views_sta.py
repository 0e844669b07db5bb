"""SensorThings through the web process: the same answers as the data server gives, for installations with one address."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from steuerrad.modules.sensors.sta.app import answer
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.platform.http_api.tokens import user_of
from steuerrad.platform.observations.store import UnavailableError, observations

ROOT = "/sta/v1.1"
READS = ("GET", "HEAD", "OPTIONS")


def who(request: HttpRequest) -> object:
    """The holder of the key, else who is signed in, who may only read: a form of another site could not be told apart."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if token and kind.lower() == "bearer":
        return user_of(token) or AnonymousUser()
    return request.user if request.method in READS else AnonymousUser()


@csrf_exempt
def sta(request: HttpRequest, path: str = "") -> HttpResponse:
    raw = request.META.get("RAW_URI") or quote(request.path)
    path = raw.partition("?")[0].partition(ROOT)[2]
    headers = {name.lower(): value for name, value in request.headers.items()}
    base = request.build_absolute_uri(ROOT)
    try:
        with observations() as store:
            status, told, body = answer(
                request.method or "GET", path, request.META.get("QUERY_STRING", ""), headers, request.body,
                Context(who(request), base, store),
            )  # fmt: skip
    except UnavailableError as error:
        return HttpResponse(str(error), status=503, content_type="text/plain", headers={"Retry-After": "5"})
    response = HttpResponse(body, status=status, headers=told)
    response["Access-Control-Allow-Origin"] = "*"
    return response
