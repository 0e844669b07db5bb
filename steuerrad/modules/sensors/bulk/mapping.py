"""What the columns of a table mean: read from TOML, JSON or a form, with every fault named by its place.

    format = "csv"                       # csv, parquet, arrow, xlsx or json
    decimal = ","                        # of figures that are texts
    time = { column = "Zeit", form = "%d.%m.%Y %H:%M", zone = "Europe/Berlin" }
    thing = { column = "Station", prefix = "net:", name = "Station {key}", create = true }
    [series.Temperatur]                  # wide: one column for each observed property
    property = "air_temperature"
    unit = "Cel"

In the long form `value = { column = "Wert", what = "Parameter" }` says where the figure is and which series it belongs to;
then the names of the series are the texts of that column. In JSON, `rows` and all columns are JMESPath expressions.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jmespath
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError

from steuerrad.modules.sensors.codecs.profiles import FieldOf, ProfileError, read_fields
from steuerrad.platform.observations.models import Thing

FORMATS = ("csv", "parquet", "arrow", "xlsx", "json")
ISO, SECONDS, MILLISECONDS = "iso", "epoch_s", "epoch_ms"
#: Of strptime (POSIX), as far as they make sense in a table.
DIRECTIVES = set("YymdjHIMSpbBzTDFR%")
MOST_SERIES = 500
MOST_TEXT = 100_000
PLAIN = {"name": "Table", "encoding_type": "text/plain", "metadata": "read from a table"}


class MappingError(ValueError):
    """A mapping that cannot be used; problems: (place, reason) each."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{place}: {reason}" if place else reason for place, reason in problems))


@dataclass(frozen=True)
class Time:
    """columns: one, or date and time of day apart. form: iso, epoch_s, epoch_ms or a pattern of strptime."""

    columns: tuple[str, ...]
    form: str
    zone: str


@dataclass(frozen=True)
class Station:
    """key: of the one thing that the table tells of, else column. name: with {key} and {name}. create: make what is new."""

    key: str
    column: str
    prefix: str
    name: str
    name_column: str
    latitude: str
    longitude: str
    create: bool


