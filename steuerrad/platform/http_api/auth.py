"""Who is calling: a browser session (with CSRF token) or a key in the Authorization header.

`reader` for operations open to visitors (a key or session widens what is seen), `signed_in` for the others.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from steuerrad.platform.http_api.tokens import user_of


class TokenAuth(HttpBearer):
    """`Authorization: Bearer str_…`; puts the account into request.user."""

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        user = user_of(token)
        if user is not None:
            request.user = user
        return user


class BrowserSession(SessionAuth):
    """The session of a signed-in browser. Writes need the CSRF token."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        return request.user if request.user.is_authenticated else None


signed_in = [TokenAuth(), BrowserSession(csrf=True)]


def visitor(request: HttpRequest) -> Any:
    """Everybody may read; the last resort of `reader`."""
    return request.user if request.user.is_authenticated else AnonymousUser()


reader = [TokenAuth(), visitor]
