"""Dossiers of the portfolio that were asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.jobs.making import Making


class PortfolioDossier(Making):
    """One dossier for one person: it holds what this person may see. query: the filter, as in an address."""

    query = models.CharField(max_length=1000, blank=True)

    class Meta(Making.Meta):
        abstract = False
        verbose_name = _("dossier of the portfolio")
        verbose_name_plural = _("dossiers of the portfolio")
        constraints = [
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(path=""), name="portfolio_dossier_ready"),
            models.UniqueConstraint(
                fields=["requested_by"], condition=Q(state__in=["waiting", "running"]),
                name="portfolio_dossier_one_at_a_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d %H:%M} {self.state}"
