"""Answers GET: one entity, a set with all query options, a property, links, a number. Reads a bounded number of times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import pyarrow as pa

from steuerrad.modules.sensors.sta import portioning
from steuerrad.modules.sensors.sta.choosing import (
    chosen_of,
    filtered,
    next_link,
    ordered,
    store_order,
    streams_of,
)
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import SELF_LINK
from steuerrad.modules.sensors.sta.expanding import Expander
from steuerrad.modules.sensors.sta.faults import BadRequest, NotFound
from steuerrad.modules.sensors.sta.finding import Found, Observed, Rows, find
from steuerrad.modules.sensors.sta.narrowing import narrowed
from steuerrad.modules.sensors.sta.observation_json import data_arrays, one, rows_json
from steuerrad.modules.sensors.sta.options import Options
from steuerrad.modules.sensors.sta.options import parse as parse_options
from steuerrad.modules.sensors.sta.paths import Path

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """Bytes with their type. status 204: the property is there, but has no value."""

    body: bytes
    content_type: str = JSON
    status: int = 200


def read(path: Path, query: str, context: Context) -> Answer:
    """The answer to a GET of a path below the service root. Raises Fault."""
    options = parse_options(query, path.entity)
    found = find(path, context)
    if path.keys:
        return _property(path, found, context)
    if path.ending == "count":
        return Answer(str(_count(found, options, context)).encode(), TEXT)
    if path.ending == "ref":
        found_links = replace(options, select=(SELF_LINK,), expand=())
        return _set(path, found, found_links, context) if path.many else _one(found, found_links, context)
    return _set(path, found, options, context) if path.many else _one(found, options, context)


def _one(found: Found, options: Options, context: Context) -> Answer:
    expander = Expander(context)
    if isinstance(found, Observed):
        assert found.row is not None
        objects = expander.observations([found.row], options)
    else:
        objects = expander.entities(found.entity, [found.row], options)
    return Answer(orjson.dumps(objects[0]))


def _property(path: Path, found: Found, context: Context) -> Answer:
    name, keys = path.keys[0], path.keys[1:]
    if isinstance(found, Observed):
        assert found.row is not None
        value = one(found.row, context.base).get(name)
    else:
        value = (
            Expander(context).writer_for(found.entity, [found.row]).property(found.entity, found.row, name)
        )
    for number, key in enumerate(keys):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise NotFound(f"{'/'.join(path.keys[: number + 1])} has no {key!r}", "path")
    if value is None:
        return Answer(b"", TEXT, 204)
    if path.ending == "value":
        if isinstance(value, dict | list):
            return Answer(orjson.dumps(value))
        return Answer((value if isinstance(value, str) else orjson.dumps(value).decode()).encode(), TEXT)
    return Answer(orjson.dumps({path.keys[-1]: value}))


def _count(found: Found, options: Options, context: Context) -> int:
    if isinstance(found, Observed):
        chosen = chosen_of(found.chosen, options, found.entity, context)
        return context.store.count(streams_of(chosen, context), chosen.start, chosen.end, chosen.where)
    return filtered(found.entity, found.rows, options, context).count()


def _set(path: Path, found: Found, options: Options, context: Context) -> Answer:
    return _observations(path, found, options, context) if isinstance(found, Observed) else _rows(
        path, found, options, context)  # fmt: skip


def _rows(path: Path, found: Rows, options: Options, context: Context) -> Answer:
    rows = filtered(found.entity, found.rows, options, context)
    answer: dict[str, Any] = {}
    if options.count:
        answer["@iot.count"] = rows.count()
    limit = options.limit
    rows = narrowed(ordered(found.entity, rows, options.order, context), found.entity, options)
    page, more = portioning.of_catalogue(rows, options.skip, limit)
    if more and limit > 0:
        step = {"$skip": str(options.skip + len(page))}
        answer["@iot.nextLink"] = next_link(context.base, path, options, step)
    answer["value"] = Expander(context).entities(found.entity, page, options)
    return Answer(orjson.dumps(answer))


def _token(options: Options) -> tuple[int, int] | None:
    if not options.token:
        return None
    time, _, stream = options.token.partition("_")
    try:
        return int(time), int(stream)
    except ValueError as error:
        raise BadRequest("this is no mark of a page; follow @iot.nextLink as it is", "$skiptoken") from error


def _observations(path: Path, found: Observed, options: Options, context: Context) -> Answer:
    chosen = chosen_of(found.chosen, options, found.entity, context)
    streams = streams_of(chosen, context)
    newest_first, columns = store_order(options.order, found.entity)
    after = _token(options)
    if after is not None and columns is not None:
        raise BadRequest("a mark of a page goes with the order of time only", "$skiptoken")

    reading = portioning.Reading(
        context.store, streams, chosen.start, chosen.end, chosen.where, newest_first, columns
    )
    table, more, _bytes = portioning.page(reading, options.limit, options.skip if after is None else 0, after)
    head: dict[str, Any] = {}
    if options.count:
        head["@iot.count"] = context.store.count(streams, chosen.start, chosen.end, chosen.where)
    if more:
        head["@iot.nextLink"] = next_link(
            context.base, path, options, _onwards(table, options, columns is None)
        )
    return Answer(_body(head, table, options, context))


def _onwards(table: pa.Table, options: Options, by_time: bool) -> dict[str, str]:
    """By time, the next page begins behind the last row: as quick for the thousandth page as for the first."""
    if not by_time:
        return {"$skip": str(options.skip + table.num_rows)}
    last = table.slice(table.num_rows - 1, 1).to_pylist()[0]
    return {"$skip": "", "$skiptoken": f"{last['time']}_{last['stream']}"}


def _body(head: dict[str, Any], table: pa.Table, options: Options, context: Context) -> bytes:
    if options.result_format:
        if options.expand:
            raise BadRequest("a dataArray has no place for expanded entities", "$expand")
        return orjson.dumps({**head, "value": data_arrays(table, context.base, options.select)})
    if options.expand:
        return orjson.dumps({**head, "value": Expander(context).observations(table.to_pylist(), options)})
    opening = orjson.dumps(head)[:-1] + (b"," if head else b"")
    return opening + b'"value":[' + rows_json(table, context.base, options.select) + b"]}"
