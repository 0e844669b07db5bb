"""What notifications contribute."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job, Module, PersonalData, Topic
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications.actions import Message, notify
from steuerrad.platform.notifications.commands import COMMANDS
from steuerrad.platform.notifications.models import Mail, Notification, Recipient
from steuerrad.platform.notifications.sending import send_due

KEPT_DAYS = 730


def send_link(email: str, path: str) -> None:
    """Somebody asked for a sign-in link. The mail is written when it is sent; for an address that nobody has, none is."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        notify(
            user,
            "accounts.sign_in",
            lambda: Message(translate("Your link to sign in"), (translate("You asked for it; otherwise ignore this mail."),)),
            dedupe=f"sign_in:{clock.now():%Y-%m-%dT%H:%M:%S.%f}",
            url=path,
            urgent=True,
        )  # fmt: skip


def drop_old() -> None:
    """The job: what was told two years ago, and the mails that carried it."""
    before = clock.now() - timedelta(days=KEPT_DAYS)
    Notification.objects.filter(created_at__lt=before).delete()
    Mail.objects.filter(created_at__lt=before, notifications=None).delete()


def told(user: Any) -> list[dict[str, Any]]:
    return list(
        Notification.objects.filter(recipient__user=user).values("created_at", "topic", "title", "lines")
    )


def forget(user: Any) -> None:
    Recipient.objects.filter(user=user).delete()


module = Module(
    slug="notifications",
    title=_("Notifications"),
    summary=_("What people are told"),
    kind="platform",
    urls="steuerrad.platform.notifications.urls",
    commands=COMMANDS,
    topics=(Topic("accounts.sign_in", _("Signing in"), obligatory=True),),
    listens={"accounts.link_wanted": send_link},
    jobs=(
        Job("notifications.send", _("Send mails that are due"), send_due, every_minutes=1, urgent=True),
        Job("notifications.old", _("Take away old notifications"), drop_old, every_minutes=24 * 60),
    ),
    personal_data=(
        PersonalData(
            "notifications.told",
            _("Notifications and mails"),
            _("To tell people what they have to do, and to know that they were told"),
            KEPT_DAYS,
            told,
            forget,
        ),
    ),
)
