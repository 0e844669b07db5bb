"""How much the ranks of a composite index hang on choices that could have been made otherwise.

Sources: OECD/JRC handbook (2008), step 7; Saisana, Saltelli and Tarantola (2005). Scores of different methods are on
different scales, so only ranks are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from steuerrad.engines.scoring.composite import (
    MIN_MAX,
    TIE_DECIMALS,
    Composite,
    Method,
    aggregate_many,
    compute,
)
from steuerrad.engines.scoring.framework import Aggregation, Framework
from steuerrad.engines.scoring.normalise import Normaliser, normalise
from steuerrad.engines.scoring.order import Floats, Integers, rank_shift, score_ranks, sorted_quantile
from steuerrad.engines.scoring.outliers import Treatment, treat
from steuerrad.engines.scoring.sobol import SobolIndices, sobol_indices

Assumption = Literal["treatment", "normalisation", "aggregation", "weights"]
ASSUMPTIONS: tuple[Assumption, ...] = ("treatment", "normalisation", "aggregation", "weights")
WEIGHT_SETS = 1000
_BLOCK = 4_000_000  # numbers held at once


@dataclass(frozen=True)
class Alternatives:
    """What might have been chosen, each with the same chance.

    weight_noise: by level (1 = indicators), the share by which a weight may differ either way, uniformly: 0.25 lets
    a weight of 1 lie between 0.75 and 1.25. The root's weight means nothing.
    """

    treatments: tuple[Treatment | None, ...] = (None,)
    normalisers: tuple[Normaliser, ...] = (MIN_MAX,)
    aggregations: tuple[Aggregation, ...] = ("arithmetic",)
    weight_noise: Mapping[int, float] = field(default_factory=dict[int, float])

    def __post_init__(self) -> None:
        if not (self.treatments and self.normalisers and self.aggregations):
            raise ValueError("each choice needs at least one alternative")
        if any(not 0 <= noise <= 1 for noise in self.weight_noise.values()):
            raise ValueError("the noise of a weight is a share between 0 and 1")

    def open(self) -> tuple[Assumption, ...]:
        """The choices with more than one alternative."""
        more = (
            len(self.treatments) > 1,
            len(self.normalisers) > 1,
            len(self.aggregations) > 1,
            any(self.weight_noise.values()),
        )
        return tuple(name for name, several in zip(ASSUMPTIONS, more, strict=True) if several)


@dataclass(frozen=True)
class RankUncertainty:
    """Ranks of n units over r runs. ranks (r, n), 0 where a unit had no total; the others (n,) over its ranked runs.

    nominal: rank under the method as chosen. low, high: 5 and 95 % (linear quantiles). shift (r,): mean absolute
    difference to the nominal ranks in each run.
    """

    nominal: Integers
    ranks: Integers
    mean: Floats
    median: Floats
    low: Floats
    high: Floats
    shift: Floats


@dataclass(frozen=True)
class LeftOut:
    """An element left out: mean absolute shift of ranks, NaN when nothing is left; ranks (n,)."""

    key: str
    shift: float
    ranks: Integers


class Variants:
    """The same data under every combination of alternatives; what costs is prepared once.

    Raises ValueError where an alternative cannot be computed, such as a geometric mean of scores down to 0.
    """

    def __init__(
        self,
        framework: Framework,
        values: Floats,
        alternatives: Alternatives,
        *,
        min_share: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.framework = framework
        self.alternatives = alternatives
        self.min_share = min_share
        self._weights = _weight_sets(framework, alternatives.weight_noise, seed)
        targets, posts = framework.targets(), framework.posts()
        self._scores = [
            [
                normalise(treated, framework.directions, normaliser, targets=targets, posts=posts)
                for normaliser in alternatives.normalisers
            ]
            for treated in (_treated(values, choice) for choice in alternatives.treatments)
        ]

    def ranks(self, points: Floats) -> Integers:
        """Ranks (r, n) at ``points`` (r, 4), each coordinate from 0 to 1, in the order of ASSUMPTIONS."""
        chosen = self.alternatives
        counts = (
            len(chosen.treatments),
            len(chosen.normalisers),
            len(chosen.aggregations),
            len(self._weights),
        )
        picks = np.minimum((points * counts).astype(np.int64), np.array(counts) - 1)
        units = len(self._scores[0][0])
        result = np.zeros((len(points), units), dtype=np.int64)
        block = max(1, _BLOCK // max(1, units * (len(self.framework.nodes) + 3)))
        kinds, which = np.unique(picks[:, :3], axis=0, return_inverse=True)
        for number in range(len(kinds)):
            treatment, normaliser, aggregation = (int(pick) for pick in kinds[number])
            rows = np.flatnonzero(which.reshape(-1) == number)
            for begin in range(0, len(rows), block):
                some = rows[begin : begin + block]
                nodes = aggregate_many(
                    self.framework, self._scores[treatment][normaliser], self._weights[picks[some, 3]],
                    chosen.aggregations[aggregation], min_share=self.min_share,
                )  # fmt: skip
                result[some] = score_ranks(nodes[:, self.framework.root], decimals=TIE_DECIMALS)
        return result


def vary(
    framework: Framework,
    values: Floats,
    nominal: Method,
    alternatives: Alternatives,
    *,
    runs: int = 1000,
    seed: int = 0,
) -> RankUncertainty:
    """Ranks of ``values`` (n, m) under ``runs`` random combinations of alternatives. Raises ValueError.

    nominal: the method that the ranks are compared with; its min_share holds in all runs.
    """
    if runs < 1:
        raise ValueError("at least one run is needed")
    reference = compute(framework, values, nominal).ranks
    variants = Variants(framework, values, alternatives, min_share=nominal.min_share, seed=seed)
    points = np.random.default_rng([seed, 1]).random((runs, len(ASSUMPTIONS)))
    ranks = variants.ranks(points)
    ordered = np.sort(np.where(ranks > 0, ranks, np.nan), axis=0)
    count: Integers = (ranks > 0).sum(axis=0)
    mean = np.where(count > 0, ranks.sum(axis=0) / np.maximum(count, 1), np.nan)
    low, median, high = (sorted_quantile(ordered, count, share) for share in (0.05, 0.5, 0.95))
    return RankUncertainty(reference, ranks, mean, median, low, high, rank_shift(ranks, reference))


def leave_out(composite: Composite) -> tuple[LeftOut, ...]:
    """What happens to the ranks when one indicator or one node is left out; all but the root, in their order.

    The siblings' weights then count alone; a node that loses its last part goes too.
    """
    framework = composite.framework
    first = len(framework.indicators)
    elements = [number for number in range(len(framework.keys)) if number - first != framework.root]
    found = [framework.weights_without(number) for number in elements]
    kept = np.array([weights for weights in found if weights is not None]).reshape(-1, len(framework.keys))
    nodes = aggregate_many(
        framework, composite.scores, kept, composite.method.aggregation, min_share=composite.method.min_share
    )
    ranks = iter(score_ranks(nodes[:, framework.root], decimals=TIE_DECIMALS))
    nothing = np.zeros(len(composite.total), dtype=np.int64)
    result: list[LeftOut] = []
    for number, weights in zip(elements, found, strict=True):
        row = nothing if weights is None else next(ranks)
        result.append(LeftOut(framework.keys[number], float(rank_shift(row, composite.ranks)), row))
    return tuple(result)


def assumption_indices(
    framework: Framework,
    values: Floats,
    nominal: Method,
    alternatives: Alternatives,
    *,
    runs: int = 256,
    seed: int = 0,
) -> tuple[tuple[Assumption, ...], SobolIndices]:
    """The open choices and their Sobol indices for the mean absolute shift of ranks; runs x (choices + 2) runs.

    Raises ValueError when no choice is open.
    """
    choices = alternatives.open()
    if not choices:
        raise ValueError("no choice has more than one alternative")
    reference = compute(framework, values, nominal).ranks
    variants = Variants(framework, values, alternatives, min_share=nominal.min_share, seed=seed)
    columns = [ASSUMPTIONS.index(name) for name in choices]

    def shift(points: Floats) -> Floats:
        full = np.zeros((len(points), len(ASSUMPTIONS)))
        full[:, columns] = points
        return rank_shift(variants.ranks(full), reference)

    return choices, sobol_indices(shift, len(choices), runs=runs, seed=seed)


def _treated(values: Floats, choice: Treatment | None) -> Floats:
    return values if choice is None else treat(values, choice)[0]


def _weight_sets(framework: Framework, noise: Mapping[int, float], seed: int) -> Floats:
    """(k, m + g) sets of weights; one when nothing varies."""
    spread = np.array([noise.get(level, 0.0) for level in framework.levels.tolist()])
    if not spread.any():
        return framework.weights[None, :].copy()
    random = np.random.default_rng([seed, 2])
    return framework.weights * (1 + spread * random.uniform(-1, 1, size=(WEIGHT_SETS, len(spread))))
