# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Whole columns to and from PostgreSQL in its binary formats, made and read by NumPy without a step for each row.

Sources: PostgreSQL documentation, "COPY: Binary Format", and array_send/array_recv in the server's arrayfuncs.c.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

from steuerrad.engines.observations.arrow import pc

LEAST = int(np.iinfo(np.int64).min)  # stands for a missing whole number on the way
HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
ARRAY_HEAD = 20  # bytes before the elements of an array of one dimension
ELEMENTS = {
    "int4": np.dtype([("size", ">i4"), ("cell", ">i4")]),
    "int8": np.dtype([("size", ">i4"), ("cell", ">i8")]),
    "float8": np.dtype([("size", ">i4"), ("cell", ">f8")]),
}
OF_ELEMENT = {"int4": 23, "int8": 20, "float8": 701}


class Cells:
    """A NumPy array that is handed over as an array of PostgreSQL."""

    kind = ""

    def __init__(self, cells: NDArray[Any]) -> None:
        self.cells = cells


class Int4(Cells):
    kind = "int4"


class Int8(Cells):
    kind = "int8"


class Float8(Cells):
    """NaN is handed over as it is; the statement makes it NULL."""

    kind = "float8"


class CellsDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Cells) -> bytes:
        elements = np.empty(obj.cells.size, ELEMENTS[obj.kind])
        elements["size"] = ELEMENTS[obj.kind]["cell"].itemsize
        elements["cell"] = obj.cells
        head = struct.pack(">iiI", 1 if obj.cells.size else 0, 0, OF_ELEMENT[obj.kind])
        return head + (struct.pack(">ii", obj.cells.size, 1) + elements.tobytes() if obj.cells.size else b"")


class Int4Dumper(CellsDumper):
    oid = 1007


class Int8Dumper(CellsDumper):
    oid = 1016


class Float8Dumper(CellsDumper):
    oid = 1022


def registered(connection: psycopg.Connection[Any]) -> None:
    for kind, dumper in ((Int4, Int4Dumper), (Int8, Int8Dumper), (Float8, Float8Dumper)):
        connection.adapters.register_dumper(kind, dumper)


def copied(rows: pa.Table) -> Iterator[bytes]:
    """Rows of the batch schema as COPY BINARY; a kind of row after the other, by what is missing."""
    yield HEAD
    bare = pc.is_null(rows.column("extra"))
    plain = rows if rows.column("extra").null_count == rows.num_rows else rows.filter(bare)
    if plain.num_rows:
        no_value, no_result = (
            pc.is_null(plain.column(name)).to_numpy(zero_copy_only=False) for name in ("value", "result_time")
        )
        for value in (True, False):
            for result in (True, False):
                chosen = (no_value != value) & (no_result != result)
                if chosen.any():
                    yield alike(plain if chosen.all() else plain.filter(pa.array(chosen)), value, result)
    if plain.num_rows < rows.num_rows:
        for row in rows.filter(pc.invert(bare)).to_pylist():
            yield with_extra(row)
    yield END


def alike(rows: pa.Table, value: bool, result: bool) -> bytes:
    """Rows without extra that all have, or all lack, a value and a result time."""
    fields = [("fields", ">i2"), ("a", ">i4"), ("stream", ">i4"), ("b", ">i4"), ("time", ">i8"), ("c", ">i4")]
    fields += [("value", ">f8")] * value + [("d", ">i4")] + [("result_time", ">i8")] * result + [("e", ">i4")]
    found = np.empty(rows.num_rows, np.dtype(fields))
    found["fields"], found["a"], found["b"], found["e"] = 5, 4, 8, -1
    found["c"], found["d"] = 8 if value else -1, 8 if result else -1
    for name in ("stream", "time", *["value"] * value, *["result_time"] * result):
        found[name] = rows.column(name).to_numpy()
    return found.tobytes()


def with_extra(row: dict[str, Any]) -> bytes:
    text = row["extra"].encode()
    value, result = row["value"], row["result_time"]
    return b"".join([
        struct.pack(">hiiiq", 5, 4, row["stream"], 8, row["time"]),
        struct.pack(">i", -1) if value is None else struct.pack(">id", 8, value),
        struct.pack(">i", -1) if result is None else struct.pack(">iq", 8, result),
        struct.pack(">i", len(text)), text,
    ])  # fmt: skip


def gathered(sql: str, schema: pa.Schema) -> str:
    """A query around another one that gives its rows, in their order, as one row of arrays."""
    return f"SELECT {', '.join(aggregated(field) for field in schema)} FROM ({sql}) AS asked"


def aggregated(field: pa.Field) -> str:
    column = f'"{field.name}"'
    if pa.types.is_floating(field.type):
        column = f"coalesce({column}::float8, 'NaN')"
    elif pa.types.is_integer(field.type):
        kind = "int8" if field.type == pa.int64() else "int4"
        least = f"'{LEAST}'::int8" if kind == "int8" else "-1"
        column = f"coalesce({column}::{kind}, {least})"
    return f"array_agg({column})"


def table(cursor: psycopg.Cursor[Any], schema: pa.Schema) -> pa.Table:
    """The answer of a gathered query. Whole numbers of 32 bits and less are never negative here."""
    answer = cursor.pgresult
    assert answer is not None
    columns = [column(answer.get_value(0, place), field) for place, field in enumerate(schema)]
    return pa.table(columns, schema=schema)


def column(cells: bytes | None, field: pa.Field) -> pa.Array:
    if cells is None:
        return pa.array([], field.type)
    if pa.types.is_string(field.type):
        return texts(cells)
    kind = "float8" if pa.types.is_floating(field.type) else "int8" if field.type == pa.int64() else "int4"
    plain = np.frombuffer(cells, ELEMENTS[kind], offset=ARRAY_HEAD)["cell"].astype(
        np.float64 if kind == "float8" else field.type.to_pandas_dtype() if kind == "int8" else np.int32
    )
    missing = np.isnan(plain) if kind == "float8" else plain == (LEAST if kind == "int8" else -1)
    found = pa.array(plain, mask=missing if missing.any() else None)
    return found if found.type == field.type else found.cast(field.type)


def texts(cells: bytes) -> pa.Array:
    (size,) = struct.unpack_from(">i", cells, 12)
    if cells[ARRAY_HEAD:] == b"\xff" * (4 * size):
        return pa.nulls(size, pa.string())
    found: list[str | None] = []
    at = ARRAY_HEAD
    for _ in range(size):
        (length,) = struct.unpack_from(">i", cells, at)
        at += 4
        found.append(None if length < 0 else cells[at : at + length].decode())
        at += max(0, length)
    return pa.array(found, pa.string())
