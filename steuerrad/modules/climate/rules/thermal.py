"""Hot days, summer days, frost days, ice days and tropical nights after the definitions of the Deutscher Wetterdienst.

A day is 00 to 24 UTC, a night 18 to 06 UTC and belongs to the day on which it ends. What one reading settles is
settled: 30.1 °C makes a hot day however many readings are missing, 19.9 °C ends a tropical night. The opposite needs
enough hours with readings; else the day stays undecided and is counted as such, neither as yes nor as no.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.modules.climate.rules.levels import days as thresholds

HOUR = 3_600_000_000
DAY = 24 * HOUR
#: Hours with readings, of 24 and of the 12 of a night, that make a minimum or maximum trustworthy.
HOURS_OF_DAY, HOURS_OF_NIGHT = 22, 11

Times = NDArray[np.int64]
Values = NDArray[np.float64]
YES, NO, OPEN = 1, 0, -1


@dataclass(frozen=True)
class Tally:
    """How many days fulfil a definition, how many do not, and how many have too few readings to tell."""

    yes: int
    no: int
    open: int

    @property
    def days(self) -> int:
        return self.yes + self.no + self.open


@dataclass(frozen=True)
class Days:
    """One row per day from first to last. starts: µs of 00 UTC. states: YES, NO or OPEN by definition.

    low, high: °C of the day (NaN without a reading); night: °C, minimum of the night that ends on it.
    """

    starts: Times
    low: Values
    high: Values
    night: Values
    states: dict[str, NDArray[np.int8]]

    def tally(self, name: str) -> Tally:
        states = self.states[name]
        return Tally(*(int((states == which).sum()) for which in (YES, NO, OPEN)))


def judge(hours: Times, low: Values, high: Values, first: int, last: int) -> Days:
    """From hourly extremes to days.

    hours: start of each hour with readings (µs, whole hours, each once); low, high: °C in that hour;
    first, last: µs of 00 UTC of the first day and of the one after the last.
    """
    count = max(0, (last - first) // DAY)
    day_low, day_high, day_hours = _extremes((hours - first) // DAY, low, high, count)
    at_night = (hours % DAY >= 18 * HOUR) | (hours % DAY < 6 * HOUR)
    evening = ((hours + 6 * HOUR) - first) // DAY
    night_low, _, night_hours = _extremes(evening[at_night], low[at_night], high[at_night], count)
    bound = thresholds()
    whole, whole_night = day_hours >= HOURS_OF_DAY, night_hours >= HOURS_OF_NIGHT
    states = {
        "hot": _state(day_high >= bound["hot"], whole, settles=True),
        "summer": _state(day_high >= bound["summer"], whole, settles=True),
        "frost": _state(day_low < bound["frost"], whole, settles=True),
        "ice": _state(day_high < bound["ice"], whole, settles=False, seen=day_hours > 0),
        "tropical": _state(night_low >= bound["tropical"], whole_night, settles=False, seen=night_hours > 0),
    }
    starts = first + DAY * np.arange(count, dtype=np.int64)
    return Days(starts, day_low, day_high, night_low, states)


def _extremes(
    index: Times, low: Values, high: Values, count: int
) -> tuple[Values, Values, NDArray[np.int64]]:
    inside = (index >= 0) & (index < count)
    index, low, high = index[inside], low[inside], high[inside]
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(least, index, low)
    np.maximum.at(most, index, high)
    least[np.isinf(least)] = np.nan
    most[np.isinf(most)] = np.nan
    return least, most, np.bincount(index, minlength=count)


def _state(
    met: NDArray[np.bool_], whole: NDArray[np.bool_], *, settles: bool, seen: NDArray[np.bool_] | None = None
) -> NDArray[np.int8]:
    """settles: whether one reading that meets the bound makes the day (else one that misses it unmakes it)."""
    if settles:
        return np.where(met, YES, np.where(whole, NO, OPEN)).astype(np.int8)
    missed = ~met & (seen if seen is not None else whole)
    return np.where(missed, NO, np.where(met & whole, YES, OPEN)).astype(np.int8)
