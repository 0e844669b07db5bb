"""The newest run of each job."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRun(models.Model):
    """One row a job: its newest run, and who is at it.

    claim: names the run; whoever holds another one has lost the job. lease_until: until when the run is believed to live
    without a further sign, by the database's clock; None when nobody is at it. unfinished: runs in a row that began and
    did not end. message: the error of the newest run, empty when it went well.
    """

    job = models.CharField(_("job"), max_length=100, unique=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("last success"), null=True, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    claim = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    unfinished = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["job"]
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")

    def __str__(self) -> str:
        return f"{self.job} {self.started_at:%Y-%m-%d %H:%M}"
