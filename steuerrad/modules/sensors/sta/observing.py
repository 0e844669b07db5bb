"""Creating, changing and deleting observations: one, in deep inserts, and many as dataArray (OGC 18-088, clause 12)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa
from django.core.exceptions import PermissionDenied

from steuerrad.engines.observations import SCHEMA, BatchError, Busy, JournalFull, batch, micros
from steuerrad.modules.sensors.sta.bodies import Body, linked_id, moment_of
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.doors import enter, feature
from steuerrad.modules.sensors.sta.entities import BY_NAME
from steuerrad.modules.sensors.sta.faults import BadRequest, Fault, TooLarge, Unavailable
from steuerrad.modules.sensors.sta.parsing import read_period

OBSERVATION = BY_NAME["Observation"]
#: Whole numbers beyond this are not exact as a double; they are kept as they came.
EXACT = 2**53
#: Rows of one request that are looked at one by one.
MOST_CAREFUL = 50_000
#: A row as the store keeps it.
Row = dict[str, Any]


def send(context: Context, table: pa.Table) -> None:
    """Hand observations to the store; returns when they are on the disk. Raises Unavailable when it is full or busy."""
    if context.pending is not None:
        context.pending.append(table)
        return
    try:
        context.store.submit(table)
    except Busy as error:
        raise Unavailable("too many observations are waiting; try again", error.retry_after) from error
    except JournalFull as error:
        raise Unavailable("there is no room for observations", 60.0) from error
    except BatchError as error:
        problem = error.problems[0]
        raise BadRequest(f"{problem.reason} ({problem.column})", "body") from error


def row_of(
    body: Body, context: Context, place: str, *, stream: int | None = None, feature_key: int | None = None
) -> Row:
    """An observation of a body as a row of the store. stream, feature_key: known from the path. Raises Fault."""
    for name in body:
        if name not in OBSERVATION.properties and name not in OBSERVATION.navigation and "@iot." not in name:
            raise BadRequest(f"an Observation has no {name[:60]!r}", place)
    if "result" not in body:
        raise BadRequest("result must be given", place)
    stream = _stream(body, stream, place)
    named = feature_key if feature_key is not None else _feature(body, context, place)
    enter(context, stream, place, featured=named is not None)
    extra: dict[str, Any] = {} if named is None else {"foi": named}
    start, end = span(body.get("phenomenonTime"), context, f"{place}/phenomenonTime")
    if end is not None:
        extra["end"] = end
    value = _result(body["result"], extra, place)
    _rare(body, extra, place)
    at = body.get("resultTime")
    return {
        "stream": stream,
        "time": start,
        "value": value,
        "result_time": None if at is None else micros(moment_of(at, f"{place}/resultTime")),
        "extra": orjson.dumps(extra).decode() if extra else None,
    }


def _stream(body: Body, stream: int | None, place: str) -> int:
    given = body.get("Datastream")
    if given is None:
        if stream is None:
            raise BadRequest("Datastream must be given", place)
        return stream
    key = linked_id(given, f"{place}/Datastream") if isinstance(given, dict) else None
    if key is None:
        raise BadRequest('an existing Datastream is wanted, as {"@iot.id": number}', f"{place}/Datastream")
    if stream is not None and key != stream:
        raise BadRequest("the Datastream is another one than that of the path", f"{place}/Datastream")
    return key


def _feature(body: Body, context: Context, place: str) -> int | None:
    given = body.get("FeatureOfInterest")
    if given is None:
        return None
    where = f"{place}/FeatureOfInterest"
    if not isinstance(given, dict):
        raise BadRequest("an object is wanted", where)
    key = linked_id(given, where)
    if key is None:
        from steuerrad.modules.sensors.sta.creating import create

        return create(BY_NAME["FeatureOfInterest"], given, context, where).pk
    return feature(context, key, where)


def span(value: Any, context: Context, place: str) -> tuple[int, int | None]:
    """Start and end (None for an instant) in µs; now when nothing is given (OGC 18-088, table 12)."""
    if value is None:
        return micros(context.now), None
    if isinstance(value, str) and "/" in value:
        start, end = period_of(value, place)
        return start, end
    return micros(moment_of(value, place)), None


def period_of(value: Any, place: str) -> tuple[int, int]:
    """An interval of ISO 8601 in µs."""
    try:
        start, end = (
            read_period(value) if isinstance(value, str) and "/" in value else (moment_of(value, place),) * 2
        )
    except ValueError as error:
        raise BadRequest(f"{str(value)[:60]!r} is no interval of ISO 8601", place) from error
    return micros(start), micros(end)


def _result(value: Any, extra: dict[str, Any], place: str) -> float | None:
    """The number, or None with the result in extra."""
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT:
        return float(value)
    if value is not None:
        extra["result"] = value
    return None


def _rare(body: Body, extra: dict[str, Any], place: str) -> None:
    if body.get("resultQuality") is not None:
        extra["resultQuality"] = body["resultQuality"]
    if body.get("validTime") is not None:
        extra["validTime"] = list(period_of(body["validTime"], f"{place}/validTime"))
    parameters = body.get("parameters")
    if parameters is not None:
        if not isinstance(parameters, dict):
            raise BadRequest("a JSON object is wanted", f"{place}/parameters")
        extra["parameters"] = parameters


def table_of(rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def create_observations(body: Any, context: Context) -> list[str]:
    """CreateObservations: for each row the address of the observation or "error: …", in the order of the request.

    What is wrong with the form of the whole is refused as a whole; a wrong row only fails itself.
    """
    if not isinstance(body, list):
        raise BadRequest("a list of objects with Datastream, components and dataArray is wanted", "body")
    answers: list[list[str | None]] = []
    tables: list[pa.Table] = []
    parts = [group.get("dataArray") for group in body if isinstance(group, dict)]
    large = sum(len(rows) for rows in parts if isinstance(rows, list)) > MOST_CAREFUL
    for number, group in enumerate(body):
        table, faults = _group(group, context, f"body/{number}", large=large)
        tables.append(table)
        answers.append(faults)
    whole = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    if whole.num_rows:
        send(context, whole)
    return _addresses(tables, answers, context.base)


def _addresses(tables: list[pa.Table], answers: list[list[str | None]], base: str) -> list[str]:
    found: list[str] = []
    for table, faults in zip(tables, answers, strict=True):
        keys = zip(table.column("stream").to_pylist(), table.column("time").to_pylist(), strict=True)
        links = (f"{base}/Observations('{stream}-{time}')" for stream, time in keys)
        found += [next(links) if fault is None else f"error: {fault}" for fault in faults]
    return found


def _group(group: Any, context: Context, place: str, *, large: bool) -> tuple[pa.Table, list[str | None]]:
    """One object of the dataArray: its observations as a table, and the fault of each row or None."""
    if not isinstance(group, dict) or not isinstance(group.get("components"), list):
        raise BadRequest("an object with Datastream, components and dataArray is wanted", place)
    rows, components = group.get("dataArray"), group["components"]
    if not isinstance(rows, list):
        raise BadRequest("dataArray must be a list of lists", place)
    known = {*OBSERVATION.properties, "id", "FeatureOfInterest/id", "FeatureOfInterest/@iot.id"}
    if not all(isinstance(name, str) and name in known for name in components) or "result" not in components:
        raise BadRequest(f"components are names out of {', '.join(sorted(known))}, result among them", place)
    stream = _stream({"Datastream": group.get("Datastream")}, None, f"{place}/Datastream")
    if "FeatureOfInterest/id" not in components and "FeatureOfInterest/@iot.id" not in components:
        try:
            enter(context, stream, f"{place}/Datastream", featured=False)
        except BadRequest as error:
            return SCHEMA.empty_table(), [error.message] * len(rows)
        table = _quick(stream, components, rows)
        if table is not None:
            return table, [None] * len(rows)
    if large:  # a row costs fifty times one of those that are read by column
        raise TooLarge(
            f"of more than {MOST_CAREFUL:,} rows at once each must have an instant, a number and nothing rare; send fewer",
            place,
        )
    return _careful(stream, components, rows, context)


def _quick(stream: int, components: list[str], rows: list[Any]) -> pa.Table | None:
    """All rows by column, when they are numbers at instants; None when one of them is anything else."""
    width = len(components)
    if (
        not rows
        or set(components) - {"phenomenonTime", "resultTime", "result"}
        or "phenomenonTime" not in components
    ):
        return None
    if any(type(row) is not list or len(row) != width for row in rows):
        return None
    columns = dict(zip(components, zip(*rows, strict=True), strict=True))
    if {type(value) for value in columns["result"]} - {float, int}:
        return None
    try:
        return batch(
            stream, list(columns["phenomenonTime"]), list(columns["result"]), _list(columns.get("resultTime"))
        )
    except (BatchError, pa.ArrowException, OverflowError):
        return None


def _list(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _careful(
    stream: int, components: list[str], rows: list[Any], context: Context
) -> tuple[pa.Table, list[str | None]]:
    """Row by row, with the fault of each."""
    good: list[Row] = []
    faults: list[str | None] = []
    for row in rows:
        try:
            good.append(_careful_row(stream, components, row, context))
            faults.append(None)
        except Fault as error:
            faults.append(str(error))
        except PermissionDenied:
            faults.append("you do not hold the right for this")
    return table_of(good), faults


def _careful_row(stream: int, components: list[str], row: Any, context: Context) -> Row:
    if not isinstance(row, list) or len(row) != len(components):
        raise BadRequest(f"a row has {len(components)} values")
    body = {name: value for name, value in zip(components, row, strict=True) if name != "id"}
    for name in ("FeatureOfInterest/id", "FeatureOfInterest/@iot.id"):
        if name in body:
            key = body.pop(name)
            if key is not None:
                body["FeatureOfInterest"] = {"@iot.id": key}
    found = row_of(body, context, "", stream=stream)
    batch([found["stream"]], [found["time"]], [found["value"]], [found["result_time"]], [found["extra"]])
    return found
