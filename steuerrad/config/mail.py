"""STEUERRAD_EMAIL_URL to Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit


def settings(url: str) -> dict[str, Any]:
    """Settings for smtp://, smtp+tls:// (STARTTLS) and smtps://; without an address no mail is sent.

    Raises ValueError for another scheme.
    """
    if not url:
        return {"EMAIL_BACKEND": "steuerrad.platform.accounts.unsent_mail.Backend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"}:
        raise ValueError(
            f"STEUERRAD_EMAIL_URL: {parts.scheme!r} is not supported; use smtp://, smtp+tls:// or smtps://"
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "127.0.0.1",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
