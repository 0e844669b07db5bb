"""Requests that no page can mean: too large, or with characters that no database takes. Refused before anything is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

API = "/api/v1/"


class BodyLimit:
    """Middleware: 413 for a body above settings.LARGEST_BODY, 411 for one whose length is not said before.

    Without it a form of any size is written to disk before the page behind it can ask who is there: the CSRF check
    reads the form to find its token. A body of unknown length (chunked) counts as empty in WSGI: taken as such, it
    would be answered as if nothing had been sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        text = request.META.get("CONTENT_LENGTH") or "0"
        if text.isdecimal() and int(text[:20]) > settings.LARGEST_BODY:
            return too_large(request, settings.LARGEST_BODY)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            return length_required(request)
        return self.get_response(request)


def in_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads JSON."""
    return request.META.get("PATH_INFO", "").startswith(API)


def told(detail: str, status: int) -> HttpResponse:
    """A refusal in the form that all errors of the API have."""
    return JsonResponse({"detail": detail, "errors": []}, status=status)


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """limit in bytes. The connection ends, since the rest of the body is not read."""
    megabytes = limit // 1024**2
    if in_api(request):
        response = told(f"The body is larger than {megabytes} MB.", 413)
    else:
        response = HttpResponse(render_to_string("413.html", {"limit": megabytes}), status=413)
    response["Connection"] = "close"
    return response


def length_required(request: HttpRequest) -> HttpResponse:
    """RFC 9110, 15.5.12. No browser sends a form like this; programs read one sentence."""
    detail = "Send the body with its length (Content-Length), not in chunks."
    if in_api(request):
        response = told(detail, 411)
    else:
        response = HttpResponse(detail, status=411, content_type="text/plain; charset=utf-8")
    response["Connection"] = "close"
    return response


class NoNul:
    """Middleware: 400 for a NUL in the path of a page. PostgreSQL refuses to look for one; nothing here has one.

    The API says itself, in its own form, which characters it takes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info and not request.path_info.startswith(API):
            raise BadRequest("the address holds a NUL character")
        return self.get_response(request)


class PrivatePages:
    """Middleware: what a signed-in person sees is kept by no shared cache, and asked for again after signing out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        signs_in = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        if signs_in and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        return response
