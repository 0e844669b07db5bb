"""Chart specifications of the index: every picture has its figures as a table beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.cells import language
from steuerrad.modules.city_index.models import Edition, IndexCity
from steuerrad.modules.city_index.queries import Standing
from steuerrad.modules.city_index.queries_compare import IndicatorRow
from steuerrad.platform.ui.charts.specs import Bar, BarChart, Break, LineChart, Series, TimePoint
from steuerrad.platform.ui.charts.specs_comparison import (
    ProfileChart,
    Profiled,
    Ranked,
    RankStrip,
)


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def method_breaks(editions: Iterable[Edition], category: str = "") -> tuple[Break, ...]:
    """Breaks of the whole index, or those of a category as well."""
    return tuple(
        Break(edition.year, " ".join(item.note for item in found))
        for edition in editions
        if (
            found := [b for b in edition.breaks.all() if b.category_key in ("", category) and not b.indicator]
        )
    )


def score_over_time(
    title: str, points: Sequence[tuple[Edition, Standing]], *, category: str = ""
) -> LineChart:
    """Scores of one city over the editions. What is not printed is a gap with the range that others leave."""
    return LineChart(
        title=title,
        subtitle=_("Points from 0 to 100; a band is what other figures leave possible"),
        series=(Series(_("Points"), tuple(_point(edition, standing) for edition, standing in points)),),
        breaks=method_breaks((edition for edition, _standing in points[1:]), category),
        decimals=1,
        from_zero=True,
        language=language(),
    )


def _point(edition: Edition, standing: Standing) -> TimePoint:
    score = standing.known.score
    if score is not None:
        return TimePoint(edition.year, float(score))
    low, high = float(standing.score.lo), float(standing.score.hi)
    bounded = standing.known.ranks and standing.score_bounded
    return TimePoint(edition.year, None, low if bounded else None, high if bounded else None)


def rank_strip(title: str, edition: Edition, found: Iterable[Standing], own: IndexCity | None) -> RankStrip:
    """Ranks that are printed. Which cities hold the others is not known, and the strip says so."""
    cities = [
        Ranked(
            item.city.name, item.known.ranks[0], item.known.ranks[-1], own is not None and item.city.pk == own.pk,
            as_float(item.known.score),
        )
        for item in found if item.known.ranks
    ]  # fmt: skip
    return RankStrip(
        title=title,
        total=edition.cities or len(cities),
        cities=tuple(cities),
        decimals=1,
        language=language(),
        label_name=_("City"),
    )


def profile(
    title: str, names: Sequence[str], rows: Iterable[tuple[str, Sequence[Decimal | None]]]
) -> ProfileChart:
    """Several cities or means over the categories."""
    return ProfileChart(
        title=title,
        names=tuple(names),
        categories=tuple(
            Profiled(label, tuple(as_float(value) for value in values)) for label, values in rows
        ),
        decimals=1,
        language=language(),
        label_name=_("Category"),
    )


def indicator_bars(title: str, rows: Iterable[IndicatorRow]) -> BarChart:
    """Points of every indicator beside the best that is known."""
    return BarChart(
        title=title,
        bars=tuple(
            Bar(row.indicator.name, as_float(row.known.score), reference=as_float(row.best)) for row in rows
        ),
        value_name=_("Points"),
        reference_name=_("Best known"),
        label_name=_("Indicator"),
        maximum=100.0,
        decimals=1,
        language=language(),
    )


def city_bars(title: str, rows: Sequence[tuple[IndexCity, Decimal]], own: IndexCity | None) -> BarChart:
    return BarChart(
        title=title,
        bars=tuple(
            Bar(city.name, float(score), highlight=own is not None and city.pk == own.pk)
            for city, score in rows
        ),
        value_name=_("Points"),
        label_name=_("City"),
        maximum=100.0,
        decimals=1,
        language=language(),
    )
