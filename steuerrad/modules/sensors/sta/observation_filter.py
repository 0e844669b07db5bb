"""A $filter over observations: which streams, from when to when, and what else in SQL with places for values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from steuerrad.engines.observations import micros
from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta.catalogue_columns import MODELS
from steuerrad.modules.sensors.sta.checking import first_link, grouped, require_truth, resolve, without_link
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.modules.sensors.sta.features import features
from steuerrad.modules.sensors.sta.moments import RULES, TURNED, ends
from steuerrad.modules.sensors.sta.observation_values import END, Sql, Values, call, json_path

SIGNS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
TRUE: Sql = ("true", ())


@dataclass(frozen=True)
class Chosen:
    """Observations: of these streams (None: all), start <= time < end in µs, and where the SQL holds (None: all)."""

    among: frozenset[int] | None = None
    start: int | None = None
    end: int | None = None
    where: Sql | None = None

    def within(self, streams: Iterable[int]) -> Chosen:
        """Only those of these streams."""
        given = frozenset(streams)
        return replace(self, among=given if self.among is None else self.among & given)

    def streams(self, store: Any, allowed: Iterable[int]) -> set[int]:
        """Those of the allowed streams that have such an observation."""
        some = self.within(allowed)
        return store.streams_where(sorted(some.among or ()), some.where or TRUE, some.start, some.end)


def condition(
    node: e.Expression | None, entity: EntityType, context: Context, place: str = "$filter"
) -> Chosen:
    """What a filter chooses. Bounds of time and choices of datastreams at the top become bounds of the reading."""
    if node is None:
        return Chosen()
    require_truth(node, entity, place)
    compiled = Filter(entity, context, place)
    chosen, rest = Chosen(), []
    parts = grouped(node, entity) if isinstance(node, e.Logic) and node.operator == "and" else [node]
    for part in parts:
        if first_link(part, entity) == "Datastream":
            chosen = chosen.within(compiled.datastreams(without_link(part)))
            continue
        start, end, whole = compiled.bounds(part)
        if start is not None:
            chosen = replace(chosen, start=start if chosen.start is None else max(start, chosen.start))
        if end is not None:
            chosen = replace(chosen, end=end if chosen.end is None else min(end, chosen.end))
        if not whole:
            rest.append(compiled.truth(part))
    if rest:
        chosen = replace(chosen, where=call(" AND ".join(["{}"] * len(rest)), *rest))
    return chosen


def of_features(keys: set[int]) -> Sql:
    """The SQL of all observations with one of these features: named by the observation, or the place of its thing."""
    named = ("json_extract(extra, '$.foi')", ())
    parts: list[Sql] = [
        call("(extra IS NOT NULL AND TRY_CAST({} AS BIGINT) IN (SELECT unnest(CAST(? AS BIGINT[]))))", named)
    ]
    parts[0] = (parts[0][0], (sorted(keys),))
    for (start, end), streams in features().spans(keys).items():
        sql, values = "stream IN (SELECT unnest(CAST(? AS BIGINT[])))", [sorted(streams)]
        if start is not None:
            sql, values = f"{sql} AND time >= ?", [*values, start]
        if end is not None:
            sql, values = f"{sql} AND time < ?", [*values, end]
        parts.append((f"({sql} AND (extra IS NULL OR json_extract(extra, '$.foi') IS NULL))", tuple(values)))
    return call("(" + " OR ".join(["{}"] * len(parts)) + ")", *parts)


@dataclass(frozen=True)
class Filter:
    """Compiles the filters of observations."""

    entity: EntityType
    context: Context
    place: str

    @property
    def values(self) -> Values:
        return Values(self.entity, self.context.now, self.place)

    def datastreams(self, inner: e.Expression) -> list[int]:
        """The visible datastreams that fit an expression seen from them."""
        from steuerrad.modules.sensors.sta import catalogue_filter

        found = catalogue_filter.condition(inner, BY_NAME["Datastream"], self.context, self.place)
        rows = self.context.see(MODELS["Datastream"])
        return list(rows.filter(found).order_by().values_list("pk", flat=True))

    def truth(self, node: e.Expression) -> Sql:
        """SQL that is true or false (or NULL, which counts as false)."""
        link = first_link(node, self.entity)
        if link:
            return self._through(link, without_link(node))
        match node:
            case e.Logic(operator, _):
                parts = [self.truth(part) for part in grouped(node, self.entity)]
                return call("(" + f" {operator.upper()} ".join(["{}"] * len(parts)) + ")", *parts)
            case e.Not(operand):
                return call("(NOT coalesce({}, false))", self.truth(operand))
            case e.Compare():
                found = self._compare(node)
                return call("TRY({})", found) if _computes(node) else found
            case e.Call():
                return call("TRY({})", self.values.build(node, "truth"))
            case e.Field():
                return self.values.build(node, "truth")
            case e.Value(bool(value)):
                return ("true" if value else "false"), ()
            case _:
                raise BadRequest("the expression is not true or false", self.place)

    def _through(self, link: str, inner: e.Expression) -> Sql:
        if link == "Datastream":
            return "stream IN (SELECT unnest(CAST(? AS BIGINT[])))", (self.datastreams(inner),)
        from steuerrad.modules.sensors.sta import catalogue_filter

        found = catalogue_filter.condition(inner, BY_NAME["FeatureOfInterest"], self.context, self.place)
        rows = self.context.see(MODELS["FeatureOfInterest"])
        return of_features(set(rows.filter(found).order_by().values_list("pk", flat=True)))

    def _compare(self, node: e.Compare) -> Sql:
        if node.operator == "ne":
            equal = self._compare(e.Compare("eq", node.left, node.right, node.at))
            return call("(NOT coalesce({}, false))", equal)
        left, right = self.values.type_of(node.left), self.values.type_of(node.right)
        if "null" in (left, right):
            return self._null(node)
        if "period" in (left, right):
            return self._times(node)
        if self._is_id(node.left) or self._is_id(node.right):
            return self._by_id(node)
        wanted = left if left != "any" else right
        if wanted == "truth":
            return self._truths(node)
        kinds = (wanted,) if wanted != "any" else ("text", "number")
        parts = [
            call(f"({{}} {SIGNS[node.operator]} {{}})", self.values.build(node.left, kind),
                 self.values.build(node.right, kind))
            for kind in kinds
        ]  # fmt: skip
        return parts[0] if len(parts) == 1 else call("({} OR {})", *parts)

    def _truths(self, node: e.Compare) -> Sql:
        if node.operator != "eq":
            raise BadRequest("true and false are only equal or not equal", self.place)
        sides = [
            self.values.build(side, "truth") if isinstance(side, e.Value | e.Field) else self.truth(side)
            for side in (node.left, node.right)
        ]
        return call("({} = {})", *sides)

    def _null(self, node: e.Compare) -> Sql:
        other = node.right if node.left == e.Value(None) else node.left
        if other == e.Value(None):
            return TRUE
        if isinstance(other, e.Field):
            return self.values.missing(resolve(other, self.entity, self.place))
        return call("({} IS NULL)", self.values.build(other, self.values.type_of(other)))

    def _is_id(self, node: e.Expression) -> bool:
        return isinstance(node, e.Field) and resolve(node, self.entity, self.place).property == "@iot.id"

    def _by_id(self, node: e.Compare) -> Sql:
        other = node.right if self._is_id(node.left) else node.left
        if node.operator != "eq" or not isinstance(other, e.Value):
            raise NotSupported(
                "ids of observations are only equal or not equal to one that stands there", self.place
            )
        key = key_of(str(other.value))
        return ("(stream = ? AND time = ?)", key) if key else ("false", ())

    def ends(self, node: e.Expression) -> tuple[Sql, Sql]:
        """Start and end (µs) of a moment or an interval."""
        if isinstance(node, e.Moment | e.Period):
            first, last = (("CAST(? AS BIGINT)", (micros(moment),)) for moment in ends(node))
            return first, last
        if isinstance(node, e.Field):
            found = resolve(node, self.entity, self.place)
            if found.property == "phenomenonTime":
                return ("time", ()), (END, ())
            if found.property == "validTime":
                start, end = (
                    self.values.json(json_path("validTime", (number,)), "moment") for number in "01"
                )
                return start, end
        built = self.values.build(node, "moment")
        return built, built

    def _times(self, node: e.Compare) -> Sql:
        left = dict(zip(("start", "end"), self.ends(node.left), strict=True))
        right = dict(zip(("start", "end"), self.ends(node.right), strict=True))
        rules = RULES[node.operator]
        parts = [call(f"({{}} {sign} {{}})", left[mine], right[theirs]) for mine, sign, theirs in rules]
        return parts[0] if len(parts) == 1 else call("({} AND {})", *parts)

    def bounds(self, node: e.Expression) -> tuple[int | None, int | None, bool]:
        """From when and before when (µs) observations must begin to fit a comparison; whether that says all of it.

        It says all for a lower bound; intervals may still end too late for an upper one.
        """
        if not isinstance(node, e.Compare) or node.operator == "ne":
            return None, None, False
        one, other, operator = node.left, node.right, node.operator
        if not isinstance(one, e.Field):
            one, other, operator = other, one, TURNED[operator]
        if not (
            isinstance(one, e.Field)
            and one.parts == ("phenomenonTime",)
            and isinstance(other, e.Moment | e.Period)
        ):
            return None, None, False
        start, end = (micros(moment) for moment in ends(other))
        match operator:
            case "gt":
                return end + 1, None, True
            case "ge":
                return start, None, start == end
            case "lt":
                return None, start, False
            case "le":
                return None, start + 1, False
            case _:
                return start, start + 1, False


def _computes(node: e.Expression) -> bool:
    """Whether a row can make an expression leave its range, which the store answers with an error of the whole query."""
    return isinstance(node, e.Sum | e.Call) or any(_computes(child) for child in e.children(node))


def key_of(number: str) -> tuple[int, int] | None:
    """Stream and time of the id of an observation ("17-1719792000000000"); None when it is none."""
    stream, _, time = number.partition("-")
    if not (stream.isascii() and stream.isdigit() and len(stream) < 11):
        return None
    digits = time.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    return int(stream), int(time)
