"""Who brought how much when chosen items share a target: the Shapley value of each.

Shapley, A value for n-person games (1953). Targets add up, so each target is a game of its own among the few items
that work on it: solved exactly up to EXACT_MEMBERS, sampled in pairs of opposite orders beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.portfolio.gains import Draws, Floats
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.solve import columns
from steuerrad.engines.portfolio.worth import subsets

EXACT_MEMBERS = 10
ORDERS = 400


def shapley(problem: Problem, gains: Draws, chosen: Sequence[str], seed: int = 0) -> dict[str, float]:
    """Mean points of each chosen item; they add up to the mean gain of all of them together."""
    return {key: float(part.mean()) for key, part in contributions(problem, gains, chosen, seed).items()}


def contributions(problem: Problem, gains: Draws, chosen: Sequence[str], seed: int = 0) -> dict[str, Floats]:
    """(s,) points of each chosen item by scenario; in each they add up to the gain of all of them together."""
    inside = columns(problem, chosen)
    result = {problem.items[i].key: np.zeros(gains.count) for i in inside}
    taken = np.isin(gains.items, inside)
    random = np.random.default_rng(seed)
    for target in np.unique(gains.targets[taken]):
        here = np.flatnonzero(taken & (gains.targets == target))
        values, headroom = gains.values[:, here], float(gains.headroom[target])
        if not np.isfinite(headroom) or values.clip(min=0).sum(axis=1).max(initial=0.0) <= headroom:
            parts = values
        elif len(here) <= EXACT_MEMBERS:
            parts = exact(values, headroom)
        else:
            parts = sampled(values, headroom, random)
        for place, part in zip(here, parts.T, strict=True):
            result[problem.items[int(gains.items[place])].key] += part
    return result


def exact(values: Floats, headroom: float) -> Floats:
    """(s, e): over all subsets, each weighted with the share of orders in which exactly it comes before the item."""
    members = values.shape[1]
    member = subsets(members)
    numbers: NDArray[np.int64] = np.arange(len(member), dtype=np.int64)
    worth = np.minimum(values @ member.T.astype(np.float64), headroom)
    size: NDArray[np.int64] = member.sum(axis=1)
    weight = np.array([factorial(s) * factorial(members - s - 1) for s in range(members)]) / factorial(
        members
    )
    parts = np.zeros(values.shape)
    for place in range(members):
        without: NDArray[np.int64] = numbers[~member[:, place]]
        parts[:, place] = (worth[:, without | (1 << place)] - worth[:, without]) @ weight[size[without]]
    return parts


def sampled(values: Floats, headroom: float, random: np.random.Generator) -> Floats:
    """(s, e): ORDERS random orders and their reverses; the sum over all items is exact in every order."""
    members = values.shape[1]
    parts = np.zeros(values.shape)
    for _ in range(ORDERS):
        order = random.permutation(members)
        for sequence in (order, order[::-1]):
            worth = np.minimum(values[:, sequence].cumsum(axis=1), headroom)
            parts[:, sequence] += np.diff(worth, axis=1, prepend=0.0)
    return parts / (2 * ORDERS)


def by_orders(values: Floats, headroom: float) -> Floats:
    """(e,): the definition itself, over all orders, as means: the yardstick of the tests, for few items."""
    members = values.shape[1]
    parts = np.zeros(members)
    for order in permutations(range(members)):
        sequence = np.array(order)
        worth = np.minimum(values[:, sequence].cumsum(axis=1), headroom).mean(axis=0)
        parts[sequence] += np.diff(worth, prepend=0.0)
    return parts / factorial(members)
