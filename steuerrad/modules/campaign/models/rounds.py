"""Rounds, their questions as copied when the round was made, who must answer, and frozen snapshots."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models import labels
from steuerrad.platform.organisations.models import Organisation

FIGURE = {"max_digits": 24, "decimal_places": 8}


class Round(models.Model):
    """One collection of answers for one set of questions. A question is late the day after its due date.

    jump_percent, jump_points: how far an answer may lie from the one before without a comment; percent of the value
    before, and percentage points for shares.
    """

    DRAFT, OPEN, FROZEN, CLOSED = "draft", "open", "frozen", "closed"

    source = models.CharField(_("source of the questions"), max_length=80)
    set_key = models.CharField(_("questionnaire"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    period = models.CharField(_("period"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=labels.ROUND_STATES, default=DRAFT)
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("to be answered by"))
    check_by = models.DateField(_("to be checked by"), null=True, blank=True)
    release_by = models.DateField(_("to be released by"), null=True, blank=True)
    jump_percent = models.DecimalField(
        _("jump in percent"), max_digits=8, decimal_places=2, default=Decimal(50)
    )
    jump_points = models.DecimalField(
        _("jump in percentage points"), max_digits=8, decimal_places=2, default=Decimal(20)
    )
    demo = models.BooleanField(_("demo data"), default=False)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(labels.ROUND_STATES)), name="campaign_round_state"
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("opens_on")), name="campaign_round_due_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(check_by=None) | Q(check_by__gte=F("due_on")),
                name="campaign_round_check_after_due",
            ),
            models.CheckConstraint(
                condition=Q(jump_percent__gt=0) & Q(jump_points__gt=0), name="campaign_round_jumps_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> str:
        return f"campaign.round:{self.pk}"


class RoundQuestion(models.Model):
    """A question as its source asked it when the round was made (see kernel.collecting.Question).

    previous_*: what was answered last time; live_*: what the platform computed for `kpi` at live_at. Values are
    canonical text, "" = none. jump_percent, jump_points: None = those of the round.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveIntegerField(default=0)
    code = models.CharField(_("code"), max_length=120)
    group = models.CharField(_("group"), max_length=200)
    title = models.CharField(_("question"), max_length=500)
    guidance = models.TextField(_("guidance"), blank=True)
    type = models.CharField(_("type"), max_length=10, choices=labels.TYPES)
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    minimum = models.DecimalField(_("minimum"), null=True, blank=True, **FIGURE)
    maximum = models.DecimalField(_("maximum"), null=True, blank=True, **FIGURE)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    responsible = models.JSONField(_("responsible"), default=list, blank=True)
    kpi = models.CharField(_("computed by"), max_length=100, blank=True)
    points = models.DecimalField(_("index points"), null=True, blank=True, **FIGURE)
    ref = models.CharField(_("object"), max_length=160, blank=True)
    previous_value = models.TextField(_("value before"), blank=True)
    previous_period = models.CharField(_("period before"), max_length=40, blank=True)
    previous_source = models.CharField(_("source before"), max_length=500, blank=True)
    previous_quality = models.CharField(
        _("quality before"), max_length=20, choices=labels.QUALITIES, blank=True
    )
    previous_note = models.CharField(_("note before"), max_length=1000, blank=True)
    previous_answer = models.ForeignKey(
        "Answer", on_delete=models.PROTECT, null=True, blank=True, related_name="carried_to"
    )
    live_value = models.TextField(_("live value"), blank=True)
    live_as_of = models.DateField(_("live as of"), null=True, blank=True)
    live_quality = models.CharField(_("live quality"), max_length=20, choices=labels.QUALITIES, blank=True)
    live_note = models.CharField(_("live note"), max_length=500, blank=True)
    live_at = models.DateTimeField(_("live computed"), null=True, blank=True)
    jump_percent = models.DecimalField(
        _("jump in percent"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    jump_points = models.DecimalField(
        _("jump in percentage points"), max_digits=8, decimal_places=2, null=True, blank=True
    )

    class Meta:
        ordering = ["round", "order", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="campaign_question_once"),
            models.CheckConstraint(condition=Q(type__in=list(labels.TYPES)), name="campaign_question_type"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def reference(self) -> str:
        """What the audit log calls it."""
        return f"campaign.question:{self.pk}"


class RoundCheck(models.Model):
    """A rule over several answers, as copied (see kernel.collecting.CrossCheck): {code: coefficient as text}."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="checks")
    code = models.CharField(_("code"), max_length=120)
    left = models.JSONField(_("left side"))
    relation = models.CharField(_("relation"), max_length=2, choices=labels.RELATIONS)
    right = models.JSONField(_("right side"))
    text = models.CharField(_("text"), max_length=500)
    severity = models.CharField(_("severity"), max_length=10, choices=labels.SEVERITIES)
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        ordering = ["round", "pk"]
        verbose_name = _("rule over several answers")
        verbose_name_plural = _("rules over several answers")
        constraints = [models.UniqueConstraint(fields=["round", "code"], name="campaign_check_once")]

    def __str__(self) -> str:
        return self.text


class Assignment(models.Model):
    """Who must answer a question, and how it stands. The state is kept here and proven by decisions.

    newest: the newest revision of all, drafts included, 0 = none; what a form must be based on.
    current: the submitted revision that stands. released: the one released last, kept when a later change re-opens.
    """

    question = models.OneToOneField(RoundQuestion, on_delete=models.CASCADE, related_name="assignment")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="campaign_assignments"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(_("to be answered by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=labels.STATES, default="open")
    since = models.DateTimeField(_("since"))
    newest = models.PositiveIntegerField(_("newest revision"), default=0)
    current = models.ForeignKey("Answer", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released = models.ForeignKey("Answer", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["question__round", "question__order", "question"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(labels.STATES)), name="campaign_assignment_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "carried"]) | Q(current__isnull=False),
                name="campaign_assignment_decided_has_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(current=F("released")),
                name="campaign_assignment_released_stands",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="campaign_by_organisation")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.state}"

    @property
    def due(self) -> date:
        """The last day on which an answer is in time."""
        return self.due_on or self.question.round.due_on

    @property
    def changed_since_release(self) -> bool:
        return self.released_id is not None and self.state != "released"


class Snapshot(models.Model):
    """What was released when the round was frozen: canonical JSON, its SHA-256, chained to the one before.

    The database refuses change and deletion.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("time"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    author_name = models.CharField(_("person"), max_length=200)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    content = models.TextField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    previous_sha256 = models.CharField(_("SHA-256 of the snapshot before"), max_length=64, blank=True)

    class Meta:
        ordering = ["round", "number"]
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="campaign_snapshot_once"),
            models.UniqueConstraint(fields=["round", "previous_sha256"], name="campaign_snapshot_one_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.round} #{self.number}"
