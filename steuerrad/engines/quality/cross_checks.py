"""What two series of one place cannot say at the same time. The rules are data; which of the two is wrong stays open, so
both are suspect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Flag, Flags, Times, Values
from steuerrad.engines.quality.parameters import ParameterError


@dataclass(frozen=True)
class NotAbove:
    """`low` is never more than tolerance above `high` (dew point and temperature, wind and gust)."""

    name: str
    low: str
    high: str
    tolerance: float = 0.0

    @property
    def properties(self) -> tuple[str, str]:
        return self.low, self.high

    def broken(self, low: Values, high: Values) -> NDArray[np.bool_]:
        return low > high + self.tolerance


@dataclass(frozen=True)
class NotWhile:
    """`over` is not above `limit` while `under` is below `least` (rain while the air is dry)."""

    name: str
    over: str
    limit: float
    under: str
    least: float

    @property
    def properties(self) -> tuple[str, str]:
        return self.over, self.under

    def broken(self, over: Values, under: Values) -> NDArray[np.bool_]:
        return (over > self.limit) & (under < self.least)


Rule = NotAbove | NotWhile
KINDS: Mapping[str, type[NotAbove] | type[NotWhile]] = {"not_above": NotAbove, "not_while": NotWhile}


def rules(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Of [{"kind": "not_above", "name": …, "low": …, "high": …}]. Raises ParameterError."""
    made: list[Rule] = []
    for number, row in enumerate(rows, 1):
        place = f"cross_check {number}"
        kind = KINDS.get(str(row.get("kind")))
        if kind is None:
            raise ParameterError(f"{place}.kind", f"is not one of {', '.join(KINDS)}")
        try:
            one = kind(**{name: value for name, value in row.items() if name != "kind"})
        except TypeError as error:
            raise ParameterError(place, str(error).partition(" ")[2]) from None
        for name in ("tolerance", "limit", "least"):
            value = getattr(one, name, 0.0)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ParameterError(f"{place}.{name}", "must be a number")
        if one.name in {other.name for other in made}:
            raise ParameterError(f"{place}.name", "stands twice")
        made.append(one)
    return tuple(made)


def cross_check(
    rule: Rule, first: tuple[Times, Values], second: tuple[Times, Values], within: int
) -> tuple[Flags, Flags]:
    """Flags of the two series, in the order of rule.properties. Values belong together that are nearest and not further
    than `within` µs apart; a value without partner is not evaluated.
    """
    one, other = (np.full(len(times), Flag.NOT_EVALUATED, np.uint8) for times, _values in (first, second))
    if not len(first[0]) or not len(second[0]):
        return one, other
    partner = nearest(first[0], second[0])
    close = np.abs(second[0][partner] - first[0]) <= within
    wrong = close & rule.broken(first[1], second[1][partner])
    one[close], other[partner[close]] = Flag.GOOD, Flag.GOOD
    one[wrong], other[partner[wrong]] = Flag.SUSPECT, Flag.SUSPECT
    return one, other


def nearest(times: Times, among: Times) -> NDArray[np.int64]:
    """For each time the place of the nearest one in `among` (rising, not empty); of two equally near the earlier."""
    right = np.clip(np.searchsorted(among, times), 1, max(1, len(among) - 1))
    if len(among) == 1:
        return np.zeros(len(times), np.int64)
    left = right - 1
    return np.where(times - among[left] <= among[right] - times, left, right)
