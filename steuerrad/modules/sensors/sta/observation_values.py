"""Expressions over observations as SQL of the store with places for every value; never text of the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steuerrad.engines.observations import HIGHEST, LOWEST, micros
from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta.checking import Resolved, check, resolve
from steuerrad.modules.sensors.sta.entities import EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.modules.sensors.sta.functions import FUNCTIONS, Type

Sql = tuple[str, tuple[Any, ...]]
SUMS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%"}
EXTRACTS = frozenset(["year", "month", "day", "hour", "minute", "second"])
TEXTS = {"tolower": "lower", "toupper": "upper", "trim": "trim", "length": "length"}
NUMBERS = {"round": "round", "floor": "floor", "ceiling": "ceil"}
#: Where an interval ends; an instant ends where it begins.
END = (
    "CASE WHEN extra IS NULL THEN time ELSE coalesce(CAST(json_extract(extra, '$.end') AS BIGINT), time) END"
)


def call(pattern: str, *parts: Sql) -> Sql:
    """A pattern with {} for each part; the places of the values follow in order."""
    return pattern.format(*(part[0] for part in parts)), tuple(value for part in parts for value in part[1])


def json_path(name: str, keys: tuple[str, ...]) -> str:
    """A path of JSON for DuckDB. Keys come from the grammar, which lets no quotes through."""
    return f'$."{name}"' + "".join(f"[{key}]" if key.isdigit() else f'."{key}"' for key in keys)


@dataclass(frozen=True)
class Values:
    """Builds the SQL of one expression; now: the moment that now() gives."""

    entity: EntityType
    now: datetime
    place: str = "$filter"

    def type_of(self, node: e.Expression) -> Type:
        return check(node, self.entity, self.place)

    def build(self, node: e.Expression, wanted: Type) -> Sql:
        """The expression as text, number (DOUBLE), truth, moment and duration (µs, BIGINT), date or time."""
        match node:
            case e.Value(value):
                return self._literal(value, wanted)
            case e.Moment(value):
                return "CAST(? AS BIGINT)", (micros(value),)
            case e.Duration(value):
                return "CAST(? AS BIGINT)", (round(value.total_seconds() * 1_000_000),)
            case e.Day(value):
                return "CAST(? AS DATE)", (value.isoformat(),)
            case e.Clock(value):
                return "CAST(? AS TIME)", (value.isoformat(),)
            case e.Field():
                return self.field(resolve(node, self.entity, self.place), wanted)
            case e.Negative(operand):
                return call("(-{})", self.build(operand, "number"))
            case e.Sum():
                return self._sum(node)
            case e.Call():
                return self._call(node)
            case _:
                raise NotSupported("this is not supported here", self.place)

    def _literal(self, value: Any, wanted: Type) -> Sql:
        if isinstance(value, bool):
            return "CAST(? AS BOOLEAN)", (value,)
        if isinstance(value, int | float):
            if wanted == "text":
                raise BadRequest(f"{value} is no text", self.place)
            return "CAST(? AS DOUBLE)", (float(value),)
        return "CAST(? AS VARCHAR)", (value,)

    def field(self, found: Resolved, wanted: Type) -> Sql:
        if found.navigation:
            raise NotSupported("one comparison cannot mix an observation with what it leads to", self.place)
        match found.property:
            case "@iot.id":
                return "(CAST(stream AS VARCHAR) || '-' || CAST(time AS VARCHAR))", ()
            case "phenomenonTime":
                return "time", ()
            case "resultTime":
                return "result_time", ()
            case "result" if wanted == "number" and not found.keys:
                return "value", ()
            case "validTime":
                return self.json(json_path("validTime", ("0",)), "moment")
            case name:
                return self.json(json_path(name, found.keys), wanted)

    def json(self, path: str, wanted: Type) -> Sql:
        """A part of `extra` as a type; NULL where it is missing or of another type."""
        match wanted:
            case "number":
                return "TRY_CAST(CASE WHEN json_type(extra, ?) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN " \
                       "json_extract_string(extra, ?) END AS DOUBLE)", (path, path)  # fmt: skip
            case "moment":
                return "TRY_CAST(json_extract_string(extra, ?) AS BIGINT)", (path,)
            case "truth":
                return "TRY_CAST(CASE WHEN json_type(extra, ?) = 'BOOLEAN' THEN " \
                       "json_extract_string(extra, ?) END AS BOOLEAN)", (path, path)  # fmt: skip
            case _:
                return "(CASE WHEN json_type(extra, ?) = 'VARCHAR' THEN json_extract_string(extra, ?) END)", (
                    path,
                    path,
                )

    def missing(self, found: Resolved) -> Sql:
        """Whether a property is not there."""
        match found.property:
            case "@iot.id" | "phenomenonTime":
                return "false", ()
            case "resultTime":
                return "(result_time IS NULL)", ()
        path = json_path(found.property, found.keys)
        sql = "(coalesce(json_type(extra, ?), 'NULL') = 'NULL')"
        return (f"(value IS NULL AND {sql})" if found.property == "result" and not found.keys else sql), (
            path,
        )

    def _sum(self, node: e.Sum) -> Sql:
        kinds = {self.type_of(node.left), self.type_of(node.right)}
        wanted: Type = "moment" if kinds & {"moment", "period", "duration"} else "number"
        left, right = self.build(node.left, wanted), self.build(node.right, wanted)
        if node.operator in ("div", "mod"):
            right = call("nullif({}, 0)", right)
        return call(f"({{}} {SUMS[node.operator]} {{}})", left, right)

    def _call(self, node: e.Call) -> Sql:
        name, function = node.function, FUNCTIONS[node.function]
        fixed = {"now": micros(self.now), "mindatetime": LOWEST, "maxdatetime": HIGHEST}
        if name in fixed:
            return "CAST(? AS BIGINT)", (fixed[name],)
        if "geometry" in function.arguments:
            raise NotSupported(
                "observations have no geometry of their own; ask for FeatureOfInterest/feature", self.place
            )
        given = [
            self.build(item, kind) for item, kind in zip(node.arguments, function.arguments, strict=False)
        ]
        if name in EXTRACTS:
            return call(f"{name}(make_timestamp({{}}))", *given)
        if name in TEXTS or name in NUMBERS:
            return call(f"{TEXTS.get(name) or NUMBERS[name]}({{}})", *given)
        return self._other(name, given)

    def _other(self, name: str, given: list[Sql]) -> Sql:
        match name:
            case "indexof":
                return call("(strpos({}, {}) - 1)", *given)
            case "substring":
                parts = ", ".join(["{}", "CAST({} AS BIGINT) + 1", "CAST({} AS BIGINT)"][: len(given)])
                return call(f"substr({parts})", *given)
            case "concat":
                return call("({} || {})", *given)
            case "date":
                return call("CAST(make_timestamp({}) AS DATE)", *given)
            case "time":
                return call("CAST(make_timestamp({}) AS TIME)", *given)
            case "fractionalseconds":
                return call("((({} % 1000000) + 1000000) % 1000000 / 1e6)", *given)
            case "totaloffsetminutes":
                return "0", ()
            case "substringof":
                return call("contains({1}, {0})", *given)[0], (*given[1][1], *given[0][1])
            case "contains":
                return call("contains({}, {})", *given)
            case "startswith":
                return call("starts_with({}, {})", *given)
            case _:
                return call("ends_with({}, {})", *given)
