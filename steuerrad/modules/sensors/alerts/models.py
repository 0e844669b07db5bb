"""Alert rules, what they remember of each series, the alerts, and every message that leaves the house for them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.engines.observations import moment
from steuerrad.platform.observations.models import Thing

LEVELS = [
    ("Minor", _("minor")),
    ("Moderate", _("moderate")),
    ("Severe", _("severe")),
    ("Extreme", _("extreme")),
]


class WebhookTarget(models.Model):
    """An address that alerts may be sent to, because an administrator said so.

    generation: counts the secrets; the secret itself is derived from the installation's key and stands nowhere
    (webhooks.secret_of).
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    url = models.URLField(_("address"), max_length=400)
    active = models.BooleanField(_("in use"), default=True)
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("receiver of alerts")
        verbose_name_plural = _("receivers of alerts")

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """What is watched, when it is an alert, and who is told.

    Watched are the datastreams that fit all of datastream, thing, observed_property, unit_code, origin and organisation that
    are given. organisation: whose things, and whose people may change the rule. Times in seconds. revision counts the changes
    of the condition; an episode belongs to one revision.
    """

    ABOVE, BELOW, SILENT = "above", "below", "silent"
    KINDS = [
        (ABOVE, _("the value is above")),
        (BELOW, _("the value is below")),
        (SILENT, _("nothing arrives for")),
    ]
    CATEGORIES = [
        ("Env", _("environment")), ("Met", _("weather")), ("Health", _("health")), ("Infra", _("infrastructure")),
        ("Transport", _("traffic")), ("Safety", _("safety")), ("Other", _("other")),
    ]  # fmt: skip

    name = models.CharField(_("name"), max_length=120, unique=True)
    note = models.CharField(_("what to do"), max_length=500, blank=True)
    enabled = models.BooleanField(_("in force"), default=True)
    is_demo = models.BooleanField(_("for demonstration"), default=False)
    kind = models.CharField(_("alert when"), max_length=8, choices=KINDS)
    threshold = models.FloatField(_("threshold"), null=True, blank=True)
    clear = models.FloatField(_("over when it is back at"), null=True, blank=True)
    for_s = models.PositiveIntegerField(_("after"), default=0)
    clear_s = models.PositiveIntegerField(_("over after"), default=0)
    most_gap_s = models.PositiveIntegerField(_("longest pause"), default=3600)
    level = models.CharField(_("level"), max_length=10, choices=LEVELS, default="Moderate")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    max_age_s = models.PositiveIntegerField(_("told at most this late"), default=3600)
    plausible_only = models.BooleanField(_("only values that are possible"), default=True)
    category = models.CharField(_("category"), max_length=10, choices=CATEGORIES, default="Env")
    datastream = models.ForeignKey(
        "observations.Datastream", on_delete=models.CASCADE, null=True, blank=True, related_name="alert_rules"
    )
    thing = models.ForeignKey(
        "observations.Thing", on_delete=models.CASCADE, null=True, blank=True, related_name="alert_rules"
    )
    observed_property = models.ForeignKey(
        "observations.ObservedProperty",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alert_rules",
    )
    unit_code = models.CharField(_("unit"), max_length=60, blank=True)
    origin = models.CharField(_("origin"), max_length=12, choices=Thing.ORIGINS, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="alert_rules")
    roles = models.JSONField(_("roles"), default=list, blank=True)
    webhook = models.ForeignKey(
        WebhookTarget, on_delete=models.SET_NULL, null=True, blank=True, related_name="rules"
    )
    public = models.BooleanField(_("in the public feed"), default=False)
    escalate_s = models.PositiveIntegerField(_("escalate after"), null=True, blank=True)
    escalate_people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="alert_rules_escalated"
    )
    escalate_roles = models.JSONField(default=list, blank=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("made"))
    changed_at = models.DateTimeField(_("changed"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="silent", threshold=None) | (~Q(kind="silent") & Q(threshold__isnull=False)),
                name="alert_rule_threshold_or_silence",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleState(models.Model):
    """What a rule remembers of one datastream: a Watch (see rules.py) under the revision it was made by."""

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="states")
    stream = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    watch = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("state of an alert rule")
        verbose_name_plural = _("states of alert rules")
        constraints = [models.UniqueConstraint(fields=["rule", "stream"], name="rule_state_once")]

    def __str__(self) -> str:
        return f"{self.rule_id}/{self.stream}"


class RuleSeen(models.Model):
    """How far a rule has looked at the datastreams of which it remembers nothing else: pairs of datastream and newest time (µs).

    One row a rule, because these times change with every value.
    """

    rule = models.OneToOneField(AlertRule, on_delete=models.CASCADE, related_name="seen")
    revision = models.PositiveIntegerField()
    times = models.JSONField(default=list)

    class Meta:
        verbose_name = _("what an alert rule has seen")
        verbose_name_plural = _("what alert rules have seen")

    def __str__(self) -> str:
        return str(self.rule_id)