@dataclass(frozen=True)
class TableSpec:
    """value, what: columns of the long form, "" in the wide one."""

    format: str
    delimiter: str
    encoding: str
    decimal: str
    skip_lines: int
    rows: str
    time: Time
    thing: Station
    value: str
    what: str
    series: Mapping[str, FieldOf]
    sensor: Mapping[str, Any]
    interval_s: int | None
    origin: str
    source: str

    @property
    def long(self) -> bool:
        return bool(self.value)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns that must be there; of the wide form only one of the series must be."""
        found = [*self.time.columns, self.thing.column, self.value, self.what]
        return tuple(dict.fromkeys(name for name in found if name))

    @cached_property
    def optional(self) -> tuple[str, ...]:
        found = [self.thing.name_column, self.thing.latitude, self.thing.longitude]
        if not self.long:
            found += self.series
        return tuple(dict.fromkeys(name for name in found if name))


def from_toml(text: str) -> TableSpec:
    return read(parsed(text))


def parsed(text: str) -> dict[str, Any]:
    """TOML as plain data. Raises MappingError with the line."""
    if len(text) > MOST_TEXT:
        raise MappingError([("", _("A mapping has at most 100,000 characters."))])
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError([("TOML", str(error))]) from error


class Reader:
    """Takes a table of data apart and gathers what is wrong with it."""

    def __init__(self, found: Any) -> None:
        self.problems: list[tuple[str, str]] = []
        self.found: dict[str, Any] = dict(found) if isinstance(found, Mapping) else {}
        if not isinstance(found, Mapping):
            self.fault("", _("a table is expected"))

    def fault(self, place: str, reason: str) -> None:
        self.problems.append((place, reason))

    def part(self, name: str) -> dict[str, Any]:
        value = self.found.get(name, {})
        if isinstance(value, Mapping):
            return dict(value)
        self.fault(name, _("a table is expected"))
        return {}

    def text(self, part: Mapping[str, Any], name: str, place: str = "", default: str = "") -> str:
        value = part.get(name, default)
        if isinstance(value, str) and len(value) <= 300:
            return value
        self.fault(f"{place}{name}", _("a text of at most 300 characters is expected"))
        return default

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.found.get(name, default)
        if value in choices:
            return value
        self.fault(name, _("use one of %(names)s") % {"names": ", ".join(choices)})
        return default

    def number(self, name: str, least: int, most: int, default: int | None) -> int | None:
        value = self.found.get(name, default)
        if value is None or (
            isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        ):
            return value
        self.fault(
            name, _("a whole number from %(least)d to %(most)d is expected") % {"least": least, "most": most}
        )
        return default

    def only(self, part: Mapping[str, Any], known: set[str], place: str = "") -> None:
        for name in sorted(set(map(str, part)) - known):
            self.fault(place + name, _("this word is not known here"))


WORDS = {
    "title", "format", "delimiter", "encoding", "decimal", "skip_lines", "rows", "time", "thing", "value", "series", "sensor",
    "interval_s", "origin", "source",
}  # fmt: skip


def read(found: Any) -> TableSpec:
    """A mapping as data. Raises MappingError with all of its faults."""
    reader = Reader(found)
    reader.only(reader.found, WORDS)
    form = reader.choice("format", FORMATS, "csv")
    time, thing = _time(reader), _thing(reader)
    value = reader.part("value")
    reader.only(value, {"column", "what"}, "value.")
    spec = TableSpec(
        format=form, delimiter=reader.text(reader.found, "delimiter"), encoding=_encoding(reader),
        decimal=reader.choice("decimal", (".", ","), "."), skip_lines=reader.number("skip_lines", 0, 1000, 0) or 0,
        rows=reader.text(reader.found, "rows"), time=time, thing=thing,
        value=reader.text(value, "column", "value."), what=reader.text(value, "what", "value."),
        series=_series(reader), sensor=_sensor(reader), interval_s=reader.number("interval_s", 1, 31_622_400, None),
        origin=reader.choice("origin", tuple(key for key, _title in Thing.ORIGINS), Thing.PUBLISHED),
        source=reader.text(reader.found, "source"),
    )  # fmt: skip
    _check(reader, spec)
    if reader.problems:
        raise MappingError(reader.problems)
    return spec


def _time(reader: Reader) -> Time:
    part = reader.part("time")
    reader.only(part, {"column", "columns", "form", "zone"}, "time.")
    columns = part.get("columns") or ([part["column"]] if part.get("column") else [])
    if (
        not isinstance(columns, list)
        or not 1 <= len(columns) <= 2
        or not all(isinstance(one, str) for one in columns)
    ):
        reader.fault("time.column", _("say which column is the time (or two: date, time of day)"))
        columns = []
    zone = reader.text(part, "zone", "time.")
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            reader.fault("time.zone", _("there is no time zone of this name"))
    form = reader.text(part, "form", "time.", ISO) or ISO
    if form not in (ISO, SECONDS, MILLISECONDS):
        if "%" not in form:
            reader.fault(
                "time.form", _("use iso, epoch_s, epoch_ms or a pattern like %%d.%%m.%%Y %%H:%%M") % {}
            )
        elif strange := set(re.findall(r"%(.?)", form)) - DIRECTIVES:
            names = ", ".join(f"%{one}" for one in sorted(strange))
            reader.fault("time.form", _("not known in a pattern: %(names)s") % {"names": names})
        elif not zone and "%z" not in form:
            reader.fault("time.zone", _("times of this form state no zone; say which one they are in"))
    return Time(tuple(columns), form, zone)


def _thing(reader: Reader) -> Station:
    part = reader.part("thing")
    reader.only(
        part, {"key", "column", "prefix", "name", "name_column", "latitude", "longitude", "create"}, "thing."
    )
    texts = {name: reader.text(part, name, "thing.") for name in
             ("key", "column", "prefix", "name", "name_column", "latitude", "longitude")}  # fmt: skip
    if bool(texts["key"]) == bool(texts["column"]):
        reader.fault("thing", _("say either the column of the station or the key of the one station"))
    if bool(texts["latitude"]) != bool(texts["longitude"]):
        reader.fault("thing.latitude", _("Latitude and longitude belong together."))
    create = part.get("create", True)
    if not isinstance(create, bool):
        reader.fault("thing.create", _("use true or false"))
    return Station(**texts, create=create is True)


def _encoding(reader: Reader) -> str:
    name = reader.text(reader.found, "encoding", default="utf-8") or "utf-8"
    if name.lower() not in ("utf-8", "latin-1", "iso-8859-1", "iso-8859-15", "cp1252", "utf-16"):
        reader.fault(
            "encoding", _("use one of %(names)s") % {"names": "utf-8, latin-1, iso-8859-15, cp1252, utf-16"}
        )
        return "utf-8"
    return name.lower()


def _series(reader: Reader) -> dict[str, FieldOf]:
    part = reader.part("series")
    if not 1 <= len(part) <= MOST_SERIES:
        reader.fault("series", _("say what 1 to 500 columns observe"))
    found: dict[str, FieldOf] = {}
    for name, row in part.items():
        try:
            found |= read_fields({name: row})
        except ProfileError as error:
            reader.fault(f"series.{name}", str(error).removeprefix(f"{name}: "))
    return found


def _sensor(reader: Reader) -> dict[str, Any]:
    part = reader.part("sensor")
    reader.only(part, {"name", "encoding_type", "metadata"}, "sensor.")
    return {name: reader.text(part, name, "sensor.", default) or default for name, default in PLAIN.items()}


def _check(reader: Reader, spec: TableSpec) -> None:
    """What the parts mean together."""
    if bool(spec.value) != bool(spec.what):
        reader.fault(
            "value", _("the long form needs the column of the figure and the one that says what it is")
        )
    if len(spec.delimiter) > 1:
        reader.fault("delimiter", _("one character is expected"))
    if spec.format == "json":
        if not spec.rows:
            reader.fault("rows", _("say by a JMESPath expression where the rows are"))
        for place, text in [("rows", spec.rows), *(("", name) for name in (*spec.columns, *spec.optional))]:
            if text and (reason := _no_path(text)):
                reader.fault(place or text, reason)
    elif spec.rows:
        reader.fault("rows", _("only JSON has this"))


def _no_path(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        return re.sub(r"\s+", " ", str(error))[:200]
    return ""
