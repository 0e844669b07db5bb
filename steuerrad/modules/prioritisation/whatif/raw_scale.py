"""The quantity behind an indicator, where the raw values of the whole field and their scale are known. No Django here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.ranking import Field, FieldIndicator
from steuerrad.engines.ranking.raw import known_column, scores_of

SAME = 1e-6  # relative to the reach of the field; a smaller difference is no change
STEPS = 100  # of a slider over the reach of the field, at least


@dataclass(frozen=True)
class RawScale:
    """present: the own raw value; others: those of all other participants; unit: as published, "" when not known."""

    present: float
    others: tuple[float, ...]
    item: FieldIndicator

    @property
    def unit(self) -> str:
        return self.item.unit

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest raw value of the field."""
        values = (self.present, *self.others)
        return min(values), max(values)

    @property
    def _width(self) -> float:
        low, high = self.reach
        return high - low or abs(high) or 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """What may be asked for: the reach and as much again at either end, but nothing below 0 where all are above.

        Beyond the reach the scale of all moves, which the engine computes and notes; further away it is a slip.
        """
        low, high = self.reach
        least = low - self._width
        return (max(least, 0.0) if low >= 0 else least), high + self._width

    @property
    def step(self) -> float:
        return 10.0 ** math.floor(math.log10(self._width / STEPS))

    def same(self, value: float) -> bool:
        return abs(value - self.present) <= SAME * self._width

    def points(self, value: float) -> float:
        """Points of the own indicator with this raw value in today's field."""
        return float(scores_of(np.array([value, *self.others]), self.item)[0])


def raw_scale(field: Field, own: int, place: int) -> RawScale | None:
    """The scale of an indicator for the city in row `own`, None where it is not known."""
    try:
        column = known_column(field, place)
    except ValueError:
        return None
    return RawScale(
        float(column[own]), tuple(float(v) for v in np.delete(column, own)), field.indicators[place]
    )
