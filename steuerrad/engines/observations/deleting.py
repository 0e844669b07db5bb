# pyright: basic
"""Taking rows away: by order of a person, with a note; or by a rule of retention, with the sums left standing."""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from steuerrad.engines.observations.reading import condition
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.sealing import seal
from steuerrad.engines.observations.sums import TABLES, merged, summed
from steuerrad.engines.observations.tables import TIERS
from steuerrad.engines.observations.times import DAY, HOUR

BESIDE = ("revisions", "flags", "corrections")


@dataclass(frozen=True, slots=True)
class Retention:
    """Keep raw rows of these streams (None = all that no other rule names) for so many days; sums for ever."""

    streams: tuple[int, ...] | None
    raw_days: int

    def __post_init__(self) -> None:
        if self.raw_days < 1:
            raise ValueError("raw rows are kept for at least one day")


def delete(room: Room, stream: int, start: int, end: int, *, by: str, reason: str) -> int:
    """Remove rows with start <= time < end and all that stands beside them; a note of it is kept."""
    if start >= end:
        return 0
    chosen = condition([stream], start, end)
    with room.moving, room.writing:
        gone: dict[str, int] = {}
        with room.resealing(), room.transaction() as connection:
            for tier in TIERS:
                gone[tier] = affected(connection, f"DELETE FROM {tier} WHERE {chosen.sql}", chosen.values)
            for tier in TABLES:
                renew_sums(connection, tier, stream, start, end)
            for name in BESIDE:
                connection.execute(f"DELETE FROM {name} WHERE {chosen.sql}", chosen.values)
            connection.execute(
                "INSERT INTO deletions VALUES (?, ?, ?, ?, ?, ?, ?)",
                [stream, start, end, sum(gone.values()), by, reason, clock.time_ns() // 1000],
            )
            if sum(gone.values()):
                renew_summary(connection, [stream])
        after_removal(room, gone, [stream])
    return sum(gone.values())


def renew_sums(connection: duckdb.DuckDBPyConnection, tier: str, stream: int, start: int, end: int) -> None:
    """Sums of the hours that the interval touches anew from what is left of the rows, those of days from the hours.

    Where a rule of retention has taken the rows, such hours are lost as a whole.
    """
    for name, width in TABLES[tier]:
        low, high = start // width * width, -(-end // width) * width
        connection.execute(
            f"DELETE FROM {name} WHERE stream = ? AND time >= ? AND time < ?", [stream, low, high]
        )
        source = tier if width == HOUR else f"hourly_{tier}"
        left = f"(SELECT * FROM {source} WHERE stream = ? AND time >= ? AND time < ?)"
        sums = summed(left, width) if width == HOUR else merged(left, width)
        connection.execute(f"INSERT INTO {name} {sums}", [stream, low, high])


def renew_summary(connection: duckdb.DuckDBPyConnection, streams: Sequence[int]) -> None:
    """First, last, number and latest row of these streams, anew from the warm and cold rows."""
    chosen = condition(sorted(streams), None, None)
    connection.execute(f"DELETE FROM summary WHERE {chosen.sql}", chosen.values)
    connection.execute(f"INSERT INTO summary {summary_of('warm', 'cold')}", [streams, streams])


def summary_of(*tiers: str) -> str:
    """SQL with one list of streams per tier as value: rows as in the table summary."""
    rows = " UNION ALL ".join(
        f"SELECT * FROM {tier} WHERE stream IN (SELECT unnest(?::INTEGER[]))" for tier in tiers
    )
    return (
        "SELECT stream, min(time) AS first, max(time) AS last, count(*) AS n, "
        f"unnest(arg_max(struct_pack(value := value, result_time := result_time, extra := extra), time)) FROM ({rows}) GROUP BY stream"
    )


def after_removal(room: Room, gone: dict[str, int], streams: Sequence[int]) -> None:
    """Bring memory in line with the tables. The caller holds the locks."""
    room.hot_rows -= gone.get("hot", 0)
    room.warm_rows -= gone.get("warm", 0)
    if not sum(gone.values()):
        return
    found = room.connection.execute(summary_of(*TIERS), [streams] * len(TIERS)).fetchall()
    known = {row[0]: row[1:] for row in found}
    for stream in streams:
        room.known.replace(stream, known.get(stream))
    room.recent.remove(streams)


def affected(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object]) -> int:
    ((rows,),) = connection.execute(sql, list(values)).fetchall()
    return int(rows)


def retain(room: Room, rules: Sequence[Retention], now: int) -> int:
    """Remove raw rows that are older than their rule says; their hourly and daily sums stay. Returns the rows removed.

    now: µs since 1970. What comes later for a time before the cut is dropped and counted as expired.
    """
    named = {stream for rule in rules for stream in rule.streams or ()}
    total = 0
    for rule in rules:
        before = (now // DAY - rule.raw_days) * DAY
        extents = room.known.extents(rule.streams)
        streams = [
            stream
            for stream, first in zip(
                *(extents.column(name).to_pylist() for name in ("stream", "first")), strict=True
            )
            if first < before and (rule.streams is not None or stream not in named)
        ]
        if streams:
            total += expire(room, streams, before)
    return total


def expire(room: Room, streams: list[int], before: int) -> int:
    """Only cold rows have daily sums, so all rows are moved there first."""
    with room.moving, room.writing:
        seal(room, everything=True)
        chosen = condition(sorted(streams), None, before)
        with room.resealing(), room.transaction() as connection:
            gone = {"cold": affected(connection, f"DELETE FROM cold WHERE {chosen.sql}", chosen.values)}
            connection.execute("INSERT INTO expired SELECT unnest(?::INTEGER[]), ?", [streams, before])
            for name in BESIDE:
                connection.execute(f"DELETE FROM {name} WHERE {chosen.sql}", chosen.values)
            renew_summary(connection, streams)
        for stream in streams:
            room.known.expire(stream, before)
        after_removal(room, gone, streams)
    return gone["cold"]
