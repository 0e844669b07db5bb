"""Saved what-ifs: a scenario has versions, and a version is never overwritten."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LONGEST_TITLE = 160
LONGEST_NOTE = 4000


class Scenario(models.Model):
    """A line of versions over one edition of one field. title is that of the newest version.

    published: the version that everybody may read; None means that it is not public.
    """

    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    source = models.CharField(_("source"), max_length=80)
    edition = models.CharField(_("edition"), max_length=40)
    is_demo = models.BooleanField(_("demo"), default=False)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        verbose_name=_("author"),
        related_name="+",
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    published = models.ForeignKey(
        "ScenarioVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(_("released"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [
            models.CheckConstraint(
                condition=Q(published=None, published_at=None)
                | Q(published__isnull=False, published_at__isnull=False),
                name="scenario_released_with_its_date",
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None) | Q(archived_at__gte=F("created_at")),
                name="scenario_archived_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("prioritisation:scenario", args=[self.pk])


class ScenarioVersion(models.Model):
    """What was assumed and what came out, frozen. The database refuses to change a version's content.

    changes: list of moves as whatif.snapshot writes them. options: what was assumed of the field.
    field_hash: of the published figures that it was computed from. result_hash: over everything above and result.
    """

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    changes = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    seed = models.PositiveBigIntegerField()
    draws = models.PositiveIntegerField()
    engine = models.CharField(_("version of the engine"), max_length=40)
    field_hash = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    result_hash = models.CharField(max_length=64)
    copied_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        verbose_name=_("author"),
        related_name="+",
    )

    class Meta:
        ordering = ["scenario", "-number"]
        verbose_name = _("version of a scenario")
        verbose_name_plural = _("versions of scenarios")
        constraints = [models.UniqueConstraint(fields=["scenario", "number"], name="scenario_version_once")]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise ValueError("a version of a scenario is never overwritten; make a new one")
        super().save(*args, **options)
