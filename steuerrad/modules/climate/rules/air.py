"""The air quality index of the Umweltbundesamt: a class per pollutant, and the worst of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.modules.climate.rules.levels import AirIndex

HOUR = 3_600_000_000
#: Share of the hours of a moving mean that must be there.
NEEDED = 0.75
WORDS = ("very_good", "good", "moderate", "poor", "very_poor")


@dataclass(frozen=True)
class Quality:
    """classes: 1 (very good) to 5 by pollutant; worst: the index; complete: whether all pollutants are measured."""

    classes: Mapping[str, int]
    worst: int | None
    complete: bool


def class_of(index: AirIndex, pollutant: str, value: float) -> int:
    """1 to 5. Values are rounded to whole µg/m³ first, as the tables of the index are."""
    rounded = int(np.floor(value + 0.5))
    return 1 + sum(rounded > bound for bound in index.bounds[pollutant])


def quality(index: AirIndex, means: Mapping[str, float]) -> Quality:
    """means: µg/m³ by pollutant over the hours that the index asks for; pollutants it does not know are left out."""
    classes = {
        name: class_of(index, name, value)
        for name, value in means.items()
        if name in index.bounds and np.isfinite(value) and value >= 0
    }
    return Quality(classes, max(classes.values(), default=None), set(classes) == set(index.bounds))


def moving_mean(hours: NDArray[np.int64], means: NDArray[np.float64], width: int, at: int) -> float | None:
    """Mean over the `width` hours that end at `at` (µs), from hourly means; None with too few of them."""
    inside = (hours >= at - width * HOUR) & (hours < at) & np.isfinite(means)
    if inside.sum() < max(1, NEEDED * width):
        return None
    return float(means[inside].mean())
