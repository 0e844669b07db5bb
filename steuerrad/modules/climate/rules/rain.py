"""Rain out of counters that start again, and its sums against the warning levels.

A counter tells the rain since midnight or since the beginning of the year. A drop to less than half is a reset: what it
tells afterwards has fallen since. A smaller drop is a device that lost its last counts; how much fell then is not known. What would be more rain than has ever been measured is a fault of the device and counts as unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.modules.climate.rules.levels import RainWindow

HOUR = 3_600_000_000
#: mm an hour. The highest amount of one hour on record is 305 mm (Holt, Missouri, 1947; WMO archive of extremes);
#: a short gust may exceed it, so a step is looked at over at least ten minutes.
MOST_PER_HOUR = 400.0
SHORTEST = HOUR // 6
#: Steps within the resolution of a counter: falling by less is rounding, not a reset.
ROUNDING = 0.11

Times = NDArray[np.int64]
Values = NDArray[np.float64]
LEVELS = ("none", "marked", "severe", "extreme")


@dataclass(frozen=True)
class Rain:
    """Steps of rain. end: µs when it had fallen; span: µs since the reading before; mm: l/m².

    resets: how often the counter started again; faults: steps left out because no rain is like that.
    """

    end: Times
    span: Times
    mm: Values
    resets: int
    faults: int


def increments(time: Times, counter: Values) -> Rain:
    """Reset-safe differences of a counter. time: µs, rising; counter: mm. The first reading only opens the account."""
    good = np.isfinite(counter) & (counter >= 0)
    bad = int((~good).sum())
    time, counter = time[good], counter[good]
    if len(time) < 2:
        empty = np.empty(0, np.int64)
        return Rain(empty, empty, np.empty(0), 0, bad)
    step, span = np.diff(counter), np.diff(time)
    falls = step < -ROUNDING
    reset = falls & (counter[1:] <= counter[:-1] / 2)
    back_a_bit = falls & ~reset
    # Back up at once: a drop that the next reading undoes was a wrong reading, and its return is no rain.
    back = np.zeros(len(step), bool)
    back[1:] = reset[:-1] & (np.abs(counter[2:] - counter[:-2]) <= MOST_PER_HOUR * span[1:] / HOUR) & (
        counter[2:] >= counter[:-2] - ROUNDING) & (counter[:-2] > 5.0)  # fmt: skip
    glitch = np.zeros(len(step), bool)
    glitch[:-1] = back[1:]
    mm = np.where(reset & ~glitch, counter[1:], np.maximum(step, 0.0))
    mm[glitch] = 0.0
    mm[1:] = np.where(back[1:], np.maximum(counter[2:] - counter[:-2], 0.0), mm[1:])
    wrong = mm > MOST_PER_HOUR * np.maximum(span, SHORTEST) / HOUR
    mm = np.where(wrong, 0.0, mm)
    keep = ~wrong
    faults = bad + int(wrong.sum()) + int(glitch.sum()) + int(back_a_bit.sum())
    return Rain(time[1:][keep], span[keep], mm[keep], int((reset & ~glitch & keep).sum()), faults)


def rates(time: Times, rate: Values, longest: int = HOUR) -> Rain:
    """Rain of a rate (mm/h) that holds until the next reading; a gap above `longest` µs tells nothing."""
    if len(time) < 2:
        return increments(time[:0], rate[:0])
    span = np.diff(time)
    good = (span <= longest) & np.isfinite(rate[:-1]) & (rate[:-1] >= 0) & (rate[:-1] <= MOST_PER_HOUR)
    return Rain(time[1:][good], span[good], (rate[:-1] * span / HOUR)[good], 0, int((~good).sum()))


def within(rain: Rain, start: int) -> Rain:
    """Only the steps that end after `start` (µs)."""
    keep = rain.end > start
    return Rain(rain.end[keep], rain.span[keep], rain.mm[keep], rain.resets, rain.faults)


@dataclass(frozen=True)
class Peak:
    """The most that fell within a window. end: µs, None without any step; level: one of LEVELS."""

    hours: int
    mm: float | None
    end: int | None
    level: str


def peak(rain: Rain, window: RainWindow) -> Peak:
    """The rainiest window of any position. A step longer than the window cannot be placed in it and is left out."""
    width = window.hours * HOUR
    fits = rain.span <= width
    end, mm, span = rain.end[fits], rain.mm[fits], rain.span[fits]
    if not len(end):
        return Peak(window.hours, None, None, "none")
    total = np.concatenate([[0.0], np.cumsum(mm)])
    # A step counts when it began inside the window; spans never overlap, so starts rise like ends.
    first = np.searchsorted(end - span, end - width, side="left")
    sums = total[1:] - total[np.minimum(first, np.arange(1, len(end) + 1))]
    best = int(np.argmax(sums))
    amount = round(float(sums[best]), 6)
    return Peak(window.hours, amount, int(end[best]), level(amount, window))


def level(mm: float, window: RainWindow) -> str:
    """From the first bound on marked, from the second severe, above the third extreme (as the service words it)."""
    marked, severe, extreme = window.bounds
    if mm > extreme:
        return "extreme"
    if mm > severe:
        return "severe"
    return "marked" if mm >= marked else "none"


def by_bounds(rain: Rain, bounds: Times) -> tuple[Values, NDArray[np.bool_]]:
    """Sums between the bounds (µs, rising; n + 1 of them), and whether any step fell there at all."""
    if len(bounds) < 2:
        return np.empty(0), np.empty(0, bool)
    index = np.searchsorted(bounds, rain.end - 1, side="right") - 1
    inside = (index >= 0) & (index < len(bounds) - 1)
    sums = np.bincount(index[inside], rain.mm[inside], minlength=len(bounds) - 1).astype(np.float64)
    seen = np.bincount(index[inside], minlength=len(bounds) - 1) > 0
    return np.round(sums, 6), seen
