"""Bodies of POST, PATCH and PUT: checked against the entity model, turned into columns and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from steuerrad.modules.sensors.sta.catalogue_columns import column
from steuerrad.modules.sensors.sta.checking import UNIT_KEYS
from steuerrad.modules.sensors.sta.entities import ID, EntityType, Property
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.modules.sensors.sta.parsing import read_moment

#: Objects and lists inside of each other.
DEEPEST = 60
LONGEST_TEXT = 100_000
Body = dict[str, Any]


@dataclass(frozen=True)
class Parts:
    """A body taken apart: values by column of the table, links by navigation (an object, or a list of objects)."""

    columns: dict[str, Any] = field(default_factory=dict)
    links: dict[str, list[Body]] = field(default_factory=dict)


def load(body: bytes) -> Any:
    """JSON as sent. Raises BadRequest with the place of the fault."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(
            f"this is no JSON: {error.msg}", f"body, line {error.lineno}, column {error.colno}"
        ) from error
    _bounded(found, 0)
    return found


def _bounded(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise BadRequest(f"more than {DEEPEST} levels inside of each other", "body")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list):
                _bounded(inner, depth + 1)
            elif isinstance(inner, str) and "\x00" in inner:
                raise BadRequest("a text holds a null character", "body")


def load_object(body: bytes) -> Body:
    found = load(body)
    if not isinstance(found, dict):
        raise BadRequest("a JSON object is wanted", "body")
    return found


def take_apart(entity: EntityType, body: Any, place: str, *, partial: bool = False) -> Parts:
    """Columns and links of a body. partial: nothing is required (PATCH). Raises BadRequest.

    What the service computes itself, ids and links of the service (from an entity that was read before) are left out.
    """
    if not isinstance(body, dict):
        raise BadRequest(f"a {entity.name} is a JSON object", place)
    found = Parts()
    for name, value in body.items():
        if name.startswith("@iot.") or name.partition("@")[2].startswith("iot."):
            continue
        where = f"{place}/{name}"
        if name in entity.navigation:
            found.links[name] = _link(entity, name, value, where)
        elif name not in entity.properties:
            raise BadRequest(f"a {entity.name} has no {name[:60]!r}", place)
        elif not entity.properties[name].derived or name == "observedArea":
            found.columns.update(_value(entity.properties[name], value, where))
    if not partial:
        missing = [
            item.name for item in entity.properties.values() if item.required and item.name not in body
        ]
        if missing:
            raise BadRequest(f"{', '.join(missing)} must be given", place)
    return found


def _link(entity: EntityType, name: str, value: Any, place: str) -> list[Body]:
    if not entity.navigation[name].many:
        if not isinstance(value, dict):
            raise BadRequest("one entity is wanted, as an object", place)
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRequest("a list of entities is wanted", place)
    return value


def linked_id(item: Body, place: str) -> int | None:
    """The id of an existing entity that an object links to; None when it describes a new one."""
    if ID not in item:
        return None
    number = item[ID]
    if isinstance(number, bool) or not isinstance(number, int | str) or not str(number).lstrip("-").isdigit():
        raise BadRequest(f"{str(number)[:40]!r} is no id of this service", place)
    if len(str(number)) > 18:
        raise BadRequest("the id is too large", place)
    return int(number)


def _value(item: Property, value: Any, place: str) -> dict[str, Any]:
    """One property as columns."""
    if item.name == "unitOfMeasurement":
        return _unit(value, place)
    if item.kind == "text":
        if not isinstance(value, str) or (item.name == "name" and not value.strip()):
            raise BadRequest("a text is wanted", place)
        if len(value) > LONGEST_TEXT:
            raise BadRequest(f"longer than {LONGEST_TEXT} characters", place)
    elif item.kind == "object":
        if value is None and not item.required:
            value = {}
        if not isinstance(value, dict):
            raise BadRequest("a JSON object is wanted", place)
    elif item.kind == "moment":
        value = moment_of(value, place)
    elif item.kind == "geometry" and not isinstance(value, dict):
        if value is None and not item.required:
            return {column(item.name): None}
        raise BadRequest("a GeoJSON object is wanted", place)
    elif value is None and item.required:
        raise BadRequest("a value is wanted", place)
    return {column(item.name): value}


def moment_of(value: Any, place: str) -> Any:
    """An instant of ISO 8601 with its zone, aware, in UTC."""
    try:
        if not isinstance(value, str) or (
            not value[10:].lstrip("T").upper().endswith("Z") and not _zoned(value)
        ):
            raise ValueError
        return read_moment(value)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"{str(value)[:40]!r} is no moment of ISO 8601 with a zone", place) from error


def _zoned(value: str) -> bool:
    return len(value) > 16 and any(sign in value[16:] for sign in "+-")


def _unit(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) - set(UNIT_KEYS):
        raise BadRequest(f"an object with {', '.join(UNIT_KEYS)} is wanted", place)
    for key, text in value.items():
        if text is not None and not isinstance(text, str):
            raise BadRequest("a text or null is wanted", f"{place}/{key}")
    return {f"unit_{key}": value.get(key) for key in UNIT_KEYS}
