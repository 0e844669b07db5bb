"""One indicator at a time, and the cheapest way to a rank. No Django here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from steuerrad.engines.ranking import Estimate, Move, OwnChange, Prepared, Share, Standing
from steuerrad.modules.prioritisation.whatif.rules import Group, Row

STEP = 10.0  # points that one indicator gains at a time
HALVINGS = (
    14  # of the total cost: the answer is exact to 1/16,000 of what all indicators at their maximum cost
)
SMALL = 0.05  # points below this are left out of an answer


@dataclass(frozen=True)
class Lever:
    """What some points more on one figure bring, all else unchanged. gain: points of the figure, at most STEP."""

    row: Row
    gain: float
    points: Estimate
    places: Estimate
    one_better: Share

    @property
    def when_full(self) -> Estimate:
        """Points of the total when the figure reaches its maximum."""
        return scaled(self.points, self.row.headroom / self.gain)


@dataclass(frozen=True)
class Step:
    """A part of the way: points more on one figure, and what they bring the total, as far as weights are known."""

    row: Row
    gain: float
    points: Estimate


@dataclass(frozen=True)
class Way:
    """The cheapest set of points to a rank. reached: with the wanted probability; else steps is all there is.

    cost: sum of points times cost per point. share: probability of the rank with these steps; standing: the rest.
    """

    rank: int
    wanted: float
    reached: bool
    steps: tuple[Step, ...]
    cost: float
    share: Share
    standing: Standing


def one_by_one(prepared: Prepared, groups: Iterable[Group], step: float = STEP) -> list[Lever]:
    """Each figure alone raised by `step` points or to its maximum; most points first. What is full is left out."""
    found = []
    for row in (row for group in groups for row in group.rows):
        gain = min(step, row.headroom)
        if gain < SMALL:
            continue
        outcome = prepared.outcome(OwnChange((Move.by(row.key, gain, row.of),)))
        found.append(Lever(row, gain, outcome.points, outcome.places, outcome.one_better))
    return sorted(found, key=lambda item: (-round(item.points.mean, 3), -item.when_full.mean, item.row.title))


def cheapest_way(
    prepared: Prepared,
    groups: Iterable[Group],
    rank: int,
    wanted: float = 0.8,
    costs: Mapping[str, float] | None = None,
) -> Way:
    """The cheapest points that bring `rank` or better with probability `wanted`, when every gain is certain.

    costs: cost of one point by key of the figure, more than 0; what is not named costs 1. Each point is worth the same
    up to the maximum, so filling up by worth per cost is the best order (the fractional knapsack: Dantzig, Operations
    Research 5, 1957), and the probability does not fall with what is spent: the amount is found by halving.
    Raises ValueError for a rank outside the field or a probability outside 0 to 1.
    """
    participants = prepared.field.participants
    if not 1 <= rank <= participants:
        raise ValueError(f"the rank must lie between 1 and {participants}")
    if not 0 < wanted < 1:
        raise ValueError("the probability must lie between 0 and 1")
    rows = [row for group in groups for row in group.rows if row.headroom >= SMALL]
    value = {row.key: _worth(prepared, row) for row in rows}
    worth = {key: item.mean for key, item in value.items()}
    price = {row.key: (costs or {}).get(row.key, 1.0) for row in rows}
    if any(value <= 0 for value in price.values()):
        raise ValueError("a point must cost more than nothing")
    order = sorted(rows, key=lambda row: (-worth[row.key] / price[row.key], row.key))
    offers = [(row, _room(prepared, row), price[row.key]) for row in order]
    top = sum(room * cost for _row, room, cost in offers)

    def share(spent: float) -> Share:
        return _after(prepared, fill(offers, spent)).top(rank)

    if share(0.0).value >= wanted:
        spent, reached = 0.0, True
    elif share(top).value < wanted:
        spent, reached = top, False
    else:
        low, high = 0.0, top
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if share(middle).value >= wanted else (middle, high)
        spent, reached = high, True
    parts = fill(offers, spent)
    steps = tuple(Step(row, gain, scaled(value[row.key], gain)) for row, gain in parts if gain >= SMALL)
    standing = _after(prepared, parts)
    return Way(rank, wanted, reached, steps, spent, standing.top(rank), standing)


def fill(offers: Iterable[tuple[Row, float, float]], spent: float) -> list[tuple[Row, float]]:
    """Points bought for `spent` in the order of the offers (figure, most points, cost of one point)."""
    parts = []
    for row, room, cost in offers:
        gain = min(room, spent / cost)
        if gain > 0:
            parts.append((row, gain))
            spent -= gain * cost
    return parts


def _worth(prepared: Prepared, row: Row) -> Estimate:
    if row.of == "indicator":
        return prepared.worth(row.key)
    return Estimate.of(np.array([prepared.group_weights[prepared.field.groups.index(row.key)]]))


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """The estimate of `factor` (0 or more) times the quantity."""
    return Estimate(**{name: factor * figure for name, figure in asdict(estimate).items()})


def _room(prepared: Prepared, row: Row) -> float:
    """Points to the maximum; of a value that is not published, as it is assumed on average."""
    if row.present is not None:
        return row.headroom
    if row.of == "indicator":
        return max(row.maximum - prepared.present(row.key).mean, 0.0)
    return max(row.maximum - float(prepared.own_now.mean()), 0.0)


def _after(prepared: Prepared, parts: list[tuple[Row, float]]) -> Standing:
    return prepared.outcome(OwnChange(tuple(Move.by(row.key, gain, row.of) for row, gain in parts))).after
