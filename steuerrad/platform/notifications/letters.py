"""Writing a mail: plain text and simple HTML, in the recipient's language, with links that sign in where they may."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from itertools import groupby

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.sign_in_links import link_for
from steuerrad.platform.notifications.actions import language_of
from steuerrad.platform.notifications.handover import ascii_address
from steuerrad.platform.notifications.models import Mail, Notification, Recipient

SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class Item:
    title: str
    lines: tuple[str, ...]
    url: str


def unsubscribe_address(recipient: Recipient) -> str:
    """Where this recipient says what they want mail about, without signing in; it can do nothing else."""
    token = signing.dumps(recipient.pk, salt=SALT)
    return settings.SITE_URL + reverse("notifications:unsubscribe", args=[token])


def recipient_of_token(token: str) -> Recipient | None:
    try:
        return Recipient.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def _item(row: Notification, recipient: Recipient) -> Item:
    url = ""
    if row.url:
        url = link_for(recipient.user, row.url) if recipient.user else settings.SITE_URL + row.url
    return Item(row.title, tuple(row.lines), url)


def shown_address(address: str) -> str:
    """As it may stand in a header; the server says what it thinks of one that cannot be written so."""
    with suppress(UnicodeError):
        return ascii_address(address)
    return address


def _topic_titles() -> dict[str, str]:
    return {item.id: str(item.title) for item in registry.all("topics")}


def write(mail: Mail) -> EmailMessage:
    """The mail, from its notifications. Sign-in links are made anew with every call."""
    recipient = mail.recipient
    with translation.override(language_of(recipient)):
        rows = sorted(mail.notifications.all(), key=lambda row: (row.topic, row.created_at, row.pk))
        titles, optional = _topic_titles(), {t.id for t in registry.all("topics") if not t.obligatory}
        sections = [
            (titles.get(topic, ""), [_item(row, recipient) for row in group])
            for topic, group in groupby(rows, key=lambda row: row.topic)
        ]
        context = {
            "sections": sections,
            "name": recipient.user.get_full_name() if recipient.user else "",
            "site": settings.SITE_URL,
            "preferences": unsubscribe_address(recipient),
            "optional": any(row.topic in optional for row in rows),
            "language": language_of(recipient),
        }
        message = EmailMessage(policy=SMTP)
        message["Subject"] = _subject(rows)
        message["From"] = settings.DEFAULT_FROM_EMAIL
        message["To"] = shown_address(mail.to)
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = language_of(recipient)
        if context["optional"]:
            message["List-Unsubscribe"] = f"<{context['preferences']}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(render_to_string("notifications/letter.txt", context))
        message.add_alternative(render_to_string("notifications/letter.html", context), subtype="html")
    return message


def _subject(rows: list[Notification]) -> str:
    if len(rows) == 1:
        return f"Steuerrad: {rows[0].title}"
    return "Steuerrad: " + ngettext("%(count)d notification", "%(count)d notifications", len(rows)) % {
        "count": len(rows)
    }
