# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Taking rows away from PostgreSQL: by order of a person, with a note; or by a rule of retention, with the sums left."""

from __future__ import annotations

import contextlib
import time as clock
from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg

from steuerrad.engines.observations.deleting import BESIDE, Retention
from steuerrad.engines.observations.faults import Unavailable
from steuerrad.engines.observations.postgres.applying import hold
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.postgres.summing import renewed_between
from steuerrad.engines.observations.postgres.tables import named, partitions
from steuerrad.engines.observations.times import DAY

EXPIRE_STREAMS = 100  # in one transaction


def delete(place: Place, stream: int, start: int, end: int, *, by: str, reason: str) -> int:
    """Remove rows with start <= time < end and all that stands beside them; a note of it is kept."""
    if start >= end:
        return 0
    with place.transaction() as connection:
        hold(connection, np.array([stream], np.int32))
        gone = removed(connection, "observation", [stream], start, end)
        renewed_between(connection, stream, start, end)
        for name in BESIDE:
            removed(connection, name, [stream], start, end)
        connection.execute(
            'INSERT INTO deletions (stream, start, until, rows, "by", reason, "at") VALUES (%s, %s, %s, %s, %s, %s, %s)',
            [stream, start, end, gone, by, reason, clock.time_ns() // 1000],
        )
        if gone:
            renew_summary(connection, [stream])
    return gone


def removed(
    connection: psycopg.Connection[Any], name: str, streams: list[int], start: int | None, end: int
) -> int:
    low = "" if start is None else f"AND time >= {int(start)}"
    return connection.execute(
        f"DELETE FROM {name} WHERE stream = ANY(%s::int4[]) {low} AND time < {int(end)}", [streams]
    ).rowcount


def renew_summary(connection: psycopg.Connection[Any], streams: list[int]) -> None:
    """First, last, number and latest row of these streams, anew from the rows. The caller holds them."""
    connection.execute(
        """
        UPDATE summary AS s
        SET first = k.first, last = k.last, n = coalesce(k.n, 0),
            value = o.value, result_time = o.result_time, extra = o.extra
        FROM unnest(%s::int4[]) AS given (stream)
        LEFT JOIN LATERAL (
            SELECT min(time) AS first, max(time) AS last, count(*) AS n FROM observation WHERE stream = given.stream
        ) AS k ON true
        LEFT JOIN observation AS o ON o.stream = given.stream AND o.time = k.last
        WHERE s.stream = given.stream
        """,
        [streams],
    )


def retain(place: Place, rules: Sequence[Retention], now: int) -> int:
    """Remove raw rows that are older than their rule says; their hourly and daily sums stay. Returns the rows removed.

    now: µs since 1970. What comes later for a time before the cut is dropped and counted as expired.
    """
    others = sorted({stream for rule in rules for stream in rule.streams or ()})
    total = 0
    for rule in rules:
        before = (now // DAY - rule.raw_days) * DAY
        chosen = "stream = ANY(%s::int4[])" if rule.streams is not None else "NOT stream = ANY(%s::int4[])"

        def due(connection: psycopg.Connection[Any], chosen: str = chosen, before: int = before,
                given: list[int] = list(rule.streams) if rule.streams is not None else others) -> list[int]:  # fmt: skip
            rows = connection.execute(
                f"SELECT stream FROM summary WHERE n > 0 AND first < {before} AND {chosen} ORDER BY stream",
                [given],
            )
            return [stream for (stream,) in rows.fetchall()]

        streams = place.ask(due)
        for at in range(0, len(streams), EXPIRE_STREAMS):
            total += expire(place, streams[at : at + EXPIRE_STREAMS], before)
    if total:
        drop_empty(place, now)
    return total


def expire(place: Place, streams: list[int], before: int) -> int:
    with place.transaction() as connection:
        hold(connection, np.array(streams, np.int32))
        gone = removed(connection, "observation", streams, None, before)
        for name in BESIDE:
            removed(connection, name, streams, None, before)
        connection.execute(
            "UPDATE summary SET before = greatest(before, %s) WHERE stream = ANY(%s::int4[])",
            [before, streams],
        )
        renew_summary(connection, streams)
    return gone


def drop_empty(place: Place, now: int) -> None:
    """Give back the months that have no row left. Only when nobody is at them; the next time does as well."""
    month = int(np.datetime64(now, "us").astype("datetime64[M]").astype(np.int64))
    for name in place.ask(partitions):
        if name >= named(month):
            continue
        with (
            contextlib.suppress(
                psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected, Unavailable
            ),
            place.transaction() as connection,
        ):
            connection.execute("SET LOCAL lock_timeout = '200ms'")
            connection.execute("LOCK TABLE observation IN ACCESS EXCLUSIVE MODE")
            row = connection.execute(f"SELECT EXISTS (SELECT FROM {name})").fetchone()
            if row and not row[0]:
                connection.execute(f"DROP TABLE {name}")
                place.months = {month for month in place.months if named(month) != name}
