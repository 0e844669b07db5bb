"""Names the demo accounts on the sign-in page, where they exist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from steuerrad.platform.accounts.demo import PASSWORD
from steuerrad.platform.accounts.models import User


def demo_logins(request: HttpRequest) -> dict[str, Any]:
    """Lazy: costs a query on the sign-in page only."""
    emails = SimpleLazyObject(
        lambda: list(
            User.objects.filter(is_demo=True, is_active=True).order_by("pk").values_list("email", flat=True)
        )
    )
    return {"demo_accounts": emails, "demo_password": PASSWORD}
