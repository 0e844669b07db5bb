"""Comparing: means of groups, change against the field, year on year with renamed indicators, strong and weak points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.engines.ranking import field_change
from steuerrad.modules.city_index.models import Edition, IndexCity, Indicator, IndicatorMapping
from steuerrad.modules.city_index.queries import NOTHING, Field, Known

#: Size classes of cities by inhabitants (from, below). The index takes cities of about 100,000 and more; the limits
#: between are this project's own, chosen so that each class holds enough cities for a mean.
SIZES: tuple[tuple[str, Any, int, int | None], ...] = (
    ("small", _("below 150,000 inhabitants"), 0, 150_000),
    ("middle", _("150,000 to below 300,000 inhabitants"), 150_000, 300_000),
    ("large", _("300,000 to below 500,000 inhabitants"), 300_000, 500_000),
    ("metropolis", _("500,000 inhabitants and more"), 500_000, None),
)
WEAK_SCORE, STRONG_SCORE = Decimal(40), Decimal(75)


@dataclass(frozen=True)
class Mean:
    """Mean score of the cities of a group whose score is known. value None: of none."""

    title: Any
    value: Decimal | None
    known: int
    of: int


def size_class(city: IndexCity) -> str:
    """Key of the size class; "" while the number of inhabitants is not known."""
    if city.population is None:
        return ""
    return next(
        key
        for key, _, low, high in SIZES
        if city.population >= low and (high is None or city.population < high)
    )


def mean(title: Any, cities: Iterable[IndexCity], known: Mapping[int, Known]) -> Mean:
    group = list(cities)
    scores = [score for city in group if (score := known.get(city.pk, NOTHING).score) is not None]
    value = sum(scores, Decimal(0)) / len(scores) if scores else None
    return Mean(title, value, len(scores), len(group))


def group_means(cities: Iterable[IndexCity], known: Mapping[int, Known], own: IndexCity | None) -> list[Mean]:
    """All cities, the own size class and the own state first, then the other classes and states."""
    everyone = list(cities)
    means = [mean(_("All cities"), everyone, known)]
    sizes = [
        (title, [city for city in everyone if size_class(city) == key]) for key, title, _low, _high in SIZES
    ]
    states = [
        (state, [city for city in everyone if city.state == state])
        for state in sorted({city.state for city in everyone if city.state})
    ]
    groups = [(title, group) for title, group in (*sizes, *states) if group]
    if own is not None:
        groups.sort(key=lambda item: own.pk not in {city.pk for city in item[1]})
    return means + [mean(title, group, known) for title, group in groups]


@dataclass(frozen=True)
class FieldMove:
    """Own change of a score against the changes of the cities known both times. None: not known."""

    own: Decimal | None
    others: int
    median: Decimal | None
    rank: int | None


def moved(loaded: Field, before: Edition, now: Edition, category: str, city: IndexCity) -> FieldMove:
    old = {
        str(pk): known.score for pk, known in loaded.all(before, category).items() if known.score is not None
    }
    new = {str(pk): known.score for pk, known in loaded.all(now, category).items() if known.score is not None}
    found = field_change(old, new, str(city.pk))
    if found is None:
        return FieldMove(None, 0, None, None)
    return FieldMove(
        _decimal(found.own),
        found.others,
        None if found.median is None else _decimal(found.median),
        found.rank,
    )


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Counterpart:
    """An indicator of the edition before: what it was called, and whether a difference means anything."""

    name: str
    relation: str
    comparable: bool
    basis: str
    known: Known


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator of one edition for one city, with last year's counterparts and who is best as far as known."""

    indicator: Indicator
    known: Known
    counterparts: tuple[Counterpart, ...]
    best: Decimal | None
    best_cities: tuple[int, ...]
    cities_known: int

    @property
    def change(self) -> Decimal | None:
        """The change, only against one single comparable counterpart with both scores known."""
        if len(self.counterparts) != 1 or not self.counterparts[0].comparable:
            return None
        before, now = self.counterparts[0].known.score, self.known.score
        return None if before is None or now is None else now - before

    @property
    def share(self) -> Decimal | None:
        """Points in percent of what can be reached."""
        maximum = self.indicator.maximum
        if self.known.score is None or not maximum:
            return None
        return self.known.score / maximum * 100


def indicator_rows(
    loaded: Field, edition: Edition, before: Edition | None, city: IndexCity
) -> dict[str, list[IndicatorRow]]:
    """{category key: rows} for all indicators that are known of the edition, in two queries."""
    links: dict[tuple[str, str], list[IndicatorMapping]] = {}
    if before is not None:
        for row in IndicatorMapping.objects.filter(to_edition=edition, from_edition=before):
            if row.from_name:
                links.setdefault((row.category_key, row.to_name), []).append(row)
    found: dict[str, list[IndicatorRow]] = {}
    indicators = Indicator.objects.filter(category__edition=edition).select_related("category")
    for indicator in indicators.order_by("category__order", "order"):
        key = indicator.category.key
        everyone = loaded.all(edition, key, indicator.name)
        scores = {pk: known.score for pk, known in everyone.items() if known.score is not None}
        best = max(scores.values(), default=None)
        found.setdefault(key, []).append(IndicatorRow(
            indicator, everyone.get(city.pk, NOTHING),
            tuple(
                Counterpart(row.from_name, row.relation, row.comparable, row.basis,
                            loaded.known(before, key, city, row.from_name) if before is not None else NOTHING)
                for row in links.get((key, indicator.name), ())
            ),
            best, tuple(pk for pk, score in scores.items() if score == best), len(scores),
        ))  # fmt: skip
    return found


def strengths(rows: Iterable[IndicatorRow]) -> list[IndicatorRow]:
    """Indicators with at least three quarters of the attainable points, best first."""
    found = [row for row in rows if row.share is not None and row.share >= STRONG_SCORE]
    return sorted(found, key=lambda row: -(row.share or 0))


def weaknesses(rows: Iterable[IndicatorRow]) -> list[IndicatorRow]:
    """Indicators with less than two fifths of the attainable points, worst first."""
    found = [row for row in rows if row.share is not None and row.share < WEAK_SCORE]
    return sorted(found, key=lambda row: row.share or 0)
