"""Whether published rankings agree with themselves: sources, ranks and scores, changes of rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from steuerrad.engines.ranking import Conflict, RankBounds, rank_bounds
from steuerrad.engines.scoring import NotAFigureError, figures_agree, parse_figure
from steuerrad.modules.city_index.rules.field import field_entries
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.names import category_key


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """Figures of the same thing that no common true value explains, or that do not fit together.

    ``values``: two sources print different values. ``rank_change``: last year's rank, this year's rank and
    the printed change do not add up (three figures, in this order).
    """

    kind: Literal["values", "rank_change"]
    figures: tuple[KnownFigure, ...]


@dataclass(frozen=True, slots=True)
class RankingCheck:
    """One ranking: an edition and a category (empty = total), with bounds for each city that any source names."""

    edition: int
    category: str
    size: int
    result: RankBounds

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return self.result.conflicts


def check_rankings(
    figures: Iterable[KnownFigure], cities: Mapping[int, int], *, distinct: bool = False
) -> tuple[RankingCheck, ...]:
    """Check every ranking of every edition in ``cities`` (edition -> number of cities).

    Ranks beyond the number of cities raise ValueError: reject them on import.
    """
    groups: dict[tuple[int, str], list[KnownFigure]] = {}
    for figure in figures:
        if figure.city and figure.edition in cities and figure.quantity in ("rank", "score"):
            if figure.indicator is not None:
                continue
            groups.setdefault((figure.edition, category_key(figure.category)), []).append(figure)
    checks: list[RankingCheck] = []
    for (edition, key), group in sorted(groups.items()):
        name = group[0].category if key else None
        entries = field_entries(group, edition, name)
        checks.append(
            RankingCheck(
                edition, name or "", cities[edition], rank_bounds(entries, cities[edition], distinct=distinct)
            )
        )
    return tuple(checks)


def source_conflicts(figures: Iterable[KnownFigure]) -> tuple[SourceConflict, ...]:
    """Pairs of sources that print different values for the same thing; rounding to fewer decimals agrees."""
    places: dict[tuple[object, ...], list[KnownFigure]] = {}
    for figure in figures:
        key = (
            figure.edition,
            figure.city,
            category_key(figure.category),
            figure.indicator,
            figure.quantity,
        )
        places.setdefault(key, []).append(figure)
    found: list[SourceConflict] = []
    for group in places.values():
        for index, first in enumerate(group):
            found += [
                SourceConflict("values", (first, second))
                for second in group[index + 1 :]
                if not _agree(first, second)
            ]
    return tuple(found)


def _agree(first: KnownFigure, second: KnownFigure) -> bool:
    try:
        if first.quantity in ("score", "indicator", "score_change"):
            return figures_agree(parse_figure(first.value), parse_figure(second.value))
        return parse_figure(first.value).value == parse_figure(second.value).value
    except NotAFigureError:
        return first.value == second.value


def rank_change_conflicts(figures: Sequence[KnownFigure]) -> tuple[SourceConflict, ...]:
    """Printed changes of rank that last year's rank minus this year's rank does not give.

    With several sources a change is only reported when none of their ranks fit.
    """
    ranks: dict[tuple[int, str, str], list[KnownFigure]] = {}
    for figure in figures:
        if figure.quantity == "rank" and figure.value.isdecimal():
            ranks.setdefault((figure.edition, figure.city, category_key(figure.category)), []).append(figure)
    found: list[SourceConflict] = []
    for figure in figures:
        if figure.quantity != "rank_change":
            continue
        key = category_key(figure.category)
        before = ranks.get((figure.edition - 1, figure.city, key), [])
        now = ranks.get((figure.edition, figure.city, key), [])
        pairs = [(old, new) for old in before for new in now]
        try:
            change = parse_figure(figure.value).value
        except NotAFigureError:
            continue
        if pairs and all(int(old.value) - int(new.value) != change for old, new in pairs):
            found.append(SourceConflict("rank_change", (*pairs[0], figure)))
    return tuple(found)
