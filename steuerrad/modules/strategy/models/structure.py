"""Themes and fields: the wheel."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Sourced(models.Model):
    """Where a row comes from: document (key in city.toml) and line of its text; retired = gone from the file."""

    document = models.CharField(_("document"), max_length=80, blank=True)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        abstract = True


class Named(Sourced):
    """A code and a name, with an English name where the city gives one."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    section = models.CharField(_("section"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> str:
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


class Theme(Named):
    """A theme (Leitthema) with its core goal."""

    goal = models.TextField(_("core goal"), blank=True)

    class Meta(Named.Meta):
        abstract = False
        ordering = ["order"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def get_absolute_url(self) -> str:
        return reverse("strategy:theme", args=[self.code])


class Field(Named):
    """A field of action (Handlungsfeld). aliases: other spellings found in the documents."""

    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="fields")
    aliases = models.TextField(_("other spellings"), blank=True)
    kpi_prefix_as_printed = models.CharField(_("KPI prefix as printed"), max_length=40, blank=True)

    class Meta(Named.Meta):
        abstract = False
        ordering = ["order"]
        verbose_name = _("field of action")
        verbose_name_plural = _("fields of action")

    def get_absolute_url(self) -> str:
        return reverse("strategy:field", args=[self.code])
