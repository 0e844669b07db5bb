"""Who may sign in."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest


def shut_out(user: Any) -> bool:
    """Demo accounts have a public password: behind TLS, where an installation serves others, they do not exist."""
    return bool(settings.TLS and user.is_demo)


class Backend(AuthenticationBackend):
    """E-mail address and password, or the city's provider; asked at sign-in and again with every request."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:  # type: ignore[override]
        user = super().authenticate(request, **credentials)
        return None if user is None or shut_out(user) else user

    def get_user(self, user_id: Any) -> Any:
        user = super().get_user(user_id)
        return None if user is None or shut_out(user) else user
