"""What a simulation of ranks says: never one number alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Low, High = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure: mean, median, 5 % and 95 % quantile, spread, Monte Carlo standard error of the mean."""

    mean: float
    median: float
    low: float
    high: float
    sd: float
    error: float

    @classmethod
    def of(cls, values: NDArray[Any]) -> Estimate:
        """The estimate of independent draws (a single value counts as certain)."""
        data = np.asarray(values, np.float64)
        if data.size == 1 or data.min() == data.max():
            value = float(data.flat[0])
            return cls(value, value, value, value, 0.0, 0.0)
        low, median, high = np.quantile(data, (Low, 0.5, High))
        sd = float(data.std(ddof=1))
        return cls(float(data.mean()), float(median), float(low), float(high), sd, sd / data.size**0.5)

    @classmethod
    def of_whole(cls, values: NDArray[Any]) -> Estimate:
        """The estimate of whole numbers: quantiles are values that occur, the least with at least that share."""
        data = np.asarray(values, np.int64)
        least = int(data.min())
        counts = np.bincount(data - least)
        at = np.arange(len(counts)) + least
        share = np.cumsum(counts) / data.size
        low, median, high = (int(at[np.searchsorted(share, p - 1e-12)]) for p in (Low, 0.5, High))
        mean = float(counts @ at) / data.size
        variance = float(counts @ (at - mean) ** 2) / max(data.size - 1, 1)
        return cls(mean, float(median), float(low), float(high), variance**0.5, (variance / data.size) ** 0.5)


@dataclass(frozen=True, slots=True)
class Share:
    """A probability as the share of draws, with its Monte Carlo standard error, which is never zero."""

    value: float
    error: float

    @classmethod
    def of(cls, hits: int, draws: int) -> Share:
        """The error is that of (hits + 1) / (draws + 2): no hit in many draws is rare, not impossible."""
        near = (hits + 1) / (draws + 2)
        return cls(hits / draws, (near * (1 - near) / (draws + 2)) ** 0.5)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a city stands: score, rank, and the probability of each rank (index 0 = first)."""

    score: Estimate
    rank: Estimate
    ranks: tuple[float, ...]
    rank_errors: tuple[float, ...]
    draws: int

    @classmethod
    def of(cls, score: NDArray[Any], rank: NDArray[np.int64], participants: int) -> Standing:
        counts = np.bincount(rank, minlength=participants + 1)[1:]
        shares = [Share.of(int(hits), rank.size) for hits in counts]
        return cls(
            Estimate.of(score),
            Estimate.of_whole(rank),
            tuple(share.value for share in shares),
            tuple(share.error for share in shares),
            rank.size,
        )

    def top(self, k: int) -> Share:
        """Probability of a rank of k or better."""
        return Share.of(round(sum(self.ranks[: max(k, 0)]) * self.draws), self.draws)


@dataclass(frozen=True, slots=True)
class Split:
    """A change split exactly, draw by draw: own + field = total.

    own: what the own change does in the present field. field: all else that moves until the next edition.
    """

    own: Estimate
    field: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class Note:
    """An assumption that the reader must know, as a code with values; who shows it words it."""

    code: str
    values: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The next edition with and without the own change, on the same random numbers.

    points, places: with against without, places positive when better. one_better, one_worse: probability of gaining
    (losing) at least one place by it. splits: from the present edition to the next one with the change.
    """

    before: Standing
    after: Standing
    points: Estimate
    places: Estimate
    one_better: Share
    one_worse: Share
    split_points: Split
    split_places: Split
    notes: tuple[Note, ...]
    draws: int
    seed: int
