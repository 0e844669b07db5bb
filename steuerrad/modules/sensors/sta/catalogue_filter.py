"""A $filter over the catalogue as a condition of Django.

Whatever goes through a navigation becomes a subquery over the entities that the caller may see, so that no filter
tells what the entity itself would not show. Spatial relations are decided by shapely and enter as primary keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import BooleanField, Case, F, Q, Value, When
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from steuerrad.engines.observations import micros
from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta import spatial
from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, MODELS, Among, column
from steuerrad.modules.sensors.sta.catalogue_values import Values, truth_call
from steuerrad.modules.sensors.sta.checking import (
    first_link,
    grouped,
    require_truth,
    resolve,
    without_link,
)
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.modules.sensors.sta.functions import FUNCTIONS, Type
from steuerrad.modules.sensors.sta.moments import RULES, TURNED, ends
from steuerrad.modules.sensors.sta.paths import HIGHEST_ID

LOOKUPS = {"eq": Exact, "gt": GreaterThan, "ge": GreaterThanOrEqual, "lt": LessThan, "le": LessThanOrEqual}
SIGNS = {"=": np.equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
#: Geometries that one filter may look at.
MOST_SHAPES = 200_000
PLAIN = {"gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
NOTHING: Q = Q(pk__in=[])


def condition(node: e.Expression, entity: EntityType, context: Context, place: str = "$filter") -> Any:
    """The condition that a filter means for rows of an entity's table. Raises BadRequest or NotSupported."""
    require_truth(node, entity, place)
    return Filter(entity, context, place).truth(node)


def _settled(found: Any) -> Any:
    """A condition that is never NULL, so that its negation is right."""
    return Exact(
        Case(When(found, then=Value(True)), default=Value(False), output_field=BooleanField()), Value(True)
    )


