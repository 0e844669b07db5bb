# pyright: basic, reportOptionalMemberAccess=false, reportOptionalIterable=false
"""Rows as a file for others: Parquet, Arrow or CSV, sorted by stream and time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from steuerrad.engines.observations.reading import condition, numbers
from steuerrad.engines.observations.room import Room, asked
from steuerrad.engines.observations.tables import COLUMNS

CHUNK = 122_880
Format = Literal["parquet", "arrow", "csv"]


def export(
    room: Room,
    path: Path,
    start: int,
    end: int,
    streams: Iterable[int] | None,
    format: Format,  # noqa: A002
) -> int:
    """The file appears whole or not at all. Raises ValueError for an unknown format, OSError."""
    if format not in ("parquet", "arrow", "csv"):
        raise ValueError(f"{format}: not parquet, arrow or csv")
    chosen = condition(numbers(streams), start, end)
    sql = f"SELECT {COLUMNS} FROM observation WHERE {chosen.sql} ORDER BY stream, time"
    part = path.with_name(f".{path.name}.part")
    rows = 0
    try:
        with room.cursor() as cursor:
            reader = asked(cursor, sql, chosen.values).to_arrow_reader(CHUNK)
            with opened(part, format, reader.schema) as writer:
                for chunk in reader:
                    writer.write_batch(chunk)
                    rows += chunk.num_rows
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def opened(
    path: Path,
    kind: Format,
    schema: pa.Schema,
) -> pyarrow.parquet.ParquetWriter | pa.ipc.RecordBatchFileWriter | pyarrow.csv.CSVWriter:
    if kind == "parquet":
        return pyarrow.parquet.ParquetWriter(path, schema, compression="zstd")
    if kind == "arrow":
        return pa.ipc.new_file(path, schema)
    return pyarrow.csv.CSVWriter(path, schema)
