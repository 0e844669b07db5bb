"""Ranks of many scores at once: one row of an array is one ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def score_ranks(scores: Floats, *, decimals: int | None = None) -> Integers:
    """Rank of each score along the last axis, shape (..., n) as given: 1 for the highest.

    Equal scores share the best rank (1, 2, 2, 4). NaN has no rank and gets 0; the others are ranked without it.
    decimals: compare scores rounded to so many places, so that sums of the same parts in another order stay ties.
    Cost: one sort a row.
    """
    values = scores if decimals is None else np.round(scores, decimals)
    order = np.argsort(-values, axis=-1, kind="stable")  # NaN comes last
    ordered = np.take_along_axis(values, order, -1)
    begins = np.ones(ordered.shape, dtype=np.bool_)
    begins[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    places: Integers = np.arange(1, values.shape[-1] + 1, dtype=np.int64)
    shared = np.maximum.accumulate(np.where(begins, places, 0), axis=-1)
    shared[np.isnan(ordered)] = 0
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, shared, -1)
    return ranks


def middle_ranks(values: Floats) -> Floats:
    """Rank of each value along the last axis, 1 for the lowest; equal values share the mean of their ranks.

    The ranks of rank statistics (Spearman, Kendall): 1, 2.5, 2.5, 4. NaN stays NaN and does not count.
    """
    known = ~np.isnan(values)
    lowest = score_ranks(-values).astype(np.float64)
    highest = known.sum(axis=-1, keepdims=True) + 1.0 - score_ranks(values)
    return np.where(known, (lowest + highest) / 2, np.nan)


def rank_shift(ranks: Integers, reference: Integers) -> Floats:
    """Mean absolute difference of ranks (..., n) against ``reference`` (n,), over all that both rank.

    R_S of the OECD/JRC handbook (2008), section 7.1. NaN where nothing is ranked in both.
    """
    both = (ranks > 0) & (reference > 0)
    count = both.sum(axis=-1)
    total = np.where(both, np.abs(ranks - reference), 0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def column_extremes(values: Floats) -> tuple[Floats, Floats]:
    """Least and greatest known value of each column of (n, m); NaN for a column without any."""
    known = ~np.isnan(values)
    some = known.any(axis=0)
    least = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    greatest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(some, least, np.nan), np.where(some, greatest, np.nan)


def sorted_quantile(ordered: Floats, count: Integers, share: float) -> Floats:
    """Quantile (...) over the first axis of values (r, ...) that are sorted, NaN last; count (...) are known.

    Linear between neighbours (Hyndman and Fan, type 7). NaN where nothing is known.
    """
    if not len(ordered):
        return np.full(ordered.shape[1:], np.nan)
    place = np.maximum(count - 1, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    low = np.take_along_axis(ordered, below[None], 0)[0]
    high = np.take_along_axis(ordered, above[None], 0)[0]
    return low + (high - low) * (place - below)
