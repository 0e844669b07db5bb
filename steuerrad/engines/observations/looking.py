# pyright: basic
"""Finding rows that are stored already: limited by stream and time, so that few row groups are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from steuerrad.engines.observations.known import Integers
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.tables import TIERS

FEW_STREAMS = 50
WINDOWS = 8  # parts of time that are looked up apart when a batch is spread far


@dataclass(frozen=True, slots=True)
class Found:
    """A stored row with the key of row `row` of the batch: its table and its place there."""

    row: int
    tier: str
    place: int
    row_of_schema: tuple[Any, ...]

    @property
    def value(self) -> float | None:
        return self.row_of_schema[2]

    @property
    def extra(self) -> str | None:
        return self.row_of_schema[4]


def look_up(room: Room, table: pa.Table, rows: Integers) -> list[Found]:
    """Stored rows with the keys of these rows of the batch. The caller holds `writing`, and `moving` to use their places."""
    keys = table.select(["stream", "time"]).take(pa.array(rows))
    keys = keys.append_column("row", pa.array(rows, pa.int64()))
    found: list[Found] = []
    for part in windows(keys):
        found.extend(matches(room, part))
    return found


def windows(keys: pa.Table) -> Iterator[pa.Table]:
    """Cut at the widest gaps of time: one row of ten years ago must not make yesterday's read ten years."""
    order = keys.column("time").to_numpy().argsort(kind="stable")
    keys = keys.take(pa.array(order))
    time = keys.column("time").to_numpy()
    gaps = np.diff(time)
    span = int(time[-1]) - int(time[0])
    wide = np.argsort(gaps)[-(WINDOWS - 1) :] if gaps.size else np.arange(0)
    cuts = np.sort(wide[gaps[wide] > span / (4 * WINDOWS)]) + 1
    for low, high in zip([0, *cuts.tolist()], [*cuts.tolist(), len(time)], strict=True):
        yield keys.slice(low, high - low)


def matches(room: Room, keys: pa.Table) -> Iterator[Found]:
    time, stream = keys.column("time").to_numpy(), keys.column("stream").to_numpy()
    streams = np.unique(stream)
    bounds = [int(time.min()), int(time.max()), int(streams[0]), int(streams[-1])]
    few = f"AND stream IN ({', '.join(map(str, streams.tolist()))})" if streams.size <= FEW_STREAMS else ""
    parts = [
        f"SELECT '{tier}' AS tier, rowid AS place, * FROM {tier} "
        f"WHERE time BETWEEN ? AND ? AND stream BETWEEN ? AND ? {few}"
        for tier in TIERS
    ]
    sql = f"""
        SELECT row, tier, place, stored.stream, stored.time, value, result_time, extra
        FROM ({" UNION ALL ".join(parts)}) AS stored JOIN keys USING (stream, time)
    """
    for row, tier, place, *rest in room.connection.execute(sql, bounds * len(TIERS)).fetchall():
        yield Found(row, tier, place, tuple(rest))


def placed_apart(found: Sequence[Found]) -> dict[str, list[Found]]:
    apart: dict[str, list[Found]] = {}
    for item in found:
        apart.setdefault(item.tier, []).append(item)
    return apart
