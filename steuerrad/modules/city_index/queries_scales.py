"""Published scores of indicators against the rank scale of their edition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from steuerrad.engines.scoring import Interval, printed_interval
from steuerrad.engines.scoring.rank_scale import (
    RankScaleFit,
    RankScaleVerdict,
    rank_scale_fit,
    rank_scale_verdict,
)
from steuerrad.modules.city_index.facts import printed
from steuerrad.modules.city_index.models import Category, Edition, Indicator, Result


@dataclass(frozen=True)
class PlacedScore:
    """A score as one source printed it for a city, and what place it could be."""

    city: str
    printed: str
    source: str
    fit: RankScaleFit


@dataclass(frozen=True)
class IndicatorScale:
    """What the published scores of an indicator tell about its scale. verdict None: number of cities unknown."""

    year: int
    category: str
    indicator: str
    cities: int | None
    scores: tuple[PlacedScore, ...]
    verdict: RankScaleVerdict | None


def indicator_scales(editions: Iterable[Edition]) -> tuple[IndicatorScale, ...]:
    """Every normal indicator with a published score, by edition and category, in three queries.

    editions: with their index. Equal figures of one city from several sources count once, so that a copy is no second
    witness. Pilot projects are left out: they are counted, not ranked.
    """
    by_key = {edition.pk: edition for edition in editions}
    names = {(item.edition_id, item.key): item.name for item in Category.objects.filter(edition__in=by_key)}
    pilots = set(
        Indicator.objects.filter(category__edition__in=by_key)
        .exclude(kind=Indicator.NORMAL)
        .values_list("category__edition_id", "category__key", "name")
    )
    found: dict[tuple[int, str, str], dict[tuple[str, str], Result]] = defaultdict(dict)
    rows = Result.objects.filter(edition__in=by_key, score__isnull=False).exclude(indicator="")
    for row in rows.select_related("city").order_by("edition", "category_key", "indicator", "city", "source"):
        key = (row.edition_id, row.category_key, row.indicator)
        if key not in pilots and row.score is not None:
            found[key].setdefault((row.city.name, printed(row.score, row.decimals)), row)
    return tuple(
        _scale(by_key[edition], names.get((edition, category), category), indicator, results)
        for (edition, category, indicator), results in found.items()
    )


def _scale(
    edition: Edition, category: str, indicator: str, results: dict[tuple[str, str], Result]
) -> IndicatorScale:
    cities = edition.cities
    if cities is None or cities < 2:
        return IndicatorScale(edition.year, category, indicator, None, (), None)
    most = int(edition.index.rules.get("decimals", 1))
    intervals = [_interval(row, most) for row in results.values()]
    scores = tuple(
        PlacedScore(city, text, row.source, rank_scale_fit(interval, cities))
        for ((city, text), row), interval in zip(results.items(), intervals, strict=True)
    )
    verdict = rank_scale_verdict(intervals, cities)
    return IndicatorScale(edition.year, category, indicator, cities, scores, verdict)


def _interval(row: Result, most: int) -> Interval:
    """What a score can stand for. Digits beyond those that the index prints were added by who copied it."""
    decimals = None if row.decimals is None else min(row.decimals, most)
    return printed_interval(
        printed(row.score or Decimal(0), row.decimals), low=0, high=100, decimals=decimals
    )
