# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false, reportMissingTypeStubs=false
"""Tests of one series: times (µs, rising), values (no NaN) → a flag for each value. All cost O(values).

Gross range, spike, rate of change, flat line ("stuck") and attenuated signal follow QARTOD (Manual for Real-Time Quality
Control of In-situ Temperature and Salinity Data, version 2.1, 2020, tests 4, 6, 7, 8, 10), with these differences: a
run or window that stands still is flagged as a whole, not from the moment it was noticed; a spike may be several values
wide; and time, not the number of values, says how long.
"""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Flag, Flags, Times, Values
from steuerrad.engines.quality.parameters import HOUR, Attenuated, GrossRange, RateOfChange, Spike, Stuck


def gross_range(values: Values, told: GrossRange) -> Flags:
    found = np.full(len(values), Flag.GOOD, np.uint8)
    found[_outside(values, told.suspect_low, told.suspect_high)] = Flag.SUSPECT
    found[_outside(values, told.low, told.high)] = Flag.FAIL
    return found


def _outside(values: Values, low: float | None, high: float | None) -> NDArray[np.bool_]:
    return (values < (-np.inf if low is None else low)) | (values > (np.inf if high is None else high))


def rate_of_change(times: Times, values: Values, told: RateOfChange) -> Flags:
    """Flags the value after the step. The first value, and one after a long gap, cannot be evaluated."""
    found = np.full(len(values), Flag.NOT_EVALUATED, np.uint8)
    hours, step = np.diff(times) / HOUR, np.abs(np.diff(values))
    near = hours <= told.most_gap_h
    found[1:][near] = Flag.GOOD
    found[1:][near & (step > told.per_hour * hours) & (step > told.at_least)] = Flag.SUSPECT
    return found


def spike(times: Times, values: Values, told: Spike) -> Flags:
    """The whole group between two values that it stands off by more than the threshold, on the same side of both."""
    size = len(values)
    found = np.full(size, Flag.NOT_EVALUATED, np.uint8)
    most = told.most_gap_h * HOUR
    near = np.diff(times) <= most
    if size > 2:
        found[1:-1][near[:-1] & near[1:]] = Flag.GOOD
    for width in range(1, min(told.width, size - 2) + 1):
        left, right = values[: size - width - 1], values[width + 1 :]
        inside = np.lib.stride_tricks.sliding_window_view(values[1:-1], width)
        off = np.maximum(
            inside.min(axis=1) - np.maximum(left, right), np.minimum(left, right) - inside.max(axis=1)
        )
        joined = np.lib.stride_tricks.sliding_window_view(near, width + 1).all(axis=1)
        for limit, flag in ((told.suspect, Flag.SUSPECT), (told.fail, Flag.FAIL)):
            if limit is None:
                continue
            first = np.flatnonzero(joined & (off > limit))
            for shift in range(width):
                at = first + 1 + shift
                found[at] = np.maximum(found[at], flag)
    return found


def stuck(times: Times, values: Values, told: Stuck) -> Flags:
    """Runs in which no value is further than tolerance from the one before, by the time they last."""
    found = np.full(len(values), Flag.GOOD, np.uint8)
    if not len(values):
        return found
    begins = np.flatnonzero(np.concatenate([[True], np.abs(np.diff(values)) > told.tolerance]))
    ends = np.concatenate([begins[1:], [len(values)]])
    lasts = (times[ends - 1] - times[begins]) / HOUR
    # Without a moment between, nothing was seen to stand still: two values far apart may be equal by chance.
    several = ends - begins > 2
    verdict = np.full(len(begins), Flag.GOOD, np.uint8)
    verdict[several & (lasts >= told.suspect_h)] = Flag.SUSPECT
    if told.fail_h is not None:
        verdict[several & (lasts >= told.fail_h)] = Flag.FAIL
    found = np.repeat(verdict, ends - begins)
    found[resting(values, told.resting_low, told.resting_high)] = Flag.GOOD
    return found


def resting(values: Values, low: float | None, high: float | None) -> NDArray[np.bool_]:
    """Where standing still is natural; nowhere without a bound."""
    if low is None and high is None:
        return np.zeros(len(values), np.bool_)
    return ~_outside(values, low, high)


def attenuated(times: Times, values: Values, interval_s: float, told: Attenuated) -> Flags:
    """All values of windows that span too little; windows with a gap in them are not evaluated."""
    size = len(values)
    found = np.full(size, Flag.NOT_EVALUATED, np.uint8)
    width = max(3, round(told.window_h * 3600 / interval_s) + 1)
    if size < width:
        return found
    # Window k holds the values k..k+width-1.
    shift = -((width - 1) // 2)
    high = scipy.ndimage.maximum_filter1d(values, width, origin=shift)[: size - width + 1]
    low = scipy.ndimage.minimum_filter1d(values, width, origin=shift)[: size - width + 1]
    lasts = (times[width - 1 :] - times[: size - width + 1]) / HOUR
    whole = (lasts <= told.window_h * 1.5) & (lasts >= told.window_h * 0.75)
    flat = whole & (high - low < told.span)
    if told.resting_low is not None or told.resting_high is not None:
        flat &= ~(resting(low, told.resting_low, told.resting_high)
                  & resting(high, told.resting_low, told.resting_high))  # fmt: skip
    found[_covered(whole, width, size)] = Flag.GOOD
    found[_covered(flat, width, size)] = Flag.SUSPECT
    return found


def _covered(windows: NDArray[np.bool_], width: int, size: int) -> NDArray[np.bool_]:
    """Values that lie in one of the chosen windows."""
    change = np.zeros(size + 1, np.int64)
    at = np.flatnonzero(windows)
    np.add.at(change, at, 1)
    np.add.at(change, at + width, -1)
    return np.cumsum(change[:size]) > 0
