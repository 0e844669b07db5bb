"""Reading what people were told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from steuerrad.kernel.contributions import Topic
from steuerrad.kernel.registry import registry
from steuerrad.platform.notifications.models import Mail, Notification, Recipient


def notifications_of(user: Any) -> QuerySet[Notification]:
    """All of the person's own, newest first, with their mails."""
    return Notification.objects.filter(recipient__user=user).select_related("mail")


def recipient_for(user: Any) -> Recipient | None:
    return Recipient.objects.filter(user=user).first()


def topics(*, optional: bool) -> list[Topic]:
    return [item for item in registry.all("topics") if item.obligatory != optional]


def topic_titles() -> dict[str, str]:
    return {item.id: str(item.title) for item in registry.all("topics")}


def mails_to_look_at() -> QuerySet[Mail]:
    """Unclear and not deliverable mails, newest first."""
    return Mail.objects.filter(state__in=[Mail.UNCLEAR, Mail.FAILED]).select_related("recipient__user")
