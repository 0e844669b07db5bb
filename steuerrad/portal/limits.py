"""Requests that no page can mean: too large, or with characters that no database takes. Refused before anything is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class BodyLimit:
    """Middleware: 413 for a body above settings.LARGEST_BODY.

    Without it a form of any size is written to disk before the page behind it can ask who is there: the CSRF check
    reads the form to find its token. A body of unknown length (chunked) counts as empty in WSGI.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        text = request.META.get("CONTENT_LENGTH") or "0"
        if text.isdecimal() and int(text[:20]) > settings.LARGEST_BODY:
            page = render_to_string("413.html", {"limit": settings.LARGEST_BODY // 1024**2})
            return HttpResponse(page, status=413, headers={"Connection": "close"})
        return self.get_response(request)


class NoNul:
    """Middleware: 400 for a NUL in the path of a page. PostgreSQL refuses to look for one; nothing here has one.

    The API says itself, in its own form, which characters it takes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info and not request.path_info.startswith("/api/v1/"):
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
