"""Steering a measure: milestones, dependencies, risks, decisions, status reports, the overridden light."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.measures import Measure
from steuerrad.modules.strategy.models.structure import Sourced
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.rules.milestones import Point
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState
from steuerrad.modules.strategy.portfolio.rules.risks import RiskLevel, RiskState, level

PERSON = settings.AUTH_USER_MODEL
KIND_LABELS = {
    Kind.REQUIRES: _("requires"),
    Kind.FINISH_TO_START: _("begins only after"),
    Kind.EXCLUDES: _("excludes"),
    Kind.INFORMS: _("informs itself from"),
}
RISK_STATES = {
    RiskState.OPEN: _("open"),
    RiskState.OCCURRED: _("has occurred"),
    RiskState.CLOSED: _("closed"),
}
REPORT_STATES = {ReportState.DRAFT: _("Draft"), ReportState.RELEASED: _("Released")}
COLOUR_LABELS = {
    Colour.GREEN: _("On course"),
    Colour.YELLOW: _("Needs attention"),
    Colour.RED: _("Off course"),
    Colour.GREY: _("Not known"),
}
FIVE = ((1, _("1 – very low")), (2, _("2 – low")), (3, _("3 – medium")), (4, _("4 – high")), (5, _("5 – very high")))  # fmt: skip


def person(name: str) -> models.ForeignKey:  # type: ignore[type-arg]
    """Who did it; the entry stays when the account goes."""
    return models.ForeignKey(
        PERSON, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=name
    )


class Steered(Sourced):
    """Something that belongs to a measure. demo: invented for trying out, shown as such and never counted in public.

    version grows with each change, so that two people who edit the same thing notice each other.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="%(class)ss")
    demo = models.BooleanField(_("demo"), default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    changed_by = person(_("changed by"))

    class Meta:
        abstract = True

    @property
    def ref(self) -> str:
        """For the audit log: the measure that it belongs to."""
        return f"strategy.measure:{self.measure.number}"


class Milestone(Steered):
    """A step of a measure. after: milestones that must be done first; after_measures: measures likewise.

    printed_done_on: done_on as the document prints it; what people enter is not public before its release.
    """

    title = models.CharField(_("title"), max_length=200)
    planned_on = models.DateField(_("planned"), null=True, blank=True)
    forecast_on = models.DateField(_("expected"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    note = models.CharField(_("note"), max_length=500, blank=True)
    as_printed = models.CharField(_("as printed"), max_length=200, blank=True)
    printed_done_on = models.DateField(_("done, as printed"), null=True, blank=True)
    after = models.ManyToManyField("self", symmetrical=False, related_name="before", blank=True)
    after_measures = models.ManyToManyField(Measure, related_name="awaited_by", blank=True)

    class Meta:
        ordering = [F("planned_on").asc(nulls_last=True), "pk"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=100), name="milestone_weight_1_to_100"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def point(self) -> Point:
        return Point(self.title, self.planned_on, self.forecast_on, self.done_on, self.weight)

    @property
    def node(self) -> str:
        return f"milestone:{self.pk}"


class Dependency(models.Model):
    """source <kind> target between measures."""

    source = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="dependencies")
    target = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="dependents")
    kind = models.CharField(_("kind"), max_length=16, choices=KIND_LABELS)
    note = models.CharField(_("note"), max_length=300, blank=True)
    demo = models.BooleanField(_("demo"), default=False)
    set_at = models.DateTimeField(_("set"))
    set_by = person(_("set by"))

    class Meta:
        ordering = ["source__order", "kind", "target__order"]
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="dependency_not_on_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class Risk(Steered):
    """A risk of a measure; probability and impact from 1 to 5."""

    title = models.CharField(_("risk"), max_length=200)
    probability = models.PositiveSmallIntegerField(_("probability"), choices=FIVE)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=FIVE)
    response = models.TextField(_("response"), blank=True, max_length=2000)
    owner = models.CharField(_("owner"), max_length=120, blank=True)
    review_on = models.DateField(_("next review"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RISK_STATES, default=RiskState.OPEN)

    class Meta:
        ordering = ["state", "-probability", "-impact", "pk"]
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gte=1, probability__lte=5, impact__gte=1, impact__lte=5),
                name="risk_scales_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def level(self) -> RiskLevel:
        return level(self.probability, self.impact)


class Decision(Steered):
    """What a body decided about a measure; document and line, or an address, say where it stands."""

    decided_on = models.DateField(_("date"))
    body = models.CharField(_("body"), max_length=120)
    text = models.TextField(_("decision"), max_length=2000)
    paper = models.CharField(_("paper"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta:
        ordering = ["-decided_on", "pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.decided_on} {self.body}"


class StatusReport(Steered):
    """How a measure stands, for a period. Released by somebody who did not write it; frozen then.

    snapshot: milestones, money and light at the release, as the public sees them from published_on.
    """

    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    text = models.TextField(_("state"), max_length=4000)
    achievements = models.TextField(_("achieved"), max_length=4000, blank=True)
    next_steps = models.TextField(_("next steps"), max_length=4000, blank=True)
    problems = models.TextField(_("problems"), max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=REPORT_STATES, default=ReportState.DRAFT)
    author = person(_("author"))
    hands = models.ManyToManyField(PERSON, related_name="+", blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = person(_("released by"))
    published_on = models.DateField(_("publication date"), null=True, blank=True)
    snapshot = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-period_end", "-pk"]
        verbose_name = _("status report")
        verbose_name_plural = _("status reports")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "demo"], condition=Q(state="draft"), name="status_report_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(author=None) | Q(released_by=None) | ~Q(released_by=F("author")),
                name="status_report_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(published_on__isnull=False, released_at__isnull=False),
                name="status_report_released_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="status_report_period_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_start} – {self.period_end}"


class LightOverride(models.Model):
    """A colour that a person has set against the computed one, until a day. Rows are never changed, only withdrawn."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="light_overrides")
    colour = models.CharField(_("colour"), max_length=8, choices=COLOUR_LABELS)
    computed = models.CharField(_("computed"), max_length=8, choices=COLOUR_LABELS)
    reason = models.CharField(_("reason"), max_length=500)
    until = models.DateField(_("until"))
    demo = models.BooleanField(_("demo"), default=False)
    set_at = models.DateTimeField(_("set"))
    set_by = person(_("set by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = person(_("withdrawn by"))

    class Meta:
        ordering = ["-set_at", "-pk"]
        verbose_name = _("overridden light")
        verbose_name_plural = _("overridden lights")
        constraints = [
            models.UniqueConstraint(
                fields=["measure"], condition=Q(withdrawn_at=None), name="light_override_one_in_force"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="light_override_has_reason"),
            models.CheckConstraint(condition=~Q(colour="grey"), name="light_override_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.colour} until {self.until}"


class SavedFilter(models.Model):
    """A filter of a list that a person has kept under a name. query: the part of the address behind "?"."""

    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["person", "page", "name"], name="saved_filter_once")]

    def __str__(self) -> str:
        return self.name
