# pyright: basic
"""What a DuckDB store keeps for its writer: batches that could not be applied, and how far followers are."""

from __future__ import annotations

import time

import pyarrow as pa

from steuerrad.engines.observations.room import Room


def bury(room: Room, seq: int, rows: int, body: bytes, reason: str) -> None:
    with room.transaction() as connection:
        at = time.time_ns() // 1000
        connection.execute("INSERT INTO dead VALUES (?, ?, ?, ?, ?)", [seq, at, reason, rows, body])
        connection.execute("UPDATE meta SET value = ? WHERE key = 'applied'", [seq])
        room.applied = seq


def buried(room: Room, limit: int) -> pa.Table:
    return room.table('SELECT id, "at", reason, rows FROM dead ORDER BY id LIMIT ?', [limit])


def buried_count(room: Room) -> int:
    return int(room.table("SELECT count(*) AS n FROM dead").column("n")[0].as_py())


def buried_body(room: Room, number: int) -> bytes | None:
    found = room.table("SELECT body FROM dead WHERE id = ?", [number])
    return found.column("body")[0].as_py() if found.num_rows else None


def unbury(room: Room, number: int) -> bool:
    with room.transaction() as connection:
        ((gone,),) = connection.execute("DELETE FROM dead WHERE id = ?", [number]).fetchall()
    return bool(gone)


def positions(room: Room) -> dict[str, int]:
    return {row["name"]: row["seq"] for row in room.table("SELECT name, seq FROM followers").to_pylist()}


def keep_position(room: Room, name: str, seq: int) -> None:
    with room.transaction() as connection:
        ((moved,),) = connection.execute(
            "UPDATE followers SET seq = ? WHERE name = ?", [seq, name]
        ).fetchall()
        if not moved:
            connection.execute("INSERT INTO followers VALUES (?, ?)", [name, seq])


def drop_position(room: Room, name: str) -> None:
    with room.transaction() as connection:
        connection.execute("DELETE FROM followers WHERE name = ?", [name])
