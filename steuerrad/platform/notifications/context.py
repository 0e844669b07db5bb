"""The number of unread notifications, for the page's head."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from steuerrad.platform.notifications.models import Notification


def unread(request: HttpRequest) -> dict[str, Any]:
    """Lazy: costs a query where the head is drawn for somebody who is signed in."""
    user = getattr(request, "user", None)

    def count() -> int:
        if user is None or not user.is_authenticated:
            return 0
        return Notification.objects.filter(recipient__user=user, read_at=None).count()

    return {"unread_notifications": SimpleLazyObject(count)}
