"""Arrow IPC streams that somebody sends: looked at before they are believed, then made into a batch.

Arrow trusts what it reads: a compressed buffer says itself how much memory it wants, and an offset that points outside is
found only when somebody follows it. So what is compressed is refused, rows are counted first, and all is validated.
"""

# pyright: basic
from __future__ import annotations

import struct

import pyarrow as pa

from steuerrad.engines.observations import BatchError, Problem, batch

MOST_ROWS = 5_000_000
WANTED = ("datastream", "phenomenonTime", "result")
KNOWN = (*WANTED, "resultTime")
NAMES: dict[str, str] = {
    "stream": "datastream",
    "time": "phenomenonTime",
    "value": "result",
    "result_time": "resultTime",
}
#: Fields of the tables in Arrow's Message.fbs, by their number.
KIND, HEADER, LENGTH, COMPRESSION, DATA = 1, 2, 0, 3, 1
DICTIONARY_BATCH, RECORD_BATCH = 2, 3


def arrow_stream(body: bytes) -> pa.Table:
    """An Arrow IPC stream with the columns datastream, phenomenonTime (timestamp with zone, ISO 8601, or µs), result.

    resultTime may be there too. Raises BatchError and ValueError with the reason.
    """
    try:
        _looked_at(body)
        table = pa.ipc.open_stream(body).read_all()
    except (pa.ArrowException, OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"no Arrow stream: {_line(error)}") from error
    if missing := set(WANTED) - set(table.column_names):
        raise ValueError(f"columns are missing: {', '.join(sorted(missing))}")
    if others := set(table.column_names) - set(KNOWN):
        raise ValueError(f"columns are not known: {', '.join(sorted(map(repr, others)))[:200]}")
    if len(table.column_names) > len(set(table.column_names)):
        raise ValueError("a column is there twice")
    try:
        table.validate(full=True)
        return batch(
            _plain(table, "datastream"),
            _times(table, "phenomenonTime"),
            _plain(table, "result"),
            _times(table, "resultTime") if "resultTime" in table.column_names else None,
        )
    except BatchError as error:
        raise BatchError([_named(problem) for problem in error.problems], error.count) from None
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise ValueError(f"the columns cannot be used: {_line(error)}") from error


def _named(problem: Problem) -> Problem:
    """With the name that the column has in the stream."""
    return Problem(problem.row, NAMES.get(problem.column, problem.column), problem.reason)


def _looked_at(body: bytes) -> None:
    """Raises ValueError for what would take more memory than it has bytes."""
    rows = 0
    for message in pa.ipc.MessageReader.open_stream(body):
        if message.type in ("record batch", "dictionary batch"):
            length, compressed = _batch_header(message.metadata)
            rows += length
            if compressed:
                raise ValueError("compressed buffers are not taken; send it without compression")
            if not 0 <= length <= MOST_ROWS or rows > MOST_ROWS:
                raise ValueError(f"more than {MOST_ROWS:,} rows at once")


def _batch_header(metadata: pa.Buffer) -> tuple[int, bool]:
    """Rows that a message says it has, and whether its buffers are compressed (Arrow's Message.fbs)."""
    content = metadata.to_pybytes()
    try:
        message = struct.unpack_from("<I", content, 0)[0]
        kind_at = _field(content, message, KIND)
        kind = content[kind_at] if kind_at else 0
        table = _table(content, message, HEADER)
        if kind == DICTIONARY_BATCH:
            table = _table(content, table, DATA)
        length_at = _field(content, table, LENGTH)
        length = struct.unpack_from("<q", content, length_at)[0] if length_at else 0
        return length, _field(content, table, COMPRESSION) != 0
    except (struct.error, IndexError) as error:
        raise ValueError("no Arrow stream: a header is damaged") from error


def _field(content: bytes, table: int, number: int) -> int:
    """Where a field of a FlatBuffers table lies; 0 when it is not there."""
    vtable = table - struct.unpack_from("<i", content, table)[0]
    size = struct.unpack_from("<H", content, vtable)[0]
    at = 4 + 2 * number
    if at >= size:
        return 0
    offset = struct.unpack_from("<H", content, vtable + at)[0]
    return table + offset if offset else 0


def _table(content: bytes, table: int, number: int) -> int:
    at = _field(content, table, number)
    if not at:
        raise ValueError("no Arrow stream: a header is damaged")
    return at + struct.unpack_from("<I", content, at)[0]


def _plain(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name).combine_chunks()
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _times(table: pa.Table, name: str) -> pa.Array:
    """Timestamps as µs with a zone; what is finer is cut off, what is coarser must have room."""
    column = _plain(table, name)
    if not pa.types.is_timestamp(column.type):
        return column
    if column.type.tz is None:
        raise ValueError(f"{name}: a timestamp with a time zone is wanted")
    return column.cast(pa.timestamp("us", column.type.tz), safe=column.type.unit != "ns")


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
