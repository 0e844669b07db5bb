"""Batches of observations: Arrow tables of one schema, checked once when they are made.

A row says that the data stream `stream` had `value` at the phenomenon time `time`.
"""

# pyright: basic, reportArgumentType=false, reportAttributeAccessIssue=false
from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.faults import BatchError, Problem
from steuerrad.engines.observations.times import HIGHEST, LOWEST, Texts, instants, micros, refuse

MOST_STREAM = 2**24 - 1  # numbers of data streams index arrays in memory
MOST_EXTRA = 65_536  # characters of the JSON text beside one value

# extra: a JSON object of what is rare: result (when it is no number), end (of an interval, microseconds),
# resultQuality, validTime, parameters, foi.
SCHEMA = pa.schema(
    [
        pa.field("stream", pa.int32(), nullable=False),
        pa.field("time", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("result_time", pa.int64()),
        pa.field("extra", pa.string()),
    ]
)

FEW = 16
PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)")
CHECKED: WeakValueDictionary[int, pa.Table] = WeakValueDictionary()

Column = Sequence[Any] | NDArray[Any] | pa.Array | pa.ChunkedArray


def batch(
    stream: int | Column,
    time: Column,
    value: Column,
    result_time: Column | None = None,
    extra: Column | None = None,
) -> pa.Table:
    """A table of SCHEMA; columns as lists, numpy or Arrow arrays, stream also one number for all rows.

    Times are microseconds, aware datetimes, datetime64, Arrow timestamps or ISO 8601 texts with a zone.
    Raises BatchError for lengths that differ, missing keys, NaN and infinity, years outside 1 to 9999.
    """
    plain = few(stream, time, value, result_time, extra)
    if plain is not None:
        return plain
    times = time_column(time, "time")
    rows = len(times)
    streams = (
        pa.array(np.full(rows, stream, np.int64))
        if isinstance(stream, int)
        else as_array(stream, "stream", pa.int64())
    )
    columns = [
        streams,
        times,
        as_array(value, "value", pa.float64()),
        pa.nulls(rows, pa.int64()) if result_time is None else time_column(result_time, "result_time"),
        pa.nulls(rows, pa.string()) if extra is None else as_array(extra, "extra", pa.string()),
    ]
    for name, column in zip(SCHEMA.names, columns, strict=True):
        if len(column) != rows:
            raise BatchError([Problem(None, name, f"{len(column)} rows where time has {rows}")])
    check_columns(*columns)
    columns[0] = pc.cast(streams, pa.int32())
    return good(pa.table(columns, schema=SCHEMA))


def checked(table: pa.Table) -> pa.Table:
    """A table as it must be, in one chunk a column. Raises BatchError for another schema or a value out of bounds."""
    if CHECKED.get(id(table)) is table:
        return table
    if table.schema.names != SCHEMA.names:
        raise BatchError([Problem(None, "columns", f"{', '.join(SCHEMA.names)} are wanted in this order")])
    for field, wanted in zip(table.schema, SCHEMA, strict=True):
        if field.type != wanted.type:
            raise BatchError([Problem(None, field.name, f"{field.type} where {wanted.type} is wanted")])
    columns = [column.combine_chunks() for column in table.columns]
    check_columns(*columns)
    return good(pa.table(columns, schema=SCHEMA))


def good(table: pa.Table) -> pa.Table:
    """Arrow tables do not change: one that was checked stays good."""
    CHECKED[id(table)] = table
    return table


def few(stream: Any, time: Any, value: Any, result_time: Any, extra: Any) -> pa.Table | None:
    """A few plain rows without Arrow's cost for each step; None for what needs a closer look."""
    if extra is not None or type(time) is not list or type(value) is not list or len(time) > FEW:
        return None
    rows = len(time)
    streams = [stream] * rows if type(stream) is int else stream
    results = [None] * rows if result_time is None else result_time
    if type(streams) is not list or type(results) is not list:
        return None
    if len({type(one) for one in time}) > 1:
        return None
    if not len(streams) == len(value) == len(results) == rows:
        return None
    times, results = [plain_time(one) for one in time], [one and plain_time(one) for one in results]
    if not (
        all(type(one) is int and 0 <= one <= MOST_STREAM for one in streams)
        and all(type(one) is float and isfinite(one) for one in value)
        and all(one is not None and LOWEST <= one <= HIGHEST for one in times)
        and (result_time is None or all(one is not None and LOWEST <= one <= HIGHEST for one in results))
    ):
        return None
    columns = [
        pa.array(column, kind.type)
        for column, kind in zip((streams, times, value, results, [None] * rows), SCHEMA, strict=True)
    ]
    return good(pa.table(columns, schema=SCHEMA))


