"""Expressions over the catalogue as expressions of Django, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import (
    Cast,
    Ceil,
    Coalesce,
    ExtractDay,
    ExtractHour,
    ExtractMinute,
    ExtractMonth,
    ExtractSecond,
    ExtractYear,
    Floor,
    Length,
    Lower,
    Mod,
    NullIf,
    Round,
    StrIndex,
    Substr,
    Trim,
    TruncDate,
    TruncTime,
    Upper,
)
from django.db.models.lookups import Exact, GreaterThan

from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta.catalogue_columns import JsonPart, JsonPresent, Part, column
from steuerrad.modules.sensors.sta.checking import Resolved, check, resolve
from steuerrad.modules.sensors.sta.entities import EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.modules.sensors.sta.functions import FUNCTIONS, Type

LOWEST, HIGHEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
EXTRACTS = {
    "year": ExtractYear, "month": ExtractMonth, "day": ExtractDay, "hour": ExtractHour, "minute": ExtractMinute,
    "second": ExtractSecond,
}  # fmt: skip
TEXTS = {"tolower": Lower, "toupper": Upper, "trim": Trim}
NUMBERS = {"floor": Floor, "ceiling": Ceil}


def part(text: Any, start: Any, *length: Any) -> Any:
    """A part of a text; the stubs do not know that the length may be computed, too."""
    return Substr(text, start, *length)


class Joined(Func):
    """Two texts one after the other; NULL when one is."""

    arg_joiner, template = " || ", "(%(expressions)s)"


class FractionOfSecond(Func):
    """The part of a second behind the point, from 0 to below 1."""

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, parameters = compiler.compile(self.source_expressions[0])
        # SQLite keeps moments as text: "… 12:00:00.123456", without a point when the fraction is zero.
        text = f"CASE WHEN INSTR({sql}, '.') > 0 THEN SUBSTR({sql}, INSTR({sql}, '.')) ELSE '0' END"
        return f"CAST({text} AS REAL)", [*parameters, *parameters, *parameters]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        sql, parameters = compiler.compile(self.source_expressions[0])
        part = f"EXTRACT(SECOND FROM {sql})"
        return f"({part} - FLOOR({part}))::double precision", [*parameters, *parameters]


@dataclass(frozen=True)
class Values:
    """Builds the expressions of one entity; now: the moment that now() gives."""

    entity: EntityType
    now: datetime
    place: str = "$filter"

    def type_of(self, node: e.Expression) -> Type:
        return check(node, self.entity, self.place)

    def build(self, node: e.Expression, wanted: Type) -> Any:
        """The expression as text, number, truth, moment, date or time."""
        match node:
            case e.Value(value):
                return self._literal(value, wanted)
            case e.Moment(value):
                return Value(value, output_field=DateTimeField())
            case e.Day(value) | e.Clock(value) | e.Duration(value):
                return Value(value)
            case e.Field():
                return self._field(resolve(node, self.entity, self.place), wanted)
            case e.Negative(operand):
                return self.build(operand, "number") * Value(-1.0)
            case e.Sum():
                return self._sum(node)
            case e.Call():
                return self._call(node)
            case _:
                raise NotSupported("this is not supported here", self.place)

    def _literal(self, value: Any, wanted: Type) -> Any:
        if isinstance(value, bool):
            return Value(value, output_field=BooleanField())
        if isinstance(value, int | float):
            if wanted == "text":
                raise BadRequest(f"{value} is no text", self.place)
            return Value(float(value), output_field=FloatField())
        return Value(value, output_field=TextField())

    def _field(self, found: Resolved, wanted: Type) -> Any:
        if found.navigation:
            raise NotSupported("one comparison cannot mix an entity with those it leads to", self.place)
        if found.property == "@iot.id":
            return Cast(F("id"), FloatField()) if wanted == "number" else Cast(F("id"), TextField())
        if found.type == "period" or found.type == "geometry":
            raise NotSupported(f"{found.property} cannot be used like this", self.place)
        if found.type == "any":
            kind: Part = wanted if wanted in ("text", "number", "truth") else "text"  # type: ignore[assignment]
            return JsonPart(column(found.property), found.keys, kind)
        return F(column(found.property, found.keys))

    def present(self, found: Resolved) -> Any:
        """Whether a property is there and not null."""
        if found.type == "any" and found.property != "@iot.id":
            return JsonPresent(column(found.property), found.keys)
        return Q(**{f"{column(found.property, found.keys)}__isnull": False})

    def _sum(self, node: e.Sum) -> Any:
        kinds = (self.type_of(node.left), self.type_of(node.right))
        if kinds[0] == "moment" and kinds[1] == "duration":
            left, right = self.build(node.left, "moment"), self.build(node.right, "duration")
            return ExpressionWrapper(
                left + right if node.operator == "add" else left - right, DateTimeField()
            )
        if "duration" in kinds or "moment" in kinds:
            raise NotSupported("sums of this kind are not supported here", self.place)
        left, right = self._number(node.left), self._number(node.right)
        match node.operator:
            case "add":
                return left + right
            case "sub":
                return left - right
            case "mul":
                return left * right
            case "div":
                return left / NullIf(right, Value(0.0, output_field=FloatField()))
            case _:
                return Mod(
                    left, NullIf(right, Value(0.0, output_field=FloatField())), output_field=FloatField()
                )

    def _number(self, node: e.Expression) -> Any:
        return Cast(self.build(node, "number"), FloatField())

    def _call(self, node: e.Call) -> Any:
        name, function = node.function, FUNCTIONS[node.function]
        if name in ("now", "mindatetime", "maxdatetime"):
            return Value({"now": self.now, "mindatetime": LOWEST, "maxdatetime": HIGHEST}[name])
        if "geometry" in function.arguments:
            raise NotSupported(f"{name} can be compared with a number, nothing else", self.place)
        given = [
            self.build(item, kind) for item, kind in zip(node.arguments, function.arguments, strict=False)
        ]
        if name in EXTRACTS:
            return EXTRACTS[name](given[0], tzinfo=UTC)
        if name in TEXTS:
            return TEXTS[name](given[0])
        if name in NUMBERS:
            return NUMBERS[name](given[0])
        return self._other(name, given)

    def _other(self, name: str, given: list[Any]) -> Any:
        whole = IntegerField()
        match name:
            case "length":
                return Length(given[0])
            case "indexof":
                return StrIndex(given[0], given[1]) - Value(1)
            case "substring":
                start = Cast(given[1], whole) + Value(1)
                return part(given[0], start, *(Cast(item, whole) for item in given[2:]))
            case "concat":
                return Joined(given[0], given[1], output_field=TextField())
            case "round":
                return Round(given[0])
            case "date":
                return TruncDate(given[0], tzinfo=UTC)
            case "time":
                return TruncTime(given[0], tzinfo=UTC)
            case "fractionalseconds":
                return FractionOfSecond(given[0], output_field=FloatField())
            case "totaloffsetminutes":
                return Value(0)
            case _:
                raise NotSupported(f"{name} cannot be used like this", self.place)


def truth_call(name: str, first: Any, second: Any) -> Any:
    """substringof, contains, startswith and endswith as a condition (texts compared sign by sign)."""
    if name == "substringof":
        return GreaterThan(StrIndex(second, first), Value(0))
    if name == "contains":
        return GreaterThan(StrIndex(first, second), Value(0))
    if name == "startswith":
        return Exact(part(first, Value(1), Length(second)), second)
    start = Length(first) - Length(second) + Value(1)
    return Exact(part(first, Coalesce(start, Value(1)), Length(second)), second)
