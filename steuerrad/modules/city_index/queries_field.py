"""Editions as fields to simulate: who took part and what is published of them, in the shape of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.ranking.field import Field, FieldIndicator
from steuerrad.engines.scoring import AggregationRule
from steuerrad.modules.city_index.facts import aggregation
from steuerrad.modules.city_index.models import (
    Category,
    Edition,
    Index,
    IndexCity,
    Indicator,
    IndicatorMapping,
    MethodBreak,
    Result,
)
from steuerrad.modules.city_index.queries import Field as Published
from steuerrad.modules.city_index.queries import Figure, Known, load_field
from steuerrad.modules.city_index.queries_raw import raw_columns, with_raw

FEWEST_SCORES = 10  # totals that must be published before an edition can be simulated
NEW = "new"


def simulable(index: Index) -> list[Edition]:
    """Editions with enough published totals, oldest first, in two queries."""
    known: dict[int, set[int]] = defaultdict(set)
    totals = Result.objects.filter(edition__index=index, category_key="", indicator="", score__isnull=False)
    for edition, city in totals.values_list("edition_id", "city_id"):
        known[edition].add(city)
    return [
        item for item in Edition.objects.filter(index=index).order_by("year")
        if len(known[item.pk]) >= FEWEST_SCORES
    ]  # fmt: skip


def fields(index: Index, editions: Iterable[Edition]) -> list[Field]:
    """The fields of these editions in eight queries, however many there are."""
    wanted = list(editions)
    keys = [item.pk for item in wanted]
    rule, total_rule = aggregation(index.rules, "category"), aggregation(index.rules, "total")
    if total_rule.kind != "mean":
        raise ValueError("the total of this index is no mean of its categories: it cannot be simulated")
    published = load_field(wanted, indicators=True)
    cities = {item.pk: item for item in IndexCity.objects.all()}
    categories: dict[int, list[Category]] = defaultdict(list)
    for category in Category.objects.filter(edition__index=index).order_by("edition_id", "order"):
        categories[category.edition_id].append(category)
    indicators: dict[int, list[Indicator]] = defaultdict(list)
    for indicator in Indicator.objects.filter(category__edition__index=index).order_by(
        "category_id", "order"
    ):
        indicators[indicator.category_id].append(indicator)
    largest = max((_normal(items) for items in indicators.values()), default=0)
    changed = _changed(keys)
    columns = raw_columns(wanted)
    found = [
        _Edition(item, categories[item.pk], indicators, rule, largest, changed.get(item.pk, set()), published,
                 cities).field()
        for item in wanted
    ]  # fmt: skip
    return [with_raw(field, columns.get(item.pk, {})) for field, item in zip(found, wanted, strict=True)]


def _normal(indicators: Iterable[Indicator]) -> int:
    return sum(item.kind == Indicator.NORMAL for item in indicators)


def _changed(editions: list[int]) -> dict[int, set[tuple[str, str]]]:
    """{edition: {(category key, indicator)}} that broke with the edition before; "" stands for all."""
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    breaks = MethodBreak.objects.filter(edition__in=editions)
    for edition, category, indicator in breaks.values_list("edition_id", "category_key", "indicator"):
        found[edition].add((category, indicator))
    rows = IndicatorMapping.objects.filter(to_edition__in=editions).exclude(to_name="")
    columns = ("to_edition_id", "category_key", "to_name", "comparable", "relation")
    for edition, category, name, comparable, relation in rows.values_list(*columns):
        if not comparable or relation == NEW:
            found[edition].add((category, name))
    return found


@dataclass(frozen=True)
class _Edition:
    """What the tables hold of one edition. largest: most normal indicators of any category of the index."""

    edition: Edition
    categories: list[Category]
    by_category: Mapping[int, list[Indicator]]
    rule: AggregationRule
    largest: int
    changed: set[tuple[str, str]]
    published: Published
    cities: Mapping[int, IndexCity]

    def field(self) -> Field:
        places = [
            (at, category, indicator)
            for at, category in enumerate(self.categories) for indicator in self.by_category.get(category.pk, [])
        ]  # fmt: skip
        totals = self._known("")
        groups = [self._known(category.key) for category in self.categories]
        scores = [self._known(category.key, indicator.name) for _, category, indicator in places]
        taking_part = self._cities([totals, *groups, *scores])
        keys = [item.pk for item in taking_part]
        ranks = _ranks(keys, [totals])[:, 0]
        return Field(
            key=str(self.edition.year),
            year=self.edition.year,
            cities=tuple(item.key for item in taking_part),
            titles=tuple(item.name for item in taking_part),
            groups=tuple(category.key for category in self.categories),
            indicators=tuple(self._indicator(at, category, item) for at, category, item in places),
            scores=_scores(keys, scores),
            group_scores=_scores(keys, groups),
            totals=_scores(keys, [totals])[:, 0],
            ranks=ranks,
            group_weights=np.ones(len(self.categories)),
            participants=max(self.edition.cities or 0, len(keys), int(ranks.max(initial=0))),
            changed_groups=tuple((category.key, "") in self.changed for category in self.categories),
            changed=("", "") in self.changed,
            group_titles=tuple(category.name for category in self.categories),
            group_ranks=_ranks(keys, groups),
            group_maxima=self._attainable(),
        )

    def _known(self, category: str, indicator: str = "") -> dict[int, tuple[Figure, ...]]:
        return {
            city: known.figures
            for city, known in self.published.all(self.edition, category, indicator).items()
        }

    def _cities(self, tables: list[dict[int, tuple[Figure, ...]]]) -> list[IndexCity]:
        """All cities of which anything is published."""
        there = {city for table in tables for city in table}
        return sorted((self.cities[city] for city in there), key=lambda item: item.name)

    def _indicator(self, at: int, category: Category, item: Indicator) -> FieldIndicator:
        return FieldIndicator(
            key=f"{category.key}/{item.key}",
            title=item.name,
            group=at,
            maximum=self._maximum(category, item),
            changed=bool(self.changed & {(category.key, item.name), (category.key, "")}),
        )

    def _maximum(self, category: Category, item: Indicator) -> float:
        if item.maximum is not None:
            return float(item.maximum)
        if item.kind == Indicator.PILOT:
            return float(self.rule.bonus_maximum(_normal(self.by_category.get(category.pk, []))))
        return float(self.rule.scale)

    def _attainable(self) -> tuple[tuple[float, float], ...]:
        """Least and most attainable points of each category.

        The publisher's number of indicators counts one for the pilots of each category; what is not listed may
        belong to any category whose list is incomplete. No category is taken to have more than one indicator above
        the largest that is known of any edition.
        """
        listed = [_normal(self.by_category.get(item.pk, [])) for item in self.categories]
        pilots = len(self.categories) if self.rule.bonus_share else 0
        open_lists = sum(not item.list_complete for item in self.categories)
        count = self.edition.indicator_count
        missing = None if count is None else max(count - pilots - sum(listed), 0)
        found: list[tuple[float, float]] = []
        for category, known in zip(self.categories, listed, strict=True):
            least = most = max(known, 1)
            if not category.list_complete:
                room = self.largest + 1 if missing is None else min(known + missing, self.largest + 1)
                most = max(known, room)
            if missing is not None and open_lists == 1 and not category.list_complete:
                least = most = least + missing
            unit = float(self.rule.scale * (1 + self.rule.bonus_share))
            found.append((unit * least, unit * most))
        return tuple(found)


Tables = list[dict[int, tuple[Figure, ...]]]


def _scores(cities: list[int], tables: Tables) -> np.ndarray:
    """(cities, tables): the score that all sources agree on, NaN otherwise."""
    found = np.full((len(cities), len(tables)), np.nan)
    for column, table in enumerate(tables):
        for row, city in enumerate(cities):
            score = Known(table[city]).score if city in table else None
            if score is not None:
                found[row, column] = float(score)
    return found


def _ranks(cities: list[int], tables: Tables) -> np.ndarray:
    """(cities, tables): the rank that all sources agree on, 0 otherwise."""
    found = np.zeros((len(cities), len(tables)), np.int64)
    for column, table in enumerate(tables):
        for row, city in enumerate(cities):
            found[row, column] = (Known(table[city]).rank or 0) if city in table else 0
    return found
