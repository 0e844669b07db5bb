"""Soil moisture as a share of the water that plants can take up (available field capacity).

available = (moisture - wilting point) / (field capacity - wilting point). Both depend on the soil, and for a type of soil
they are ranges; so the share is a range, too, unless the place's own points were measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from steuerrad.modules.climate.rules.levels import SoilType, soil_bounds

CLASSES = ("dry", "short", "supplied", "wet", "flooded")


@dataclass(frozen=True)
class Water:
    """Plant-available water in per cent: from low to high, as the soil is not known more closely.

    state: one of CLASSES; None where the range reaches over more than two of them and says nothing.
    """

    low: float
    high: float
    state: str | None


def available(moisture: float, soil: SoilType) -> Water:
    """moisture: m³/m³ (0 to 1). Raises ValueError outside of that."""
    if not 0 <= moisture <= 1:
        raise ValueError("soil moisture is a share of the volume between 0 and 1")
    shares = [
        100 * (moisture - wilting) / (capacity - wilting)
        for wilting, capacity in product(soil.wilting, soil.capacity)
        if capacity > wilting
    ]
    if not shares:
        raise ValueError("the field capacity must be above the wilting point")
    low, high = max(0.0, min(shares)), max(0.0, max(shares))
    return Water(low, high, _state(low, high))


def _state(low: float, high: float) -> str | None:
    bounds = soil_bounds()
    first, last = (sum(value >= bound for bound in bounds) for value in (low, high))
    return CLASSES[first] if first == last else None
