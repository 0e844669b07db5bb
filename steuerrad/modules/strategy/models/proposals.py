"""What people have reported and nobody has released yet. Released, it becomes a value or a status; before, it is none.

Author and releaser are never the same person: the database refuses it (four eyes).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.kpis import QUALITIES, Kpi, KpiValue
from steuerrad.modules.strategy.models.measures import STATUS_LABELS, Measure, MeasureStatus


class Proposal(models.Model):
    """Who proposed, who decided, and why. Never deleted: what was sent back or withdrawn stays readable."""

    WAITING, RELEASED, SENT_BACK, WITHDRAWN = "waiting", "released", "sent_back", "withdrawn"
    STATES = (
        (WAITING, _("waiting for release")),
        (RELEASED, _("released")),
        (SENT_BACK, _("sent back")),
        (WITHDRAWN, _("withdrawn")),
    )

    state = models.CharField(_("state"), max_length=12, choices=STATES, default=WAITING, db_index=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(_("reason for the decision"), max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="released") | ~Q(decided_by=F("proposed_by")), name="%(class)s_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="%(class)s_decided_with_time",
            ),
        ]  # fmt: skip

    @property
    def ref(self) -> str:
        return f"strategy.{self._meta.model_name}:{self.pk}"


class ValueProposal(Proposal):
    """A value of a KPI, or with `replaces` a correction; reason is that of the correction. value: in the KPI's unit."""

    kind = "value"
    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, related_name="proposals")
    date = models.DateField(_("date"))
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=8)
    quality = models.CharField(_("quality"), max_length=20, choices=QUALITIES)
    note = models.CharField(_("note"), max_length=500, blank=True)
    replaces = models.ForeignKey(
        KpiValue, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals"
    )
    became = models.OneToOneField(
        KpiValue, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta(Proposal.Meta):
        verbose_name = _("proposed value")
        verbose_name_plural = _("proposed values")
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["kpi", "date"], condition=Q(state="waiting"), name="valueproposal_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.date}: {self.value}"


class StatusProposal(Proposal):
    """The next status of a measure as its organisation reports it. seen: the status that the person saw."""

    kind = "status"
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="proposals")
    seen = models.CharField(max_length=24, choices=STATUS_LABELS)
    status = models.CharField(_("status"), max_length=24, choices=STATUS_LABELS)
    since = models.DateField(_("since"))
    became = models.OneToOneField(
        MeasureStatus, on_delete=models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta(Proposal.Meta):
        verbose_name = _("proposed status")
        verbose_name_plural = _("proposed statuses")
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["measure"], condition=Q(state="waiting"), name="statusproposal_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.status} {self.since}"
