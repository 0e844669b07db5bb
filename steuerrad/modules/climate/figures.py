"""Climate figures of a station over a stretch of time: read from the store, worked out by the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from steuerrad.engines.observations import Period, micros, moment
from steuerrad.engines.observations.periods import edges
from steuerrad.modules.climate.doubts import NONE, Doubts, flagged
from steuerrad.modules.climate.periods import Stretch, zone
from steuerrad.modules.climate.queries import Series, Station
from steuerrad.modules.climate.rules import air, rain, soil, thermal
from steuerrad.modules.climate.rules.levels import (
    AirIndex,
    SoilType,
    air_indices,
    rain_windows,
    soil_types,
)
from steuerrad.platform.observations.store import observations

#: Raw readings that are looked at one by one; a longer stretch is read by the hour.
MOST_RAW = 200_000
RAW_SPAN = timedelta(days=400)


@dataclass(frozen=True)
class RainFigures:
    """total: l/m² of the stretch, None without two readings. bounds: µs of the sums' periods; sums: NaN: not known.

    by_hour: readings were taken by the hour, so that the rainiest window begins on the hour.
    """

    series: Series
    total: float | None
    peaks: tuple[rain.Peak, ...]
    unit: str
    bounds: np.ndarray
    sums: np.ndarray
    resets: int
    faults: int
    by_hour: bool


@dataclass(frozen=True)
class SoilFigure:
    """moisture: per cent of the volume. exact: the place's own wilting point and field capacity are known."""

    series: Series
    moisture: float
    water: soil.Water | None
    soil: str
    exact: bool


def thermal_days(one: Series, stretch: Stretch, doubts: Doubts = NONE) -> thermal.Days:
    """Whole UTC days that the stretch touches, up to the last that is over or has a reading."""
    first = stretch.low // thermal.DAY * thermal.DAY
    last = -(-stretch.high // thermal.DAY) * thermal.DAY
    with observations() as store:
        table = store.aggregate(
            [one.number], first - 6 * thermal.HOUR, last, Period.fixed(3600), ("min", "max"),
            without=doubts.without([one.number]),
        )  # fmt: skip
    hours, low, high = (table.column(name).to_numpy() for name in ("start", "min", "max"))
    return thermal.judge(hours, low, high, first, last)


def rain_figures(station: Station, stretch: Stretch, doubts: Doubts = NONE) -> RainFigures | None:
    """By the counter of the year, else of the day, else by the rate; None where no rain is measured."""
    one = next(
        (
            found
            for key in ("rain_since_year", "rain_since_midnight", "rain_rate")
            if (found := station.first(key))
        ),
        None,
    )
    if one is None:
        return None
    by_hour = stretch.length > RAW_SPAN
    time, value = _readings(one, stretch, by_hour, doubts)
    if len(time) >= MOST_RAW:  # a device that sends every few seconds
        by_hour = True
        time, value = _readings(one, stretch, by_hour, doubts)
    found = rain.within((rain.rates if one.key == "rain_rate" else rain.increments)(time, value), stretch.low)
    unit, period = stretch.sums()
    bounds = np.array(_bounds(period, stretch), np.int64)
    sums, seen = rain.by_bounds(found, bounds)
    total = float(found.mm.sum()) if len(found.end) else None
    peaks = tuple(rain.peak(found, window) for window in rain_windows())
    return RainFigures(
        one, total, peaks, unit, bounds, np.where(seen, sums, np.nan), found.resets, found.faults, by_hour
    )


def _readings(one: Series, stretch: Stretch, by_hour: bool, doubts: Doubts) -> tuple[np.ndarray, np.ndarray]:
    """Times (µs, rising) and values; two hours before are read, too, so that the first step is known."""
    low = stretch.low - 2 * thermal.HOUR
    with observations() as store:
        if by_hour:
            which = "mean" if one.key == "rain_rate" else "last"
            table = store.aggregate(
                [one.number], low, stretch.high, Period.fixed(3600), (which,), without=doubts.without([one.number])
            )  # fmt: skip
            time, value = table.column("end"), table.column(which)
        else:
            table = store.rows([one.number], low, stretch.high, limit=MOST_RAW)
            time, value = table.column("time"), table.column("value")
    times, values = time.to_numpy(), value.to_numpy()
    if not by_hour:
        fit = doubts.keep(one.number, times)
        times, values = times[fit], values[fit]
    order = np.argsort(times, kind="stable")
    return times[order].astype(np.int64), values[order].astype(float)


def _bounds(period: Period, stretch: Stretch) -> list[int]:
    if period.unit is not None:
        return edges(period, str(zone()), stretch.low, stretch.high)
    step = period.seconds * 1_000_000
    return list(range(stretch.low // step * step, -(-stretch.high // step) * step + 1, step))


def soil_figures(station: Station, doubts: Doubts = NONE) -> list[SoilFigure]:
    """By depth, from the latest values; a value in per cent of the volume or as a share."""
    found = []
    for one in sorted(
        (one for one in station.series if one.key == "soil_moisture"), key=lambda one: one.depth_m or 0
    ):
        if one.latest is None or (one.latest.doubtful and not doubts.shown):
            continue
        share = one.latest.value / (100 if one.stream.unit_code == "%" else 1)
        if not 0 <= share <= 1:
            continue
        name, kind, exact = _soil(one)
        water = soil.available(share, kind) if kind else None
        found.append(SoilFigure(one, 100 * share, water, name, exact))
    return found


def _soil(one: Series) -> tuple[str, SoilType | None, bool]:
    """Name of the soil, its figures, and whether they were measured here (properties of the datastream or thing)."""
    said: dict[str, Any] = {**one.stream.thing.properties, **one.stream.properties}
    name = str(said.get("soil_type", ""))
    wilting, capacity = said.get("wilting_point"), said.get("field_capacity")
    if isinstance(wilting, int | float) and isinstance(capacity, int | float) and 0 <= wilting < capacity < 1:
        return name, SoilType((float(wilting), float(wilting)), (float(capacity), float(capacity))), True
    return name, soil_types().get(name), False


@dataclass(frozen=True)
class AirFigure:
    """means: µg/m³ by pollutant over the hours of the index. at: end of the newest whole hour with readings."""

    index: AirIndex
    quality: air.Quality
    means: dict[str, float]
    at: datetime


def air_figure(station: Station, key: str = "", doubts: Doubts = NONE) -> AirFigure | None:
    """The index of the newest whole hour; None without a pollutant or without a reading."""
    index = air_indices().get(key) or next(iter(air_indices().values()))
    series = {name: one for name in index.bounds if (one := station.first(name)) and one.latest}
    if not series:
        return None
    newest = max(one.latest.at for one in series.values() if one.latest)
    at = micros(newest) // thermal.HOUR * thermal.HOUR
    numbers = [one.number for one in series.values()]
    bad = doubts if doubts.shown else Doubts(flagged(numbers, at - 24 * thermal.HOUR, at))
    with observations() as store:
        table = store.aggregate(
            numbers, at - 24 * thermal.HOUR, at, Period.fixed(3600), ("mean",), without=bad.without(numbers)
        )
    streams, hours, values = (table.column(name).to_numpy() for name in ("stream", "start", "mean"))
    means = {}
    for name, one in series.items():
        own = streams == one.number
        mean = air.moving_mean(hours[own], values[own], index.hours[name], at)
        if mean is not None:
            means[name] = mean
    found = air.quality(index, means)
    return AirFigure(index, found, means, moment(at)) if found.worst else None
