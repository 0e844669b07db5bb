"""Bring indicators of different units onto one scale.

Sources: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 5; Becker et al., COINr (2022).
In every method a higher score is better, NaN stays NaN, and a column is judged by its known values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from steuerrad.engines.scoring.order import Floats, column_extremes, score_ranks

NormaliserKind = Literal["min_max", "rank", "percentile_rank", "distance_to_target", "goalposts", "z_score"]


@dataclass(frozen=True, slots=True)
class Normaliser:
    """A method with its scale: scores run from ``low`` (worst) to ``high`` (best).

    ``min_max``: (x - min) / (max - min). ``percentile_rank``: (rank - 1) / (n - 1), ties share the lower rank.
    ``distance_to_target``: the way from the worst value to the target that has been covered, at most 1.
    ``goalposts``: (x - a) / (b - a) between fixed posts, cut at both. All four are then put on the scale.
    ``rank``: 1 for the worst, n for the best, without scale. ``z_score``: mean ``low``, standard deviation ``high``.
    """

    kind: NormaliserKind = "min_max"
    low: float = 0.0
    high: float = 100.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            raise ValueError("a scale needs finite ends")
        if self.kind == "z_score":
            if self.high <= 0:
                raise ValueError("a z-score needs a positive standard deviation")
        elif self.high <= self.low:
            raise ValueError("the best score must be above the worst")


def normalise(
    values: Floats,
    directions: Floats,
    method: Normaliser,
    *,
    targets: Floats | None = None,
    posts: Floats | None = None,
) -> Floats:
    """Scores of ``values``, both (n, m): n units, m indicators.

    directions (m,): 1 where more is better, -1 where less is. targets (m,) in the unit of the indicator, for
    ``distance_to_target``; posts (m, 2), lower and upper, for ``goalposts``. A column of equal values has no
    score under ``min_max`` and ``z_score`` (NaN): it tells nobody apart. Raises ValueError for wrong shapes,
    directions, targets or posts.
    """
    if values.ndim != 2 or directions.shape != (values.shape[1],):
        raise ValueError(f"values {values.shape} and directions {directions.shape} do not fit")
    if not np.isin(directions, (-1.0, 1.0)).all():
        raise ValueError("a direction is 1 or -1")
    if np.isinf(values).any():
        raise ValueError("an infinite value cannot be scored")
    better = values * directions  # from here on more is better
    match method.kind:
        case "min_max":
            return _scaled(_shares(better, *column_extremes(better)), method)
        case "percentile_rank":
            return _scaled(_percentile_ranks(better), method)
        case "rank":
            return _lowest_ranks(better)
        case "z_score":
            return _z_scores(better) * method.high + method.low
        case "distance_to_target":
            return _scaled(_towards(better, _wanted(targets, directions, "target") * directions), method)
        case "goalposts":
            return _scaled(np.clip(_between(better, directions, posts), 0, 1), method)


def _scaled(shares: Floats, method: Normaliser) -> Floats:
    return shares * (method.high - method.low) + method.low


def _shares(values: Floats, least: Floats, greatest: Floats) -> Floats:
    """Where each value lies between two ends of its column; NaN where they are equal."""
    width = greatest - least
    return (values - least) / np.where(width > 0, width, np.nan)


def _lowest_ranks(values: Floats) -> Floats:
    ranks = score_ranks(-values.T).T
    return np.where(ranks > 0, ranks, np.nan)


def _percentile_ranks(values: Floats) -> Floats:
    """The share of the other known units that a unit surpasses; NaN where there is no other."""
    others = (~np.isnan(values)).sum(axis=0) - 1
    return (_lowest_ranks(values) - 1) / np.where(others > 0, others, np.nan)


def _z_scores(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    mean = np.where(known, values, 0).sum(axis=0) / np.maximum(count, 1)
    spread = np.where(known, values - mean, 0)
    variance = (spread**2).sum(axis=0) / np.maximum(count - 1, 1)
    least, greatest = column_extremes(values)
    usable = (count > 1) & (greatest > least)
    return (values - mean) / np.where(usable, np.sqrt(variance), np.nan)


def _wanted(numbers: Floats | None, directions: Floats, what: str) -> Floats:
    if numbers is None or numbers.shape[:1] != directions.shape or not np.isfinite(numbers).all():
        raise ValueError(f"every indicator needs a {what}")
    return numbers


def _towards(values: Floats, targets: Floats) -> Floats:
    """Distance to target; a target that even the worst has reached gives 1 to all."""
    least, _ = column_extremes(values)
    way = targets - least
    covered = (values - least) / np.where(way > 0, way, np.nan)
    return np.where(np.isnan(values), np.nan, np.where(way > 0, np.minimum(covered, 1), 1.0))


def _between(values: Floats, directions: Floats, posts: Floats | None) -> Floats:
    pair = _wanted(posts, directions, "pair of goalposts")
    if pair.ndim != 2 or pair.shape[1] != 2 or (pair[:, 0] >= pair[:, 1]).any():
        raise ValueError("a lower goalpost must be below its upper one")
    ends = np.sort(pair * directions[:, None], axis=1)
    return _shares(values, ends[:, 0], ends[:, 1])