class Alert(models.Model):
    """One episode: the database lets it be there once. begin: µs since 1970 UTC at which the condition began to hold.

    held: why nobody was told yet ("old": it was over age when it was seen, "quiet": quiet hours); told_at: when people were.
    """

    OPEN, ACKNOWLEDGED, ESCALATED, CLOSED = "open", "acknowledged", "escalated", "closed"
    STATES = [
        (OPEN, _("open")), (ACKNOWLEDGED, _("acknowledged")), (ESCALATED, _("escalated")), (CLOSED, _("over")),
    ]  # fmt: skip
    HELD = [("old", _("seen too late")), ("quiet", _("quiet hours"))]

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts")
    revision = models.PositiveIntegerField()
    stream = models.PositiveIntegerField()
    datastream = models.ForeignKey(
        "observations.Datastream", on_delete=models.SET_NULL, null=True, related_name="alerts"
    )
    stream_name = models.CharField(_("datastream"), max_length=300)
    begin = models.BigIntegerField()
    raised_at = models.DateTimeField(_("raised"))
    certain_at = models.DateTimeField(_("certain"))
    value = models.FloatField(_("value"), null=True)
    worst = models.FloatField(_("furthest value"), null=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=LEVELS)
    state = models.CharField(_("state"), max_length=14, choices=STATES, default=OPEN)
    closed_at = models.DateTimeField(_("over"), null=True)
    end = models.BigIntegerField(null=True)
    held = models.CharField(_("not told"), max_length=6, choices=HELD, blank=True)
    told_at = models.DateTimeField(_("told"), null=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [
            models.Index(fields=["state", "-raised_at"], name="alert_by_state"),
            models.Index(fields=["rule", "stream", "begin"], name="alert_of_stream"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "revision", "stream", "begin"], name="alert_once_an_episode"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="alert_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.stream_name}"

    @property
    def began_at(self) -> datetime:
        return moment(self.begin)

    @property
    def ended_at(self) -> datetime | None:
        return None if self.end is None else moment(self.end)


class AlertStep(models.Model):
    """What happened to an alert, by whom (nobody: the program itself), with a note; only ever added."""

    VERBS = [
        ("raise", _("raised")), ("tell", _("told")), ("acknowledge", _("acknowledged")), ("escalate", _("escalated")),
        ("close", _("over")),
    ]  # fmt: skip

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(_("step"), max_length=12, choices=VERBS)
    at = models.DateTimeField(_("time"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("step of an alert")
        verbose_name_plural = _("steps of alerts")

    def __str__(self) -> str:
        return f"{self.alert_id} {self.verb}"


class Delivery(models.Model):
    """One message that goes out; key says which, so that none is written twice.

    notice: stands among the person's notifications, which send the mail (given at once). webhook: waiting → claimed → sent or
    failed, tried again with back-off. cap: the signed document itself, in the feed from the moment it is written.
    """

    NOTICE, WEBHOOK, CAP = "notice", "webhook", "cap"
    CHANNELS = [(NOTICE, _("notification and mail")), (WEBHOOK, _("webhook")), (CAP, _("public feed"))]
    WAITING, CLAIMED, SENT, FAILED = "waiting", "claimed", "sent", "failed"
    STATES = [
        (WAITING, _("waiting")), (CLAIMED, _("being handed over")), (SENT, _("handed over")),
        (FAILED, _("not deliverable")),
    ]  # fmt: skip
    EVENTS = [
        ("raised", _("raised")), ("acknowledged", _("acknowledged")), ("escalated", _("escalated")),
        ("renewed", _("still going on")), ("cleared", _("over")),
    ]  # fmt: skip

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=120, unique=True)
    event = models.CharField(_("message"), max_length=14, choices=EVENTS)
    channel = models.CharField(_("way"), max_length=8, choices=CHANNELS)
    target = models.CharField(_("to"), max_length=200)
    body = models.TextField(blank=True)
    webhook = models.ForeignKey(
        WebhookTarget, on_delete=models.SET_NULL, null=True, related_name="deliveries"
    )
    notification = models.ForeignKey(
        "notifications.Notification", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=8, choices=STATES)
    created_at = models.DateTimeField(_("made"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True)
    claim = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("handed over"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("message of an alert")
        verbose_name_plural = _("messages of alerts")
        indexes = [models.Index(fields=["channel", "state", "next_try_at"], name="delivery_due")]

    def __str__(self) -> str:
        return self.key


class AlertReader(models.Model):
    """One row: since when somebody watches without a longer pause, so that silence is not blamed on sensors while the
    platform itself was down.
    """

    beat_at = models.DateTimeField()
    awake_since = models.DateTimeField()

    class Meta:
        verbose_name = _("watch over alerts")
        verbose_name_plural = _("watches over alerts")

    def __str__(self) -> str:
        return self.beat_at.isoformat()
