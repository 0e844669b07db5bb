"""What the climate pages show: observed properties in groups, each with decimals, bounds to compare with, and charts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.platform.observations.vocabulary import definition_of


@dataclass(frozen=True)
class Subject:
    """keys: observed properties of the vocabulary that share one chart; the first is what a map shows.

    low, high: the range in which values usually lie, in the unit; ramp: the colours of the map, from low to high.
    comparable: whether a value of one place says something beside that of another (the level of a pond does not).
    """

    key: str
    title: Any
    keys: tuple[str, ...]
    unit: str
    decimals: int
    low: float
    high: float
    map: bool = True
    ramp: str = "heat"
    comparable: bool = True


SUBJECTS: tuple[Subject, ...] = (
    Subject("temperature", _("Air temperature"), ("air_temperature",), "°C", 1, -10, 35),
    Subject("humidity", _("Relative humidity"), ("relative_humidity",), "%", 0, 20, 100, ramp="wet"),
    Subject("rain", _("Rain"), ("rain_since_year", "rain_since_midnight", "rain_rate"), "l/m²", 1, 0, 30, map=False),
    Subject("soil", _("Soil moisture"), ("soil_moisture",), "%", 0, 0, 50, ramp="wet"),
    Subject("particulates", _("Particulate matter"), ("pm2_5", "pm10"), "µg/m³", 0, 0, 50, ramp="harm"),
    Subject("gases", _("Nitrogen dioxide and ozone"), ("no2", "o3"), "µg/m³", 0, 0, 120, ramp="harm"),
    Subject("wind", _("Wind"), ("wind_speed", "wind_gust"), "km/h", 0, 0, 60, ramp="harm"),
    Subject("water_level", _("Water level"), ("water_level",), "m", 2, 30, 150, ramp="wet", comparable=False),
    Subject("water", _("Water temperature"), ("water_temperature",), "°C", 1, 0, 30),
    Subject("wood", _("Moisture of trees"), ("wood_moisture",), "%", 0, 0, 100, ramp="wet"),
)  # fmt: skip


@cache
def by_key() -> dict[str, Subject]:
    return {subject.key: subject for subject in SUBJECTS}


@cache
def property_keys() -> dict[str, str]:
    """Definition address → key of the vocabulary, of all that the climate pages show."""
    return {definition_of(key): key for subject in SUBJECTS for key in subject.keys}


@cache
def subject_of(key: str) -> Subject:
    """The subject that an observed property belongs to. Raises StopIteration never: only called with known keys."""
    return next(subject for subject in SUBJECTS if key in subject.keys)
