"""Bodies of the fast way in → rows and batches. What is not quite plain goes the standard's long way instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import chain, groupby, repeat
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from steuerrad.engines.observations import BatchError, batch, instants, micros
from steuerrad.modules.sensors.server.gathering import Row
from steuerrad.modules.sensors.sta.observing import EXACT
from steuerrad.modules.sensors.sta.representation import instant_of

#: Members of an observation that the fast way understands.
PLAIN = frozenset({"phenomenonTime", "result", "resultTime", "Datastream"})
COMPONENTS = ("phenomenonTime", "result", "resultTime")
USUAL = (
    ["phenomenonTime", "result"],
    ["result", "phenomenonTime"],
    ["phenomenonTime", "result", "resultTime"],
)
PARTS = frozenset({"Datastream", "components", "dataArray", "dataArray@iot.count"})


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
    if (type(result) is not float and type(result) is not int) or abs(result) > EXACT:
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


def data_arrays(body: bytes) -> pa.Table:
    """CreateObservations (OGC 18-088, 13.3) as one batch in the order of the request. Raises NotPlainError.

    Understood are phenomenonTime, result and resultTime, instants and numbers. All parts are read by column together: a
    gateway that sends one row for each of a thousand datastreams costs as much as one part of a thousand rows.
    """
    try:
        parts = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotPlainError from error
    if type(parts) is not list or not parts:
        raise NotPlainError
    streams: list[int] = []
    sizes: list[int] = []
    columns: dict[str, list[Any]] = {name: [] for name in COMPONENTS}
    try:
        for names, alike in groupby(parts, itemgetter("components")):
            own, counts = _alike(list(alike), names, columns)
            streams += own
            sizes += counts
        return _batch(np.repeat(np.array(streams, np.int64), sizes), columns)
    except (KeyError, TypeError, ValueError, OverflowError, BatchError, pa.ArrowException) as error:
        raise NotPlainError from error


def _alike(parts: list[Any], names: Any, columns: dict[str, list[Any]]) -> tuple[list[int], list[int]]:
    """Add the rows of parts with the same components to the columns; the datastream of each part, and how many rows it has.

    Every step is one pass in C over all parts: a loop of Python over a thousand of them costs more than all the rest.
    """
    if names not in USUAL:
        _components(names)
    if not {dict}.issuperset(map(type, parts)) or not all(map(PARTS.issuperset, parts)):
        raise NotPlainError
    rows = list(map(itemgetter("dataArray"), parts))
    if not {list}.issuperset(map(type, rows)) or not all(rows):
        raise NotPlainError
    sizes = list(map(len, rows))
    flat = list(chain.from_iterable(rows))
    if not {list}.issuperset(map(type, flat)):
        raise NotPlainError
    for name, values in zip(names, zip(*flat, strict=True), strict=True):
        columns[name].extend(values)
    if "resultTime" not in names:
        columns["resultTime"].extend(repeat(None, len(flat)))
    return _references(list(map(itemgetter("Datastream"), parts))), sizes


def _references(values: list[Any]) -> list[int]:
    """The numbers in {"@iot.id": number}."""
    if not {dict}.issuperset(map(type, values)) or {1} != set(map(len, values)):
        raise NotPlainError
    found = list(map(itemgetter("@iot.id"), values))
    if not {int}.issuperset(map(type, found)):
        raise NotPlainError
    return found


def _components(names: Any) -> None:
    if type(names) is not list or not all(type(name) is str for name in names):
        raise NotPlainError
    if len(set(names)) != len(names) or not {"phenomenonTime", "result"} <= set(names) <= set(COMPONENTS):
        raise NotPlainError


def _batch(streams: np.ndarray[Any, Any], columns: Mapping[str, list[Any]]) -> pa.Table:
    results = columns["result"]
    if not {int, float}.issuperset(map(type, results)):
        raise NotPlainError
    values = np.array(results, dtype=np.float64)
    if np.abs(values).max() > EXACT:  # a whole number as large is kept as it came
        raise NotPlainError
    known = any(text is not None for text in columns["resultTime"])
    return batch(
        streams,
        instants(columns["phenomenonTime"]),
        values,
        instants(columns["resultTime"], "resultTime") if known else None,
    )


def written(row: Row, base: str) -> bytes:
    """The observation as the standard's answer to its creation."""
    stream, time, value, result_time, _extra = row
    root = orjson.dumps(base).decode()[1:-1]
    link = f"{root}/Observations('{stream}-{time}')"
    known = "null" if result_time is None else f'"{instant_of(result_time)}"'
    return (
        f'{{"@iot.id":"{stream}-{time}","@iot.selfLink":"{link}","phenomenonTime":"{instant_of(time)}",'
        f'"resultTime":{known},"result":{orjson.dumps(value).decode()},'
        f'"Datastream@iot.navigationLink":"{link}/Datastream",'
        f'"FeatureOfInterest@iot.navigationLink":"{link}/FeatureOfInterest"}}'
    ).encode()


def addresses(table: pa.Table, base: str) -> bytes:
    """The answer to CreateObservations: the address of each row, in order."""
    start = f"\"{base}/Observations('"
    keys = zip(table.column("stream").to_pylist(), table.column("time").to_pylist(), strict=True)
    return ("[" + ",".join([f"{start}{stream}-{time}')\"" for stream, time in keys]) + "]").encode()
