"""Writes entities with what $expand asks for: level by level, one reading for each navigation, never one for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta import portioning
from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, MODELS
from steuerrad.modules.sensors.sta.catalogue_filter import ordering
from steuerrad.modules.sensors.sta.choosing import (
    chosen_of,
    filtered,
    next_link,
    next_query,
    store_order,
    streams_of,
)
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.modules.sensors.sta.features import features
from steuerrad.modules.sensors.sta.narrowing import EXTENTS, wanted
from steuerrad.modules.sensors.sta.observation_filter import Chosen, of_features
from steuerrad.modules.sensors.sta.observation_json import one, row_texts
from steuerrad.modules.sensors.sta.options import Expanded, Options
from steuerrad.modules.sensors.sta.paths import written
from steuerrad.modules.sensors.sta.representation import Writer, area_of
from steuerrad.modules.sensors.sta.together import first_of_each
from steuerrad.platform.observations.models import Thing

#: Entities that one answer may hold on all levels together.
MOST_ENTITIES = 100_000
#: Datastreams or features under which observations are read one by one, when the latest alone are not enough.
MOST_READINGS = 1000
NEWEST = (e.Field(("phenomenonTime",)), True)
Row = dict[str, Any]


class Expander:
    """Writes the entities of one answer and counts them."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.left = MOST_ENTITIES
        self.bytes_left = portioning.MOST_BYTES
        self.json_left = 2 * portioning.MOST_JSON
        self._weights: dict[int, int] = {}

    def entities(self, entity: EntityType, rows: Sequence[Any], options: Options) -> list[Row]:
        """Entities of the catalogue as objects, in the order of the rows."""
        self._take(len(rows))
        self.json_left -= sum(map(portioning.size_of, rows))
        if self.json_left < 0:
            raise BadRequest("the answer would hold more than 64 MB; use $top or $select", "$expand")
        writer = self.writer_for(entity, rows, options.select)
        expanded = tuple(item.name for item in options.expand)
        found = [writer.entity(entity, row, options.select, expanded) for row in rows]
        for item in options.expand:
            self._expand(entity, rows, found, item)
        return self._weighed(found, options)

    def observations(self, rows: Sequence[Row], options: Options) -> list[Row]:
        """Observations (rows of the store) as objects."""
        self._take(len(rows))
        expanded = tuple(item.name for item in options.expand)
        found = [one(row, self.context.base, options.select, expanded) for row in rows]
        for item in options.expand:
            keys = self._keys_beyond(rows, item.name)
            entity = BY_NAME[item.name]
            children = self._by_key(entity, {key for key in keys if key is not None}, item.options)
            for target, key in zip(found, keys, strict=True):
                target[item.name] = children.get(key)
        return self._weighed(found, options)

    def _weighed(self, found: list[Row], options: Options) -> list[Row]:
        """Refuse what is read once but would be written too often: one thing inside of each of its datastreams."""
        total = 0
        for target in found:
            weight = 1
            for item in options.expand:
                inner = target[item.name]
                parts = inner if isinstance(inner, list) else [inner] if inner else []
                weight += sum(self._weights[id(part)] for part in parts)
            self._weights[id(target)] = weight
            total += weight
        if total > MOST_ENTITIES:
            raise _too_many()
        return found

    def writer_for(self, entity: EntityType, rows: Sequence[Any], select: tuple[str, ...] = ()) -> Writer:
        """A writer that knows the extents and areas of these datastreams, as far as they are written."""
        names = wanted(select)
        if entity.name != "Datastream" or not rows or (names is not None and not names & EXTENTS):
            return Writer(self.context.base)
        table = self.context.store.extents([row.pk for row in rows])
        columns = (table.column(name).to_pylist() for name in ("stream", "first", "last"))
        extents = {stream: (first, last) for stream, first, last in zip(*columns, strict=True)}
        if names is not None and "observedArea" not in names:
            return Writer(self.context.base, extents)
        observed = [row for row in rows if row.pk in extents and not row.observed_area]
        boxes: dict[int, list[tuple[float, float, float, float]]] = {}
        sides = ("locations__west", "locations__south", "locations__east", "locations__north")
        places = Thing.objects.filter(
            pk__in={row.thing_id for row in observed}, locations__west__isnull=False
        )
        for thing, *box in places.order_by().values_list("pk", *sides):
            boxes.setdefault(thing, []).append(tuple(box))  # type: ignore[arg-type]
        areas = {row.pk: area for row in observed if (area := area_of(boxes.get(row.thing_id, [])))}
        return Writer(self.context.base, extents, areas)

    def _take(self, number: int) -> None:
        self.left -= number
        if self.left < 0:
            raise _too_many()

    def _keys_beyond(self, rows: Sequence[Row], name: str) -> list[int | None]:
        if name == "Datastream":
            return [row["stream"] for row in rows]
        known = features({row["stream"] for row in rows})
        extras = [orjson.loads(row["extra"]) if row["extra"] else {} for row in rows]
        return [
            extra["foi"] if "foi" in extra else known.at(row["stream"], row["time"])
            for row, extra in zip(rows, extras, strict=True)
        ]

    def _by_key(self, entity: EntityType, keys: set[int], options: Options) -> dict[int | None, Row]:
        rows = filtered(
            entity, self.context.see(MODELS[entity.name]).filter(pk__in=keys), options, self.context
        )
        ordered = list(rows.order_by("pk"))
        return {
            row.pk: child for row, child in zip(ordered, self.entities(entity, ordered, options), strict=True)
        }

    def _expand(self, entity: EntityType, rows: Sequence[Any], found: list[Row], item: Expanded) -> None:
        navigation = entity.navigation[item.name]
        if navigation.target == "Observation":
            self._expand_observations(entity, rows, found, item)
        elif navigation.many:
            self._expand_many(entity, rows, found, item)
        else:
            attribute = f"{LINKS[entity.name, item.name]}_id"
            keys = [getattr(row, attribute) for row in rows]
            children = self._by_key(BY_NAME[navigation.target], set(keys), item.options)
            for target, key in zip(found, keys, strict=True):
                target[item.name] = children.get(key)

    def _expand_many(self, entity: EntityType, rows: Sequence[Any], found: list[Row], item: Expanded) -> None:
        """The first of each parent by a window over all parents: one query, however many there are."""
        navigation, options = entity.navigation[item.name], item.options
        beyond = BY_NAME[navigation.target]
        back = LINKS[beyond.name, navigation.inverse]
        chosen = filtered(beyond, self.context.see(MODELS[beyond.name]), options, self.context)
        chosen = (
            chosen.filter(**{f"{back}__in": [row.pk for row in rows]}).annotate(parent_key=F(back)).order_by()
        )
        terms = [
            term
            for one in options.order
            for term in ordering(one.expression, one.descending, beyond, self.context)
        ]
        place = Window(RowNumber(), partition_by=[F("parent_key")], order_by=[*terms, F("pk").asc()])
        last = options.skip + options.limit
        page = chosen.annotate(place=place).filter(place__gt=options.skip, place__lte=last + 1)
        # One more than may be written is enough to know that it is too much.
        children = list(page.order_by("parent_key", "place")[: self.left + len(rows) + 1])
        kept = [child for child in children if child.place <= last]
        objects = self.entities(beyond, kept, options)
        lists: dict[int, list[Row]] = {}
        for child, written_child in zip(kept, objects, strict=True):
            lists.setdefault(child.parent_key, []).append(written_child)
        more = {child.parent_key for child in children if child.place > last} if options.limit else set()
        counts: dict[int, int] = {}
        if options.count:
            counts = dict(
                chosen.values("parent_key").annotate(number=Count("pk")).values_list("parent_key", "number")
            )
        for row, target in zip(rows, found, strict=True):
            count = counts.get(row.pk, 0) if options.count else None
            link = self._next(entity, row.pk, item, {"$skip": str(last)}) if row.pk in more else ""
            _put(target, item.name, lists.get(row.pk, []), count, link)

    def _next(self, entity: EntityType, key: int, item: Expanded, changes: dict[str, str]) -> str:
        way = f"{entity.set_name}({written(key)})/{item.name}"
        return next_link(self.context.base, way, item.options, changes)

    def _expand_observations(
        self, entity: EntityType, rows: Sequence[Any], found: list[Row], item: Expanded
    ) -> None:
        options = item.options
        if entity.name == "Datastream" and _only_newest(options):
            self._expand_latest(entity, rows, found, item)
            return
        parts = self._observed_by_each(entity, rows, options)
        lists = [part.table.to_pylist() for part in parts]
        objects = iter(self.observations([row for inner in lists for row in inner], options))
        for row, target, inner, part in zip(rows, found, lists, parts, strict=True):
            step = {"$skip": str(options.skip + len(inner))}
            link = self._next(entity, row.pk, item, step) if part.more else ""
            _put(target, item.name, [next(objects) for _ in inner], part.count, link)

    def _expand_latest(
        self, entity: EntityType, rows: Sequence[Any], found: list[Row], item: Expanded
    ) -> None:
        """The newest observation of each datastream, which the store keeps at hand."""
        options = item.options
        keys = [row.pk for row in rows]
        extents = self.context.store.extents(keys)
        counts = dict(zip(extents.column("stream").to_pylist(), extents.column("n").to_pylist(), strict=True))
        written_rows: dict[int, Any] = {}
        for start in range(0, len(keys), portioning.PART):
            table = self.context.store.latest(keys[start : start + portioning.PART])
            rows_left, size = portioning.fitting(table, self.bytes_left)
            self.bytes_left -= size
            table = table.slice(0, rows_left)
            written_rows |= zip(
                table.column("stream").to_pylist(), self._written(table, options), strict=True
            )
        base = self.context.base
        queries = {rows: next_query(options, {"$skip": str(rows)}) for rows in (0, 1)}
        for key, target in zip(keys, found, strict=True):
            number = counts.get(key, 0)
            inner = [written_rows[key]] if key in written_rows else []
            query = queries[len(inner)]  # what has no room in this answer is behind the link
            more = number > len(inner)
            link = f"{base}/{entity.set_name}({written(key)})/{item.name}?{query}" if more else ""
            _put(target, item.name, inner, number if options.count else None, link)

    def _written(self, table: pa.Table, options: Options) -> list[Any]:
        """Observations as objects, or as JSON already where nothing is expanded in them."""
        if options.expand:
            return self.observations(table.to_pylist(), options)
        if not table.num_rows:
            return []
        self._take(table.num_rows)
        found = [orjson.Fragment(text) for text in row_texts(table, self.context.base, options.select)]
        self._weights.update((id(part), 1) for part in found)
        return found

    def _observed_by_each(self, entity: EntityType, rows: Sequence[Any], options: Options) -> list[Part]:
        keys = [row.pk for row in rows]
        done = first_of_each(keys, options, self.context) if entity.name == "Datastream" else {}
        if len(keys) - len(done) > MOST_READINGS:
            raise BadRequest(f"observations of more than {MOST_READINGS} at once; use $top", "$expand")
        found, held = [], 0
        for key in keys:
            part = (
                self._shortened(done[key], options) if key in done else self._observed(entity, key, options)
            )
            found.append(part)
            held += part.table.num_rows
            if held > self.left:
                self._take(held)
        return found

    def _shortened(self, table: pa.Table, options: Options) -> Part:
        """What has room in the answer, of rows that were read already."""
        rows, size = portioning.fitting(table.slice(0, options.limit), self.bytes_left)
        self.bytes_left -= size
        return Part(table.slice(0, rows), table.num_rows > rows and options.limit > 0, None)

    def _observed(self, entity: EntityType, key: int, options: Options) -> Part:
        beyond = BY_NAME["Observation"]
        base = Chosen(frozenset([key])) if entity.name == "Datastream" else Chosen(where=of_features({key}))
        chosen = chosen_of(base, options, beyond, self.context)
        # A datastream that is written is visible; a feature may have observations that are not.
        streams = (
            sorted(chosen.among or ()) if entity.name == "Datastream" else streams_of(chosen, self.context)
        )
        newest_first, columns = store_order(options.order, beyond)

        reading = portioning.Reading(
            self.context.store, streams, chosen.start, chosen.end, chosen.where, newest_first, columns
        )
        table, more, size = portioning.page(reading, options.limit, options.skip, room=self.bytes_left)
        self.bytes_left -= size
        count = None
        if options.count:
            count = self.context.store.count(streams, chosen.start, chosen.end, chosen.where)
        return Part(table, more, count)


@dataclass(frozen=True)
class Part:
    """Observations below one entity: as many as are written, whether there are more, and how many in all where asked for."""

    table: pa.Table
    more: bool
    count: int | None


def _too_many() -> BadRequest:
    return BadRequest(f"the answer would hold more than {MOST_ENTITIES} entities; use $top", "$expand")


def _only_newest(options: Options) -> bool:
    """$top=1;$orderby=phenomenonTime desc and nothing that chooses."""
    order = [(e.Field(item.expression.parts), item.descending) if isinstance(item.expression, e.Field) else None
             for item in options.order]  # fmt: skip
    return options.limit == 1 and options.skip == 0 and options.filter is None and order == [NEWEST]


def _put(target: Row, name: str, children: list[Row], count: int | None, link: str) -> None:
    if count is not None:
        target[f"{name}@iot.count"] = count
    if link:
        target[f"{name}@iot.nextLink"] = link
    target[name] = children
