"""Who is told, what they were told, and the mails that carry it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Recipient(models.Model):
    """Somebody who is told: an account, or an address without one. language "": the installation's own.

    refused: why the mail server would not take mail for this address; no more is sent until somebody mends it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="told"
    )
    address = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    refused = models.CharField(_("refused by the mail server"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.UniqueConstraint(
                fields=["address"], condition=Q(user=None), name="recipient_address_once"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, address="") | (Q(user=None) & ~Q(address="")),
                name="recipient_account_or_address",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else self.address

    @property
    def mail_address(self) -> str:
        return self.user.email if self.user else self.address


class MutedTopic(models.Model):
    """A topic that somebody wants no mail about; it still stands in their list."""

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="muted")
    topic = models.CharField(_("topic"), max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "topic"], name="muted_topic_once")]

    def __str__(self) -> str:
        return self.topic


class Mail(models.Model):
    """One mail to one recipient, written from its notifications at the moment of sending.

    waiting → claimed (a worker has it; nothing is sent) → handing (all but the final dot is sent) → sent.
    handing without an end is unclear: the server may or may not have it (ADR 0012). claim names the worker's turn.
    """

    WAITING, CLAIMED, HANDING, SENT = "waiting", "claimed", "handing", "sent"
    UNCLEAR, FAILED = "unclear", "failed"
    STATES = [
        (WAITING, _("waiting")),
        (CLAIMED, _("being prepared")),
        (HANDING, _("being handed over")),
        (SENT, _("sent")),
        (UNCLEAR, _("unclear whether sent")),
        (FAILED, _("not deliverable")),
    ]
    DIGEST, URGENT = "digest", "urgent"

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(
        _("kind"), max_length=10, choices=[(DIGEST, _("daily mail")), (URGENT, _("at once"))]
    )
    day = models.DateField(_("day"))
    to = models.EmailField(_("e-mail address"))
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"))
    claim = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    journalled = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("made"))
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer = models.CharField(_("answer of the mail server"), max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [models.Index(fields=["state", "next_try_at"], name="mail_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "day"], condition=Q(kind="digest"), name="mail_one_digest_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="mail_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to} {self.day}"


class Notification(models.Model):
    """One thing that one recipient is told. dedupe: the same key is told a recipient once, for ever.

    mail: the mail that carries it. no_mail: why there will be none ("" while one may come).
    """

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="notifications")
    topic = models.CharField(_("topic"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    lines = models.JSONField(default=list)
    url = models.CharField(max_length=300, blank=True)
    dedupe = models.CharField(max_length=200)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("time"), db_index=True)
    not_before = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    mail = models.ForeignKey(
        Mail, on_delete=models.SET_NULL, null=True, blank=True, related_name="notifications"
    )
    no_mail = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("read", _("read before")),
            ("muted", _("turned off")),
            ("off", _("no mail server")),
            ("refused", _("refused by the mail server")),
            ("inactive", _("account without mail")),
        ],
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [models.Index(fields=["mail", "no_mail"], name="notification_unsent")]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "dedupe"], name="notification_once"),
        ]

    def __str__(self) -> str:
        return self.title
