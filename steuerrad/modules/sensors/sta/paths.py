"""Resource paths (OGC 18-088, clause 9.2): from "Things(1)/Datastreams(2)/unitOfMeasurement/name/$value" to steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from steuerrad.modules.sensors.sta.entities import BY_SET, EntityType, target
from steuerrad.modules.sensors.sta.faults import BadRequest, NotFound

Id = int | str
Ending = Literal["", "ref", "value", "count"]
#: A path deeper than this follows the same links in a circle; it is refused.
MOST_STEPS = 12
LONGEST_PATH = 2000
HIGHEST_ID = 2**63 - 1
_STEP = re.compile(r"(?P<name>[A-Za-z_@][\w@.\-]*)(?:\((?P<id>[^()]*|'(?:[^']|'')*')\))?\Z")
_NUMBER = re.compile(r"-?\d{1,19}\Z")


@dataclass(frozen=True)
class Step:
    """One entity or set on the way. many: a set without an id; id: which of it."""

    name: str
    entity: EntityType
    many: bool
    id: Id | None = None


@dataclass(frozen=True)
class Path:
    """A whole path. keys: the way into a property, outermost first; ending: "$ref", "$value" or "$count" without the sign."""

    steps: tuple[Step, ...] = ()
    keys: tuple[str, ...] = ()
    ending: Ending = ""

    @property
    def entity(self) -> EntityType:
        return self.steps[-1].entity

    @property
    def many(self) -> bool:
        return self.steps[-1].many

    def __str__(self) -> str:
        """The path as the service writes it in links."""
        parts = [step.name if step.id is None else f"{step.name}({written(step.id)})" for step in self.steps]
        return "/".join([*parts, *self.keys, *([f"${self.ending}"] if self.ending else [])])


def written(number: Id) -> str:
    """An id as it stands between brackets: texts in quotes, quotes doubled."""
    if isinstance(number, int):
        return str(number)
    return "'" + number.replace("'", "''") + "'"


def parse_id(text: str, place: str) -> Id:
    """An id from between the brackets: 12 or 'twelve'."""
    if _NUMBER.match(text):
        number = int(text)
        if abs(number) > HIGHEST_ID:
            raise BadRequest("the id is too large", place)
        return number
    if len(text) >= 2 and text[0] == text[-1] == "'":
        inner = text[1:-1]
        if inner.replace("''", "").count("'") == 0:
            return inner.replace("''", "'")
    raise BadRequest(f"{text!r} is no id: a number or a text in single quotes is", place)


def split(path: str) -> list[str]:
    """The parts between slashes; a slash inside of a quoted id divides nothing."""
    parts, start, quoted = [], 0, False
    for position, sign in enumerate(path):
        if sign == "'":
            quoted = not quoted
        elif sign == "/" and not quoted:
            parts.append(path[start:position])
            start = position + 1
    return [*parts, path[start:]]


def parse(path: str) -> Path:
    """The steps of a path below the service root, percent-encoding already undone.

    Raises NotFound where a name is unknown, BadRequest where the form is wrong.
    """
    if len(path) > LONGEST_PATH:
        raise BadRequest("the path is too long", "path")
    parts = split(path.strip("/"))
    if parts == [""]:
        return Path()
    if len(parts) > MOST_STEPS:
        raise BadRequest(f"the path has more than {MOST_STEPS} parts", "path")
    steps: list[Step] = []
    for number, part in enumerate(parts):
        place = f"path, part {number + 1}"
        if part in ("$ref", "$value", "$count") or (steps and _is_property(steps[-1], part)):
            return _ended(tuple(steps), parts[number:], place)
        steps.append(_step(steps[-1] if steps else None, part, place))
    return Path(tuple(steps))


def _is_property(step: Step, part: str) -> bool:
    return not step.many and part in {"@iot.id", "id", "@iot.selfLink", *step.entity.properties}


def _step(before: Step | None, part: str, place: str) -> Step:
    match = _STEP.match(part)
    if match is None:
        raise NotFound(f"{part!r} is no name of the model", place)
    name, number = match["name"], match["id"]
    if before is None:
        entity, many = BY_SET.get(name), True
    elif before.many:
        raise NotFound(f"{before.name} is a set; choose one entity of it first", place)
    else:
        link = before.entity.navigation.get(name)
        entity, many = (None, False) if link is None else (target(before.entity, name), link.many)
    if entity is None:
        where = "the service" if before is None else f"a {before.entity.name}"
        raise NotFound(f"{where} has no {name!r}", place)
    if number is None:
        return Step(name, entity, many)
    if not many:
        raise NotFound(f"{name} is one entity, not a set", place)
    return Step(name, entity, False, parse_id(number, place))


def _ended(steps: tuple[Step, ...], rest: list[str], place: str) -> Path:
    """The part of the path behind the last entity: a property, keys inside of it, $value, $ref."""
    if not steps:
        raise NotFound(f"{rest[0]!r} needs an entity before it", place)
    if rest == ["$count"] and steps[-1].many:
        return Path(steps, (), "count")
    if rest == ["$ref"]:
        return Path(steps, (), "ref")
    ending: Ending = "value" if rest[-1] == "$value" else ""
    keys = tuple(rest[:-1] if ending else rest)
    if not keys:
        raise BadRequest("$value needs a property before it", place)
    if any(key.startswith("$") or key == "" for key in keys):
        raise NotFound("nothing can follow a property but keys inside of it and $value", place)
    return Path(steps, ("@iot.id", *keys[1:]) if keys[0] == "id" else keys, ending)
