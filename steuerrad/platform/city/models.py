"""The city and the documents that its data comes from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    """One row: an installation runs one city (see the ADR on that)."""

    slug = models.SlugField(_("folder"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    state = models.CharField(_("state"), max_length=60, blank=True)
    population = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    population_source = models.CharField(max_length=200, blank=True)
    index = models.SlugField(_("index"), blank=True)
    strategy_title = models.CharField(_("strategy"), max_length=200, blank=True)
    strategy_as_of = models.DateField(_("state of the strategy"), null=True, blank=True)
    is_demo = models.BooleanField(_("invented example"), default=False)
    data_hash = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A document that figures and measures are taken from."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    date = models.CharField(_("date"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    aliases = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("names of its file in other sources, semicolons between"),
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.title


class CityOutline(models.Model):
    """The city's outline and districts as somebody sent them in: GeoJSON in degrees, checked and thinned out.

    The newest that is not withdrawn counts. A row never changes; who sent it in stands in the log.
    """

    document = models.JSONField(editable=False)
    file_name = models.CharField(_("file"), max_length=200)
    source = models.CharField(_("source"), max_length=300)
    licence = models.CharField(_("licence"), max_length=200)
    url = models.URLField(_("address"), max_length=500, blank=True)
    areas = models.PositiveIntegerField(_("areas"))
    named = models.PositiveIntegerField(_("districts with a name"))
    made_at = models.DateTimeField(_("sent in"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("outline of the city")
        verbose_name_plural = _("outlines of the city")

    def __str__(self) -> str:
        return self.source
