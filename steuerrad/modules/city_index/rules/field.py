"""What the figures of other cities bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steuerrad.engines.ranking import Entry, rank_bounds
from steuerrad.engines.scoring import Interval, NotAFigureError, OutsideScaleError, printed_interval
from steuerrad.modules.city_index.rules.findings import Evidence
from steuerrad.modules.city_index.rules.known import KnownFigure


@dataclass(frozen=True, slots=True)
class Bounded:
    """An interval and the other cities' figures that bound it."""

    interval: Interval
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class _City:
    rank: KnownFigure | None = None
    score: KnownFigure | None = None


def field_entries(
    known: Iterable[KnownFigure], edition: int, category: str | None, *, without: str = ""
) -> tuple[Entry, ...]:
    """Entries of a ranking from published figures; of conflicting sources of a city the first is taken."""
    cities: dict[str, _City] = {}
    for figure in known:
        if not figure.city or figure.city == without:
            continue
        if figure.matches(edition, category, "rank"):
            city = cities.setdefault(figure.city, _City())
            city.rank = city.rank or figure
        elif figure.matches(edition, category, "score"):
            city = cities.setdefault(figure.city, _City())
            city.score = city.score or figure
    return tuple(_entry(name, city) for name, city in cities.items())


def _entry(name: str, city: _City) -> Entry:
    rank = city.rank.value if city.rank is not None else ""
    score = None
    if city.score is not None:
        try:
            score = printed_interval(city.score.value, low=0, high=100)
        except (NotAFigureError, OutsideScaleError):
            score = None
    sources = dict.fromkeys(figure.source for figure in (city.rank, city.score) if figure is not None)
    return Entry(name, (int(rank), int(rank)) if rank.isdecimal() else None, score, " ".join(sources))


def neighbour_interval(
    known: Sequence[KnownFigure],
    city: str,
    edition: int,
    category: str | None,
    rank: int,
    cities: int | None,
) -> Bounded | None:
    """Return which scores the rank of ``city`` allows, given ranks and scores of the other cities.

    None when the others bound nothing.
    """
    others = field_entries(known, edition, category, without=city)
    usable = [one for one in others if one.rank is not None and one.score is not None]
    if not usable:
        return None
    size = max([cities or 0, rank, len(usable) + 1, *(one.rank[1] for one in usable if one.rank)])
    bounds = rank_bounds([*usable, Entry(city, (rank, rank))], size)
    own = bounds.of(city)
    if own.excluded or own.score == Interval.of(0, 100):
        return None
    clean = [one for one in usable if not bounds.of(one.name).excluded and one.rank and one.score]
    above = max((one for one in clean if one.rank and one.rank[1] < rank), key=_rank, default=None)
    below = min((one for one in clean if one.rank and one.rank[0] > rank), key=_rank, default=None)
    evidence: list[Evidence] = []
    for one in (above, below):
        if one is not None and one.rank is not None:
            for figure in known:
                if figure.city == one.name and any(
                    figure.matches(edition, category, q) for q in ("rank", "score")
                ):
                    evidence.append(
                        Evidence(
                            edition, category or "", one.name, figure.quantity, figure.value, figure.source
                        )
                    )
    return Bounded(own.score, tuple(evidence))


def _rank(entry: Entry) -> int:
    return entry.rank[0] if entry.rank is not None else 0
