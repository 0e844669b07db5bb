"""Rules of retention, and what they removed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.observations.models import Thing


class KeepRule(models.Model):
    """Single figures of these datastreams are kept for so many months; hourly and daily sums stay for ever.

    network: beginning of the things' keys up to ":" ("" = all); property: key of the vocabulary ("" = all). The rule that
    says most about a datastream counts: network before property before origin.
    """

    network = models.CharField(_("network"), max_length=60, blank=True)
    property = models.CharField(_("what is observed"), max_length=80, blank=True)
    origin = models.CharField(_("origin"), max_length=12, blank=True, choices=Thing.ORIGINS)
    raw_months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    enabled = models.BooleanField(_("in force"), default=False)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["network", "property", "origin", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["network", "property", "origin"], name="one_keep_rule_each")
        ]
        verbose_name = _("rule of retention")
        verbose_name_plural = _("rules of retention")

    def __str__(self) -> str:
        return " · ".join(part for part in (self.network, self.property, self.origin) if part) or "*"


class KeepRun(models.Model):
    """What the rules removed at once: rows of each rule by its text."""

    at = models.DateTimeField(_("at"))
    removed = models.PositiveBigIntegerField(_("observations removed"))
    streams = models.PositiveIntegerField(_("datastreams"))
    parts = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("run of retention")
        verbose_name_plural = _("runs of retention")

    def __str__(self) -> str:
        return self.at.isoformat()
