# pyright: basic
"""Batches that were acknowledged and could not be applied: kept with the reason until somebody decides."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pyarrow as pa

from steuerrad.engines.observations.bodies import unpacked
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.room import Room


@dataclass(frozen=True, slots=True)
class Dead:
    """id: its number in the journal; at: when it was given up, µs since 1970."""

    id: int
    seq: int
    at: int
    reason: str
    rows: int


class Deads:
    def __init__(self, room: Room, journal: Journal) -> None:
        self.room, self.journal = room, journal

    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        """Keep the batch here and count it as applied, in one transaction."""
        with self.room.transaction() as connection:
            at = time.time_ns() // 1000
            connection.execute("INSERT INTO dead VALUES (?, ?, ?, ?, ?)", [seq, at, reason, rows, body])
            connection.execute("UPDATE meta SET value = ? WHERE key = 'applied'", [seq])
            self.room.applied = seq

    def count(self) -> int:
        return int(self.room.table("SELECT count(*) AS n FROM dead").column("n")[0].as_py())

    def listed(self, limit: int) -> list[Dead]:
        found = self.room.table('SELECT id, "at", reason, rows FROM dead ORDER BY id LIMIT ?', [limit])
        return [
            Dead(row["id"], row["id"], row["at"], row["reason"], row["rows"]) for row in found.to_pylist()
        ]

    def rows(self, number: int) -> pa.Table:
        """Raises KeyError, BatchError."""
        found = self.room.table("SELECT body FROM dead WHERE id = ?", [number])
        if not found.num_rows:
            raise KeyError(number)
        return unpacked(found.column("body")[0].as_py())

    def discard(self, number: int) -> None:
        """Raises KeyError."""
        with self.room.transaction() as connection:
            ((gone,),) = connection.execute("DELETE FROM dead WHERE id = ?", [number]).fetchall()
        if not gone:
            raise KeyError(number)
