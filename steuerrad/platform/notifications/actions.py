"""Writing what people are told. Nothing is sent here: mails are made from these rows by a job (see gather)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.log import record
from steuerrad.platform.notifications.models import MutedTopic, Notification, Recipient

LONGEST_TITLE, LONGEST_LINE, MOST_LINES = 200, 500, 60


@dataclass(frozen=True)
class Message:
    """What is told: a title and lines of plain text."""

    title: str
    lines: tuple[str, ...] = ()


class UnknownTopicError(LookupError):
    """No module declares this topic: a misspelt one must not be silent."""


def recipient_of(to: Any) -> Recipient:
    """The row of an account, or of an address. An address that belongs to an account means that account.

    Raises ValidationError for a text that is no address.
    """
    if isinstance(to, str):
        address = to.strip().lower()
        validate_email(address)
        account = User.objects.filter(email__iexact=address).first()
        if account is None:
            return _get_or_create(user=None, address=address)
        to = account
    return _get_or_create(user=to, address="")


def _get_or_create(**key: Any) -> Recipient:
    found = Recipient.objects.filter(**key).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Recipient.objects.create(**key)
    except IntegrityError:  # somebody else was told for the first time at the same moment
        return Recipient.objects.get(**key)


def language_of(recipient: Recipient) -> str:
    return recipient.language or settings.LANGUAGE_CODE


def _one_line(text: str, longest: int) -> str:
    """Without line breaks (a title becomes a mail's header) and not longer than its column."""
    words = " ".join(str(text).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def notify(
    to: Any,
    topic: str,
    compose: Callable[[], Message],
    *,
    dedupe: str,
    url: str = "",
    urgent: bool = False,
    not_before: datetime | None = None,
) -> Notification | None:
    """Tell somebody, in the caller's transaction; None when this was told before.

    to: an account or an e-mail address. compose is called at once, in the recipient's language. dedupe: the same text
    is told a recipient once. url: a path of this installation. urgent: a mail of its own as soon as the job runs, else
    part of the daily mail. Raises UnknownTopicError, ValueError for an address of another site or a dedupe too long.
    """
    if not any(item.id == topic for item in registry.all("topics")):
        raise UnknownTopicError(f"no module declares the topic {topic!r}")
    if url and (not url.startswith("/") or url.startswith("//")):
        raise ValueError(f"not a path of this installation: {url!r}")
    if not dedupe or len(dedupe) > 200 or len(url) > 300:
        raise ValueError("dedupe takes 1 to 200 characters, url 300")
    recipient = recipient_of(to)
    if Notification.objects.filter(recipient=recipient, dedupe=dedupe).exists():
        return None
    with translation.override(language_of(recipient)):
        message = compose()
        title = _one_line(message.title, LONGEST_TITLE)
        lines = [_one_line(line, LONGEST_LINE) for line in message.lines[:MOST_LINES]]
    try:
        with transaction.atomic():
            return Notification.objects.create(
                recipient=recipient, topic=topic, title=title, lines=lines, url=url, dedupe=dedupe, urgent=urgent,
                created_at=clock.now(), not_before=not_before,
            )  # fmt: skip
    except IntegrityError:  # told by another process at the same moment
        return None


def mark_read(user: Any, pks: Iterable[int] | None = None) -> int:
    """Mark the person's own notifications as read (all, or these). Returns how many were unread."""
    if not user.is_authenticated:
        raise PermissionDenied
    own = Notification.objects.filter(recipient__user=user, read_at=None)
    if pks is not None:
        own = own.filter(pk__in=list(pks))
    return own.update(read_at=clock.now())


def set_preferences(recipient: Recipient, *, language: str, muted: set[str], actor: Any) -> None:
    """Which language, and which topics bring no mail. Obligatory topics stay on whatever is asked."""
    optional = {item.id for item in registry.all("topics") if not item.obligatory}
    wanted = muted & optional
    with transaction.atomic():
        row = Recipient.objects.select_for_update().get(pk=recipient.pk)
        held = set(row.muted.values_list("topic", flat=True))
        if language == row.language and wanted == held:
            return
        changes = {"language": (row.language, language), "muted": (_listed(held), _listed(wanted))}
        row.language = language
        row.save(update_fields=["language"])
        row.muted.exclude(topic__in=wanted).delete()
        MutedTopic.objects.bulk_create([MutedTopic(recipient=row, topic=item) for item in wanted - held])
        record(actor, "notifications.set_preferences", f"notifications.recipient:{row.pk}", changes=changes)


def _listed(topics: set[str]) -> str:
    return ", ".join(sorted(topics))
