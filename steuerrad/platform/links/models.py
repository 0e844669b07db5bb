"""Links between objects, named "<prefix>:<key>" as registered by the modules' Linkable contributions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """source <kind> target, e.g. strategy.measure:ZI-NI-1 answers city_index.indicator:glasfaser."""

    source = models.CharField(_("source"), max_length=160, db_index=True)
    target = models.CharField(_("target"), max_length=160, db_index=True)
    kind = models.CharField(_("kind"), max_length=40)
    basis = models.CharField(_("reason"), max_length=500, blank=True)
    origin = models.CharField(
        _("origin"), max_length=80, blank=True, help_text=_("loader or person that set it")
    )

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind"], name="link_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.target}"
