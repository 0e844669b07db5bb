"""A simulated city's weather for the demonstration: plausible, made up, the same for the same moment and seed.

Everything follows from the moment: the course of the year and of the day after the sun's height, fronts that pass every
few days, showers, soil that fills by rain and dries by depth, particulates under calm air. No figure is measured.
Functions take µs since 1970 (UTC) at a fixed step and give one value each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # pyright: ignore
from numpy.typing import NDArray

MICROS, HOUR, DAY = 1_000_000, 3600.0, 86_400.0
STEP_S = 600
#: The soil is reckoned from the beginning of a stretch of BLOCK_DAYS that lies MEMORY_DAYS back, so that a figure does not
#: depend on when it is reckoned, but for less than one per cent of the volume in the deepest layer once in a block.
MEMORY_DAYS, BLOCK_DAYS = 120, 30
FRONT_DAYS = 4.3

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """What makes a place differ. warmth: °C over the surroundings at night; dust: factor; seed: of its own noise."""

    latitude: float
    longitude: float
    warmth: float
    dust: float
    seed: int


def noise(seconds: Values, scale_s: float, seed: int) -> Values:
    """Smooth noise from -1 to 1: random values every scale_s seconds, joined by cosines; fixed by moment and seed."""
    place = seconds / scale_s
    cell = np.floor(place).astype(np.int64)
    part = (1 - np.cos(np.pi * (place - cell))) / 2
    return _random(cell, seed) * (1 - part) + _random(cell + 1, seed) * part


def _random(cell: NDArray[np.int64], seed: int) -> Values:
    """-1 to 1 by cell number: the mixing of splitmix64 (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        mixed = cell.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**52 - 1


def sun(seconds: Values, site: Site) -> Values:
    """Sine of the sun's height; declination and hour angle without the equation of time (enough for a demonstration)."""
    year = 2 * np.pi * (seconds / DAY - 79.0) / 365.2422  # from the equinox of 1970-03-21 on
    declination = np.radians(23.44) * np.sin(year)
    angle = 2 * np.pi * (seconds / DAY) + np.radians(site.longitude) - np.pi
    latitude = np.radians(site.latitude)
    return np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(angle)


def simulate(first: int, last: int, site: Site) -> dict[str, tuple[Times, Values]]:
    """Series from first to last (µs, last not included) at full steps, by a key of the vocabulary (soil: with depth)."""
    step = STEP_S * MICROS
    block = int(BLOCK_DAYS * DAY) * MICROS
    begin = (first - int(MEMORY_DAYS * DAY) * MICROS) // block * block
    times = np.arange(begin, last, step, dtype=np.int64)
    seconds = times / MICROS
    shown = times >= first
    cloud = np.clip(
        0.5 + 0.75 * noise(seconds, FRONT_DAYS * DAY / 2, 11) + 0.25 * noise(seconds, 9 * HOUR, 12), 0, 1
    )
    height = sun(seconds, site)
    rate = _rain_rate(seconds, cloud, site)
    temperature = _temperature(seconds, height, cloud, rate, site)
    wind = np.clip(8 + 10 * noise(seconds, 30 * HOUR, 21) + 6 * np.clip(height, 0, 1)
                   + 3 * noise(seconds, HOUR, 22 + site.seed), 0.4, None)  # fmt: skip
    humid = np.clip(88 - 42 * np.clip(height, 0, 1) * (1 - 0.6 * cloud) + 10 * noise(seconds, 18 * HOUR, 31)
                    + 1.5 * noise(seconds, HOUR, 32 + site.seed) + noise(seconds, 0.4 * HOUR, 36 + site.seed)
                    + np.where(rate > 0, 8, 0), 25, 99)  # fmt: skip
    found = {
        "air_temperature": np.round(temperature, 1), "relative_humidity": np.round(humid, 0),
        "wind_speed": np.round(wind, 1), "rain_since_midnight": _since_midnight(seconds, rate),
        **_dust(seconds, wind, rate, height, site), **_soil(seconds, rate, height, cloud),
    }  # fmt: skip
    return {key: (times[shown], values[shown]) for key, values in found.items()}


def _rain_rate(seconds: Values, cloud: Values, site: Site) -> Values:
    """mm/h: long rain under thick cloud, showers of the place in between."""
    front = np.clip(noise(seconds, 5 * HOUR, 41) - 0.25, 0, None) * np.clip(cloud - 0.55, 0, None) * 2.5
    shower = (
        np.clip(noise(seconds, 0.8 * HOUR, 51 + site.seed) - 0.72, 0, None)
        * np.clip(cloud - 0.35, 0, None)
        * 25
    )
    return np.where(front + shower > 0.08, front + shower, 0.0)


def _temperature(seconds: Values, height: Values, cloud: Values, rate: Values, site: Site) -> Values:
    """°C. The ground stores the sun for some three hours, which moves the warmest moment into the afternoon."""
    season = np.sin(2 * np.pi * (seconds / DAY - 110) / 365.2422)
    year = 10.8 + 8.0 * season
    stored = _smoothed(np.clip(height, 0, None) * (1 - 0.65 * cloud), 3 * HOUR)
    clear_night = _smoothed((height < 0) * (1 - cloud), 4 * HOUR)
    front = 4.5 * noise(seconds, FRONT_DAYS * DAY, 61)
    return (
        year - (2.0 + 1.5 * season) + front + 15 * stored - 4 * clear_night + site.warmth * (1 - np.clip(height, 0, 1))
        - 0.5 * np.minimum(rate, 4) + 0.3 * noise(seconds, HOUR, 62 + site.seed)
    )  # fmt: skip


def _smoothed(values: Values, over_s: float) -> Values:
    """Exponential memory of what came before."""
    keep = float(np.exp(-STEP_S / over_s))
    start = np.array([keep * values[0]]) if len(values) else np.zeros(1)
    found, _state = scipy.signal.lfilter([1 - keep], [1.0, -keep], values, zi=start)
    return np.asarray(found, np.float64)


def _since_midnight(seconds: Values, rate: Values) -> Values:
    """A counter in steps of 0.1 mm that starts again at midnight UTC."""
    fallen = np.cumsum(rate * STEP_S / HOUR)
    day = np.floor(seconds / DAY)
    first = np.concatenate([[True], day[1:] != day[:-1]])
    before = np.maximum.accumulate(np.where(first, np.concatenate([[0.0], fallen[:-1]]), 0.0))
    return np.round(np.floor((fallen - before) * 10 + 1e-9) / 10, 1)


def _dust(seconds: Values, wind: Values, rate: Values, height: Values, site: Site) -> dict[str, Values]:
    """µg/m³: more in calm air and at the hours of traffic, washed out by rain."""
    hour = (seconds / HOUR) % 24
    traffic = np.exp(-(((hour - 7) / 2) ** 2)) + np.exp(-(((hour - 17) / 2.5) ** 2))
    calm = 1 / (0.35 + wind / 14)
    fine = np.clip(
        (3 + 3.2 * calm + 2.5 * traffic * calm + 3 * noise(seconds, 20 * HOUR, 71)) * site.dust, 1, None
    )
    fine = fine * np.where(rate > 0.3, 0.6, 1.0)
    coarse = fine * 1.45 + 3 * site.dust + np.abs(2 * noise(seconds, 3 * HOUR, 72 + site.seed))
    gas = np.clip((7 + 9 * calm * (0.4 + traffic)) * site.dust, 1, None)
    ozone = np.clip(28 + 75 * _smoothed(np.clip(height, 0, None), 3 * HOUR) - 0.5 * gas, 2, None)
    return {
        "pm2_5": np.round(fine, 1),
        "pm10": np.round(coarse, 1),
        "no2": np.round(gas, 1),
        "o3": np.round(ozone, 1),
    }


#: Depth in m, the share of rain that arrives, and days after which a third is left.
LAYERS = ((0.1, 0.55, 9.0), (0.3, 0.30, 24.0), (0.6, 0.15, 60.0))
LOWEST, HIGHEST = 0.09, 0.34


def _soil(seconds: Values, rate: Values, height: Values, cloud: Values) -> dict[str, Values]:
    """Per cent of the volume by depth: a bucket that rain fills late and sun empties, slower the deeper it lies.

    With the little that a sensor wavers by; one that stands still for days would be called stuck.
    """
    found: dict[str, Values] = {}
    arriving = rate * STEP_S / HOUR
    thirst = 0.4 + 2.2 * np.clip(height, 0, None) * (1 - 0.5 * cloud)
    for depth, share, days in LAYERS:
        arriving = _smoothed(arriving, (1 + 60 * depth) * HOUR)
        state, series = 0.22, np.empty_like(rate)
        leave = STEP_S / (days * DAY)
        for index, (fall, dry) in enumerate(zip(arriving, thirst, strict=True)):
            state += float(fall) * share / (1000 * 0.25) - (state - LOWEST) * leave * float(dry)
            state = min(max(state, LOWEST), HIGHEST)
            series[index] = state
        found[f"soil_moisture@{depth}"] = np.round(100 * series + 0.2 * noise(seconds, 8 * HOUR, 81), 1)
    return found
