"""Tightest ranks and scores under partial knowledge of a ranking.

Two facts tie ranks and scores together, since ranks are given on unrounded scores:
a better rank means a score at least as high, and a higher score means a better rank.
Equal printed scores may have different ranks. Ties share the best rank (competition ranking).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

from steuerrad.engines.scoring.interval import Interval

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_LARGEST = 2**40  # scaled scores stay far from the end of int64


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one competitor; ``rank`` and ``score`` are inclusive, None = unknown."""

    name: str
    rank: tuple[int, int] | None = None
    score: Interval | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Figures that cannot all be true.

    ``order``: ``first`` has the better rank but the lower score than ``second``.
    ``same_rank``: both have the same rank although ranks are known to be distinct, or their scores differ.
    ``count``: more competitors are certainly better (or worse) than the rank of ``first`` allows; then
    ``second`` is None.
    """

    kind: Literal["order", "same_rank", "count"]
    first: Entry
    second: Entry | None


@dataclass(frozen=True, slots=True)
class Bound:
    """Tightest ``rank`` (inclusive) and ``score`` of one competitor.

    ``excluded``: its own figures take part in a conflict and were not used, neither here nor for the others.
    """

    name: str
    rank: tuple[int, int]
    score: Interval
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class RankBounds:
    bounds: tuple[Bound, ...]
    conflicts: tuple[Conflict, ...]

    def of(self, name: str) -> Bound:
        """The bound of ``name``; raises KeyError when it is not among the entries."""
        for bound in self.bounds:
            if bound.name == name:
                return bound
        raise KeyError(name)


@dataclass(slots=True)
class _State:
    """Columns of the entries; scores scaled to integers, so that comparisons are exact."""

    rank_lo: Ints
    rank_hi: Ints
    score_lo: Ints
    score_hi: Ints
    size: int
    distinct: bool

    def better(self) -> Bools:
        """Matrix: row is certainly ranked before column."""
        by_rank = self.rank_hi[:, None] < self.rank_lo[None, :]
        by_score = self.score_lo[:, None] > self.score_hi[None, :]
        return by_rank | by_score

    def broken(self) -> bool:
        return bool((self.rank_lo > self.rank_hi).any() or (self.score_lo > self.score_hi).any())


def rank_bounds(
    entries: Sequence[Entry],
    size: int,
    *,
    scale: Interval | None = None,
    distinct: bool = False,
) -> RankBounds:
    """Return the tightest bounds that ``entries`` imply for a ranking of ``size`` competitors.

    Competitors without an entry count as able to stand anywhere. ``scale`` bounds scores (default 0 to 100).
    ``distinct`` says that no two competitors share a rank. Entries in conflict are reported and left out,
    since nobody can tell which of the two figures is wrong. Raises ValueError for more entries than
    competitors, a name given twice, or a rank outside 1 to ``size``.
    """
    span = scale or Interval.of(0, 100)
    _check_entries(entries, size)
    factor = _common_factor(entries, span)
    conflicts = _pair_conflicts(entries, _columns(entries, size, span, factor, distinct))
    excluded = _suspects(conflicts)
    while True:
        used = [replace(e, rank=None, score=None) if e.name in excluded else e for e in entries]
        state = _columns(used, size, span, factor, distinct)
        informed = np.array([e.rank is not None or e.score is not None for e in used], dtype=np.bool_)
        broken = _propagate(state, informed)
        if broken is None:
            break
        conflicts.append(Conflict("count", entries[broken], None))
        excluded.add(entries[broken].name)
    bounds = tuple(
        Bound(
            entry.name,
            (int(state.rank_lo[i]), int(state.rank_hi[i])),
            Interval(Fraction(int(state.score_lo[i]), factor), Fraction(int(state.score_hi[i]), factor)),
            entry.name in excluded,
        )
        for i, entry in enumerate(entries)
    )
    return RankBounds(bounds, tuple(conflicts))


def _check_entries(entries: Sequence[Entry], size: int) -> None:
    if len(entries) > size:
        raise ValueError(f"{len(entries)} entries in a ranking of {size}")
    if len({entry.name for entry in entries}) < len(entries):
        raise ValueError("a name occurs twice; join its sources before")
    for entry in entries:
        if entry.rank is not None and not 1 <= entry.rank[0] <= entry.rank[1] <= size:
            raise ValueError(f"rank {entry.rank} of {entry.name} lies outside 1 to {size}")


def _common_factor(entries: Sequence[Entry], span: Interval) -> int:
    known = [span, *(entry.score for entry in entries if entry.score is not None)]
    factor = math.lcm(*(end.denominator for interval in known for end in (interval.lo, interval.hi)))
    if factor * max(abs(end) for interval in known for end in (interval.lo, interval.hi)) > _LARGEST:
        raise ValueError("scores are too finely divided; round them to printed decimals first")
    return factor


def _columns(entries: Sequence[Entry], size: int, span: Interval, factor: int, distinct: bool) -> _State:
    def column(values: Sequence[int | Fraction]) -> Ints:
        return np.array([int(value) for value in values], dtype=np.int64)

    scores = [entry.score or span for entry in entries]
    ranks = [entry.rank or (1, size) for entry in entries]
    return _State(
        column([low for low, _ in ranks]),
        column([high for _, high in ranks]),
        column([score.lo * factor for score in scores]),
        column([score.hi * factor for score in scores]),
        size,
        distinct,
    )


def _pair_conflicts(entries: Sequence[Entry], state: _State) -> list[Conflict]:
    by_rank = state.rank_hi[:, None] < state.rank_lo[None, :]
    lower_score = state.score_hi[:, None] < state.score_lo[None, :]
    found = [Conflict("order", entries[a], entries[b]) for a, b in _pairs(by_rank & lower_score)]
    fixed = state.rank_lo == state.rank_hi
    same = (state.rank_lo[:, None] == state.rank_lo[None, :]) & fixed[:, None] & fixed[None, :]
    if not state.distinct:
        same &= lower_score | lower_score.T
    found += [Conflict("same_rank", entries[a], entries[b]) for a, b in _pairs(np.triu(same, 1))]
    return found


def _pairs(matrix: Bools) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(matrix)
    return [(int(a), int(b)) for a, b in zip(rows, columns, strict=True)]


def _suspects(conflicts: Sequence[Conflict]) -> set[str]:
    """Names to leave out: again and again those with most conflicts; both of a pair when it is undecided."""
    left = [(c.first.name, c.second.name) for c in conflicts if c.second is not None]
    excluded: set[str] = set()
    while left:
        counts: dict[str, int] = {}
        for pair in left:
            for name in pair:
                counts[name] = counts.get(name, 0) + 1
        most = max(counts.values())
        excluded |= {name for name, count in counts.items() if count == most}
        left = [pair for pair in left if not excluded & set(pair)]
    return excluded


def _propagate(state: _State, informed: Bools) -> int | None:
    """Tighten until nothing changes; return the index of an entry that became impossible, else None.

    Only entries with a figure of their own (``informed``) are blamed.
    """
    while True:
        before = (
            state.rank_lo.copy(),
            state.rank_hi.copy(),
            state.score_lo.copy(),
            state.score_hi.copy(),
        )
        _tighten(state)
        if state.broken():
            bad = (state.rank_lo > state.rank_hi) | (state.score_lo > state.score_hi)
            return _most_informed(bad & informed if (bad & informed).any() else informed, before)
        after = (state.rank_lo, state.rank_hi, state.score_lo, state.score_hi)
        if all(np.array_equal(old, new) for old, new in zip(before, after, strict=True)):
            return None


def _most_informed(bad: Bools, before: tuple[Ints, Ints, Ints, Ints]) -> int:
    """Of the impossible entries the one with the narrowest rank: its own figure is what does not fit."""
    width = np.where(bad, before[1] - before[0], np.iinfo(np.int64).max)
    return int(np.argmin(width))


def _tighten(state: _State) -> None:
    better = state.better()
    rows, columns = better, better.T
    top, bottom = np.iinfo(np.int64).max, np.iinfo(np.int64).min
    # Scores: at least that of everybody certainly ranked behind, at most that of everybody ranked before.
    state.score_lo = np.maximum(
        state.score_lo, np.where(rows, state.score_lo[None, :], bottom).max(axis=1, initial=bottom)
    )
    state.score_hi = np.minimum(
        state.score_hi, np.where(columns, state.score_hi[None, :], top).min(axis=1, initial=top)
    )
    # Ranks: behind everybody certainly better, before everybody certainly worse, and room for all of them.
    behind = np.where(columns, state.rank_lo[None, :] + 1, 1).max(axis=1, initial=1)
    ahead = np.where(rows, state.rank_hi[None, :] - 1, state.size).min(axis=1, initial=state.size)
    state.rank_lo = np.maximum.reduce([state.rank_lo, behind, 1 + columns.sum(axis=1)])
    state.rank_hi = np.minimum.reduce([state.rank_hi, ahead, 1 + _possibly_better(state)])
    if state.distinct:
        _tighten_distinct(state)


def _possibly_better(state: _State) -> Ints:
    """How many competitors, those without an entry included, may have a higher score than each entry."""
    higher = state.score_hi[:, None] > state.score_lo[None, :]
    ahead = state.rank_lo[:, None] < state.rank_hi[None, :]
    possible = higher & ahead
    np.fill_diagonal(possible, val=False)
    return possible.sum(axis=0) + (state.size - len(state.rank_lo))


def _tighten_distinct(state: _State) -> None:
    """Bounds of an all-different constraint: k ranks that k competitors must share are closed to others."""
    lows, highs = np.unique(state.rank_lo), np.unique(state.rank_hi)
    for low in lows:
        for high in highs[highs >= low]:
            inside = (state.rank_lo >= low) & (state.rank_hi <= high)
            room = int(high - low + 1)
            held = int(inside.sum())
            if held > room:
                state.rank_lo[inside] = state.size + 1  # impossible; the caller reports it
                return
            if held == room:
                from_below = ~inside & (state.rank_lo >= low) & (state.rank_lo <= high)
                from_above = ~inside & (state.rank_hi >= low) & (state.rank_hi <= high)
                state.rank_lo[from_below] = high + 1
                state.rank_hi[from_above] = low - 1
