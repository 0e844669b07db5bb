"""What several people's ratings say together, and how far they agree.

Ratings are an array (p, m, c): p people rate m measures by c criteria on one scale; NaN where somebody gave none.
One opinion has no spread: whatever would need a second one is NaN then, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy  # pyright: ignore[reportMissingTypeStubs]

from steuerrad.engines.scoring.order import (
    Flags,
    Floats,
    Integers,
    middle_ranks,
    score_ranks,
    sorted_quantile,
)

Centre = Literal["mean", "median"]
DRAWS = 2000
_BLOCK = 2_000_000  # numbers held at once while drawing


@dataclass(frozen=True)
class Spread:
    """By measure and criterion, each (m, c): how many rated, and where their ratings lie.

    deviation: standard deviation of the sample (n - 1). quartiles: interpolated linearly (Hyndman and Fan, type 7).
    """

    count: Integers
    mean: Floats
    median: Floats
    deviation: Floats
    lower_quartile: Floats
    upper_quartile: Floats
    least: Floats
    greatest: Floats

    @property
    def interquartile_range(self) -> Floats:
        return self.upper_quartile - self.lower_quartile


@dataclass(frozen=True, slots=True)
class Agreement:
    """Kendall's coefficient of concordance over ``people`` x ``measures`` complete ratings.

    w: 0 (no agreement) to 1 (same order), corrected for ties. p_value: of as much agreement by chance, by the
    chi-square approximation with m - 1 degrees of freedom, rough for fewer than 8 measures. NaN where not defined.
    """

    people: int
    measures: int
    w: float
    chi_square: float
    p_value: float


@dataclass(frozen=True)
class Totals:
    """Weighted totals of m measures. low, high: bootstrap interval over the people; NaN where not known.

    people (m,): how many rated the measure by the criterion with the fewest ratings. ranks: 1 = best, 0 = no total.
    rank_low, rank_high: the same interval of ranks, 0 where not known. rank_shares (m, m): share of the draws in
    which measure i came on rank j + 1; rows without interval are NaN. covered: share of weight that was rated.
    """

    total: Floats
    low: Floats
    high: Floats
    ranks: Integers
    rank_low: Integers
    rank_high: Integers
    rank_shares: Floats
    people: Integers
    covered: Floats
    draws: int


def spread(ratings: Floats) -> Spread:
    """Centre and spread of ``ratings`` (p, m, c) over the people. Raises ValueError for another shape."""
    _check(ratings)
    ordered = np.sort(ratings, axis=0)  # NaN last
    known = ~np.isnan(ratings)
    count = known.sum(axis=0)
    mean = _mean(ratings)
    squares = np.where(known, ratings - mean, 0.0) ** 2
    deviation = np.sqrt(squares.sum(axis=0) / np.where(count > 1, count - 1, np.nan))
    return Spread(
        count, mean, sorted_quantile(ordered, count, 0.5), deviation, sorted_quantile(ordered, count, 0.25),
        sorted_quantile(ordered, count, 0.75), sorted_quantile(ordered, count, 0.0), sorted_quantile(ordered, count, 1.0),
    )  # fmt: skip


def agreement(ratings: Floats) -> Agreement:
    """Kendall's W of ``ratings`` (p, m) by one criterion, or of totals by person.

    W needs every person to have rated every measure. Of incomplete ratings the block that keeps most ratings is
    taken: the k people with most ratings and the measures that all of these rated, for the best k. Compare
    ``people`` and ``measures`` of the answer with what was given before you call it the view of all.
    """
    if ratings.ndim != 2:
        raise ValueError(f"ratings of one criterion are people x measures, not {ratings.shape}")
    block = _complete_block(ratings)
    people, measures = block.shape
    if people < 2 or measures < 2:
        return Agreement(people, measures, np.nan, np.nan, np.nan)
    ranks = middle_ranks(block)
    ties = sum(_tie_term(row) for row in ranks)
    sums = ranks.sum(axis=0)
    squares = float(((sums - sums.mean()) ** 2).sum())
    possible = people**2 * (measures**3 - measures) - people * ties
    if possible <= 0:  # everybody rates everything alike: no order to agree upon
        return Agreement(people, measures, np.nan, np.nan, np.nan)
    w = min(1.0, 12 * squares / possible)
    chi_square = people * (measures - 1) * w
    p: Any = scipy.special.chdtrc(measures - 1, chi_square)  # pyright: ignore
    return Agreement(people, measures, w, chi_square, float(p))


def totals(
    ratings: Floats,
    weights: Floats,
    *,
    centre: Centre = "mean",
    level: float = 0.9,
    draws: int = DRAWS,
    seed: int = 0,
    min_share: float = 1.0,
) -> Totals:
    """Total of each measure: weighted mean over the criteria of the people's mean or median.

    ratings (p, m, c); weights (c,) not negative, not all 0. min_share: least share of the weight that must be rated
    for a total; the rest is left out of it. level: the interval holds this share of ``draws`` samples of the people
    with replacement (percentile bootstrap, Efron 1979); with few people it is too narrow rather than too wide. It
    needs two people on every criterion that counts. The same seed gives the same answer. Raises ValueError.
    """
    _check(ratings)
    people, measures, criteria = ratings.shape
    if (
        weights.shape != (criteria,)
        or not np.isfinite(weights).all()
        or (weights < 0).any()
        or not weights.any()
    ):
        raise ValueError("as many weights from 0 on as criteria are needed, not all 0")
    if not 0 < level < 1 or draws < 1:
        raise ValueError("the level lies between 0 and 1, and at least one draw is needed")
    use = weights > 0
    ratings, weights = ratings[:, :, use], weights[use] / weights.sum()
    count: Integers = (~np.isnan(ratings)).sum(axis=0)
    total, covered = _weighted(_centre(ratings, centre), weights, min_share)
    rated = count.copy()
    rated[count == 0] = people + 1  # a criterion that nobody rated is not part of the total
    fewest: Integers = np.where(covered > 0, rated.min(axis=1), 0)
    sampled = _sampled_totals(ratings, weights, centre, draws, seed, min_share)
    sure = ~np.isnan(total) & (fewest > 1)
    low, high = (_edge(sampled, share) for share in ((1 - level) / 2, (1 + level) / 2))
    ranks = score_ranks(sampled, decimals=9)
    shares = np.stack([(ranks == place + 1).sum(axis=0) for place in range(measures)], axis=1)
    ranked = shares.sum(axis=1, keepdims=True)
    shares = np.where((ranked > 0) & sure[:, None], shares / np.maximum(ranked, 1), np.nan)
    return Totals(
        total, np.where(sure, low, np.nan), np.where(sure, high, np.nan), score_ranks(total, decimals=9),
        _rank_edge(shares, (1 - level) / 2), _rank_edge(shares, (1 + level) / 2), shares, fewest, covered, draws,
    )  # fmt: skip


def totals_by_person(ratings: Floats, weights: Floats) -> Floats:
    """(p, m) the total that each person alone gives; NaN unless that person rated every criterion that counts."""
    _check(ratings)
    use = weights > 0
    return ratings[:, :, use] @ (weights[use] / weights[use].sum())


def _check(ratings: Floats) -> None:
    if ratings.ndim != 3:
        raise ValueError(f"ratings are people x measures x criteria, not {ratings.shape}")
    if np.isinf(ratings).any():
        raise ValueError("an infinite rating cannot be used")


def _mean(ratings: Floats) -> Floats:
    """Mean over the first axis of what is known."""
    known = ~np.isnan(ratings)
    count = known.sum(axis=0)
    return np.where(known, ratings, 0.0).sum(axis=0) / np.where(count > 0, count, np.nan)


def _centre(ratings: Floats, centre: Centre) -> Floats:
    if centre == "mean":
        return _mean(ratings)
    return sorted_quantile(np.sort(ratings, axis=0), (~np.isnan(ratings)).sum(axis=0), 0.5)


def _weighted(values: Floats, weights: Floats, min_share: float) -> tuple[Floats, Floats]:
    """Weighted means of (..., c) and the share of weight that they rest on, both (...)."""
    known: Flags = ~np.isnan(values)
    covered = known @ weights
    enough = (covered > 0) & (covered >= min_share - 1e-9)
    return np.where(known, values, 0.0) @ weights / np.where(enough, covered, np.nan), covered


def _sampled_totals(
    ratings: Floats, weights: Floats, centre: Centre, draws: int, seed: int, min_share: float
) -> Floats:
    """(draws, m) totals of samples of the people with replacement."""
    people, measures, criteria = ratings.shape
    random = np.random.default_rng(seed)
    result = np.full((draws, measures), np.nan)
    if not people or not measures:
        return result
    block = max(1, _BLOCK // max(1, ratings.size))
    for begin in range(0, draws, block):
        some = min(block, draws - begin)
        picks = random.integers(0, people, size=(some, people))
        sample = np.moveaxis(ratings[picks], 1, 0).reshape(people, some * measures, criteria)
        found, _ = _weighted(_centre(sample, centre), weights, min_share)
        result[begin : begin + some] = found.reshape(some, measures)
    return result


def _edge(sampled: Floats, share: float) -> Floats:
    ordered = np.sort(sampled, axis=0)
    return sorted_quantile(ordered, (~np.isnan(sampled)).sum(axis=0), share)


def _rank_edge(shares: Floats, share: float) -> Integers:
    """The least rank that at least ``share`` of the draws reach; 0 where there are none."""
    reached = np.cumsum(shares, axis=1) >= share - 1e-9
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, 0)


def _tie_term(ranks: Floats) -> float:
    _, times = np.unique(ranks, return_counts=True)
    return float((times.astype(np.float64) ** 3 - times).sum())


def _complete_block(ratings: Floats) -> Floats:
    known = ~np.isnan(ratings)
    order = np.argsort(-known.sum(axis=1), kind="stable")
    best = ratings[:0]
    for people in range(2, len(order) + 1):
        rows = np.sort(order[:people])
        block = ratings[rows][:, known[rows].all(axis=0)]
        if block.shape[1] > 1 and block.size > best.size:
            best = block
    return best
