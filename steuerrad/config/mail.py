"""The options of mail to Django's settings."""

from __future__ import annotations

from email.utils import parseaddr
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


def site_url(url: str, hosts: list[str], *, tls: bool) -> str:
    """Where links in mails lead, without a slash at the end. Raises ValueError for what is no web address."""
    if not url:
        host = next((host for host in hosts if host != "*"), "localhost").lstrip(".")
        return f"{'https' if tls else 'http'}://{host}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"STEUERRAD_URL: {url!r} is no web address")
    return url.rstrip("/")


def senders(site: str, sender: str, bounce: str) -> dict[str, str]:
    """Who mails come from: what the reader sees, and where undeliverable mail goes back to."""
    sender = sender or f"Steuerrad <steuerrad@{urlsplit(site).hostname}>"
    for name, value in (("FROM", sender), ("BOUNCE", bounce)):
        if value and "@" not in parseaddr(value)[1]:
            raise ValueError(f"STEUERRAD_EMAIL_{name}: {value!r} is no mail address")
    return {
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
        "EMAIL_BOUNCE": parseaddr(bounce or sender)[1],
    }
