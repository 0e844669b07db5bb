"""The thresholds of levels.toml, typed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("levels.toml")


@dataclass(frozen=True)
class Source:
    text: str
    url: str


@dataclass(frozen=True)
class RainWindow:
    """bounds: l/m² within the hours from which on rain is marked, severe, extreme."""

    hours: int
    bounds: tuple[float, float, float]


@dataclass(frozen=True)
class AirIndex:
    """hours: length of the mean by pollutant. bounds: highest µg/m³ of the classes 1 to 4 by pollutant."""

    key: str
    source: Source
    hours: Mapping[str, int]
    bounds: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class SoilType:
    """Water by volume (m³/m³): lowest and highest wilting point, lowest and highest field capacity."""

    wilting: tuple[float, float]
    capacity: tuple[float, float]


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def source(part: str) -> Source:
    """Of "days", "rain" or "soil"."""
    return Source(_read()[part]["source"], _read()[part]["url"])


def soil_class_source() -> Source:
    return Source(_read()["soil"]["classes"]["source"], _read()["soil"]["classes"]["url"])


def days() -> Mapping[str, float]:
    found = _read()["days"]
    return {key: found[key] for key in ("hot", "summer", "frost", "ice", "tropical")}


@cache
def rain_windows() -> tuple[RainWindow, ...]:
    return tuple(RainWindow(row["hours"], tuple(row["bounds"])) for row in _read()["rain"]["windows"])


@cache
def air_indices() -> Mapping[str, AirIndex]:
    """By key; the first one is the one in force."""
    return {
        row["key"]: AirIndex(
            row["key"], Source(row["source"], row["url"]), row["hours"],
            {name: tuple(map(float, bounds)) for name, bounds in row["bounds"].items()},
        )
        for row in _read()["air"]
    }  # fmt: skip


@cache
def soil_types() -> Mapping[str, SoilType]:
    return {
        key: SoilType(tuple(row["wilting"]), tuple(row["capacity"]))
        for key, row in _read()["soil"]["types"].items()
    }


def soil_bounds() -> tuple[float, ...]:
    return tuple(_read()["soil"]["classes"]["bounds"])
