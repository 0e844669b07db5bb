"""What a maker's file looks like: read from formats/*.toml, checked when read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from steuerrad.platform.observations.vocabulary import properties, units

FOLDER = Path(__file__).with_name("formats")


@dataclass(frozen=True)
class Series:
    """A column of figures: what it observes, in which unit (UCUM), and what can be at all.

    label: its name where a device observes the same property several times.
    """

    property: str
    unit: str
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True)
class TimeColumn:
    """form: "iso" (with offset) or a pattern of strptime; zone: of times that state none, by name."""

    column: str
    form: str
    zone: str = ""


@dataclass(frozen=True)
class FileFormat:
    """thing, place, sensor: texts with {names} from the file's name (file_name) and from columns that are the same in all
    rows (constant: name → column). ignored: column → why.
    """

    key: str
    title: str
    file_name: re.Pattern[str]
    delimiter: str
    time: TimeColumn
    thing: Mapping[str, str]
    sensor: Mapping[str, Any]
    series: Mapping[str, Series]
    interval_s: int
    ignored: Mapping[str, str]
    constant: Mapping[str, str]
    place: Mapping[str, str] | None = None


@cache
def formats() -> Mapping[str, FileFormat]:
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> FileFormat:
    """Raises KeyError for a property, unit or zone that does not exist, so that a test of the folder finds it."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    series = {column: Series(**row) for column, row in found.pop("series").items()}
    for one in series.values():
        _ = properties()[one.property], units()[one.unit]
    time = TimeColumn(**found.pop("time"))
    if time.form != "iso":
        ZoneInfo(time.zone)
    return FileFormat(
        key=path.stem, file_name=re.compile(found.pop("file_name")), series=series, time=time,
        ignored=found.pop("ignored", {}), constant=found.pop("constant", {}), **found,
    )  # fmt: skip


def format_of(name: str) -> FileFormat | None:
    """The format whose file names look like this one."""
    return next((form for form in formats().values() if form.file_name.search(name)), None)
