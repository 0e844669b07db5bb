"""Secrets that the program must be able to say again (a key of somebody else's server), kept unreadable in the database."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.translation import gettext as _


class UnsealError(ValueError):
    """Sealed under another secret key: it must be entered again."""


def _fernet(key: str) -> Fernet:
    digest = hashlib.sha256(b"steuerrad.egress.sealing:" + key.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def seal(text: str) -> str:
    """Encrypt and authenticate (Fernet) under the installation's secret key; "" stays ""."""
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""


def unseal(text: str) -> str:
    """Raises UnsealError. Keys in SECRET_KEY_FALLBACKS still open what they sealed."""
    if not text:
        return ""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _fernet(key).decrypt(text.encode()).decode()
        except InvalidToken:
            continue
    raise UnsealError(_("sealed under another secret key; enter it again"))
