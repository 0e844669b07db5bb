# pyright: basic
"""Named readers of the journal (an outbox): each batch is handed out until the reader says that it is done with it."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass

import pyarrow as pa

from steuerrad.engines.observations.bodies import unpacked
from steuerrad.engines.observations.faults import BatchError
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.storing import Keeping


@dataclass(frozen=True, slots=True)
class Submitted:
    """A batch as it was submitted, with rows that may repeat others."""

    seq: int
    table: pa.Table


class Followers:
    """Positions of all followers, kept in the store."""

    def __init__(self, store: Keeping, journal: Journal) -> None:
        self.store, self.journal = store, journal
        self.applied = threading.Condition()
        self._positions: dict[str, int] | None = None

    @property
    def positions(self) -> dict[str, int]:
        """Raises Unavailable."""
        if self._positions is None:
            self._positions = self.store.positions()
        return self._positions

    def follow(self, name: str, now: int) -> Follower:
        if name not in self.positions:
            self.store.keep_position(name, now)
            self.positions[name] = now
        return Follower(self, name)

    def done(self, name: str, seq: int) -> None:
        self.store.keep_position(name, seq)
        self.positions[name] = seq

    def forget(self, name: str) -> None:
        self.store.drop_position(name)
        self.positions.pop(name, None)

    def unneeded(self, applied: int, most: int) -> int:
        """Up to which number the journal may be trimmed: a follower that lags more than `most` loses the oldest."""
        positions = list(self.positions.values())
        return min(applied, max([min(positions), applied - most])) if positions else applied

    def notify(self) -> None:
        with self.applied:
            self.applied.notify_all()


class Follower:
    """Hands out what is applied and not yet done, in order; after a restart from the last `done` on."""

    def __init__(self, followers: Followers, name: str) -> None:
        self._followers, self.name = followers, name
        self._read = followers.positions[name]

    def read(self, most_rows: int = 100_000, wait: float = 0.0) -> list[Submitted]:
        """Batches after the last one read, as soon as there is one, at latest after `wait` seconds."""
        deadline = time.monotonic() + wait
        store = self._followers.store
        with self._followers.applied:
            while store.applied <= self._read and (left := deadline - time.monotonic()) > 0:
                self._followers.applied.wait(left)
        found: list[Submitted] = []
        rows = 0
        for entry in self._followers.journal.entries(self._read, limit=1000):
            if entry.seq > store.applied or (found and rows + entry.rows > most_rows):
                break
            with contextlib.suppress(BatchError):  # it is among the dead
                found.append(Submitted(entry.seq, unpacked(entry.body)))
            self._read = entry.seq
            rows += entry.rows
        return found

    def done(self, seq: int) -> None:
        """Everything up to seq is dealt with and is not handed out again."""
        self._followers.done(self.name, seq)

    def forget(self) -> None:
        """Give the name up; the journal keeps nothing for it any more."""
        self._followers.forget(self.name)
