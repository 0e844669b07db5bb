"""Print dossiers: what was asked for, how far it is, and where it lies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models.rounds import Round, Snapshot


class Dossier(models.Model):
    """One dossier, built in the background. done of total: steps; seen_at: last sign of life of who builds it.

    what: "working" or "released" state of the round, or "snapshot" (then with `snapshot`). path: in the storage.
    """

    WAITING, RUNNING, READY, FAILED = "waiting", "running", "ready", "failed"
    STATES = (
        (WAITING, _("waiting")),
        (RUNNING, _("being made")),
        (READY, _("ready")),
        (FAILED, _("failed")),
    )
    UNDER_WAY = (WAITING, RUNNING)
    WHAT = (
        ("working", _("working state")),
        ("released", _("released answers")),
        ("snapshot", _("snapshot")),
    )

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="dossiers")
    what = models.CharField(_("content"), max_length=10, choices=WHAT)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10, default="de")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    step = models.CharField(_("step"), max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=1)
    message = models.CharField(_("message"), max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("asked for"))
    seen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        constraints = [
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(path=""), name="campaign_dossier_ready"),
            models.CheckConstraint(
                condition=(Q(what="snapshot") & Q(snapshot__isnull=False))
                | (~Q(what="snapshot") & Q(snapshot__isnull=True)),
                name="campaign_dossier_snapshot",
            ),
            models.UniqueConstraint(
                fields=["round", "requested_by"],
                condition=Q(state__in=["waiting", "running"]),
                name="campaign_dossier_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.what}"

    @property
    def under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def percent(self) -> int:
        return 100 if self.state == self.READY else min(99, 100 * self.done // max(1, self.total))
