"""Exact probabilities of ranks for independent normal scores: what the simulation must agree with.

Given the own score, each rival is ahead with its own probability, independently: the number of rivals ahead is
Poisson-binomial (Wang 1993, Statistica Sinica 3). An own score with spread is integrated out by Gauss-Hermite quadrature.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking import normal

Doubles = NDArray[np.float64]
NODES = 96  # of the quadrature; the table of the tests stands to 10 digits from 40 on


def poisson_binomial(probabilities: Doubles) -> Doubles:
    """P(k of n independent events happen), k = 0..n, along the last axis; exact up to rounding, O(n^2)."""
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ValueError("probabilities must lie between 0 and 1")
    *before, count = probabilities.shape
    found = np.zeros((*before, count + 1))
    found[..., 0] = 1.0
    for number in range(count):
        p = probabilities[..., number, None]
        found[..., 1:] = found[..., 1:] * (1 - p) + found[..., :-1] * p
        found[..., :1] *= 1 - p
    return found


def rank_distribution(
    own: float, own_sd: float, means: Sequence[float], sds: Sequence[float]
) -> tuple[float, ...]:
    """P(rank 1), P(rank 2), ... of a score N(own, own_sd) among rivals N(means, sds); an sd may be zero."""
    rivals, spread = np.asarray(means, np.float64), np.asarray(sds, np.float64)
    if own_sd < 0 or (spread < 0).any():
        raise ValueError("a spread must not be negative")
    if own_sd == 0:
        nodes, weights = np.zeros(1), np.ones(1)
    else:
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        weights = weights / weights.sum()
    scores = own + own_sd * nodes
    return tuple((weights @ poisson_binomial(_ahead(scores[:, None], rivals, spread))).tolist())


def expected_rank(own: float, own_sd: float, means: Sequence[float], sds: Sequence[float]) -> float:
    """E[rank] = 1 + sum of P(rival > own); closed form, correlated through the own score or not."""
    spread = np.hypot(np.asarray(sds, np.float64), own_sd)
    return 1.0 + float(_ahead(np.float64(own), np.asarray(means, np.float64), spread).sum())


def _ahead(score: Doubles | np.float64, means: Doubles, sds: Doubles) -> Doubles:
    sure = sds == 0
    chance = normal.cdf((means - score) / np.where(sure, 1.0, sds))
    return np.where(sure, (means > score).astype(np.float64), chance)


def quantile_rank(probabilities: Sequence[float], p: float) -> int:
    """The first rank at which the summed probability reaches p."""
    return 1 + int(np.searchsorted(np.cumsum(probabilities), p - 1e-12))
