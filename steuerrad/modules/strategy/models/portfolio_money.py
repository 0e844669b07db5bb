"""Money and staff of measures: programmes, yearly budget lines in revisions, staff days."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.measures import Measure
from steuerrad.modules.strategy.models.portfolio import Steered, person
from steuerrad.modules.strategy.models.structure import Sourced
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.platform.organisations.models import Organisation


def euros(name: str) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(name, max_digits=14, decimal_places=2, null=True, blank=True)


class FundingProgramme(Sourced):
    """A funding programme or a phase of it, with the rules that its money comes with.

    mark: the mark that measures of this programme carry in the strategy. rate: share of the costs that the grant
    covers, rate_up_to only under the stated conditions. source, url: where the rules can be read.
    """

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    mark = models.CharField(_("mark in the strategy"), max_length=40, blank=True)
    funder = models.CharField(_("funder"), max_length=200, blank=True)
    rate = models.DecimalField(_("rate"), max_digits=5, decimal_places=4, null=True, blank=True)
    rate_up_to = models.DecimalField(
        _("rate, at most"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    cap = euros(_("cap"))
    cap_of_costs = models.BooleanField(_("the cap is one of the costs"), default=False)
    deadline = models.DateField(_("application deadline"), null=True, blank=True)
    spending_first = models.DateField(_("spending from"), null=True, blank=True)
    spending_last = models.DateField(_("spending to"), null=True, blank=True)
    conditions = models.TextField(_("conditions"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    demo = models.BooleanField(_("demo"), default=False)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "key"]
        verbose_name = _("funding programme")
        verbose_name_plural = _("funding programmes")
        constraints = [
            models.CheckConstraint(
                condition=(Q(rate=None) | Q(rate__gt=0, rate__lte=1))
                & (Q(rate_up_to=None) | Q(rate_up_to__gt=0, rate_up_to__lte=1)),
                name="funding_programme_rate_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> money.Programme:
        return money.Programme(
            self.key, self.name, self.rate, self.rate_up_to, self.cap, self.cap_of_costs, self.spending_first,
            self.spending_last,
        )  # fmt: skip


class BudgetLine(models.Model):
    """EUR of a measure in one year from one source (no programme: own funds), in one revision.

    A correction is a new row that supersedes the old one, with a reason. planned, spent: None = not known.
    as_of: the day that `spent` holds for.
    """

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="budget_lines")
    year = models.PositiveSmallIntegerField(_("year"))
    programme = models.ForeignKey(
        FundingProgramme, on_delete=models.PROTECT, null=True, blank=True, related_name="budget_lines",
        verbose_name=_("funding programme"),
    )  # fmt: skip
    revision = models.PositiveIntegerField(_("revision"), default=1)
    planned = euros(_("planned"))
    spent = euros(_("spent"))
    as_of = models.DateField(_("as of"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    source = models.CharField(_("source"), max_length=300)
    document = models.CharField(_("document"), max_length=80, blank=True)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    reason = models.CharField(_("reason for the correction"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = person(_("recorded by"))
    superseded = models.BooleanField(_("superseded"), default=False)
    demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        ordering = ["year", "programme__order", "revision"]
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "year", "programme", "demo"],
                condition=Q(superseded=False, programme__isnull=False), name="budget_line_one_valid_grant",
            ),
            models.UniqueConstraint(
                fields=["measure", "year", "demo"], condition=Q(superseded=False, programme=None),
                name="budget_line_one_valid_own",
            ),
            models.CheckConstraint(condition=Q(revision=1) | ~Q(reason=""), name="budget_line_correction_has_reason"),
            models.CheckConstraint(
                condition=(Q(planned=None) | Q(planned__gte=0)) & (Q(spent=None) | Q(spent__gte=0)),
                name="budget_line_not_negative",
            ),
            models.CheckConstraint(condition=Q(spent=None) | Q(as_of__isnull=False), name="budget_line_spent_is_dated"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.measure_id} {self.year} r{self.revision}: {self.planned}"

    @property
    def source_key(self) -> str:
        return self.programme.key if self.programme else money.OWN

    @property
    def rules(self) -> money.Line:
        """For the rules; the measure's number and the programme must be loaded."""
        return money.Line(self.measure.number, self.year, self.source_key, self.planned, self.spent)


class StaffDays(Steered):
    """Working days of one organisation for a measure in a year; None = not known."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="staff_days")
    year = models.PositiveSmallIntegerField(_("year"))
    planned = models.DecimalField(_("planned days"), max_digits=7, decimal_places=1, null=True, blank=True)
    spent = models.DecimalField(_("spent days"), max_digits=7, decimal_places=1, null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="staff_days")

    class Meta:
        ordering = ["year", "organisation__name"]
        verbose_name = _("staff days")
        verbose_name_plural = _("staff days")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "year", "demo"], name="staff_days_once"
            ),
            models.CheckConstraint(
                condition=(Q(planned=None) | Q(planned__gte=0)) & (Q(spent=None) | Q(spent__gte=0)),
                name="staff_days_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.organisation_id} {self.year}: {self.planned}"

    @property
    def left(self) -> Decimal | None:
        """Planned and not yet spent."""
        return None if self.planned is None else max(Decimal(0), self.planned - (self.spent or 0))
