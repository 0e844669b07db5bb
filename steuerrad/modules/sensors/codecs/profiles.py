"""What a kind of device is: its codec, and what each decoded field observes. The library's are read from library/*.toml."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from steuerrad.modules.sensors.file_formats import Series
from steuerrad.platform.observations.vocabulary import properties, units

FOLDER = Path(__file__).with_name("library")
#: What every uplink tells beside its payload: the strongest gateway's reception.
RSSI, SNR = "@rssi", "@snr"
#: What a device answers when the network server asks for its status.
BATTERY = "@battery"


#: Longest name of a decoded field.
LONGEST_NAME = 120


class ProfileError(ValueError):
    """A profile's fields cannot be used; the text names the field."""


@dataclass(frozen=True)
class FieldOf(Series):
    """A decoded field. factor: from the codec's unit to `unit`; missing: values that stand for "not there"."""

    factor: float = 1.0
    missing: tuple[float, ...] = ()


@dataclass(frozen=True)
class Vector:
    """payload: bytes; data: what the codec must make of them; source: where both are written."""

    payload: bytes
    f_port: int
    data: Mapping[str, Any]
    source: str = ""


@dataclass(frozen=True)
class Profile:
    """codec "": the network server decodes. fields: a name may have * in it (temperature_* for all channels)."""

    key: str
    title: str
    maker: str
    codec: str
    interval_s: int
    fields: Mapping[str, FieldOf]
    sensor: Mapping[str, Any]
    source: str = ""
    vectors: tuple[Vector, ...] = field(default=(), repr=False)

    def field_of(self, name: str) -> FieldOf | None:
        if name in self.fields:
            return self.fields[name]
        return next((one for pattern, one in self.fields.items() if fnmatchcase(name, pattern)), None)

    def figures(self, data: Mapping[str, Any]) -> dict[str, tuple[FieldOf, float]]:
        """{name: (field, value in its unit)} of the fields that the profile knows and that hold a number."""
        found: dict[str, tuple[FieldOf, float]] = {}
        for name, value in flat(data).items():
            if len(name) > LONGEST_NAME or not name.isprintable():
                continue
            one = self.field_of(name)
            number = None if one is None else number_of(value)
            if one is not None and number is not None and number not in one.missing:
                found[name] = (one, number * one.factor)
        return found


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}; lists by place. Depth is bounded by the decoder."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            found |= flat({str(place): item for place, item in enumerate(value)}, f"{prefix}{name}.")
        else:
            found[prefix + str(name)] = value
    return found


def number_of(value: Any) -> float | None:
    """A finite number, also from "12.5" (some makers write figures as text) and true or false; else None."""
    if isinstance(value, str):
        text = value.strip()
        if not text or len(text) > 40 or not text.isascii() or "_" in text:
            return None
        value = text
    elif not isinstance(value, bool | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def read_fields(found: Any) -> dict[str, FieldOf]:
    """Fields as data. Raises ProfileError."""
    if not isinstance(found, Mapping):
        raise ProfileError("fields: a table is expected")
    return {str(name): _field(str(name), row) for name, row in found.items()}


def _field(name: str, row: Any) -> FieldOf:
    if not isinstance(row, Mapping):
        raise ProfileError(f"{name}: a table with property and unit is expected")
    if name.startswith("@") or len(name) > LONGEST_NAME:
        raise ProfileError(f"{name}: this is no name of a field")
    known = {"property", "unit", "low", "high", "label", "factor", "missing"}
    if unknown := set(row) - known:
        raise ProfileError(f"{name}: {', '.join(sorted(unknown))} is not known")
    if row.get("property") not in properties():
        raise ProfileError(f"{name}: there is no property {row.get('property')!r}")
    if row.get("unit") not in units():
        raise ProfileError(f"{name}: there is no unit {row.get('unit')!r}")
    for part in ("low", "high", "factor"):
        if part in row and (isinstance(row[part], bool) or not isinstance(row[part], int | float)):
            raise ProfileError(f"{name}: {part} is no number")
    low, high = row.get("low"), row.get("high")
    if low is not None and high is not None and low >= high:
        raise ProfileError(f"{name}: low is not below high")
    if not isinstance(row.get("label", ""), str) or not isinstance(row.get("missing", []), list | tuple):
        raise ProfileError(f"{name}: label is a text, missing a list of numbers")
    return FieldOf(**{**row, "missing": tuple(row.get("missing", ()))})


def read_profile(key: str, found: Mapping[str, Any], codec: str) -> Profile:
    """A profile of a file in TOML. Raises ProfileError."""
    try:
        vectors = tuple(
            Vector(bytes.fromhex(row["payload"]), int(row["f_port"]), row["data"], str(row.get("source", "")))
            for row in found.get("vectors", ())
        )
        return Profile(
            key=key, title=str(found["title"]), maker=str(found["maker"]), codec=codec,
            interval_s=int(found["interval_s"]), fields=read_fields(found.get("fields", {})),
            sensor=dict(found["sensor"]), source=str(found.get("source", "")), vectors=vectors,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ProfileError(f"{key}: {error}") from error


@cache
def library() -> Mapping[str, Profile]:
    """The profiles that come with the product, by key."""
    found: dict[str, Profile] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        code = (FOLDER / read["codec"]).read_text(encoding="utf-8")
        found[path.stem] = read_profile(path.stem, read, code)
    return found


SIGNAL = {
    RSSI: FieldOf("signal_strength", "dBm", -150, 0),
    SNR: FieldOf("signal_noise", "dB", -30, 30),
    BATTERY: FieldOf("battery_level", "%", 0, 100, label="Battery level by status"),
}
