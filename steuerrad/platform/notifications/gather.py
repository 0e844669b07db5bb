"""Making mails of what people were told: one a day for each person, urgent ones at once."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.platform.notifications.models import Mail, Notification, Recipient
from steuerrad.platform.notifications.rules import cutoff


def mail_is_on() -> bool:
    return bool(settings.OPTIONS["EMAIL_URL"])


def gather() -> int:
    """Make the mails that are due; returns how many. Safe to run twice at once: the recipient's row is locked, and
    the database takes one daily mail a person and day."""
    waiting = Notification.objects.filter(mail=None, no_mail="")
    if not mail_is_on():
        if waiting.exists():
            waiting.update(no_mail="off")  # or they would all go out on the day a mail server is set
        return 0
    now = clock.now()
    made = sum(
        _make(pk, Mail.URGENT, clock.today(), now) for pk in _recipients(_due(waiting, now, urgent=True))
    )
    todays = cutoff(now, settings.DIGEST_HOUR, clock.LOCAL)
    if todays is not None:
        day, moment = todays
        found = _recipients(_due(waiting, moment, urgent=False))
        made += sum(_make(pk, Mail.DIGEST, day, moment) for pk in found)
    return made


def _due(rows: QuerySet[Notification], moment: datetime, *, urgent: bool) -> QuerySet[Notification]:
    return rows.filter(Q(not_before=None) | Q(not_before__lte=moment), urgent=urgent, created_at__lte=moment)


def _recipients(rows: QuerySet[Notification]) -> list[int]:
    return list(rows.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())


def _make(recipient_id: int, kind: str, day: date, moment: datetime) -> int:
    """One mail of all that is due for a person; 0 when nothing is left to say, or it is made already."""
    try:
        with transaction.atomic():
            recipient = (
                Recipient.objects.select_for_update(of=("self",)).select_related("user").get(pk=recipient_id)
            )
            rows = _due(
                recipient.notifications.filter(mail=None, no_mail=""), moment, urgent=kind == Mail.URGENT
            )
            pks = _worth_a_mail(recipient, list(rows))
            if not pks or (kind == Mail.DIGEST and recipient.mails.filter(kind=kind, day=day).exists()):
                return 0
            now = clock.now()
            mail = Mail.objects.create(
                recipient=recipient, kind=kind, day=day, to=recipient.mail_address, created_at=now,
                next_try_at=now, message_id=f"<{uuid.uuid4()}@{urlsplit(settings.SITE_URL).hostname}>",
            )  # fmt: skip
            Notification.objects.filter(pk__in=pks).update(mail=mail)
            return 1
    except IntegrityError:  # today's mail was made by another process at the same moment
        return 0


def _worth_a_mail(recipient: Recipient, rows: list[Notification]) -> list[int]:
    """Numbers of the notifications that go into a mail; the others note why not."""
    optional = {item.id for item in registry.all("topics") if not item.obligatory}
    muted = set(recipient.muted.values_list("topic", flat=True)) & optional
    kept: list[int] = []
    left: dict[str, list[int]] = {}
    user = recipient.user
    for row in rows:
        if user is not None and (not user.is_active or user.is_demo):
            left.setdefault("inactive", []).append(row.pk)
        elif recipient.refused:
            left.setdefault("refused", []).append(row.pk)
        elif row.topic in muted:
            left.setdefault("muted", []).append(row.pk)
        elif row.read_at is not None and not row.urgent:
            left.setdefault("read", []).append(row.pk)
        else:
            kept.append(row.pk)
    for reason, pks in left.items():
        Notification.objects.filter(pk__in=pks).update(no_mail=reason)
    return kept
