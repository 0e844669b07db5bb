"""Which property an expression means and whether its types fit, before any database is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.modules.sensors.sta.functions import FUNCTIONS, Type

DEEPEST_NAVIGATION = 6
UNIT_KEYS = ("name", "symbol", "definition")
#: Types that can stand on the two sides of a comparison; "any" and "null" fit with everything but a geometry.
COMPARABLE: dict[Type, frozenset[Type]] = {
    "moment": frozenset(["moment", "period"]),
    "period": frozenset(["moment", "period"]),
    "id": frozenset(["id", "number", "text"]),
}


@dataclass(frozen=True)
class Resolved:
    """navigation: the way to the entity; property and the keys inside of it; type of what is found there."""

    navigation: tuple[str, ...]
    entity: EntityType
    property: str
    keys: tuple[str, ...]
    type: Type


def resolve(field: e.Field, entity: EntityType, place: str) -> Resolved:
    """The property that a path means, seen from an entity. Raises BadRequest."""
    here, way, rest = entity, [], list(field.parts)
    while rest and rest[0] in here.navigation:
        here = BY_NAME[here.navigation[rest[0]].target]
        way.append(rest.pop(0))
    if len(way) > DEEPEST_NAVIGATION:
        raise BadRequest(f"{field} goes through more than {DEEPEST_NAVIGATION} links", place)
    where = f"{place}, character {field.at}" if field.at else place
    name = rest[0] if rest else ""
    if name in ("id", "@iot.id") and len(rest) == 1:
        return Resolved(tuple(way), here, "@iot.id", (), "id")
    prop = here.properties.get(name)
    if prop is None:
        what = f"{name!r}" if name else "property named"
        raise BadRequest(f"a {here.name} has no {what}", where)
    keys = tuple(rest[1:])
    if name == "unitOfMeasurement" and keys not in {(), *((key,) for key in UNIT_KEYS)}:
        raise BadRequest(f"a unit has {', '.join(UNIT_KEYS)}", where)
    if keys and prop.kind not in ("object", "any"):
        raise BadRequest(f"{name} has nothing inside of it", where)
    types: dict[str, Type] = {"text": "text", "number": "number", "moment": "moment", "period": "period",
                              "geometry": "geometry"}  # fmt: skip
    unit = name == "unitOfMeasurement" and bool(keys)
    return Resolved(tuple(way), here, name, keys, "text" if unit else types.get(prop.kind, "any"))


def check(node: e.Expression, entity: EntityType, place: str) -> Type:
    """The type of an expression. Raises BadRequest where a property is unknown or types do not fit."""
    return _check(node, entity, place)


def require_truth(node: e.Expression, entity: EntityType, place: str) -> None:
    """A filter must be something that is true or false."""
    found = check(node, entity, place)
    if found not in ("truth", "any"):
        raise BadRequest(f"the expression gives a {found}, not true or false", place)


@singledispatch
def _check(node: e.Expression, entity: EntityType, place: str) -> Type:
    kinds: dict[type, Type] = {e.Moment: "moment", e.Period: "period", e.Day: "date", e.Clock: "time",
                               e.Duration: "duration", e.Shape: "geometry"}  # fmt: skip
    return kinds[type(node)]


@_check.register
def _(node: e.Value, entity: EntityType, place: str) -> Type:
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "truth"
    return "text" if isinstance(node.value, str) else "number"


@_check.register
def _(node: e.Field, entity: EntityType, place: str) -> Type:
    return resolve(node, entity, place).type


@_check.register
def _(node: e.Not, entity: EntityType, place: str) -> Type:
    require_truth(node.operand, entity, place)
    return "truth"


@_check.register
def _(node: e.Logic, entity: EntityType, place: str) -> Type:
    for operand in node.operands:
        require_truth(operand, entity, place)
    return "truth"


@_check.register
def _(node: e.Negative, entity: EntityType, place: str) -> Type:
    _must(_check(node.operand, entity, place), "number", "-", place)
    return "number"


@_check.register
def _(node: e.Call, entity: EntityType, place: str) -> Type:
    function = FUNCTIONS[node.function]
    where = f"{place}, character {node.at}"
    for argument, wanted in zip(node.arguments, function.arguments, strict=False):
        found = _check(argument, entity, place)
        if wanted == "geometry" and found != "geometry":
            raise BadRequest(f"{node.function} wants a geometry, not a {found}", where)
        if not (wanted == "moment" and found == "period"):
            _must(found, wanted, node.function, where)
    return function.gives


@_check.register
def _(node: e.Sum, entity: EntityType, place: str) -> Type:
    left, right = _check(node.left, entity, place), _check(node.right, entity, place)
    where = f"{place}, character {node.at}"
    if left in ("moment", "period") and node.operator in ("add", "sub"):
        if right == "duration":
            return "moment"
        if right in ("moment", "period") and node.operator == "sub":
            return "duration"
    if left == right == "duration" and node.operator in ("add", "sub"):
        return "duration"
    _must(left, "number", node.operator, where)
    _must(right, "number", node.operator, where)
    return "number"


@_check.register
def _(node: e.Compare, entity: EntityType, place: str) -> Type:
    left, right = _check(node.left, entity, place), _check(node.right, entity, place)
    where = f"{place}, character {node.at}"
    if "geometry" in (left, right):
        raise BadRequest("geometries are compared by the st_ and geo. functions", where)
    if "null" in (left, right):
        if node.operator not in ("eq", "ne"):
            raise BadRequest("null is only equal or not equal", where)
    elif "any" not in (left, right) and not _fit(left, right):
        raise BadRequest(f"a {left} and a {right} cannot be compared", where)
    return "truth"


def _fit(left: Type, right: Type) -> bool:
    return right in COMPARABLE.get(left, {left}) or left in COMPARABLE.get(right, {right})


def _must(found: Type, wanted: Type, who: str, place: str) -> None:
    if found not in (wanted, "any"):
        raise BadRequest(f"{who} wants a {wanted}, not a {found}", place)


def first_link(node: e.Expression, entity: EntityType) -> str | None:
    """The navigation through which all properties of an expression go; "" for none, None for several."""
    found = {field.parts[0] if field.parts[0] in entity.navigation else "" for field in e.fields(node)}
    if len(found) > 1:
        return None
    return found.pop() if found else ""


def without_link(node: e.Expression) -> e.Expression:
    """The same expression seen from the other end of its first navigation."""
    match node:
        case e.Field(parts, at):
            return e.Field(parts[1:], at)
        case e.Call(function, arguments, at):
            return e.Call(function, tuple(without_link(argument) for argument in arguments), at)
        case e.Negative(operand):
            return e.Negative(without_link(operand))
        case e.Not(operand):
            return e.Not(without_link(operand))
        case e.Sum(operator, left, right, at):
            return e.Sum(operator, without_link(left), without_link(right), at)
        case e.Compare(operator, left, right, at):
            return e.Compare(operator, without_link(left), without_link(right), at)
        case e.Logic(operator, operands):
            return e.Logic(operator, tuple(without_link(operand) for operand in operands))
        case _:
            return node


def grouped(node: e.Logic, entity: EntityType) -> list[e.Expression]:
    """The operands of a chain; those that go through the same link are one, so that one entity must fit them all."""
    groups: dict[str, list[e.Expression]] = {}
    alone: list[e.Expression] = []
    for operand in node.operands:
        link = first_link(operand, entity)
        if link:
            groups.setdefault(link, []).append(operand)
        else:
            alone.append(operand)
    joined = [part[0] if len(part) == 1 else e.Logic(node.operator, tuple(part)) for part in groups.values()]
    return [*alone, *joined]
