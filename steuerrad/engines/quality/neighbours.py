"""A series against what its neighbours have in common: drift over weeks, and hours that stand apart.

The difference from the median of the neighbours (robust against one bad neighbour) is taken by the hour and its median by
the day, so that siting (a warmer yard) is a constant and weather cancels out. The median of the last days is compared
with that of a stretch before, a lag apart; a slow drift stays visible as long as it goes on, a step for lag + base days.
Hours that stand apart are found the same way, only faster: the difference of an hour against the median of the same hour of
the days before, because a sunny yard is warmer at noon and not at night. That finds what a single series cannot show: a
sensor that follows its course, but another one than everybody around (fading, offsets, standing still in moving weather).
Own methods after the buddy check of networks (Fiebrich et al. 2010, J. Atmos. Oceanic Technol. 27, 1565-1582).
"""

from __future__ import annotations

import warnings

import numpy as np

from steuerrad.engines.quality.flags import Flag, Flags, Values
from steuerrad.engines.quality.parameters import Drift, Neighbours

HOURS = 24


def residuals(own: Values, others: Values, fewest: int) -> Values:
    """own: hours; others: neighbours by hours; NaN where there is no value → own minus the median of others by hour."""
    with warnings.catch_warnings():  # a column without any value has no median: NaN is what is meant
        warnings.simplefilter("ignore", RuntimeWarning)
        common = np.nanmedian(others, axis=0) if len(others) else np.full(len(own), np.nan)
    common[np.isfinite(others).sum(axis=0) < fewest] = np.nan
    return own - common


def differences(own: Values, others: Values, fewest: int) -> Values:
    """The daily medians of the residuals. NaN for a day with less than half of its hours. Hours are whole days from the
    first on.
    """
    by_day = residuals(own, others, fewest).reshape(-1, HOURS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = np.nanmedian(by_day, axis=1)
    found[np.isfinite(by_day).sum(axis=1) < HOURS / 2] = np.nan
    return found


def apart(hourly: Values, told: Neighbours) -> Flags:
    """hourly: residuals, whole days → a flag an hour. An hour without half of the days before is not evaluated."""
    by_day = hourly.reshape(-1, HOURS)
    off = np.full(by_day.shape, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for day in range(1, len(by_day)):
            before = by_day[max(0, day - told.base_days) : day]
            enough = np.isfinite(before).sum(axis=0) >= told.base_days / 2
            off[day] = np.where(enough, by_day[day] - np.nanmedian(before, axis=0), np.nan)
    found = np.where(np.isfinite(off.ravel()), Flag.GOOD, Flag.NOT_EVALUATED).astype(np.uint8)
    side = np.nan_to_num(np.sign(off.ravel()) * (np.abs(off.ravel()) > told.suspect))
    begins = np.flatnonzero(np.concatenate([[True], side[1:] != side[:-1]]))
    lengths = np.diff(np.append(begins, len(side)))
    long = (side[begins] != 0) & (lengths >= told.hours)
    found[np.repeat(long, lengths)] = Flag.SUSPECT
    return found


def drift(daily: Values, told: Drift) -> Flags:
    """daily: differences by day → a flag a day. A day without enough days before it is not evaluated."""
    size = len(daily)
    found = np.full(size, Flag.NOT_EVALUATED, np.uint8)
    for day in range(told.reach_days - 1, size):
        now = daily[day - told.over_days + 1 : day + 1]
        end = day - told.over_days + 1 - told.lag_days
        base = daily[end - told.base_days : end]
        base = base[np.isfinite(base)]
        if not np.isfinite(now).all() or len(base) < told.base_days / 2:
            continue
        off = abs(float(np.median(now)) - float(np.median(base)))
        found[day] = Flag.SUSPECT if off > told.suspect else Flag.GOOD
    return found
