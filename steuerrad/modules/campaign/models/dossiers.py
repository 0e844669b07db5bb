"""Print dossiers: what was asked for, how far it is, and where it lies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models.rounds import Round, Snapshot
from steuerrad.platform.jobs.making import Making


class Dossier(Making):
    """One dossier, built in the background.

    what: "working" or "released" state of the round, or "snapshot" (then with `snapshot`).
    """

    WHAT = (
        ("working", _("working state")),
        ("released", _("released answers")),
        ("snapshot", _("snapshot")),
    )

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="dossiers")
    what = models.CharField(_("content"), max_length=10, choices=WHAT)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: Kept when the person goes: it is the round's, not theirs.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pages = models.PositiveIntegerField(_("pages"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta(Making.Meta):
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