@dataclass(frozen=True)
class Filter:
    """Compiles the filters of one entity."""

    entity: EntityType
    context: Context
    place: str

    @property
    def values(self) -> Values:
        return Values(self.entity, self.context.now, self.place)

    def truth(self, node: e.Expression) -> Any:
        """A condition for `filter`: Q or an expression that is true or false."""
        link = first_link(node, self.entity)
        if link:
            return self._through(link, without_link(node))
        match node:
            case e.Logic(operator, _):
                return self._chain(operator, [self.truth(part) for part in grouped(node, self.entity)])
            case e.Not(operand):
                return ~Q(_settled(Q(self.truth(operand))))
            case e.Compare():
                return self._compare(node)
            case e.Call():
                return self._call(node)
            case e.Value(bool(value)):
                return Q() if value else NOTHING
            case e.Field():
                return Q(Exact(self.values.build(node, "truth"), Value(True)))
            case _:
                raise BadRequest("the expression is not true or false", self.place)

    def _chain(self, operator: str, parts: list[Any]) -> Any:
        found = Q(parts[0])
        for part in parts[1:]:
            found = found & Q(part) if operator == "and" else found | Q(part)
        if operator == "or" and any(part == Q() for part in parts):
            return Q()  # true or anything
        return found

    def _through(self, link: str, inner: e.Expression) -> Any:
        navigation = self.entity.navigation[link]
        if navigation.target == "Observation":
            return self._through_observations(inner)
        beyond = BY_NAME[navigation.target]
        model = MODELS[beyond.name]
        found = self.context.see(model).filter(Filter(beyond, self.context, self.place).truth(inner))
        way = {f"{LINKS[self.entity.name, link]}__in": found.order_by().values("pk")}
        if not navigation.many:
            return Q(**way)
        rows = MODELS[self.entity.name]._default_manager.filter(**way)
        return Q(pk__in=rows.order_by().values("pk"))  # a join to many would repeat rows

    def _through_observations(self, inner: e.Expression) -> Any:
        from steuerrad.modules.sensors.sta import observation_filter

        observations = BY_NAME["Observation"]
        if self.entity.name == "FeatureOfInterest":
            raise NotSupported("features cannot be chosen by their observations", self.place)
        found = observation_filter.condition(inner, observations, self.context, self.place)
        streams = list(self.context.see(MODELS["Datastream"]).values_list("pk", flat=True))
        return Q(Among(found.streams(self.context.store, streams)))

    def _compare(self, node: e.Compare) -> Any:
        if node.operator == "ne":
            return ~Q(_settled(Q(self._compare(e.Compare("eq", node.left, node.right, node.at)))))
        left, right = self.values.type_of(node.left), self.values.type_of(node.right)
        if "null" in (left, right):
            return self._null(node)
        if "period" in (left, right):
            return self._extent(node)
        if "truth" in (left, right):
            return self._truths(node)
        if self._measured(node.left) or self._measured(node.right):
            return self._by_measure(node)
        if "id" in (left, right):
            return self._by_id(node)
        wanted = left if left != "any" else right
        if wanted == "any":
            return self._either(node)
        return self._lookup(node, wanted)

    def _by_id(self, node: e.Compare) -> Any:
        """The id against a number that stands there (by the index), or against anything else as a number."""
        one, other, operator = node.left, node.right, node.operator
        if not isinstance(one, e.Field):
            one, other, operator = other, one, TURNED[operator]
        if not isinstance(other, e.Value):
            return self._lookup(node, "number")
        try:
            key = int(other.value or 0) if not isinstance(other.value, str) else int(other.value, 10)
        except ValueError:
            return NOTHING  # a text that is no id of this service
        if isinstance(other.value, float) and other.value != key:
            return self._lookup(node, "number")
        if abs(key) > HIGHEST_ID:
            return self._lookup(e.Compare(operator, one, e.Value(float(key))), "number")
        return Q(**{"pk" if operator == "eq" else f"pk__{PLAIN[operator]}": key})

    def _lookup(self, node: e.Compare, wanted: Type) -> Any:
        if (
            wanted in ("moment", "duration")
            or node.operator == "eq"
            or wanted in ("text", "number", "date", "time")
        ):
            return Q(
                LOOKUPS[node.operator](
                    self.values.build(node.left, wanted), self.values.build(node.right, wanted)
                )
            )
        raise NotSupported(f"a {wanted} cannot be compared like this", self.place)

    def _either(self, node: e.Compare) -> Any:
        """Two parts of JSON: equal or in order as texts, as numbers or as truth values."""
        kinds: tuple[Type, ...] = ("text", "number", "truth") if node.operator == "eq" else ("text", "number")
        return self._chain("or", [
            Q(LOOKUPS[node.operator](self.values.build(node.left, kind), self.values.build(node.right, kind)))
            for kind in kinds
        ])  # fmt: skip

    def _null(self, node: e.Compare) -> Any:
        other = node.right if node.left == e.Value(None) else node.left
        if other == e.Value(None):
            return Q()
        if isinstance(other, e.Field):
            found = resolve(other, self.entity, self.place)
            if found.type == "period":
                return ~Q(Among(self._extents()[0]))
            return ~Q(self.values.present(found))
        return Q(IsNull(self.values.build(other, self.values.type_of(other)), True))

    def _truths(self, node: e.Compare) -> Any:
        if node.operator != "eq":
            raise BadRequest("true and false are only equal or not equal", self.place)
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, e.Value) and isinstance(one.value, bool):
                if isinstance(other, e.Field):
                    return Q(Exact(self.values.build(other, "truth"), Value(one.value)))
                found = self.truth(other)
                return found if one.value else ~Q(_settled(Q(found)))
        raise NotSupported("two conditions cannot be compared with each other", self.place)

    def _extents(self) -> tuple[Any, Any, Any]:
        """Streams with observations, their first and last moment in µs."""
        table = self.context.store.extents()
        return tuple(table.column(name).to_numpy() for name in ("stream", "first", "last"))  # type: ignore[return-value]

    def _extent(self, node: e.Compare) -> Any:
        """phenomenonTime of a datastream, which the store knows, against a moment."""
        one, other, operator = node.left, node.right, node.operator
        if not isinstance(one, e.Field):
            one, other, operator = other, one, TURNED[operator]
        found = resolve(one, self.entity, self.place) if isinstance(one, e.Field) else None
        if found is None or found.property != "phenomenonTime":
            raise NotSupported("this interval of time cannot be compared here", self.place)
        start, end = (micros(moment) for moment in ends(self._moment(other)))
        streams, first, last = self._extents()
        sides, against = {"start": first, "end": last}, {"start": start, "end": end}
        fits = np.ones(len(streams), dtype=bool)
        for mine, sign, theirs in RULES[operator]:
            fits &= SIGNS[sign](sides[mine], against[theirs])
        return Q(Among(streams[fits]))

    def _moment(self, node: e.Expression) -> e.Moment | e.Period:
        if isinstance(node, e.Call) and node.function == "now":
            return e.Moment(self.context.now)
        if isinstance(node, e.Moment | e.Period):
            return node
        if isinstance(node, e.Sum) and isinstance(node.right, e.Duration):
            inner = self._moment(node.left)
            if isinstance(inner, e.Moment):
                by = node.right.value if node.operator == "add" else -node.right.value
                return e.Moment(inner.value + by)
        raise NotSupported(
            "it can only be compared with a moment or an interval that stands there", self.place
        )

    def _call(self, node: e.Call) -> Any:
        function = FUNCTIONS[node.function]
        if "geometry" in function.arguments:
            return self._spatial(node)
        given = [
            self.values.build(item, kind)
            for item, kind in zip(node.arguments, function.arguments, strict=False)
        ]
        return Q(truth_call(node.function, given[0], given[1]))

    def _measured(self, node: e.Expression) -> bool:
        return isinstance(node, e.Call) and node.function in ("geo.distance", "geo.length")

    def _spatial(self, node: e.Call) -> Any:
        pattern = ""
        if node.function == "st_relate":
            third = node.arguments[2]
            if not isinstance(third, e.Value):
                raise NotSupported("the pattern of st_relate must stand there", self.place)
            pattern = str(third.value)
        operands, keys = self._operands(node.arguments[:2], near=node.function in spatial.NEAR)
        fits = np.broadcast_to(spatial.holds(node.function, operands[0], operands[1], pattern), keys.shape)
        return Q(Among(keys[fits]))

    def _by_measure(self, node: e.Compare) -> Any:
        call, limit, operator = node.left, node.right, node.operator
        if not self._measured(call):
            call, limit, operator = limit, call, TURNED[operator]
        if not isinstance(limit, e.Value) or not isinstance(call, e.Call):
            raise NotSupported("a distance can only be compared with a number that stands there", self.place)
        operands, keys = self._operands(call.arguments, near=False)
        found = np.broadcast_to(spatial.measure(call.function, *operands), keys.shape)
        sign = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}[operator]
        with np.errstate(invalid="ignore"):
            return Q(Among(keys[SIGNS[sign](found, float(limit.value or 0))]))

    def _operands(self, arguments: tuple[e.Expression, ...], *, near: bool) -> tuple[list[Any], Any]:
        """The geometries of the arguments, one for each row that may fit, and the keys of those rows."""
        fields = [resolve(item, self.entity, self.place) for item in arguments if isinstance(item, e.Field)]
        known = [item.value for item in arguments if isinstance(item, e.Shape)]
        if any(found.navigation for found in fields):
            raise NotSupported("geometries of different entities cannot be compared", self.place)
        rows = self.context.see(MODELS[self.entity.name])
        if near and fields and known and fields[0].property != "observedArea":
            west, south, east, north = known[0].bounds
            rows = rows.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)
        names = [column(found.property) for found in fields]
        table = list(rows.order_by().values_list("pk", *names)[: MOST_SHAPES + 1])
        if len(table) > MOST_SHAPES:
            raise BadRequest(
                f"the filter would look at more than {MOST_SHAPES} geometries; narrow it down", self.place
            )
        keys = np.array([row[0] for row in table], dtype=np.int64)
        columns = iter(spatial.shapes([row[number + 1] for row in table]) for number in range(len(names)))
        return [next(columns) if isinstance(item, e.Field) else item.value for item in arguments], keys  # type: ignore[union-attr]


def ordering(node: e.Expression, descending: bool, entity: EntityType, context: Context) -> list[Any]:
    """One criterion of $orderby as expressions of Django; empty values stand at the end in both directions."""
    place = "$orderby"
    values = Values(entity, context.now, place)
    kind = values.type_of(node)
    if kind in ("period", "geometry", "truth"):
        raise NotSupported(f"cannot be ordered by a {kind}", place)
    wants: tuple[Type, ...] = ("number", "text") if kind == "any" else (kind,)
    built = [F("id") if wanted == "id" else values.build(node, wanted) for wanted in wants]
    return [item.desc(nulls_last=True) if descending else item.asc(nulls_last=True) for item in built]
