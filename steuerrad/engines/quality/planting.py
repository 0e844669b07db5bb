# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false, reportMissingTypeStubs=false
"""Faults put into real series, so that what the tests find can be counted. Every fault is made by a fixed seed.

Sizes do not depend on the thresholds of the tests: they are multiples of the series' own `unit`, the 99th percentile of its
change from one value to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.quality.flags import Times, Values
from steuerrad.engines.quality.parameters import HOUR

Random = np.random.Generator


@dataclass(frozen=True)
class Planted:
    """A series with faults. begins, ends: places (in the series given back) of the first value of each fault and behind its
    last one; for a gap both are the place of the value behind it. clean: what was planted into.
    """

    kind: str
    size: float
    times: Times
    values: Values
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]

    def touched(self) -> NDArray[np.bool_]:
        found = np.zeros(len(self.times), np.bool_)
        for begin, end in zip(self.begins, self.ends, strict=True):
            found[begin : max(end, begin + 1)] = True
        return found


def unit_of(values: Values) -> float:
    """The 99th percentile of the change between values that change."""
    steps = np.abs(np.diff(values))
    steps = steps[steps > 0]
    return float(np.quantile(steps, 0.99)) if len(steps) else 1.0


def spikes(values: Values, begin: int, end: int, size: float, rng: Random) -> None:
    values[begin:end] += size * unit_of(values) * rng.choice([-1, 1])


def standing(values: Values, begin: int, end: int, size: float, rng: Random) -> None:
    """The last value is repeated."""
    values[begin:end] = values[begin]


def step(values: Values, begin: int, end: int, size: float, rng: Random) -> None:
    """An offset that comes and goes at once."""
    values[begin:end] += size * unit_of(values) * rng.choice([-1, 1])


def fading(values: Values, begin: int, end: int, size: float, rng: Random) -> None:
    """The signal shrinks to the share `size` around its mean, with the noise of its last digit."""
    part = values[begin:end]
    digit = 0.5 * float(np.min(np.abs(np.diff(values))[np.diff(values) != 0], initial=1.0))
    values[begin:end] = part.mean() + size * (part - part.mean()) + rng.uniform(-digit, digit, end - begin)


def creeping(values: Values, begin: int, end: int, size: float, rng: Random) -> None:
    """A ramp from nothing to size."""
    values[begin:end] += np.linspace(0, size * unit_of(values), end - begin) * rng.choice([-1, 1])


@dataclass(frozen=True)
class Fault:
    """hours: how long it lasts; 0 = one value. size: see the function. apart_h: between two faults."""

    name: str
    make: Callable[[Values, int, int, float, Random], None]
    size: float
    hours: float
    apart_h: float = 36


FAULTS: Mapping[str, Fault] = {
    one.name: one
    for one in (
        Fault("spike_2", spikes, 2, 0), Fault("spike_5", spikes, 5, 0), Fault("spike_20", spikes, 20, 0),
        Fault("wide_spike_5", spikes, 5, 0.5),
        Fault("stuck_3h", standing, 0, 3), Fault("stuck_8h", standing, 0, 8), Fault("stuck_30h", standing, 0, 30),
        Fault("step_5", step, 5, 24), Fault("step_20", step, 20, 24),
        Fault("fading_5%", fading, 0.05, 24), Fault("fading_20%", fading, 0.2, 24),
        Fault("gap_3h", standing, 0, 3),
        Fault("drift_3", creeping, 3, 21 * 24, 0), Fault("drift_6", creeping, 6, 21 * 24, 0),
    )
}  # fmt: skip


def plant(times: Times, values: Values, fault: Fault, seed: int, most: int = 12) -> Planted:
    """Up to `most` faults of a kind into a series without NaN; far enough from each other and from the ends.

    A drift is planted once, at the end. Raises ValueError for a series too short for one.
    """
    rng = np.random.default_rng([seed, len(fault.name), int(fault.size * 100), int(fault.hours * 60)])
    begins, ends = _places(times, fault, rng, most)
    found = values.astype(np.float64, copy=True)
    for begin, end in zip(begins, ends, strict=True):
        fault.make(found, begin, end, fault.size, rng)
    kept = times
    if fault.name.startswith("gap"):
        inside = np.zeros(len(times), np.bool_)
        for begin, end in zip(begins, ends, strict=True):
            inside[begin:end] = True
        kept, found = times[~inside], values[~inside].astype(np.float64)
        behind = np.searchsorted(kept, times[ends])
        begins, ends = behind, behind
    return Planted(fault.name, fault.size, kept, found, begins, ends)


def _places(
    times: Times, fault: Fault, rng: Random, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lasts = round(fault.hours * HOUR)
    if fault.apart_h == 0:
        begin = int(np.searchsorted(times, times[-1] - lasts))
        if begin < 1:
            raise ValueError("the series is too short")
        return np.array([begin]), np.array([len(times)])
    room = lasts + round(fault.apart_h * HOUR)
    slots = int((times[-1] - times[0]) // room)
    chosen = np.sort(rng.permutation(slots)[:most])
    jitter = rng.integers(0, max(1, round(fault.apart_h * HOUR / 2)), len(chosen))
    begins = np.searchsorted(times, times[0] + chosen * room + round(fault.apart_h * HOUR / 4) + jitter)
    ends = np.searchsorted(times, times[np.minimum(begins, len(times) - 1)] + max(1, lasts))
    good = (begins > 2) & (ends < len(times) - 2) & (ends > begins)
    if not good.any():
        raise ValueError("the series is too short")
    return begins[good], ends[good]
