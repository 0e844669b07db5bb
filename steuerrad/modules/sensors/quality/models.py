"""What was checked, when, with which result. The flags themselves lie beside the values in the store."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class QualityRun(models.Model):
    """One pass of quality control; flags carry its number ("qc-17")."""

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    version = models.PositiveSmallIntegerField(_("version of the tests"))
    streams = models.PositiveIntegerField(_("datastreams"), default=0)
    rows = models.PositiveBigIntegerField(_("values checked"), default=0)
    flagged = models.PositiveBigIntegerField(_("values flagged"), default=0)
    problems = models.JSONField(_("problems"), default=list)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("run of quality control")
        verbose_name_plural = _("runs of quality control")

    def __str__(self) -> str:
        return f"qc-{self.pk}"


class QualityState(models.Model):
    """How far a datastream is checked. until: µs since 1970 UTC of its last checked value; rows: values it had then;
    digest: of its parameters. flags: flag → count, tests: test → count of the values it objects to.
    """

    datastream = models.OneToOneField(
        "observations.Datastream", on_delete=models.CASCADE, primary_key=True, related_name="quality_state"
    )
    run = models.ForeignKey(QualityRun, on_delete=models.PROTECT, related_name="states")
    until = models.BigIntegerField()
    rows = models.BigIntegerField(_("values"))
    digest = models.CharField(max_length=32)
    flags = models.JSONField(default=dict)
    tests = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("state of quality control")
        verbose_name_plural = _("states of quality control")

    def __str__(self) -> str:
        return str(self.datastream)
