# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Taking a batch into PostgreSQL: one transaction with its number, ordered by locks of the streams it touches.

The rows of `summary` are the locks: whoever writes a stream holds its row, taken in the order of the numbers, so that
two machines never wait for each other in a circle, and each sees what the other has stored before it decides what
is new, repeated or a revision. The decision itself is that of `observations.applying`.
"""

from __future__ import annotations

import time as clock
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.observations.applying import Outcome, Plan, planned, repeated
from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.known import ALWAYS, NEVER, Integers
from steuerrad.engines.observations.looking import Found, windows
from steuerrad.engines.observations.postgres.arrays import LEAST, Float8, Int4, Int8, copied
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.postgres.summing import add, recompute
from steuerrad.engines.observations.postgres.tables import months, partitioned


@dataclass(slots=True)
class Held:
    """What the locked rows of `summary` say, by stream in rising order."""

    streams: NDArray[np.int32]
    first: Integers
    last: Integers
    n: Integers
    before: Integers


def apply(place: Place, table: pa.Table, seq: int) -> Outcome:
    """Store a batch (checked) that this journal knows as seq; a seq that was applied before changes nothing."""
    prepare(place, table)
    with place.transaction() as connection:
        row = connection.execute(
            "SELECT applied FROM journals WHERE id = %s FOR UPDATE", [place.identity]
        ).fetchone()
        if row is not None and seq <= row[0]:
            return Outcome(0, 0, 0, 0, table.slice(0, 0))
        outcome = stored(connection, table)
        settle(connection, place.identity, seq)
    return outcome


def settle(connection: psycopg.Connection[Any], identity: str, seq: int) -> None:
    """Note in this transaction that the journal is applied up to seq."""
    connection.execute(
        'UPDATE journals SET applied = %s, "at" = %s WHERE id = %s', [seq, clock.time_ns() // 1000, identity]
    )


def prepare(place: Place, table: pa.Table) -> None:
    """The months that the batch needs, before its transaction: others read meanwhile."""
    wanted = months(table.column("time").to_numpy()) - place.months
    if wanted:
        with place.transaction() as connection:
            partitioned(connection, place.schema, wanted)
        place.months |= wanted


def stored(connection: psycopg.Connection[Any], table: pa.Table) -> Outcome:
    stream, time = table.column("stream").to_numpy(), table.column("time").to_numpy()
    held = hold(connection, np.unique(stream))
    slots = np.searchsorted(held.streams, stream).astype(np.int32)
    gone = time < held.before[slots]
    if gone.any():
        table, slots, time = table.filter(pa.array(~gone)), slots[~gone], time[~gone]
    late = np.flatnonzero((time <= held.last[slots]) & (time >= held.first[slots]))
    groups = repeated(slots, time)
    found = look_up(connection, table, late) if late.size else []
    plan = planned(table, found, groups) if late.size or groups else everything(table)
    rows, slots = table.take(pa.array(plan.append)), slots[plan.append]
    if rows.num_rows:
        write(connection, rows, plan)
        if plan.revisions:
            note_revisions(connection, plan.revisions)
        learn(connection, held, rows, slots, plan)
    return Outcome(int(plan.fresh.sum()), plan.duplicates, len(plan.revisions), int(gone.sum()), rows)


def everything(table: pa.Table) -> Plan:
    """All rows are new."""
    return Plan(np.arange(table.num_rows), np.ones(table.num_rows, bool))


def hold(connection: psycopg.Connection[Any], streams: NDArray[np.int32]) -> Held:
    """Lock the streams, in order; new ones are entered first, in the same order."""
    sql = (
        "SELECT stream, first, last, n, before FROM summary WHERE stream = ANY(%s::int4[]) "
        "ORDER BY stream FOR UPDATE"
    )
    numbers = [Int4(streams)]
    known = connection.execute(
        "SELECT count(*) FROM summary WHERE stream = ANY(%s::int4[])", numbers
    ).fetchone()
    if known is None or known[0] < streams.size:
        connection.execute(
            "INSERT INTO summary (stream) SELECT * FROM unnest(%s::int4[]) AS k (stream) ORDER BY stream "
            "ON CONFLICT DO NOTHING",
            numbers,
        )
    rows = connection.execute(sql, numbers, binary=True).fetchall()
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    return Held(
        np.array(columns[0], np.int32),
        np.array([NEVER if cell is None else cell for cell in columns[1]], np.int64),
        np.array([ALWAYS if cell is None else cell for cell in columns[2]], np.int64),
        np.array(columns[3], np.int64),
        np.array([ALWAYS if cell is None else cell for cell in columns[4]], np.int64),
    )


def look_up(connection: psycopg.Connection[Any], table: pa.Table, rows: Integers) -> list[Found]:
    """Stored rows with the keys of these rows of the batch; limited in time, so that few months are read."""
    keys = table.select(["stream", "time"]).take(pa.array(rows))
    keys = keys.append_column("row", pa.array(rows, pa.int64()))
    found: list[Found] = []
    for part in windows(keys):
        time = part.column("time").to_numpy()
        answer = connection.execute(
            "SELECT k.place, o.* FROM unnest(%s::int4[], %s::int8[], %s::int8[]) AS k (stream, time, place) "
            "JOIN observation AS o ON o.stream = k.stream AND o.time = k.time "
            f"WHERE o.time BETWEEN {int(time.min())} AND {int(time.max())}",
            [Int4(part.column("stream").to_numpy()), Int8(time), Int8(part.column("row").to_numpy())],
            binary=True,
        )
        found.extend(Found(row, "", 0, tuple(rest)) for row, *rest in answer.fetchall())
    return found


def write(connection: psycopg.Connection[Any], rows: pa.Table, plan: Plan) -> None:
    """New rows by COPY; what replaces a row is written over it, and its sums are made anew."""
    fresh = rows if bool(plan.fresh.all()) else rows.filter(pa.array(plan.fresh))
    if fresh.num_rows:
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY observation FROM STDIN (FORMAT BINARY)") as copy,
        ):
            for block in copied(fresh):
                copy.write(block)
        add(connection, fresh)
    if fresh.num_rows == rows.num_rows:
        return
    changed = rows.filter(pa.array(~plan.fresh))
    stream, time = changed.column("stream").to_numpy(), changed.column("time").to_numpy()
    connection.execute(
        "UPDATE observation AS o SET value = nullif(k.value, 'NaN'), "
        f"result_time = nullif(k.result_time, '{LEAST}'::int8), extra = k.extra "
        "FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::int8[], %s::text[]) "
        "AS k (stream, time, value, result_time, extra) WHERE o.stream = k.stream AND o.time = k.time "
        f"AND o.time BETWEEN {int(time.min())} AND {int(time.max())}",
        [Int4(stream), Int8(time), *beside(changed)],
    )
    recompute(connection, stream, time)


def beside(rows: pa.Table) -> list[object]:
    """value, result_time and extra as arrays for a statement; what is missing as NaN, LEAST and None."""
    return [
        Float8(pc.fill_null(rows.column("value"), np.nan).to_numpy()),
        Int8(pc.fill_null(rows.column("result_time"), LEAST).to_numpy()),
        rows.column("extra").to_pylist(),
    ]


def note_revisions(connection: psycopg.Connection[Any], revisions: list[tuple[Any, ...]]) -> None:
    """What was replaced, oldest first per key, numbered on from what is there."""
    stream, time, value, result_time, extra = (list(column) for column in zip(*revisions, strict=True))
    connection.execute(
        "INSERT INTO revisions SELECT k.stream, k.time, "
        "coalesce((SELECT max(revision) FROM revisions AS r WHERE r.stream = k.stream AND r.time = k.time), 0) "
        "+ row_number() OVER (PARTITION BY k.stream, k.time ORDER BY k.place), k.value, k.result_time, k.extra, %s "
        "FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::int8[], %s::text[]) "
        "WITH ORDINALITY AS k (stream, time, value, result_time, extra, place)",
        [clock.time_ns() // 1000, stream, time, value, result_time, extra],
    )


def learn(
    connection: psycopg.Connection[Any], held: Held, rows: pa.Table, slots: NDArray[np.int32], plan: Plan
) -> None:
    """Bring the summary of the streams up to date with the rows that were stored."""
    time = rows.column("time").to_numpy()
    size = held.streams.size
    first, last = np.full(size, NEVER), np.full(size, ALWAYS)
    np.minimum.at(first, slots, time)
    np.maximum.at(last, slots, time)
    n = np.bincount(slots[plan.fresh], minlength=size)
    order = np.lexsort((time, slots))
    ends = order[np.flatnonzero(np.diff(slots[order], append=-1))]  # the latest row of each stream
    touched = slots[ends]
    newer = (time[ends] >= held.last[touched]).astype(np.int32)
    latest = rows.take(pa.array(ends))
    connection.execute(
        "UPDATE summary AS s SET first = k.first, last = k.last, n = k.n, "
        "value = CASE WHEN k.newer = 1 THEN nullif(k.value, 'NaN') ELSE s.value END, "
        f"result_time = CASE WHEN k.newer = 1 THEN nullif(k.result_time, '{LEAST}'::int8) ELSE s.result_time END, "
        "extra = CASE WHEN k.newer = 1 THEN k.extra ELSE s.extra END "
        "FROM unnest(%s::int4[], %s::int8[], %s::int8[], %s::int8[], %s::int4[], %s::float8[], %s::int8[], %s::text[]) "
        "AS k (stream, first, last, n, newer, value, result_time, extra) WHERE s.stream = k.stream",
        [
            Int4(held.streams[touched]), Int8(np.minimum(first, held.first)[touched]),
            Int8(np.maximum(last, held.last)[touched]), Int8((held.n + n)[touched]), Int4(newer), *beside(latest),
        ],
    )  # fmt: skip
