"""Gathers the facts of a memo from the tables, in a bounded number of queries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.facts import aggregation, category_names, known_figures, structures
from steuerrad.modules.city_index.memo.collect_corrections import corrections
from steuerrad.modules.city_index.memo.collect_rows import row_facts
from steuerrad.modules.city_index.memo.collect_standings import Parts, standing, total_parts
from steuerrad.modules.city_index.memo.facts import CategoryFacts, MemoFacts, Source
from steuerrad.modules.city_index.models import Aggregate, Edition, Index, IndexCity, MethodBreak, Result
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure
from steuerrad.platform.city.models import Document


class NoMemoError(Exception):
    """There is no such city or edition; the message says which there are."""


@dataclass
class Sources:
    """Documents and pages by key, in the order in which they are first used."""

    titles: Mapping[str, tuple[str, str]]
    used: dict[str, Source] = field(default_factory=dict)

    def use(self, key: str) -> str:
        if key and key not in self.used:
            title, url = self.titles.get(key, (key, ""))
            self.used[key] = Source(key, title, url or _address(key))
        return key


def _address(key: str) -> str:
    """The first address in a source that is one or several; "" in any other."""
    first = (re.split(r"[\s;|]+", key.strip()) or [""])[0]
    return first if first.startswith(("http://", "https://")) else ""


def find(city: str, year: int) -> tuple[IndexCity, Edition]:
    """The city (by key) and the edition (by year). Raises NoMemoError."""
    edition = Edition.objects.select_related("index").filter(year=year).first()
    if edition is None:
        years = ", ".join(str(year) for year in Edition.objects.values_list("year", flat=True))
        raise NoMemoError(
            _("there is no edition %(year)s; known are: %(years)s") % {"year": year, "years": years or "–"}
        )
    found = IndexCity.objects.filter(key=city).first() or IndexCity.objects.filter(name__iexact=city).first()
    if found is None:
        raise NoMemoError(_("the index has no city “%(city)s”") % {"city": city})
    return found, edition


def collect(city: IndexCity, edition: Edition, *, document: str = "", user: Any = None) -> MemoFacts:
    """The facts of the memo of one city and edition.

    document: key of the typed document to correct; without, the one typed for city and edition, if any.
    user: through whose eyes measures are read. Raises NoMemoError for a document that nobody typed.
    """
    index: Index = edition.index
    previous = Edition.objects.filter(index=index, year=edition.year - 1).first()
    years = [edition] if previous is None else [edition, previous]
    names = category_names(edition)
    by_year = structures(index, names)
    sources = Sources({item.key: (item.title, item.url) for item in Document.objects.all()})
    known = known_figures(years, names, indicators=False)
    results = list(Result.objects.filter(city=city, edition__in=years).order_by("pk"))
    rows = row_facts(city, edition, previous, results, sources.use, user)
    breaks = _breaks(edition)
    means = {
        item.category_key: item
        for item in Aggregate.objects.filter(edition=edition, group__iexact="alle Städte").order_by("-pk")
    }
    categories: list[CategoryFacts] = []
    parts: dict[str, tuple[Parts, Parts]] = {}
    for key, name in names.items():
        here, before = (_category(by_year.get(year), name) for year in (edition.year, edition.year - 1))
        pair = (rows.parts(key, edition, here), rows.parts(key, previous, before))
        found = standing(city, key, name, years, results, known, pair, sources.use, means.get(key))
        parts[key] = (found.as_part(0), found.as_part(1))
        categories.append(
            CategoryFacts(
                found.facts, tuple(rows.rows[key]), tuple(rows.dropped[key]), here.count if here else 0,
                before.count if before else 0, bool(here and here.complete), tuple(breaks[key]),
            )
        )  # fmt: skip
    rule = aggregation(index.rules, "category")
    total = standing(
        city, "", "", years, results, known, total_parts(by_year, edition.year, parts.values()), sources.use,
        means.get(""),
    )  # fmt: skip
    typed, title, found_corrections = corrections(city, edition, document)
    if document and not typed:
        raise NoMemoError(_("there is no typed document “%(document)s” for this city and edition") % {
            "document": document,
        })  # fmt: skip
    return MemoFacts(
        index.name, index.publisher, city.name, city.key, edition.year, previous.year if previous else None,
        edition.cities, previous.cities if previous else None, Decimal(str(float(rule.bonus_share))),
        rule.kind, total.facts, tuple(categories), tuple(breaks[""]), typed, title, found_corrections,
        tuple(sources.used.values()),
    )  # fmt: skip


def _category(structure: EditionStructure | None, name: str) -> CategoryStructure | None:
    return None if structure is None else structure.category(name)


def _breaks(edition: Edition) -> Mapping[str, list[str]]:
    """{category key: notes}; those of single indicators are in the rows."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in MethodBreak.objects.filter(edition=edition, indicator=""):
        found[item.category_key].append(item.note)
    return found
