"""Results of cities at any level of detail. Conflicting sources stand side by side."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.city_index.models.editions import Edition


class IndexCity(models.Model):
    """A city that takes part in an index. aliases: other spellings, semicolons between."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    state = models.CharField(_("state"), max_length=60, blank=True)
    population = models.PositiveIntegerField(_("inhabitants"), null=True, blank=True)
    population_source = models.CharField(max_length=200, blank=True)
    aliases = models.CharField(_("other spellings"), max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("city of the index")
        verbose_name_plural = _("cities of the index")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("city_index:city", args=[self.key])


class Import(models.Model):
    """One import of a file: who, when, what file (by hash), what became of its rows.

    updated: rows that added a rank or a score to what the same source already said.
    """

    at = models.DateTimeField(_("time"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    added = models.PositiveIntegerField(_("added"), default=0)
    updated = models.PositiveIntegerField(_("completed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    conflicts = models.PositiveIntegerField(_("conflicts"), default=0)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.file}"


class Result(models.Model):
    """What one source prints for one city: total (both keys empty), category, or indicator.

    score: points as printed, decimals = digits printed after the comma (what rounding the print may hide).
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="results")
    city = models.ForeignKey(IndexCity, on_delete=models.PROTECT, related_name="results")
    category_key = models.SlugField(_("category"), max_length=60, blank=True)
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    score = models.DecimalField(_("score"), max_digits=8, decimal_places=4, null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals printed"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    tendency = models.SmallIntegerField(_("tendency"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500)
    basis = models.CharField(_("basis"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    imported = models.ForeignKey(
        Import, on_delete=models.SET_NULL, null=True, blank=True, related_name="results"
    )

    class Meta:
        ordering = ["edition", "category_key", "indicator", "rank", "city"]
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "city", "category_key", "indicator", "source"],
                name="result_once_per_source",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | Q(rank__isnull=False), name="result_says_something"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="result_score_in_scale",
            ),
        ]
        indexes = [models.Index(fields=["city", "edition"], name="result_city_edition")]

    def __str__(self) -> str:
        return f"{self.city_id} {self.edition_id} {self.category_key}/{self.indicator}"


class RawValue(models.Model):
    """A quantity behind an indicator, e.g. charging points per 1,000 inhabitants. city None: mean of all cities."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="raw_values")
    city = models.ForeignKey(
        IndexCity, on_delete=models.PROTECT, null=True, blank=True, related_name="raw_values"
    )
    quantity = models.CharField(_("quantity"), max_length=120)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=80)
    note = models.CharField(_("note"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=500)

    class Meta:
        verbose_name = _("raw value")
        verbose_name_plural = _("raw values")
        constraints = [
            models.UniqueConstraint(fields=["edition", "city", "quantity", "source"], name="raw_value_once"),
            models.UniqueConstraint(
                fields=["edition", "quantity", "source"], condition=Q(city=None), name="raw_value_mean_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity}: {self.value} {self.unit}"


class Aggregate(models.Model):
    """A published mean of a group of cities."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="aggregates")
    group = models.CharField(_("group"), max_length=80)
    category_key = models.SlugField(_("category"), max_length=60, blank=True)
    mean_score = models.DecimalField(_("mean"), max_digits=8, decimal_places=4)
    source = models.CharField(_("source"), max_length=500)

    class Meta:
        verbose_name = _("published mean")
        verbose_name_plural = _("published means")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "group", "category_key", "source"], name="aggregate_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.edition_id}: {self.mean_score}"
