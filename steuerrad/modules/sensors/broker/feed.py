"""New and changed observations in the order of the journal, for readers that each remember how far they are.

What was applied since the start is kept in memory as it became of it: rows that repeat others are left out. A reader
that was away longer reads the journal itself, which keeps what the slowest session needs (up to the engine's bound); there
repeated rows cannot be told from new ones, so after a restart of the server some may come again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from steuerrad.engines.observations import SCHEMA, BatchError, Follower, Outcome, Writer
from steuerrad.engines.observations.bodies import unpacked

#: Rows that are kept in memory for readers that are a little behind, and most of one chunk.
KEPT_ROWS, CHUNK_ROWS = 200_000, 1_000
FOLLOWER = "mqtt"
#: Seconds for which entries are held for a session that is about to begin.
HELD_S = 60.0


#: A place inside of a large chunk: where it comes from, its number, rows that are dealt with.
Place = tuple[str, int, int]
MEMORY, JOURNAL = "memory", "journal"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of the store. Whoever has dealt with them is at seq, or at the place `more` where the chunk goes on."""

    seq: int
    rows: pa.Table
    more: Place | None = None


class Feed:
    """Threads may share it. changed: called from the applier's thread whenever there is something new."""

    def __init__(self, writer: Writer, changed: Callable[[], None]) -> None:
        self._writer, self._changed = writer, changed
        self._chunks: deque[Chunk] = deque()
        self._lock = threading.Lock()
        self._held = 0
        self._holding = threading.Lock()
        self._held_at = time.monotonic()
        known = FOLLOWER in writer.followers.positions
        self._follower: Follower | None = writer.follow(FOLLOWER) if known else None
        self._end = writer.listen(self._applied)
        with self._lock:
            #: Everything after this number is in memory.
            self._since = self._chunks[0].seq - 1 if self._chunks else writer.store.applied

    def close(self) -> None:
        self._end()

    @property
    def now(self) -> int:
        """The number of the last submission that was acknowledged."""
        return self._writer.journal.last

    def _applied(self, _table: pa.Table, outcome: Outcome) -> None:
        chunk = Chunk(self._writer.store.applied, outcome.rows)
        with self._lock:
            self._chunks.append(chunk)
            self._held += outcome.rows.num_rows
            while self._held > KEPT_ROWS and len(self._chunks) > 1:
                gone = self._chunks.popleft()
                self._held -= gone.rows.num_rows
                self._since = gone.seq
        self._changed()

    def after(self, seq: int, place: Place | None = None) -> Chunk | None:
        """What comes next, in pieces that are not too large; None when the reader is up to date."""
        with self._lock:
            if seq >= self._since:
                return _joined([chunk for chunk in self._chunks if chunk.seq > seq], MEMORY, place)
        return self._from_journal(seq, place)

    def _from_journal(self, seq: int, place: Place | None) -> Chunk | None:
        found: list[Chunk] = []
        for entry in self._writer.journal.entries(seq, limit=100):
            if entry.seq > self._writer.store.applied:
                break
            with contextlib.suppress(BatchError):  # it is among the dead
                found.append(Chunk(entry.seq, unpacked(entry.body)))
        if not found:  # the journal has let them go: nothing is left to tell up to what memory holds
            return Chunk(self._since, SCHEMA.empty_table()) if self._since > seq else None
        return _joined(found, JOURNAL, place)

    def hold(self) -> None:
        """Let nothing go that comes from now on; called before a session that lasts begins."""
        with self._holding:
            self._held_at = time.monotonic()
            if self._follower is None:
                self._follower = self._writer.follow(FOLLOWER)

    def keep(self, seq: int | None) -> None:
        """Let go what lies up to seq, the position of the slowest session; everything when there is none (None)."""
        with self._holding:
            if seq is not None:
                self._follower = self._follower or self._writer.follow(FOLLOWER)
                if seq > self._writer.followers.positions[FOLLOWER]:
                    self._follower.done(seq)
            elif self._follower is not None and time.monotonic() > self._held_at + HELD_S:
                self._follower.forget()
                self._follower = None


def _joined(chunks: list[Chunk], origin: str, place: Place | None) -> Chunk | None:
    """The first ones as one, up to CHUNK_ROWS; of a large one a piece."""
    if not chunks:
        return None
    first = chunks[0]
    if first.rows.num_rows > CHUNK_ROWS:
        begin = place[2] if place is not None and place[:2] == (origin, first.seq) else 0
        end = begin + CHUNK_ROWS
        rest = end < first.rows.num_rows
        return Chunk(
            first.seq, first.rows.slice(begin, CHUNK_ROWS), (origin, first.seq, end) if rest else None
        )
    tables, rows, seq = [], 0, first.seq
    for chunk in chunks:
        if tables and rows + chunk.rows.num_rows > CHUNK_ROWS:
            break
        tables.append(chunk.rows)
        rows, seq = rows + chunk.rows.num_rows, chunk.seq
    return Chunk(seq, tables[0] if len(tables) == 1 else pa.concat_tables(tables))
