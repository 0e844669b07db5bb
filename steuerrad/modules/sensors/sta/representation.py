"""Entities of the catalogue as the JSON of the standard (OGC 18-088, clauses 8 and 9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.sta.entities import ID, SELF_LINK, EntityType
from steuerrad.modules.sensors.sta.paths import Id, written

#: Extent of a datastream: first and last moment (µs) of its observations.
Extents = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Writer:
    """Writes the entities of one answer. extents and areas: of the datastreams of the answer, read beforehand."""

    base: str
    extents: Extents = field(default_factory=dict)
    areas: dict[int, dict[str, Any]] = field(default_factory=dict)

    def link(self, entity: EntityType, number: Id) -> str:
        return f"{self.base}/{entity.set_name}({written(number)})"

    def entity(
        self, entity: EntityType, row: Any, select: tuple[str, ...] = (), expanded: Iterable[str] = ()
    ) -> dict[str, Any]:
        """One entity. select: names to write (all when empty); expanded: navigation that is written by itself."""
        number = row.pk
        found: dict[str, Any] = {}
        everything = not select or "*" in select
        wanted = {name.partition("/")[0] for name in select}
        if everything or ID in wanted:
            found[ID] = number
        if everything or SELF_LINK in wanted:
            found[SELF_LINK] = self.link(entity, number)
        readers = READERS[entity.name]
        for name in entity.properties:
            if everything or name in wanted:
                value = readers[name](row, self)
                if value is not MISSING:
                    found[name] = value
        narrow(found, select)
        for name in entity.navigation:
            if name in wanted or (everything and name not in expanded):
                found[f"{name}@iot.navigationLink"] = f"{self.link(entity, number)}/{name}"
        return found

    def property(self, entity: EntityType, row: Any, name: str) -> Any:
        """The value of one property; None where it is missing."""
        if name == ID:
            return row.pk
        if name == SELF_LINK:
            return self.link(entity, row.pk)
        value = READERS[entity.name][name](row, self)
        return None if value is MISSING else value


class _Missing:
    """Marks an optional property that an entity does not have; it is left out."""


MISSING = _Missing()


def narrow(found: dict[str, Any], select: tuple[str, ...]) -> None:
    """Leave of "properties/a" only what was asked for."""
    parts: dict[str, list[tuple[str, ...]]] = {}
    for name in select:
        head, _, rest = name.partition("/")
        if rest and head not in select:
            parts.setdefault(head, []).append(tuple(rest.split("/")))
    for head, ways in parts.items():
        if isinstance(found.get(head), dict):
            found[head] = _picked(found[head], ways)


def _picked(value: Any, ways: list[tuple[str, ...]]) -> Any:
    kept: dict[str, Any] = {}
    for way in ways:
        source, target = value, kept
        for key in way[:-1]:
            source = source.get(key) if isinstance(source, dict) else None
            target = target.setdefault(key, {})
        if isinstance(source, dict) and way[-1] in source:
            target[way[-1]] = source[way[-1]]
    return kept


def instant(value: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond, or to the microsecond where there are any."""
    value = value.astimezone(UTC)
    fine = "microseconds" if value.microsecond % 1000 else "milliseconds"
    return value.replace(tzinfo=None).isoformat(timespec=fine) + "Z"


def instant_of(micros: int) -> str:
    return instant(moment(micros))


def period(start: int, end: int) -> str:
    """An interval of two moments in µs; an instant when they are the same."""
    return f"{instant_of(start)}/{instant_of(end)}"


def _extent(row: Any, writer: Writer) -> Any:
    found = writer.extents.get(row.pk)
    return MISSING if found is None else period(*found)


def _area(row: Any, writer: Writer) -> Any:
    return row.observed_area or writer.areas.get(row.pk, MISSING)


def _unit(row: Any, writer: Writer) -> Any:
    return {"name": row.unit_name, "symbol": row.unit_symbol, "definition": row.unit_definition}


def _column(name: str) -> Callable[[Any, Writer], Any]:
    return lambda row, writer: getattr(row, name)


def _properties(row: Any, writer: Writer) -> Any:
    return row.properties or MISSING


NAMED = {"name": _column("name"), "description": _column("description"), "properties": _properties}
PLACED = {**NAMED, "encodingType": _column("encoding_type")}
READERS: MappingProxyType[str, dict[str, Callable[[Any, Writer], Any]]] = MappingProxyType(
    {
        "Thing": NAMED,
        "Location": {**PLACED, "location": _column("geometry")},
        "FeatureOfInterest": {**PLACED, "feature": _column("geometry")},
        "HistoricalLocation": {"time": lambda row, writer: instant(row.time)},
        "Sensor": {**NAMED, "encodingType": _column("encoding_type"), "metadata": _column("metadata")},
        "ObservedProperty": {**NAMED, "definition": _column("definition")},
        "Datastream": {
            **NAMED,
            "observationType": _column("observation_type"),
            "unitOfMeasurement": _unit,
            "observedArea": _area,
            "phenomenonTime": _extent,
            "resultTime": lambda row, writer: MISSING,
        },
    }
)


def area_of(boxes: Iterable[tuple[float, float, float, float]]) -> dict[str, Any] | None:
    """The box around boxes (west, south, east, north) as GeoJSON; a point where it has no size."""
    known = list(boxes)
    if not known:
        return None
    west, south = min(box[0] for box in known), min(box[1] for box in known)
    east, north = max(box[2] for box in known), max(box[3] for box in known)
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}
