"""Making, checking and withdrawing API keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction

from steuerrad.kernel import clock
from steuerrad.platform.accounts.backends import shut_out
from steuerrad.platform.audit.log import record
from steuerrad.platform.http_api.models import ApiToken

PREFIX = "str_"
VALID_DAYS = 365


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(user: Any, name: str) -> str:
    """Make a key and return it; it is shown once and cannot be read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        now = clock.now()
        row = ApiToken.objects.create(
            user=user,
            name=name,
            digest=digest_of(token),
            created_at=now,
            expires_at=now + timedelta(days=VALID_DAYS),
        )
        record(user, "api_token.create", f"api_token:{row.pk}", title=name)
    return token


def withdraw_token(user: Any, pk: int) -> bool:
    """Delete one of the person's own keys. False when there is none with this number."""
    with transaction.atomic():
        row = ApiToken.objects.filter(user=user, pk=pk).first()
        if row is None:
            return False
        record(user, "api_token.withdraw", f"api_token:{row.pk}", title=row.name)
        row.delete()
    return True


def user_of(token: str) -> Any | None:
    """The active account behind a valid key, or None. Notes the day of use, not the moment."""
    row = ApiToken.objects.select_related("user").filter(digest=digest_of(token)).first()
    if row is None or row.expires_at <= clock.now() or not row.user.is_active or shut_out(row.user):
        return None
    if row.last_used != clock.today():
        ApiToken.objects.filter(pk=row.pk).update(last_used=clock.today())
    return row.user
