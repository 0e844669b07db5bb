"""Figures that cannot all be true: within one file a fault, between sources a conflict that stays side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.reading import ResultRow

#: Half a unit by number of decimals.
HALF_UNITS = tuple(Decimal(1).scaleb(-decimals) / 2 for decimals in range(12))
#: Of so many different statements about one figure each later one is compared with; more tell nothing new.
MOST_STATEMENTS = 20

Kind = Literal["score", "rank", "same_rank", "order", "tendency"]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two figures that exclude each other. line 0: it stands already in the database."""

    kind: Kind
    here: ResultRow
    other: ResultRow

    @property
    def one_source(self) -> bool:
        return self.here.source == self.other.source


def half_unit(row: ResultRow) -> Decimal:
    """Half a unit of the last printed digit; one half where the decimals are not known."""
    return HALF_UNITS[row.decimals or 0]


def agree(one: ResultRow, other: ResultRow) -> bool:
    """Whether two scores can be roundings of the same value (no score: nothing to disagree about)."""
    if one.score is None or other.score is None:
        return True
    return abs(one.score - other.score) <= half_unit(one) + half_unit(other)


def between_sources(rows: Iterable[ResultRow]) -> Iterator[Contradiction]:
    """Sources that say different things about the same figure of the same city."""
    groups: dict[tuple[int, int, str, str], list[ResultRow]] = defaultdict(list)
    for row in rows:
        groups[(row.edition, row.city, row.category, row.indicator)].append(row)
    for group in groups.values():
        if len(group) > 1:
            yield from _in_group(group)


def _in_group(group: list[ResultRow]) -> Iterator[Contradiction]:
    """Every row against the different statements that stand before it, and one report for each row and kind."""
    scores: dict[tuple[Decimal, int | None], ResultRow] = {}
    ranks: dict[int, ResultRow] = {}
    for row in group:
        if row.score is not None:
            other = next((item for item in scores.values() if not agree(item, row)), None)
            if other is not None:
                yield Contradiction("score", row, other)
            if len(scores) < MOST_STATEMENTS:
                scores.setdefault((row.score, row.decimals), row)
        if row.rank is not None:
            other = next((item for rank, item in ranks.items() if rank != row.rank), None)
            if other is not None:
                yield Contradiction("rank", row, other)
            if len(ranks) < MOST_STATEMENTS:
                ranks.setdefault(row.rank, row)


def in_ranking(rows: Iterable[ResultRow]) -> Iterator[Contradiction]:
    """Two cities at one rank, and a better rank with a lower score, per edition, category and indicator.

    First what each source says against itself, then what sources say against each other.
    Ranks are given on unrounded scores, so equal printed scores may have different ranks, but nobody shares one.
    Indicators are left out of the first check: there many cities have full points and share the first rank.
    """
    rankings: dict[tuple[int, str, str], list[ResultRow]] = defaultdict(list)
    for row in rows:
        if row.rank is not None:
            rankings[(row.edition, row.category, row.indicator)].append(row)
    for (_edition, _category, indicator), ranking in rankings.items():
        ranking.sort(key=lambda row: (row.rank or 0, row.line))
        by_source: dict[str, list[ResultRow]] = defaultdict(list)
        for row in ranking:
            by_source[row.source].append(row)
        for group in by_source.values():
            yield from _checked(group, bool(indicator))
        if len(by_source) > 1:
            yield from (item for item in _checked(ranking, bool(indicator)) if not item.one_source)


def _checked(ranking: list[ResultRow], of_indicator: bool) -> Iterator[Contradiction]:
    if not of_indicator:
        yield from _shared_ranks(ranking)
    yield from _wrong_order(ranking)


def _shared_ranks(ranking: list[ResultRow]) -> Iterator[Contradiction]:
    holder: ResultRow | None = None
    for row in ranking:
        if holder is None or holder.rank != row.rank:
            holder = row
        elif holder.city != row.city:
            yield _later_first("same_rank", row, holder)


def _wrong_order(ranking: list[ResultRow]) -> Iterator[Contradiction]:
    """Against the lowest score of all better ranks; one report for each row, of cities other than its own."""
    lowest: ResultRow | None = None
    pending: list[ResultRow] = []
    for row in ranking:
        if row.score is None:
            continue
        if pending and pending[0].rank != row.rank:
            lowest = min([*pending, *([lowest] if lowest else [])], key=_top)
            pending = []
        if lowest is not None and lowest.city != row.city and _top(lowest) < row.score - half_unit(row):
            yield _later_first("order", row, lowest)
        pending.append(row)


def _top(row: ResultRow) -> Decimal:
    return (row.score or Decimal(0)) + half_unit(row)


def _later_first(kind: Kind, one: ResultRow, other: ResultRow) -> Contradiction:
    """The row that stands later in the file is the one to blame; what the database holds stood earlier."""
    return Contradiction(kind, one, other) if one.line >= other.line else Contradiction(kind, other, one)


def in_tendency(rows: Iterable[ResultRow], years: dict[int, int]) -> Iterator[Contradiction]:
    """A printed tendency against the rank of the year before, where that is known: before minus now.

    years: {edition: year}. The other row is the one of the year before.
    """
    ranks: dict[tuple[int, int, str], list[ResultRow]] = defaultdict(list)
    rows = [row for row in rows if not row.indicator and row.rank is not None]
    for row in rows:
        ranks[(years[row.edition], row.city, row.category)].append(row)
    for row in rows:
        before = ranks.get((years[row.edition] - 1, row.city, row.category), ())
        if row.tendency is None or not before:
            continue
        if all((other.rank or 0) - (row.rank or 0) != row.tendency for other in before):
            yield Contradiction("tendency", row, before[0])


def explain(found: Contradiction, cities: dict[int, str]) -> str:
    """What contradicts what, in one sentence."""
    here, other = found.here, found.other
    where = _("line %(line)d") % {"line": other.line} if other.line else _("what is already known")
    values = {
        "where": where, "source": other.source, "city": cities.get(other.city, ""), "rank": here.rank,
        "other_rank": other.rank, "score": here.score, "other_score": other.score, "tendency": here.tendency,
        "difference": (other.rank or 0) - (here.rank or 0), "year": other.year,
    }  # fmt: skip
    sentences = {
        "score": _("score %(score)s, but %(other_score)s in %(where)s (%(source)s)"),
        "rank": _("rank %(rank)s, but %(other_rank)s in %(where)s (%(source)s)"),
        "same_rank": _("rank %(rank)s is held by %(city)s in %(where)s (%(source)s)"),
        "order": _("rank %(rank)s with %(score)s points, but %(city)s has rank %(other_rank)s with %(other_score)s "
                   "in %(where)s (%(source)s)"),
        "tendency": _("tendency %(tendency)+d, but rank %(other_rank)s in %(year)s and %(rank)s now differ by "
                      "%(difference)+d (%(source)s)"),
    }  # fmt: skip
    return sentences[found.kind] % values
