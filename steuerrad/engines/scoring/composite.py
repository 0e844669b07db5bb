"""A composite index: treat, normalise and aggregate indicators up a tree.

Sources: OECD/JRC, Handbook on Constructing Composite Indicators (2008); Becker et al., COINr (2022), whose rules for
missing data and denominators are followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steuerrad.engines.scoring.framework import Aggregation, Framework
from steuerrad.engines.scoring.normalise import Normaliser, normalise
from steuerrad.engines.scoring.order import Flags, Floats, Integers, score_ranks
from steuerrad.engines.scoring.outliers import Treated, Treatment, treat

Filling = Literal["mean", "median"]
#: Scores are compared to so many places: what differs less, differs by the order of summation.
TIE_DECIMALS = 9
MIN_MAX = Normaliser()


@dataclass(frozen=True, slots=True)
class Method:
    """How an index is made of its indicators.

    min_share: least share of a node's parts that must be known, else the node has no score. 0 asks for one part.
    """

    normaliser: Normaliser = MIN_MAX
    treatment: Treatment | None = None
    aggregation: Aggregation = "arithmetic"
    min_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.min_share <= 1:
            raise ValueError("the least share of known parts lies between 0 and 1")


@dataclass(frozen=True)
class Composite:
    """A computed index of n units, m indicators and g nodes.

    values (n, m) as normalised, after treatment; scores (n, m); nodes (n, g) in the order of the framework; total
    (n,); ranks (n,), 1 = best, 0 without total; known (n,) share of the indicators with a value, by their weight.
    """

    framework: Framework
    method: Method
    values: Floats
    scores: Floats
    nodes: Floats
    total: Floats
    ranks: Integers
    known: Floats
    treated: tuple[Treated, ...]

    def node(self, key: str) -> Floats:
        """Scores (n,) of an element by its key. Raises ValueError for an unknown one."""
        number = self.framework.keys.index(key)
        first = len(self.framework.indicators)
        return self.scores[:, number] if number < first else self.nodes[:, number - first]


def compute(framework: Framework, values: Floats, method: Method = Method()) -> Composite:
    """The index of ``values`` (n, m), NaN where nothing is known. Raises ValueError."""
    treated, report = (values, ()) if method.treatment is None else treat(values, method.treatment)
    scores = normalise(
        treated, framework.directions, method.normaliser, targets=framework.targets(), posts=framework.posts()
    )
    nodes = aggregate(framework, scores, method.aggregation, min_share=method.min_share)
    total = nodes[:, framework.root]
    ranks = score_ranks(total, decimals=TIE_DECIMALS)
    known = ~np.isnan(values) @ framework.effective_weights()[: values.shape[1]]
    return Composite(framework, method, treated, scores, nodes, total, ranks, known, report)


def aggregate(
    framework: Framework, scores: Floats, aggregation: Aggregation = "arithmetic", *, min_share: float = 0.0
) -> Floats:
    """Scores (n, g) of the nodes from ``scores`` (n, m) of the indicators."""
    weights = framework.weights[None, :]
    return aggregate_many(framework, scores, weights, aggregation, min_share=min_share)[0].T


def aggregate_many(
    framework: Framework,
    scores: Floats,
    weights: Floats,
    aggregation: Aggregation = "arithmetic",
    *,
    min_share: float = 0.0,
) -> Floats:
    """Scores (r, g, n) of the nodes under r sets of ``weights`` (r, m + g), from ``scores`` (n, m).

    arithmetic: sum(w x) / sum(w); geometric: exp(sum(w ln x) / sum(w)), both over the known parts. A part of weight 0
    does not count as missing either. Raises ValueError where a geometric mean meets a score that is not positive.
    """
    n, m = scores.shape
    if m != len(framework.indicators) or weights.shape[1:] != (len(framework.keys),):
        raise ValueError(f"scores {scores.shape} and weights {weights.shape} do not fit the framework")
    result = np.empty((len(weights), len(framework.nodes), n))
    for node in framework.bottom_up:
        members = framework.children[node]
        kind = framework.nodes[node].aggregation or aggregation
        leaves, inner = members[members < m], members[members >= m]
        sums, mass, count = _empty_sums(len(weights), n)
        if leaves.size:
            _add_leaves(sums, mass, count, _terms(scores[:, leaves].T, kind), weights[:, leaves])
        if inner.size:
            _add_inner(sums, mass, count, _terms(result[:, inner - m], kind), weights[:, inner])
        parts = (weights[:, members] > 0).sum(axis=1)[:, None]
        enough = (mass > 0) & (count >= min_share * parts - 1e-9)
        mean = sums / np.where(enough, mass, np.nan)
        result[:, node] = np.exp(mean) if kind == "geometric" else mean
    return result


def _empty_sums(runs: int, units: int) -> tuple[Floats, Floats, Floats]:
    return np.zeros((runs, units)), np.zeros((runs, units)), np.zeros((runs, units))


def _terms(scores: Floats, kind: Aggregation) -> Floats:
    if kind == "arithmetic":
        return scores
    if (scores <= 0).any():
        raise ValueError(
            "a geometric mean needs scores above 0; choose a scale that begins above 0, such as 1 to 100"
        )
    return np.log(scores)


def _add_leaves(sums: Floats, mass: Floats, count: Floats, terms: Floats, weights: Floats) -> None:
    """Add parts (k, n) that are the same in all runs, with weights (r, k): two matrix products."""
    known = ~np.isnan(terms)
    if known.all():
        sums += weights @ terms
        mass += weights.sum(axis=1)[:, None]
        count += (weights > 0).sum(axis=1)[:, None]
        return
    sums += weights @ np.where(known, terms, 0.0)
    mass += weights @ known
    count += (weights > 0).astype(np.float64) @ known


def _add_inner(sums: Floats, mass: Floats, count: Floats, terms: Floats, weights: Floats) -> None:
    """Add parts (r, k, n) that differ between runs, with weights (r, k)."""
    for part in range(terms.shape[1]):
        weight = weights[:, part, None]
        known: Flags = ~np.isnan(terms[:, part])
        sums += np.where(known, terms[:, part], 0.0) * weight
        mass += known * weight
        count += known & (weight > 0)


def denominate(values: Floats, denominators: Floats, columns: Sequence[int | None]) -> Floats:
    """Values (n, m) divided by the denominator of each column: a column of ``denominators`` (n, q), or None.

    Unknown where either is unknown. Raises ValueError for a denominator that is not positive.
    """
    result = values.astype(np.float64, copy=True)
    for column, denominator in enumerate(columns):
        if denominator is None:
            continue
        divisor = denominators[:, denominator]
        if (divisor <= 0).any():
            raise ValueError(f"row {int(np.flatnonzero(divisor <= 0)[0])}: a denominator must be positive")
        result[:, column] /= divisor
    return result


def fill_by_group(values: Floats, groups: Sequence[str], filling: Filling = "mean") -> tuple[Floats, Flags]:
    """Values (n, m) with unknown ones replaced by the mean or median of their group, and which were replaced.

    A group without any known value stays unknown. An invented value is a choice of method: say that it was made.
    """
    result = values.copy()
    labels = np.array(groups)
    for label in dict.fromkeys(groups):
        rows = labels == label
        for column in range(values.shape[1]):
            own = values[rows, column]
            known = own[~np.isnan(own)]
            if known.size and known.size < own.size:
                middle = float(known.mean() if filling == "mean" else np.median(known))
                result[rows, column] = np.where(np.isnan(own), middle, own)
    return result, np.isnan(values) & ~np.isnan(result)


def copeland(framework: Framework, scores: Floats) -> Floats:
    """Copeland scores (n,) from ``scores`` (n, m): +1 for every unit outranked, -1 for every one that outranks.

    i outranks j when the indicators on which it is better, equal ones half, hold more than half of the weight of
    all that are known of both. Weights are the effective ones, scales do not matter (Munda and Nardo 2009).
    """
    weights = framework.effective_weights()[: scores.shape[1]]
    known = ~np.isnan(scores)
    filled = np.where(known, scores, 0.0)
    result = np.zeros(len(scores))
    for i in range(len(scores)):
        both = known & known[i]
        better = (filled[i] > filled) + 0.5 * (filled[i] == filled)
        mass = both @ weights
        share = (better * both) @ weights / np.where(mass > 0, mass, np.nan)
        lead: Floats = (share - 0.5) * 10**TIE_DECIMALS
        # None over itself: there it has exactly half of the weight.
        result[i] = np.count_nonzero(lead > 1) - np.count_nonzero(lead < -1)
    return result


def correlations(columns: Floats) -> Floats:
    """Pearson's correlations (k, k) of the columns of (n, k), each pair over the units known in both.

    NaN with fewer than three such units or where a column does not vary over them.
    """
    k = columns.shape[1]
    result = np.full((k, k), np.nan)
    known = ~np.isnan(columns)
    for i in range(k):
        for j in range(i, k):
            both = known[:, i] & known[:, j]
            if both.sum() < 3:
                continue
            x, y = (columns[both, c] - columns[both, c].mean() for c in (i, j))
            scale = float(np.sqrt((x @ x) * (y @ y)))
            if scale > 0 and np.ptp(columns[both, i]) > 0 and np.ptp(columns[both, j]) > 0:
                result[i, j] = result[j, i] = float(np.clip(x @ y / scale, -1, 1))
    return result
