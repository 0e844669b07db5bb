"""Bodies of the fast way in → rows and batches. What is not quite plain goes the standard's long way instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from steuerrad.engines.observations import BatchError, batch, instants, micros
from steuerrad.modules.sensors.server.gathering import Row

#: Members of an observation that the fast way understands.
PLAIN = frozenset({"phenomenonTime", "result", "resultTime", "Datastream"})
COMPONENTS = ("phenomenonTime", "result", "resultTime")


class NotPlainError(Exception):
    """Somebody else must read this: a kind of observation that is rare, or a fault to be explained."""


def one(body: bytes, stream: int | None, now: datetime) -> Row:
    """An observation with a number and an instant. Raises NotPlainError for every other."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotPlainError from error
    if type(found) is not dict or not PLAIN.issuperset(found):
        raise NotPlainError
    result = found.get("result")
    if stream is None:
        stream = _reference(found.get("Datastream"))
    elif "Datastream" in found:
        raise NotPlainError
    if type(result) is not float and type(result) is not int:
        raise NotPlainError
    moment, result_time = found.get("phenomenonTime"), found.get("resultTime")
    try:
        return (
            stream,
            micros(now if moment is None else _instant(moment)),
            float(result),
            None if result_time is None else micros(_instant(result_time)),
            None,
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise NotPlainError from error


def _reference(value: Any) -> int:
    number = value.get("@iot.id") if type(value) is dict and len(value) == 1 else None
    if type(number) is not int:
        raise NotPlainError
    return number


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or len(text) < 17:
        raise ValueError(text)
    return moment


def data_arrays(body: bytes) -> list[tuple[int, pa.Table]]:
    """CreateObservations (OGC 18-088, 13.3): (datastream, batch) for each part. Raises NotPlainError.

    Understood are phenomenonTime, result and resultTime, instants and numbers.
    """
    try:
        parts = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotPlainError from error
    if type(parts) is not list:
        raise NotPlainError
    return [_data_array(part) for part in parts]


def _data_array(part: Any) -> tuple[int, pa.Table]:
    if type(part) is not dict or not {
        "Datastream",
        "components",
        "dataArray",
        "dataArray@iot.count",
    }.issuperset(part):
        raise NotPlainError
    stream = _reference(part.get("Datastream"))
    names, rows = part.get("components"), part.get("dataArray")
    if (
        type(names) is not list
        or type(rows) is not list
        or not rows
        or len(set(map(str, names))) != len(names)
    ):
        raise NotPlainError
    if not {"phenomenonTime", "result"} <= set(names) <= set(COMPONENTS):
        raise NotPlainError
    try:
        columns: Mapping[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True))
        results = columns["result"]
        if not {int, float}.issuperset(map(type, results)):
            raise NotPlainError
        result_times = columns.get("resultTime")
        return stream, batch(
            stream,
            instants(columns["phenomenonTime"]),
            np.array(results, dtype=np.float64),
            None if result_times is None else instants(result_times),
        )
    except (TypeError, ValueError, OverflowError, BatchError, pa.ArrowException) as error:
        raise NotPlainError from error


def arrow_stream(body: bytes) -> pa.Table:
    """An Arrow IPC stream with the columns datastream, phenomenonTime (timestamp with zone, or µs) and result.

    Raises BatchError and ValueError with the reason.
    """
    try:
        table = pa.ipc.open_stream(body).read_all()
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"no Arrow stream: {error}") from error
    missing = {"datastream", "phenomenonTime", "result"} - set(table.column_names)
    if missing:
        raise ValueError(f"columns are missing: {', '.join(sorted(missing))}")
    return batch(
        *(table.column(name).combine_chunks() for name in ("datastream", "phenomenonTime", "result"))
    )


def text_of(error: Exception) -> bytes:
    """A fault as the body of an answer."""
    return json.dumps({"code": 400, "type": "error", "message": str(error)}).encode()
