# pyright: basic
"""Housekeeping: hot rows become sorted warm runs, warm rows become cold ones; sums are made on the way.

Both run while others append and read: an append and a move never touch the same rows. What changes rows in place
(revisions, deletions) waits for the lock `moving`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Literal

import duckdb

from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.sums import merged, summed
from steuerrad.engines.observations.tables import COLUMNS
from steuerrad.engines.observations.times import DAY, HOUR

SLICE_ROWS = 2_000_000  # sorted at once; more would only take memory
SUMMARY = "stream, first, last, n, value, result_time, extra"


def seal(room: Room, *, everything: bool = False) -> None:
    """Move what is over its bound; with `everything`, all of it."""
    options = room.options
    if room.hot_rows >= options.warm_rows // 2:  # a bulk load: sorted once, not twice
        cool_down(room, "hot")
    if room.hot_rows and (everything or room.hot_rows >= options.hot_rows):
        warm_up(room)
    if room.warm_rows and (everything or room.warm_rows >= options.warm_rows):
        cool_down(room, "warm")


def warm_up(room: Room) -> None:
    """Sort the hot rows into a warm run and bring the summary of the streams up to date."""
    with room.moving:
        with room.resealing(), own_transaction(room) as cursor:
            moved = cursor.execute(f"INSERT INTO warm SELECT {COLUMNS} FROM hot ORDER BY stream, time")
            rows = counted(moved)
            cursor.execute(f"INSERT INTO hourly_warm {summed('hot', HOUR)} ORDER BY stream, time")
            renew_summary(cursor)
            cursor.execute("DELETE FROM hot")
        with room.writing:
            room.hot_rows -= rows
            room.warm_rows += rows


def cool_down(room: Room, source: Literal["hot", "warm"]) -> None:
    """Sort all rows of a table, with those of one stream together, into a cold run, with hourly and daily sums."""
    with room.moving:
        with room.resealing(), own_transaction(room) as cursor:
            rows = 0
            for low, high in stream_slices(cursor, source):
                moved = cursor.execute(
                    f"INSERT INTO cold SELECT {COLUMNS} FROM {source} WHERE stream BETWEEN ? AND ? "
                    "ORDER BY stream, time",
                    [low, high],
                )
                rows += counted(moved)
            for name, width in (("hourly_cold", HOUR), ("daily_cold", DAY)):
                sums = summed("hot", width) if source == "hot" else merged("hourly_warm", width)
                cursor.execute(f"INSERT INTO {name} {sums} ORDER BY stream, time")
            if source == "hot":
                renew_summary(cursor)
            else:
                cursor.execute("DELETE FROM hourly_warm")
            cursor.execute(f"DELETE FROM {source}")
        with room.writing:
            if source == "hot":
                room.hot_rows -= rows
            else:
                room.warm_rows -= rows


@contextlib.contextmanager
def own_transaction(room: Room) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction beside that of the applier: it sees the rows as they are now, whatever is appended meanwhile."""
    cursor = room.connection.cursor()
    try:
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("COMMIT")
    finally:
        cursor.close()  # rolls back what is not committed


def renew_summary(cursor: duckdb.DuckDBPyConnection) -> None:
    """The summary of warm and cold rows, with the hot ones that are about to join them."""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE next_summary AS {next_summary()}")
    cursor.execute("DELETE FROM summary")
    cursor.execute(f"INSERT INTO summary SELECT {SUMMARY} FROM next_summary ORDER BY stream")


def next_summary() -> str:
    """SQL: the summary with the hot rows; of two latest rows of the same time the hot one counts, it is a revision."""
    return """
        SELECT stream, min(first) AS first, max(last) AS last, sum(n)::BIGINT AS n,
               unnest(arg_max(struct_pack(value := value, result_time := result_time, extra := extra), (last, young)))
        FROM (
            SELECT stream, first, last, n, value, result_time, extra, 0 AS young FROM summary
            UNION ALL
            SELECT stream, time, time, 1, value, result_time, extra, 1 FROM hot
        )
        GROUP BY stream
    """


def stream_slices(cursor: duckdb.DuckDBPyConnection, source: str) -> list[tuple[int, int]]:
    """Ranges of streams with about SLICE_ROWS rows each, in order."""
    counts = cursor.execute(
        f"SELECT stream, count(*) FROM {source} GROUP BY stream ORDER BY stream"
    ).fetchall()
    slices: list[tuple[int, int]] = []
    low, size = None, 0
    for stream, rows in counts:
        low = stream if low is None else low
        size += rows
        if size >= SLICE_ROWS:
            slices.append((low, stream))
            low, size = None, 0
    if low is not None:
        slices.append((low, counts[-1][0]))
    return slices


def counted(moved: duckdb.DuckDBPyConnection) -> int:
    ((rows,),) = moved.fetchall()
    return int(rows)
