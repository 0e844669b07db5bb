"""Drift: a series that moves away from what its neighbours have in common.

The difference from the median of the neighbours (robust against one bad neighbour) is taken by the hour and its median by
the day, so that siting (a warmer yard) is a constant and weather cancels out. The median of the last days is compared
with that of a stretch before, a lag apart; a slow drift stays visible as long as it goes on, a step for lag + base days.
Own method after the buddy check of networks (Fiebrich et al. 2010, J. Atmos. Oceanic Technol. 27, 1565-1582).
"""

from __future__ import annotations

import warnings

import numpy as np

from steuerrad.engines.quality.flags import Flag, Flags, Values
from steuerrad.engines.quality.parameters import Drift

HOURS = 24


def differences(own: Values, others: Values, fewest: int) -> Values:
    """own: hours; others: neighbours by hours; NaN where there is no value → daily medians of own minus median of others.

    NaN for a day with less than half of its hours. Hours are whole days from the first on.
    """
    with warnings.catch_warnings():  # a column without any value has no median: NaN is what is meant
        warnings.simplefilter("ignore", RuntimeWarning)
        common = np.nanmedian(others, axis=0) if len(others) else np.full(len(own), np.nan)
        common[np.isfinite(others).sum(axis=0) < fewest] = np.nan
        by_day = (own - common).reshape(-1, HOURS)
        found = np.nanmedian(by_day, axis=1)
    found[np.isfinite(by_day).sum(axis=1) < HOURS / 2] = np.nan
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
