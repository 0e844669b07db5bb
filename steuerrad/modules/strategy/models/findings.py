"""Findings that somebody has accepted with a reason, so that they stay quiet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AcceptedFinding(models.Model):
    """fingerprint: rule, object and the facts found; when the facts change, the finding speaks again."""

    fingerprint = models.CharField(max_length=64, unique=True)
    rule = models.CharField(_("rule"), max_length=60)
    object = models.CharField(_("object"), max_length=160)
    reason = models.CharField(_("reason"), max_length=500)
    accepted_at = models.DateTimeField(_("accepted"))
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["rule", "object"]
        verbose_name = _("accepted finding")
        verbose_name_plural = _("accepted findings")

    def __str__(self) -> str:
        return f"{self.rule} {self.object}"
