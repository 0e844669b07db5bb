"""Measures, their history, who does them, and the systems that deliver them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.structure import Field, Sourced
from steuerrad.modules.strategy.rules.states import PeriodKind, Status
from steuerrad.platform.organisations.models import Organisation

STATUS_LABELS = {
    Status.IDEA: _("Idea"),
    Status.PLANNED: _("Planned"),
    Status.IN_PROGRESS: _("In progress"),
    Status.IN_OPERATION_EXPANDING: _("In operation, expanding"),
    Status.IN_OPERATION: _("In operation"),
    Status.COMPLETED: _("Completed"),
    Status.STOPPED: _("Stopped"),
}
PERIOD_LABELS = {
    PeriodKind.RANGE: _("from – to"),
    PeriodKind.FROM: _("from"),
    PeriodKind.ONGOING: _("ongoing"),
    PeriodKind.NOT_SET: _("not yet set"),
    PeriodKind.REFERENCE: _("refers elsewhere"),
}


class Measure(Sourced):
    """A measure (Maßnahme). status is the newest row of its history, kept here for reading.

    made_here: made by people (e.g. by a split), not by the city's files, which then leave it alone. replaced: it
    went on as others (see Succession); it is retired, its number still leads to its successors.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    number_as_printed = models.CharField(_("number as printed"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="measures")
    summary = models.TextField(_("summary"), blank=True)
    period_as_printed = models.CharField(_("period as printed"), max_length=120, blank=True)
    period_kind = models.CharField(_("period"), max_length=12, choices=PERIOD_LABELS)
    start_year = models.PositiveSmallIntegerField(_("start"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("end"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=24, choices=STATUS_LABELS, db_index=True)
    status_as_printed = models.CharField(_("status as printed"), max_length=120, blank=True)
    funding = models.CharField(_("funding"), max_length=40, blank=True)
    line_end = models.PositiveIntegerField(_("last line"), null=True, blank=True)
    order = models.PositiveIntegerField(default=0)
    made_here = models.BooleanField(_("made here"), default=False)
    replaced = models.BooleanField(_("replaced"), default=False)

    class Meta:
        ordering = ["order"]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("strategy:measure", args=[self.number])

    @property
    def ref(self) -> str:
        return f"strategy.measure:{self.number}"


class MeasureStatus(models.Model):
    """One entry of a measure's status history; never changed, only followed by another."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="history")
    status = models.CharField(_("status"), max_length=24, choices=STATUS_LABELS)
    since = models.DateField(_("since"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["since", "recorded_at", "pk"]
        verbose_name = _("status entry")
        verbose_name_plural = _("status entries")

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.status} {self.since}"


class MeasureOrganisation(Sourced):
    """Who leads a measure and who takes part."""

    LEAD, PARTNER = "lead", "partner"
    ROLES = ((LEAD, _("Lead")), (PARTNER, _("Partner")))

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="organisations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="measures")
    role = models.CharField(_("role"), max_length=10, choices=ROLES)

    class Meta:
        ordering = ["role", "organisation__name"]
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "organisation", "role"], name="measure_organisation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.role} {self.organisation_id}"


class MeasureDocument(Sourced):
    """A document or page that belongs to a measure."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(_("title"), max_length=300)
    url = models.URLField(_("address"), max_length=500, blank=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("document of a measure")
        verbose_name_plural = _("documents of measures")

    def __str__(self) -> str:
        return self.title


class System(Sourced):
    """A system that the strategy names; it runs when a module of this name is registered."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    module = models.CharField(_("module"), max_length=60, blank=True)
    job = models.TextField(_("what a user can do with it"), blank=True)
    job_de = models.TextField(blank=True)
    stands_on = models.CharField(_("stands on"), max_length=300, blank=True)
    measures = models.ManyToManyField(Measure, related_name="systems", blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("system")
        verbose_name_plural = _("systems")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
