"""The names that an index knows: editions, categories, indicators and cities, however they are spelt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.models import Category, Edition, Index, IndexCity, Indicator
from steuerrad.platform.city.models import Document

#: What an indicator column says where the figure is that of the whole category.
WHOLE_CATEGORY = ("Gesamtergebnis (Kategorie)", "Gesamtergebnis", "Gesamtwertung", "Kategorie gesamt")
LONGEST_NAME = 200


@cache
def fold(name: str) -> str:
    """A name as it is compared: lower case, ä = ae, ß = ss, signs and spaces between words do not count."""
    text = name.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return "".join(sign for sign in text if sign.isalnum())


def key_of(name: str) -> str:
    """The key of an indicator that has none yet: digitalisierungskonzept_schulen."""
    words = "".join(sign if sign.isalnum() else " " for sign in name).split()
    return "_".join(fold(word) for word in words).encode("ascii", "ignore").decode()[:100]


def nearest(name: str, known: Mapping[str, str]) -> str:
    """The known name that is spelt most alike, or "". known: {folded: as written}."""
    near = get_close_matches(fold(name[:LONGEST_NAME]), known, n=1, cutoff=0.6)
    return known[near[0]] if near else ""


def unknown(what: str, name: str, known: Mapping[str, str]) -> str:
    """The reason for a name that is not known, with the nearest one."""
    near = nearest(name, known)
    return _("%(what)s; did you mean '%(near)s'?") % {"what": what, "near": near} if near else what


class UnknownNameError(ValueError):
    """The index does not know this name; the message says which one is nearest."""


class UnknownIndicatorError(UnknownNameError):
    """No such indicator in this edition. addable: its list is incomplete, so there may be one."""

    def __init__(self, reason: str, *, addable: bool) -> None:
        super().__init__(reason)
        self.addable = addable


@dataclass(frozen=True)
class CategoryNames:
    """A category in one edition, with its indicators: {folded: as written}."""

    id: int
    key: str
    name: str
    list_complete: bool
    indicators: dict[str, str] = field(default_factory=dict)


@dataclass
class Catalogue:
    """Names of one index. cities: {folded: id}; categories: {year: {key: CategoryNames}}."""

    index: Index
    total_name: str
    editions: dict[int, Edition]
    categories: dict[int, dict[str, CategoryNames]]
    category_names: dict[int, dict[str, str]]
    cities: dict[str, IndexCity]
    documents: dict[str, str] = field(default_factory=dict)

    def source(self, text: str) -> str:
        """The key of the city's document that this source is another name of, else the text itself.

        A memo that came in under its file's name must not confirm itself as if it were a second source.
        """
        return self.documents.get(text.strip().casefold(), text)

    def edition(self, year: int) -> Edition:
        if year not in self.editions:
            known = ", ".join(str(number) for number in sorted(self.editions)) or _("none")
            raise UnknownNameError(_("there is no such edition; known: %(known)s") % {"known": known})
        return self.editions[year]

    def is_total(self, name: str) -> bool:
        return fold(name) in {fold(self.total_name), "gesamt", "gesamtwertung", "total"}

    def category(self, year: int, name: str) -> str:
        """The key of a category; "" for the total. Raises UnknownNameError."""
        if self.is_total(name):
            return ""
        names = self.category_names[year]
        key = names.get(fold(name))
        if key is None:
            known = {fold(item.name): item.name for item in self.categories[year].values()}
            raise UnknownNameError(unknown(_("is no category of %(year)d") % {"year": year}, name, known))
        return key

    def indicator(self, year: int, category_key: str, name: str) -> str:
        """The indicator as the edition writes it; "" for the whole category. Raises UnknownIndicatorError."""
        if fold(name) in {fold(item) for item in WHOLE_CATEGORY}:
            return ""
        category = self.categories[year].get(category_key)
        if category is None:
            raise UnknownIndicatorError(_("the total has no indicators"), addable=False)
        known = category.indicators.get(fold(name))
        if known is None:
            raise UnknownIndicatorError(self._why_no_indicator(year, category, name),
                                        addable=not category.list_complete)  # fmt: skip
        return known

    def _why_no_indicator(self, year: int, category: CategoryNames, name: str) -> str:
        what = _("is no indicator of %(category)s in %(year)d") % {"category": category.name, "year": year}
        near = nearest(name, category.indicators)
        if near:
            return _("%(what)s; did you mean '%(near)s'?") % {"what": what, "near": near}
        others = [
            str(other) for other, categories in sorted(self.categories.items())
            if other != year and category.key in categories and fold(name) in categories[category.key].indicators
        ]  # fmt: skip
        if others:
            return _("%(what)s, but of %(years)s") % {"what": what, "years": ", ".join(others)}
        return what

    def city(self, name: str) -> IndexCity:
        city = self.cities.get(fold(name))
        if city is None:
            known = {key: item.name for key, item in self.cities.items()}
            raise UnknownNameError(unknown(_("is no city of the index"), name, known))
        return city

    def indicator_keys(self) -> dict[tuple[str, str], str]:
        """{(category key, folded name or alias): indicator key} over all editions, later ones first."""
        rows = (
            Indicator.objects.filter(category__edition__index=self.index)
            .order_by("category__edition__year")
            .values_list("category__key", "name", "aliases", "key")
        )
        return {
            (category, fold(spelling)): key
            for category, name, aliases, key in rows
            for spelling in spellings(name, aliases)
        }


def spellings(name: str, aliases: str) -> list[str]:
    return [name, *(part.strip() for part in aliases.split(";") if part.strip())]


def read_catalogue(index: Index) -> Catalogue:
    """All names of an index, in four queries."""
    editions = {edition.year: edition for edition in Edition.objects.filter(index=index)}
    categories: dict[int, dict[str, CategoryNames]] = {year: {} for year in editions}
    by_id: dict[int, CategoryNames] = {}
    for item in Category.objects.filter(edition__index=index).select_related("edition"):
        names = CategoryNames(item.pk, item.key, item.name, item.list_complete)
        categories[item.edition.year][item.key] = by_id[item.pk] = names
    rows = Indicator.objects.filter(category__edition__index=index)
    for category_id, name, aliases in rows.values_list("category_id", "name", "aliases"):
        for spelling in spellings(name, aliases):
            by_id[category_id].indicators[fold(spelling)] = name
    aliases = category_aliases(index.rules)
    return Catalogue(
        index,
        str(index.rules.get("total") or "Gesamtwertung"),
        editions,
        categories,
        {
            year: {
                fold(spelling): key
                for key, item in of_year.items()
                for spelling in (*aliases.get(key, ()), item.name)
                if fold(spelling)
            }
            for year, of_year in categories.items()
        },
        city_spellings(IndexCity.objects.all()),
        {
            alias.strip().casefold(): key
            for key, aliases in Document.objects.exclude(aliases="").values_list("key", "aliases")
            for alias in aliases.split(";")
        },
    )


def category_aliases(rules: Mapping[str, Any]) -> dict[str, list[str]]:
    """{category key: all spellings of any edition}, from index.toml."""
    return {
        entry["key"]: [
            entry["key"], *(str(entry.get(name, "")) for name in ("name", "name_en")),
            *(str(item.get("name", "")) for item in entry.get("names", [])), *map(str, entry.get("aliases", [])),
        ]
        for entry in rules.get("categories", [])
    }  # fmt: skip


def city_spellings(cities: Iterable[IndexCity]) -> dict[str, IndexCity]:
    """{folded name, key or alias: city}."""
    return {
        fold(spelling): city
        for city in cities
        for spelling in (city.key, *spellings(city.name, city.aliases))
    }
