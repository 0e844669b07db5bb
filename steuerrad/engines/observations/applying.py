# pyright: basic
"""Taking a batch into the store: new rows are appended, what is there already is compared with.

A row later than the last or earlier than the first of its stream cannot be there: most batches need no look-up.
"""

from __future__ import annotations

import contextlib
import time as clock
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.batch import SCHEMA
from steuerrad.engines.observations.known import Integers, Mask
from steuerrad.engines.observations.looking import Found, look_up, placed_apart
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.sums import recompute
from steuerrad.engines.observations.tables import COLUMNS

REVISIONS = pa.schema([*SCHEMA, pa.field("order", pa.int64())])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: number of new, repeated, changed and too old rows; rows: those new or changed."""

    new: int
    duplicates: int
    revised: int
    expired: int
    rows: pa.Table


@dataclass(slots=True)
class Plan:
    """What one transaction will do. append: rows of the batch; fresh: which of these are not revisions."""

    append: Integers
    fresh: Mask
    duplicates: int = 0
    replaced: list[Found] = field(default_factory=list)  # stored rows that make place
    revisions: list[tuple[Any, ...]] = field(default_factory=list)  # rows of SCHEMA, oldest first per key


@dataclass(frozen=True, slots=True)
class Part:
    """What of a batch may be stored at all, and what memory tells of it. groups: rows of repeated keys."""

    table: pa.Table
    slots: NDArray[np.int32]
    expired: int
    outside: Mask
    groups: list[Integers] | None

    @property
    def simple(self) -> bool:
        return self.groups is None and bool(self.outside.all())


def apply(room: Room, table: pa.Table, seq: int) -> Outcome:
    """Store a batch (checked) that the journal knows as seq; a seq that was applied before changes nothing.

    Raises duckdb.Error; then nothing of the batch is stored.
    """
    with room.writing:
        if seq <= room.applied:
            return Outcome(0, 0, 0, 0, table.slice(0, 0))
        part = examined(room, table)
        if part.simple or (part.groups is None and not stored_already(room, part)):
            return store(room, part, None, seq)
    with room.moving, room.writing:
        part = examined(room, table)
        return store(room, part, planned(part.table, stored_already(room, part), part.groups), seq)


def stored_already(room: Room, part: Part) -> list[Found]:
    """Stored rows with the keys of the part. That there are none is certain also while rows are being moved to another
    table, so batches that overtook each other need not wait for that; where they lie is certain only with `moving` held.
    """
    late = np.flatnonzero(~part.outside)
    return look_up(room, part.table, late) if late.size else []


def examined(room: Room, table: pa.Table) -> Part:
    stream, time = table.column("stream").to_numpy(), table.column("time").to_numpy()
    slots = room.known.slots(stream)
    expired = 0
    if room.known.any_expired:
        gone = room.known.too_old(slots, time)
        expired = int(gone.sum())
        if expired:
            table, slots, time = table.filter(pa.array(~gone)), slots[~gone], time[~gone]
    return Part(table, slots, expired, room.known.outside(slots, time), repeated(slots, time))


def repeated(slots: NDArray[np.int32], time: Integers) -> list[Integers] | None:
    """Rows of each key that comes more than once in the batch, in the order of the batch; None without any."""
    if slots.size < 2:
        return None
    along, onward = np.diff(slots), np.diff(time)
    if bool(((onward > 0) | ((onward == 0) & (along > 0))).all()):
        return None
    if bool(((along > 0) | ((along == 0) & (onward > 0))).all()):
        return None
    order = np.lexsort((time, slots))
    same = (np.diff(slots[order]) == 0) & (np.diff(time[order]) == 0)
    if not same.any():
        return None
    edges = np.flatnonzero(np.concatenate([[True], ~same, [True]]))
    sizes = np.diff(edges)
    return [np.sort(order[edges[at] : edges[at + 1]]) for at in np.flatnonzero(sizes > 1)]


def planned(table: pa.Table, found: Sequence[Found], groups: Sequence[Integers] | None) -> Plan:
    """Compare with what is stored; keys that come once are done in whole columns, others one by one."""
    rows = table.num_rows
    append, fresh = np.ones(rows, bool), np.ones(rows, bool)
    by_row = {item.row: item for item in found}
    plan = Plan(np.arange(0), fresh)
    for group in groups or ():
        stored = next((by_row.pop(row) for row in group.tolist() if row in by_row), None)
        for row in group.tolist():
            by_row.pop(row, None)
        sequence(table, group, stored, plan, append, fresh)
    if by_row:
        singles = list(by_row.values())
        at = pa.array([item.row for item in singles], pa.int64())
        values, extras = (table.column(name).take(at).to_pylist() for name in ("value", "extra"))
        for item, value, extra in zip(singles, values, extras, strict=True):
            if item.value == value and item.extra == extra:
                append[item.row] = False
                plan.duplicates += 1
            else:
                fresh[item.row] = False
                plan.replaced.append(item)
                plan.revisions.append(item.row_of_schema)
    plan.append = np.flatnonzero(append)
    plan.fresh = fresh[plan.append]
    return plan


def sequence(
    table: pa.Table, group: Integers, stored: Found | None, plan: Plan, append: Mask, fresh: Mask
) -> None:
    """One key that comes several times: as if its rows had come one after the other."""
    append[group] = False
    rows = table.take(pa.array(group)).to_pylist()
    current: tuple[Any, ...] | None = stored.row_of_schema if stored else None
    kept: int | None = None
    before = len(plan.revisions)
    for place, row in zip(group.tolist(), rows, strict=True):
        one = tuple(row[name] for name in SCHEMA.names)
        if current is not None and current[2] == one[2] and current[4] == one[4]:
            plan.duplicates += 1
            continue
        if current is not None:
            plan.revisions.append(current)
        current, kept = one, place
    if kept is None:
        return
    append[kept] = True
    if stored is not None and len(plan.revisions) > before:
        fresh[kept] = False
        plan.replaced.append(stored)


def store(room: Room, part: Part, plan: Plan | None, seq: int) -> Outcome:
    """Carry out a plan, or without one append all rows. The caller holds the locks."""
    rows = part.table if plan is None else part.table.take(pa.array(plan.append))
    resealed = plan is not None and any(item.tier != "hot" for item in plan.replaced)
    with room.resealing() if resealed else contextlib.nullcontext(), room.transaction() as connection:
        if rows.num_rows:
            connection.execute(f"INSERT INTO hot SELECT {COLUMNS} FROM rows")
        if plan and plan.replaced:
            take_out(connection, plan.replaced)
        if plan and plan.revisions:
            note_revisions(connection, plan.revisions)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'applied'", [seq])
    room.hot_rows += rows.num_rows
    if plan is None:
        room.known.learn(part.slots, rows, rows.num_rows)
    else:
        room.hot_rows -= sum(item.tier == "hot" for item in plan.replaced)
        room.warm_rows -= sum(item.tier == "warm" for item in plan.replaced)
        if rows.num_rows:
            room.known.learn(part.slots[plan.append], rows, plan.fresh)
    room.recent.add(rows)
    room.applied = seq  # last: who waits for it must find the rows in memory too
    if plan is None:
        return Outcome(rows.num_rows, 0, 0, part.expired, rows)
    return Outcome(int(plan.fresh.sum()), plan.duplicates, len(plan.revisions), part.expired, rows)


def take_out(connection: duckdb.DuckDBPyConnection, replaced: Sequence[Found]) -> None:
    """Remove rows that have a newer value, and put the sums of their hours right."""
    for tier, items in placed_apart(replaced).items():
        gone = pa.table(
            {
                "place": pa.array([item.place for item in items], pa.int64()),
                "stream": pa.array([item.row_of_schema[0] for item in items], pa.int32()),
                "time": pa.array([item.row_of_schema[1] for item in items], pa.int64()),
            }
        )
        connection.execute(f"DELETE FROM {tier} WHERE rowid IN (SELECT place FROM gone)")
        if tier == "hot":
            continue
        connection.execute(
            "UPDATE summary SET n = n - k FROM (SELECT stream AS s, count(*) AS k FROM gone GROUP BY ALL) "
            "WHERE summary.stream = s"
        )
        keys = gone.select(["stream", "time"])
        recompute(connection, tier, keys)


def note_revisions(connection: duckdb.DuckDBPyConnection, revisions: Sequence[tuple[Any, ...]]) -> None:
    columns = list(zip(*revisions, strict=True))
    arrays = [pa.array(column, kind.type) for column, kind in zip(columns, SCHEMA, strict=True)]
    replaced = pa.table([*arrays, pa.array(range(len(revisions)))], schema=REVISIONS)
    low, high = pc.min_max(replaced.column("time")).as_py().values()
    connection.execute(
        """
        INSERT INTO revisions
        SELECT stream, time,
               coalesce(before, 0) + row_number() OVER (PARTITION BY stream, time ORDER BY "order"),
               value, result_time, extra, ?
        FROM replaced LEFT JOIN (
            SELECT stream, time, max(revision) AS before FROM revisions WHERE time BETWEEN ? AND ?
            GROUP BY stream, time
        ) USING (stream, time)
        """,
        [clock.time_ns() // 1000, low, high],
    )
