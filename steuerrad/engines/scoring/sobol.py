"""Which input a result depends on: variance-based sensitivity indices.

Estimators: first order after Saltelli et al. (2010), total after Jansen (1999); N (d + 2) runs for d inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.scoring.order import Floats, Integers


@dataclass(frozen=True)
class SobolIndices:
    """For each of d inputs, all (d,).

    first: share of the variance that this input explains alone. whole: share that would go if it were known, with all
    that it does together with others. The intervals are 5-95 % of a bootstrap over the runs. All NaN when the result
    does not vary. Small indices may come out below 0: that is the error of the estimate.
    """

    first: Floats
    first_low: Floats
    first_high: Floats
    whole: Floats
    whole_low: Floats
    whole_high: Floats
    variance: float
    runs: int


def sobol_indices(
    model: Callable[[Floats], Floats], inputs: int, *, runs: int, seed: int = 0, resamples: int = 500
) -> SobolIndices:
    """Indices of ``model``, which takes points (r, inputs), uniform from 0 to 1, and returns (r,) results.

    runs: N, rounded up to a power of 2; the model is asked for N (inputs + 2) points of a scrambled Sobol sequence,
    which for smooth models errs far less than independent points. Raises ValueError for results that are no numbers.
    """
    if inputs < 1 or runs < 2:
        raise ValueError("at least one input and two runs are needed")
    random = np.random.default_rng(seed)
    exponent = (runs - 1).bit_length()
    runs = 2**exponent
    first, second = np.split(_sequence(2 * inputs, exponent, seed), 2, axis=1)
    mixed = np.repeat(first[None], inputs, axis=0)
    for number in range(inputs):
        mixed[number, :, number] = second[:, number]
    points = np.concatenate([first, second, mixed.reshape(inputs * runs, inputs)])
    results = model(points)
    if not np.isfinite(results).all():
        raise ValueError("the model gave a result that is no number")
    results = results - results.mean()  # changes no index, but the error of the first ones
    a, b, ab = results[:runs], results[runs : 2 * runs], results[2 * runs :].reshape(inputs, runs)
    rows = np.arange(runs)[None]
    one, all_of_it = _estimates(a, b, ab, rows)
    picks = random.integers(0, runs, size=(resamples, runs))
    ones, wholes = _estimates(a, b, ab, picks)
    low, high = (np.quantile(ones, share, axis=0) for share in (0.05, 0.95))
    whole_low, whole_high = (np.quantile(wholes, share, axis=0) for share in (0.05, 0.95))
    variance = float(results[: 2 * runs].var())
    return SobolIndices(one[0], low, high, all_of_it[0], whole_low, whole_high, variance, len(points))


def _estimates(a: Floats, b: Floats, ab: Floats, rows: Integers) -> tuple[Floats, Floats]:
    """First and total indices, both (k, d), from the runs numbered in ``rows`` (k, N)."""
    variance = np.concatenate([a[rows], b[rows]], axis=1).var(axis=1)
    scale = np.where(variance > 0, variance, np.nan)
    first = np.stack([(b * (one - a))[rows].mean(axis=1) / scale for one in ab], axis=1)
    whole = np.stack([((a - one) ** 2)[rows].mean(axis=1) / (2 * scale) for one in ab], axis=1)
    return first, whole


def _sequence(dimensions: int, exponent: int, seed: int) -> Floats:
    """2 ** exponent points of ``dimensions`` coordinates from 0 to 1."""
    from scipy.stats import qmc  # pyright: ignore[reportMissingTypeStubs] - slow to import, and seldom needed

    points: Floats = qmc.Sobol(dimensions, scramble=True, rng=seed).random_base2(exponent)  # pyright: ignore
    return points
