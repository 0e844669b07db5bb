"""An index and its editions as data: categories, indicators, maxima, aggregation rule, method breaks."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Index(models.Model):
    """An index such as the Smart City Index. rules: the aggregation rules as read from index.toml."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    rules = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("index")
        verbose_name_plural = _("indexes")

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One year of an index."""

    index = models.ForeignKey(Index, on_delete=models.PROTECT, related_name="editions")
    year = models.PositiveSmallIntegerField(_("year"))
    cities = models.PositiveSmallIntegerField(_("cities"), null=True, blank=True)
    indicator_count = models.PositiveSmallIntegerField(_("indicators"), null=True, blank=True)
    parameters = models.PositiveSmallIntegerField(_("parameters"), null=True, blank=True)
    data_points = models.PositiveIntegerField(_("data points"), null=True, blank=True)
    collected = models.CharField(_("collected"), max_length=60, blank=True)

    class Meta:
        ordering = ["year"]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [models.UniqueConstraint(fields=["index", "year"], name="edition_once")]

    def __str__(self) -> str:
        return str(self.year)

    def get_absolute_url(self) -> str:
        return reverse("city_index:edition", args=[self.year])


class Category(models.Model):
    """A category in one edition; key is the same over all editions, name is the edition's own."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="categories")
    key = models.SlugField(_("key"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(default=0)
    list_complete = models.BooleanField(_("list of indicators is complete"), default=False)

    class Meta:
        ordering = ["edition", "order"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="category_once")]

    def __str__(self) -> str:
        return self.name


class Indicator(models.Model):
    """An indicator of one edition. maximum: attainable points, None while unknown.

    aliases: other spellings, semicolons between. imported: the import that first named it; None: from the files.
    """

    NORMAL, PILOT = "normal", "pilot"
    KINDS = ((NORMAL, _("normal")), (PILOT, _("pilot projects")))

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="indicators")
    key = models.SlugField(_("key"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    aliases = models.CharField(_("other spellings"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS, default=NORMAL)
    maximum = models.DecimalField(_("maximum"), max_digits=8, decimal_places=3, null=True, blank=True)
    parameters = models.TextField(_("parameters"), blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(_("source"), max_length=500, blank=True)
    imported = models.ForeignKey(
        "city_index.Import", on_delete=models.SET_NULL, null=True, blank=True, related_name="indicators"
    )

    class Meta:
        ordering = ["category", "order"]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        constraints = [models.UniqueConstraint(fields=["category", "name"], name="indicator_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """Names the indicator over all editions in which it is called so."""
        return f"city_index.indicator:{self.category.key}/{self.key}"


class IndicatorMapping(models.Model):
    """How an indicator of one edition relates to one of the next."""

    RELATIONS = {
        "same": _("the same"),
        "renamed": _("renamed"),
        "merged": _("merged"),
        "split": _("split"),
        "narrower": _("narrower"),
        "broader": _("broader"),
        "different": _("something else"),
        "new": _("new"),
        "dropped": _("dropped"),
    }
    from_edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="mappings_on")
    to_edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="mappings_back")
    category_key = models.SlugField(_("category"), max_length=60)
    from_name = models.CharField(_("before"), max_length=200, blank=True)
    to_name = models.CharField(_("after"), max_length=200, blank=True)
    relation = models.CharField(_("relation"), max_length=10, choices=RELATIONS)
    comparable = models.BooleanField(_("comparable"))
    basis = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        ordering = ["to_edition", "category_key", "to_name", "from_name"]
        verbose_name = _("mapping of indicators")
        verbose_name_plural = _("mappings of indicators")
        constraints = [
            models.UniqueConstraint(
                fields=["from_edition", "to_edition", "category_key", "from_name", "to_name"],
                name="mapping_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_name or '–'} → {self.to_name or '–'}"


class MethodBreak(models.Model):
    """A change of method against the edition before, for a category, an indicator, or all (both empty)."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="breaks")
    category_key = models.SlugField(_("category"), max_length=60, blank=True)
    indicator = models.CharField(_("indicator"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=500)
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("method break")
        verbose_name_plural = _("method breaks")

    def __str__(self) -> str:
        return f"{self.edition}: {self.note}"
