# pyright: basic
"""What stands beside the raw values and never changes them: flags, corrections, revisions, deletions."""

from __future__ import annotations

import time as clock
from collections.abc import Iterable

import pyarrow as pa

from steuerrad.engines.observations.faults import BatchError, Problem
from steuerrad.engines.observations.reading import condition, numbers
from steuerrad.engines.observations.room import Room

FLAGS = pa.schema(
    [
        pa.field("stream", pa.int32(), nullable=False), pa.field("time", pa.int64(), nullable=False),
        pa.field("flag", pa.uint8(), nullable=False), pa.field("tests", pa.string()), pa.field("run", pa.string()),
    ]
)  # fmt: skip
CORRECTIONS = pa.schema(
    [
        pa.field("stream", pa.int32(), nullable=False), pa.field("time", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("by", pa.string(), nullable=False), pa.field("reason", pa.string(), nullable=False),
    ]
)  # fmt: skip


def flag(room: Room, table: pa.Table) -> int:
    """Set flags; a row that has one loses it. Of several for the same row the last counts."""
    table = conformed(table, FLAGS)
    if not table.num_rows:
        return 0
    place = pa.array(range(table.num_rows))
    numbered = table.append_column("place", place)  # noqa: F841 - DuckDB finds it by its name
    with room.transaction() as connection:
        connection.execute("DELETE FROM flags WHERE (stream, time) IN (SELECT (stream, time) FROM numbered)")
        ((rows,),) = connection.execute(
            "INSERT INTO flags SELECT stream, time, flag, tests, run, ? FROM numbered "
            "QUALIFY row_number() OVER (PARTITION BY stream, time ORDER BY place DESC) = 1",
            [now()],
        ).fetchall()
    return int(rows)


def unflag(room: Room, streams: Iterable[int] | None, start: int, end: int, run: str | None = None) -> int:
    chosen = condition(numbers(streams), start, end)
    if run is not None:
        chosen.add("run = ?", run)
    with room.transaction() as connection:
        ((rows,),) = connection.execute(f"DELETE FROM flags WHERE {chosen.sql}", chosen.values).fetchall()
    return int(rows)


def correct(room: Room, table: pa.Table) -> int:
    """Append corrections; the newest of a row counts, all are kept."""
    corrected = conformed(table, CORRECTIONS)
    if corrected.num_rows:
        with room.transaction() as connection:
            connection.execute(
                'INSERT INTO corrections SELECT stream, time, value, "by", reason, ? FROM corrected', [now()]
            )
    return corrected.num_rows


def listed(
    room: Room, name: str, streams: Iterable[int] | None, start: int | None, end: int | None, limit: int
) -> pa.Table:
    """Rows of flags, corrections or revisions, by stream and time."""
    chosen = condition(numbers(streams), start, end)
    return room.table(
        f"SELECT * FROM {name} WHERE {chosen.sql} ORDER BY stream, time, {LAST_KEY[name]} LIMIT ?",
        [*chosen.values, limit],
    )


LAST_KEY = {"flags": '"at"', "corrections": '"at", rowid', "revisions": "revision"}


def deletions(room: Room, stream: int | None = None) -> pa.Table:
    chosen = condition(None if stream is None else [stream], None, None)
    return room.table(f'SELECT * FROM deletions WHERE {chosen.sql} ORDER BY "at", rowid', chosen.values)


def annotated(room: Room, rows: pa.Table) -> pa.Table:
    """Rows with the columns flag and corrected beside them, in the same order."""
    if not rows.num_rows:
        return rows.append_column("flag", pa.nulls(0, pa.uint8())).append_column(
            "corrected", pa.nulls(0, pa.float64())
        )
    time, stream = rows.column("time").to_numpy(), rows.column("stream").to_numpy()
    bounds = [int(time.min()), int(time.max()), int(stream.min()), int(stream.max())]
    inside = "time BETWEEN ? AND ? AND stream BETWEEN ? AND ?"
    numbered = rows.append_column("place", pa.array(range(rows.num_rows)))  # noqa: F841
    with room.cursor() as cursor:
        found = cursor.sql(
            f"""
            SELECT numbered.* EXCLUDE (place), flag, corrected FROM numbered
            LEFT JOIN (SELECT stream, time, flag FROM flags WHERE {inside}) USING (stream, time)
            LEFT JOIN (
                SELECT stream, time, arg_max_null(value, ("at", rowid)) AS corrected
                FROM corrections WHERE {inside} GROUP BY ALL
            ) USING (stream, time)
            ORDER BY place
            """,
            params=[*bounds, *bounds],
        )
        return found.to_arrow_table()


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Raises BatchError for other columns or a missing cell."""
    if sorted(table.schema.names) != sorted(schema.names):
        raise BatchError([Problem(None, "columns", f"{', '.join(schema.names)} are wanted")])
    try:
        cast = table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise BatchError([Problem(None, "columns", str(error))]) from None
    for field in schema:
        if not field.nullable and cast.column(field.name).null_count:
            raise BatchError([Problem(None, field.name, "missing")])
    return cast


def now() -> int:
    return clock.time_ns() // 1000
