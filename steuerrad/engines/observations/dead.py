# pyright: basic
"""Batches that were acknowledged and could not be applied: kept with the reason until somebody decides."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from steuerrad.engines.observations.bodies import unpacked
from steuerrad.engines.observations.storing import Keeping


@dataclass(frozen=True, slots=True)
class Dead:
    """id: its number in the journal; at: when it was given up, µs since 1970."""

    id: int
    seq: int
    at: int
    reason: str
    rows: int


class Deads:
    def __init__(self, store: Keeping) -> None:
        self.store = store

    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        """Keep the batch here and count it as applied, in one transaction."""
        self.store.bury(seq, rows, body, reason)

    def count(self) -> int:
        return self.store.buried_count()

    def listed(self, limit: int) -> list[Dead]:
        found = self.store.buried(limit)
        return [
            Dead(row["id"], row["id"], row["at"], row["reason"], row["rows"]) for row in found.to_pylist()
        ]

    def rows(self, number: int) -> pa.Table:
        """Raises KeyError, BatchError."""
        body = self.store.buried_body(number)
        if body is None:
            raise KeyError(number)
        return unpacked(body)

    def discard(self, number: int) -> None:
        """Raises KeyError."""
        if not self.store.unbury(number):
            raise KeyError(number)
