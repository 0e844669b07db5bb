"""Query options applied: filters, orders and pages, for rows of the catalogue and for observations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet

from steuerrad.modules.sensors.sta import expressions as e
from steuerrad.modules.sensors.sta import observation_filter
from steuerrad.modules.sensors.sta.catalogue_columns import MODELS
from steuerrad.modules.sensors.sta.catalogue_filter import condition, ordering
from steuerrad.modules.sensors.sta.checking import resolve
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import ID, EntityType
from steuerrad.modules.sensors.sta.faults import NotSupported
from steuerrad.modules.sensors.sta.observation_filter import Chosen
from steuerrad.modules.sensors.sta.options import Options, Order

#: Columns of the store by which observations can be ordered.
STORE_COLUMNS = {"phenomenonTime": "time", "resultTime": "result_time", "result": "value"}
#: Signs that need no percent-encoding in the links that the service writes.
SAFE = "$'(),/;:@=*-._~"


def filtered(
    entity: EntityType, rows: QuerySet[Any], options: Options, context: Context, place: str = "$filter"
) -> QuerySet[Any]:
    """Rows of the catalogue that fit $filter."""
    return rows if options.filter is None else rows.filter(condition(options.filter, entity, context, place))


def ordered(
    entity: EntityType, rows: QuerySet[Any], order: tuple[Order, ...], context: Context
) -> QuerySet[Any]:
    """Rows in the order of $orderby; the id decides between equals, so that pages neither repeat nor lose one."""
    terms = [term for item in order for term in ordering(item.expression, item.descending, entity, context)]
    return rows.order_by(*terms, "pk")


def chosen_of(chosen: Chosen, options: Options, entity: EntityType, context: Context) -> Chosen:
    found = observation_filter.condition(options.filter, entity, context)
    if chosen.among is not None:
        found = found.within(chosen.among)
    if chosen.where is not None:
        found = replace(found, where=chosen.where if found.where is None
                        else observation_filter.call("{} AND {}", chosen.where, found.where))  # fmt: skip
    return found


def streams_of(chosen: Chosen, context: Context) -> list[int]:
    """The chosen streams that the caller may see."""
    rows = context.see(MODELS["Datastream"]).order_by()
    if chosen.among is not None and len(chosen.among) <= 500:
        rows = rows.filter(pk__in=chosen.among)
    keys = set(rows.values_list("pk", flat=True))
    return sorted(keys if chosen.among is None else keys & chosen.among)


def next_link(base: str, path: object, options: Options, changes: dict[str, str]) -> str:
    """The address of the next page: the same options with these instead."""
    return f"{base}/{quote(str(path), safe=SAFE)}?{next_query(options, changes)}"


def next_query(options: Options, changes: dict[str, str]) -> str:
    texts = {**dict(options.texts), **changes}
    return "&".join(f"{name}={quote(value, safe=SAFE)}" for name, value in texts.items() if value)


def store_order(
    order: tuple[Order, ...], entity: EntityType
) -> tuple[bool, tuple[tuple[str, bool], ...] | None]:
    """Newest first or not, and columns with direction when it is not by time alone."""
    columns: list[tuple[str, bool]] = []
    for item in order:
        parts = item.expression.parts if isinstance(item.expression, e.Field) else ()
        if parts in (("Datastream", "id"), ("Datastream", ID)):
            columns.append(("stream", item.descending))
            continue
        found = resolve(item.expression, entity, "$orderby") if isinstance(item.expression, e.Field) else None
        if found and found.property == ID and not found.navigation:
            columns += [("stream", item.descending), ("time", item.descending)]
        elif found and found.property in STORE_COLUMNS and not found.navigation and not found.keys:
            columns.append((STORE_COLUMNS[found.property], item.descending))
        else:
            known = ", ".join([*STORE_COLUMNS, "id", "Datastream/id"])
            raise NotSupported(f"observations are ordered by {known}, nothing else", "$orderby")
    if not columns or [name for name, _descending in columns] == ["time"]:
        return bool(columns) and columns[0][1], None
    names = {name for name, _descending in columns}
    return False, (*columns, *((name, False) for name in ("time", "stream") if name not in names))
