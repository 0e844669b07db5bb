"""KPIs, their values (revised, never overwritten) and quantified targets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.measures import Measure
from steuerrad.modules.strategy.models.structure import Field, Sourced

DIRECTIONS = {"up": _("higher is better"), "down": _("lower is better"), "none": _("no direction"), "target": _("near the target is better")}  # fmt: skip
KINDS = {
    "count": _("count"),
    "share": _("share"),
    "ratio": _("ratio"),
    "duration": _("duration"),
    "level": _("level"),
}
# Quality classes of the U4SSC verification (ITU-T Y.4903, verification manual).
QUALITIES = {
    "measured": _("accurate measurement"),
    "extrapolated": _("extrapolated from a survey"),
    "higher_level": _("taken from a higher level"),
    "estimated": _("estimate with stated assumptions"),
    "personal_estimate": _("personal estimate"),
    "unknown": _("unknown"),
}


class Kpi(Sourced):
    """A key performance indicator as the strategy defines it.

    measure_as_printed: the measure that the KPI's number points to, whether it exists or not (the audit looks).
    supplied_by: id of the registered Kpi contribution that computes it, empty when people collect it.
    """

    code = models.CharField(_("number"), max_length=60, unique=True)
    code_as_printed = models.CharField(_("number as printed"), max_length=80, blank=True)
    marked = models.BooleanField(_("marked with an asterisk"), default=False)
    name = models.CharField(_("name"), max_length=400)
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=DIRECTIONS, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, blank=True)
    references = models.CharField(_("references"), max_length=80, blank=True)
    sdg = models.CharField(_("SDG targets"), max_length=120, blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="kpis")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="kpis")
    measure_as_printed = models.CharField(_("measure as printed"), max_length=40, blank=True)
    supplied_by = models.CharField(_("computed by"), max_length=100, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order"]
        verbose_name = _("KPI")
        verbose_name_plural = _("KPIs")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("strategy:kpi", args=[self.code])

    @property
    def ref(self) -> str:
        return f"strategy.kpi:{self.code}"


class KpiValue(models.Model):
    """A value of a KPI at a date, in one revision. A correction is a new row that supersedes the old one.

    value: in the KPI's unit. origin: computed by a module, collected from people, or loaded from the city's files.
    """

    COMPUTED, COLLECTED, LOADED = "computed", "collected", "loaded"
    ORIGINS = ((COMPUTED, _("computed")), (COLLECTED, _("collected")), (LOADED, _("from a document")))

    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="values")
    date = models.DateField(_("date"))
    revision = models.PositiveIntegerField(_("revision"), default=1)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=8)
    quality = models.CharField(_("quality"), max_length=20, choices=QUALITIES)
    origin = models.CharField(_("origin"), max_length=10, choices=ORIGINS)
    source = models.CharField(_("source"), max_length=300)
    note = models.CharField(_("note"), max_length=500, blank=True)
    document = models.CharField(_("document"), max_length=80, blank=True)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    reason = models.CharField(_("reason for the correction"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    superseded = models.BooleanField(_("superseded"), default=False)

    class Meta:
        ordering = ["date", "revision"]
        verbose_name = _("KPI value")
        verbose_name_plural = _("KPI values")
        constraints = [
            models.UniqueConstraint(fields=["kpi", "date", "revision"], name="kpi_value_revision_once"),
            models.UniqueConstraint(
                fields=["kpi", "date"], condition=Q(superseded=False), name="kpi_value_one_valid"
            ),
            models.CheckConstraint(
                condition=Q(revision=1) | ~Q(reason=""), name="kpi_value_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.date} r{self.revision}: {self.value}"


class Target(Sourced):
    """A quantified statement of the strategy: a target, a plan, a fact or a structural figure."""

    TYPES = {"target": _("target"), "plan": _("plan"), "fact": _("fact"), "structure": _("structure")}
    QUALIFIERS = {"min": _("at least"), "max": _("at most"), "about": _("about"), "more_than": _("more than"), "less_than": _("less than"), "up_to": _("up to"), "exactly": _("exactly")}  # fmt: skip

    code = models.CharField(_("code"), max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=10, choices=TYPES)
    subject = models.CharField(_("subject"), max_length=300)
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="targets"
    )
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=8, null=True, blank=True)
    value_high = models.DecimalField(_("up to"), max_digits=24, decimal_places=8, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=80, blank=True)
    year = models.CharField(_("year"), max_length=20, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=12, choices=QUALIFIERS, blank=True)
    as_printed = models.CharField(_("as printed"), max_length=80, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")

    def __str__(self) -> str:
        return f"{self.subject}: {self.as_printed or self.value}"
