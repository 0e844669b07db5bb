"""What chosen items bring: expected, or in scenarios, with saturation where they share a target."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.portfolio.problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """Points of each gain in s scenarios, already weighted: what it adds to the objective before saturation.

    values (s, e) for e gains in the order of `gain_columns`; headroom (k,) weighted, inf where there is none.
    """

    values: Floats
    items: NDArray[np.int64]
    targets: NDArray[np.int64]
    headroom: Floats

    @property
    def count(self) -> int:
        return self.values.shape[0]

    def one(self, scenario: int) -> Draws:
        """A single scenario, as if it were certain."""
        return Draws(self.values[scenario : scenario + 1], self.items, self.targets, self.headroom)


def gain_columns(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """(item, target, weighted headroom): the place of every gain, item by item."""
    at = {target.key: number for number, target in enumerate(problem.targets)}
    pairs = [(number, at[gain.target]) for number, item in enumerate(problem.items) for gain in item.gains]
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    headroom = np.array(
        [np.inf if target.headroom is None else target.weight * target.headroom for target in problem.targets]
    )
    return places[:, 0], places[:, 1], headroom


def points(problem: Problem) -> Floats:
    """(e, 5): low, likely, high in weighted points, success and late. A yes-or-no parameter is all or nothing."""
    targets = {target.key: target for target in problem.targets}
    found: list[tuple[float, ...]] = []
    for item in problem.items:
        for gain in item.gains:
            target = targets[gain.target]
            three = (gain.low, gain.likely, gain.high)
            if target.yes_no and target.headroom is not None:
                three = (target.headroom,) * 3
            found.append((*(target.weight * value for value in three), gain.success, gain.late))
    return np.array(found, dtype=np.float64).reshape(-1, 5)


def expected(problem: Problem) -> Draws:
    """One scenario that holds the mean of every gain. Saturation of a mean is not the mean of saturations."""
    items, targets, headroom = gain_columns(problem)
    table = points(problem)
    means = table[:, :3].mean(axis=1) * table[:, 3] * (1 - table[:, 4])
    return Draws(means[None, :], items, targets, headroom)


def scenarios(problem: Problem, n: int, seed: int) -> Draws:
    """n scenarios. One uniform number per item and scenario decides success and one lateness, for all its gains;
    sizes are drawn for each gain on its own. The same seed gives the same draws for the same problem.
    """
    if n < 1:
        raise ValueError("at least one scenario is needed")
    items, targets, headroom = gain_columns(problem)
    table = points(problem)
    random = np.random.default_rng(seed)
    luck = random.random((n, len(problem.items)))
    delay = random.random((n, len(problem.items)))
    size = triangular(random.random((n, len(items))), table[:, 0], table[:, 1], table[:, 2])
    works = (luck[:, items] < table[:, 3]) & (delay[:, items] >= table[:, 4])
    return Draws(np.where(works, size, 0.0), items, targets, headroom)


def triangular(uniform: Floats, low: Floats, likely: Floats, high: Floats) -> Floats:
    """Inverse of the triangular distribution's cumulative function; a point where low = high."""
    width = high - low
    safe = np.where(width > 0, width, 1.0)
    turn = (likely - low) / safe
    left = low + np.sqrt(uniform * width * (likely - low))
    right = high - np.sqrt((1 - uniform) * width * (high - likely))
    return np.where(width > 0, np.where(uniform < turn, left, right), low)


def values(draws: Draws, chosen: Collection[int]) -> Floats:
    """(s,) objective in each scenario when the items in these columns are chosen."""
    return by_target(draws, chosen).sum(axis=1)


def by_target(draws: Draws, chosen: Collection[int]) -> Floats:
    """(s, k) weighted points of each target: the sum of what the chosen items bring, at most the headroom."""
    result = np.zeros((draws.count, len(draws.headroom)))
    inside = np.isin(draws.items, list(chosen))
    for target in np.unique(draws.targets[inside]):
        columns = inside & (draws.targets == target)
        result[:, target] = np.minimum(draws.values[:, columns].sum(axis=1), draws.headroom[target])
    return result


def saturating(draws: Draws) -> NDArray[np.bool_]:
    """(s, k) whether choosing everything could pass the headroom; elsewhere the sum is the gain."""
    result = np.zeros((draws.count, len(draws.headroom)), dtype=np.bool_)
    upper = np.maximum(draws.values, 0.0)
    for target in np.unique(draws.targets):
        if np.isfinite(draws.headroom[target]):
            total = upper[:, draws.targets == target].sum(axis=1)
            result[:, target] = total > draws.headroom[target]
    return result


def late_probability(slack: float, low: float, likely: float, high: float) -> float:
    """Probability that a triangular delay (months) is longer than the time in hand until the survey date.

    slack may be negative: then the item ends after the survey even without delay.
    """
    if not low <= likely <= high:
        raise ValueError("a delay needs low <= likely <= high")
    if slack >= high:
        return 0.0
    if slack < low:
        return 1.0
    if slack < likely:
        return 1.0 - (slack - low) ** 2 / ((high - low) * (likely - low))
    return (high - slack) ** 2 / ((high - low) * (high - likely))
