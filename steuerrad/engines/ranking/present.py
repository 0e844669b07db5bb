"""Scores of all participants today, where many are published as a rank only, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking import normal
from steuerrad.engines.ranking.bounds import Entry, rank_bounds
from steuerrad.engines.ranking.field import Field
from steuerrad.engines.scoring.interval import Interval

Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]
ROUNDING = Fraction(1, 20)  # half a unit of the last digit that is printed


@dataclass(frozen=True, eq=False)
class Present:
    """scores (participants, draws): the cities of the field in their order, then those of whom nothing is published.

    ranks_only: cities with a rank but no score; unnamed: participants with neither; contradicted: cities whose rank
    does not fit the rest and was not used.
    """

    scores: Singles
    ranks_only: int
    unnamed: int
    contradicted: int


def draw_present(field: Field, draws: int, rng: np.random.Generator) -> Present:
    """Draw what is not published between what is: scores fall with the rank, ranks not given fill the gaps.

    Within a gap scores follow the normal distribution that fits the published pairs of rank and score best, cut to
    the gap. Raises ValueError when ranks exceed the number of participants.
    """
    size = field.participants
    known = np.isfinite(field.totals)
    slots, contradicted = _slots(field)
    by_slot = np.full(size, np.nan)
    taken = np.flatnonzero(slots >= 0)
    by_slot[slots[taken]] = field.totals[taken]
    drawn = _fill(by_slot, draws, rng)
    scores = np.empty((size, draws), np.float32)
    scores[taken] = drawn[slots[taken]]
    loose = np.flatnonzero(known & (slots < 0))
    scores[loose] = field.totals[loose, None]
    rest = np.concatenate([np.flatnonzero(~known & (slots < 0)), np.arange(len(known), size)])
    free = np.setdiff1d(np.arange(size), slots[taken])
    if len(rest):
        order = np.argsort(rng.random((draws, len(free)), dtype=np.float32), axis=1)[:, : len(rest)]
        scores[rest] = drawn[free[order], np.arange(draws)[:, None]].T
    ranks_only = int((~known & (field.ranks > 0)).sum())
    return Present(scores, ranks_only, size - int((known | (field.ranks > 0)).sum()), contradicted)


def _slots(field: Field) -> tuple[NDArray[np.int64], int]:
    """The place of each city in the order, from 0, -1 = open; and how many published ranks contradict others."""
    if (field.ranks > field.participants).any() or (field.ranks < 0).any():
        raise ValueError(f"ranks must lie between 1 and {field.participants}")
    entries = [
        Entry(
            city,
            (int(rank), int(rank)) if rank else None,
            _interval(total) if np.isfinite(total) else None,
        )
        for city, rank, total in zip(field.cities, field.ranks, field.totals, strict=True)
    ]
    found = rank_bounds(entries, field.participants).bounds
    slots = np.full(len(entries), -1, np.int64)
    contradicted = sum(
        bound.excluded and bool(entry.rank) for bound, entry in zip(found, entries, strict=True)
    )
    last = -1
    ranked = [number for number, bound in enumerate(found) if field.ranks[number] and not bound.excluded]
    # Equal ranks take one place after the other; published scores decide which, to keep the order of scores.
    for number in sorted(ranked, key=lambda n: (field.ranks[n], -np.nan_to_num(field.totals[n]))):
        place = max(int(field.ranks[number]) - 1, last + 1)
        if place < field.participants:
            slots[number] = last = place
    _place_scores(slots, field.totals, field.participants)
    return slots, contradicted


def _interval(total: float) -> Interval:
    value = Fraction(round(float(total) * 10_000), 10_000)
    return Interval(max(value - ROUNDING, Fraction(0)), min(value + ROUNDING, Fraction(100)))


def _place_scores(slots: NDArray[np.int64], totals: Doubles, size: int) -> None:
    """Give scores without a rank places of their own, evenly among those open between ranked scores; in place."""
    open_scores = np.flatnonzero(np.isfinite(totals) & (slots < 0))
    placed = (slots >= 0) & np.isfinite(totals)
    gaps: dict[tuple[int, int], list[int]] = {}
    for number in open_scores[np.argsort(-totals[open_scores], kind="stable")]:
        above = int(slots[placed & (totals >= totals[number])].max(initial=-1))
        below = int(slots[placed & (totals < totals[number])].min(initial=size))
        gaps.setdefault((above, below), []).append(int(number))
    for (above, below), numbers in gaps.items():
        free = np.setdiff1d(np.arange(above + 1, below), slots)
        for order, number in enumerate(numbers[: len(free)], 1):
            slots[number] = free[round(order * (len(free) + 1) / (min(len(numbers), len(free)) + 1)) - 1]


def _fill(by_slot: Doubles, draws: int, rng: np.random.Generator) -> Singles:
    """(places, draws): published scores as they are, the gaps between them drawn in falling order."""
    size = len(by_slot)
    drawn = np.empty((size, draws), np.float32)
    knots = np.flatnonzero(np.isfinite(by_slot))
    drawn[knots] = by_slot[knots, None]
    mean, sd = _shape(by_slot, knots)
    edges = [-1, *knots.tolist(), size]
    for before, after in pairwise(edges):
        count = after - before - 1
        if not count:
            continue
        high = 100.0 if before < 0 else float(by_slot[before])
        low = 0.0 if after == size else float(by_slot[after])
        low, high = min(low, high), max(low, high)
        ends = normal.cdf((np.array([low, high]) - mean) / sd)
        chance = rng.random((draws, count), dtype=np.float32)
        chance.sort(axis=1)
        inside = mean + sd * normal.quantile(ends[0] + (ends[1] - ends[0]) * chance)
        drawn[before + 1 : after] = np.clip(inside, low, high).T[::-1]
    return drawn


def _shape(by_slot: Doubles, knots: NDArray[np.int64]) -> tuple[float, float]:
    """Mean and spread of the normal distribution whose quantiles fit the published scores by least squares."""
    assumed = 15.0  # spread of totals, when too few are published to see it
    if len(knots) == 0:
        return 50.0, assumed
    at = normal.quantile(1.0 - (knots + 0.5) / len(by_slot))
    scores = by_slot[knots]
    if len(knots) < 3 or np.ptp(at) == 0:
        return float(scores.mean() - assumed * at.mean()), assumed
    slope = float(np.cov(at, scores)[0, 1] / np.var(at, ddof=1))
    spread = max(slope, 1.0)
    return float(scores.mean() - spread * at.mean()), spread
