"""What a city may change: own values with spread, probability of success, and delay past the survey."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Of = Literal["indicator", "group", "total"]
Kind = Literal["value", "gain", "raw"]
Shape = Literal["triangular", "pert"]


@dataclass(frozen=True, slots=True)
class Move:
    """One change of one own figure: low, likely and high of the new value, of the points gained, or of the raw value.

    key: of the indicator or the group; "" for the total. shape "pert" is the beta distribution with mean
    (low + 4 * likely + high) / 6. probability: that it succeeds at all. slack_months: from the planned end to the day
    of the survey, negative when it is planned for later; delay_months: least, likely and most delay. What ends after
    the survey brings nothing to this edition. Raises ValueError for figures that make no sense.
    """

    key: str
    low: float
    likely: float
    high: float
    of: Of = "indicator"
    kind: Kind = "value"
    shape: Shape = "triangular"
    probability: float = 1.0
    slack_months: float | None = None
    delay_months: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        figures = (self.low, self.likely, self.high, self.probability, *self.delay_months)
        if not all(isfinite(value) for value in figures) or not isfinite(self.slack_months or 0.0):
            raise ValueError(f"{self.name}: every figure must be a finite number")
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"{self.name}: low, likely and high must not fall")
        if not self.delay_months[0] <= self.delay_months[1] <= self.delay_months[2]:
            raise ValueError(f"{self.name}: least, likely and most delay must not fall")
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"{self.name}: the probability must lie between 0 and 1")
        if self.of not in ("indicator", "group", "total") or self.shape not in ("triangular", "pert"):
            raise ValueError(f"{self.name}: there is no such kind of figure or shape")
        if self.kind not in ("value", "gain", "raw") or (self.kind == "raw" and self.of != "indicator"):
            raise ValueError(f"{self.name}: only indicators have raw values")

    @property
    def name(self) -> str:
        return self.key or self.of

    @classmethod
    def to(cls, key: str, value: float, of: Of = "indicator") -> Move:
        """A new value that is certain."""
        return cls(key, value, value, value, of)

    @classmethod
    def by(cls, key: str, points: float, of: Of = "indicator") -> Move:
        """Points gained that are certain."""
        return cls(key, points, points, points, of, "gain")


@dataclass(frozen=True, slots=True)
class OwnChange:
    """All that is changed together. Moves of one figure add up and end at its maximum."""

    moves: tuple[Move, ...] = ()


def draw_moves(moves: tuple[Move, ...], draws: int, seed: list[int]) -> tuple[Doubles, NDArray[np.bool_]]:
    """(moves, draws): the new value or gain, and whether it comes and comes in time.

    Random numbers depend on the seed and on a move's place among those of the same figure only, so scenarios that
    share a move share its luck.
    """
    values = np.empty((len(moves), draws))
    there = np.empty((len(moves), draws), np.bool_)
    seen: dict[str, int] = {}
    for number, move in enumerate(moves):
        label = f"{move.of}:{move.key}"
        seen[label] = seen.get(label, 0) + 1
        rng = np.random.default_rng([*seed, seen[label], *label.encode()])
        chance = rng.random((3, draws), dtype=np.float32).astype(np.float64)
        values[number] = _spread(move, chance[0], rng)
        there[number] = chance[1] < move.probability
        if move.slack_months is not None:
            there[number] &= triangular(*move.delay_months, chance[2]) <= move.slack_months
    return values, there


def _spread(move: Move, chance: Doubles, rng: np.random.Generator) -> Doubles:
    if move.shape == "triangular" or move.low == move.high:
        return triangular(move.low, move.likely, move.high, chance)
    width = move.high - move.low
    left = 1.0 + 4.0 * (move.likely - move.low) / width
    return move.low + width * rng.beta(left, 6.0 - left, chance.size)


def triangular(low: float, likely: float, high: float, chance: Doubles) -> Doubles:
    """The triangular distribution's value at each chance between 0 and 1; a single value when low == high."""
    width = high - low
    if width == 0:
        return np.full_like(chance, low)
    turn = (likely - low) / width
    rising = low + np.sqrt(chance * width * (likely - low))
    falling = high - np.sqrt((1.0 - chance) * width * (high - likely))
    return np.where(chance < turn, rising, falling)