def plain_time(one: Any) -> int | None:
    if type(one) is int:
        return one
    if type(one) is str and PLAIN_TIME.fullmatch(one):
        with contextlib.suppress(ValueError, OverflowError):
            return micros(datetime.fromisoformat(one))
    return None


def check_columns(
    stream: pa.Array, time: pa.Array, value: pa.Array, result_time: pa.Array, extra: pa.Array
) -> None:
    """Raises BatchError for the first column that is out of bounds."""
    for name, column in (("stream", stream), ("time", time)):
        if column.null_count:
            refuse(pc.is_null(column), name, "missing")
    if not pa.types.is_integer(stream.type):
        raise BatchError([Problem(None, "stream", f"{stream.type} where whole numbers are wanted")])
    within(stream, "stream", 0, MOST_STREAM, f"not a number from 0 to {MOST_STREAM}")
    within(time, "time", LOWEST, HIGHEST, "outside the years 1 to 9999")
    if result_time.null_count < len(result_time):
        within(result_time, "result_time", LOWEST, HIGHEST, "outside the years 1 to 9999")
    if value.null_count < len(value):
        finite = pc.fill_null(pc.is_finite(value), True)
        if not pc.all(finite).as_py():
            refuse(pc.invert(finite), "value", "not a finite number")
    if extra.null_count < len(extra):
        long = pc.fill_null(pc.greater(pc.utf8_length(extra), MOST_EXTRA), False)
        if pc.any(long).as_py():
            refuse(long, "extra", f"longer than {MOST_EXTRA} characters")


def within(column: pa.Array, name: str, low: int, high: int, reason: str) -> None:
    extent: dict[str, int | None] = pc.min_max(column).as_py()
    least, most = extent["min"], extent["max"]
    if least is not None and most is not None and (least < low or most > high):
        outside = pc.or_(pc.less(column, low), pc.greater(column, high))
        refuse(pc.fill_null(outside, False), name, reason)


def as_array(column: Column, name: str, kind: pa.DataType | None = None) -> pa.Array:
    """One Arrow array of the kind wanted. Raises BatchError naming the first row that does not fit, where it can be found."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    try:
        if isinstance(column, pa.Array):
            return column if kind is None or column.type == kind else pc.cast(column, kind)
        if isinstance(column, np.ndarray):
            return pa.array(column, kind, from_pandas=False)
        if kind is not None and pa.types.is_integer(kind):
            return pc.cast(pa.array(column), kind)  # pa.array itself would cut 1.5 to 1
        return pa.array(column, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        row = first_misfit(column, kind)
        raise BatchError([Problem(row, name, str(error).splitlines()[0])]) from None


def first_misfit(column: Column, kind: pa.DataType | None) -> int | None:
    for row, cell in enumerate(column):
        try:
            pa.array([cell.as_py() if isinstance(cell, pa.Scalar) else cell], kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            return row
    return None


def time_column(column: Column, name: str) -> pa.Array:
    """Microseconds since 1970 as int64; see `batch` for what may come in."""
    if isinstance(column, list | tuple):
        return listed_times(column, name)
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        column = pa.array(column.astype("datetime64[us]"))
    array = as_array(column, name)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return instants(array, name)
    if pa.types.is_timestamp(array.type):
        return pc.cast(pc.cast(array, pa.timestamp("us", array.type.tz), safe=False), pa.int64())
    if pa.types.is_integer(array.type) or pa.types.is_null(array.type):
        return as_array(array, name, pa.int64())
    raise BatchError([Problem(None, name, f"{array.type} is no time")])


def listed_times(column: Sequence[Any], name: str) -> pa.Array:
    present = next((cell for cell in column if cell is not None), None)
    if isinstance(present, datetime):
        found: list[int | None] = []
        for row, cell in enumerate(column):
            if cell is not None and (not isinstance(cell, datetime) or cell.utcoffset() is None):
                raise BatchError([Problem(row, name, "a time without zone")])
            found.append(None if cell is None else micros(cell))
        return pa.array(found, pa.int64())
    if isinstance(present, str):
        texts: Texts = column
        return instants(texts, name)
    return as_array(column, name, pa.int64())
