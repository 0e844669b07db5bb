"""The journal: what it has acknowledged is on the disk, whatever happens to the process or the power.

SQLite in WAL mode with synchronous=FULL. One thread writes; all submissions that wait share one transaction and so
one fsync (group commit: DeWitt and others, "Implementation techniques for main memory database systems", 1984).
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from steuerrad.engines.observations.faults import Closed, JournalFull, StoreFault

GROUP_ROWS, GROUP_BYTES = 2_000, 64 * 2**20  # the most that one transaction takes
BUSY_SECONDS = 5.0
PAGE, CHECKPOINT_PAGES = 16_384, 1_000
TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, rows INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission as it was written; at is µs since 1970 by this machine's clock and only for people."""

    seq: int
    rows: int
    at: int
    body: bytes


@dataclass(slots=True)
class Waiting:
    rows: int
    body: bytes
    written: Callable[[int], None]
    future: Future[int]


class Journal:
    """Append-only blobs in order. `written` callbacks and futures run in the journal's thread, in the order of seq."""

    def __init__(self, path: Path) -> None:
        """Raises StoreFault when the file is no journal or damaged."""
        self.path = path
        self._queue: deque[Waiting] = deque()
        self._work = threading.Condition()
        self._trim_below = 0
        self._trimmed = 0
        self._closing = False
        try:
            self._connection = connected(path)
            self._connection.executescript(TABLES)
            self.last = int(self._value("SELECT seq FROM sqlite_sequence WHERE name = 'entry'"))
            self._trimmed = int(self._value("SELECT min(seq) FROM entry", self.last + 1)) - 1
            self.identity = named(self._connection)
        except sqlite3.DatabaseError as error:
            raise StoreFault(f"{path}: {error}") from error
        self.fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="observations-journal", daemon=True)
        self._thread.start()

    def submit(self, body: bytes, rows: int, written: Callable[[int], None] = lambda _: None) -> Future[int]:
        """Queue a blob; the future gives its seq when it is on the disk, or raises JournalFull. Raises Closed."""
        future: Future[int] = Future()
        with self._work:
            if self._closing:
                raise Closed("the journal was closed")
            self._queue.append(Waiting(rows, body, written, future))
            self._work.notify()
        return future

    def trim(self, seq: int) -> None:
        """Entries up to seq are not needed any more; they go with the next transaction."""
        with self._work:
            self._trim_below = max(self._trim_below, seq)

    def entries(self, after: int, most_bytes: int = GROUP_BYTES, limit: int = -1) -> list[Entry]:
        """Entries with a higher seq, in order, about as many bytes as given and at least one if there is one.

        limit: most entries; -1 without.
        """
        found: list[Entry] = []
        size = 0
        with contextlib.closing(connected(self.path)) as reader:
            rows: Iterator[tuple[int, int, int, bytes]] = reader.execute(
                "SELECT seq, rows, at, body FROM entry WHERE seq > ? ORDER BY seq LIMIT ?", [after, limit]
            )
            for row in rows:
                found.append(Entry(*row))
                size += len(row[3])
                if size >= most_bytes:
                    break
        return found

    def renamed(self) -> str:
        """A new identity, for a journal that was put back from a copy: its next numbers may mean other rows elsewhere."""
        with contextlib.closing(connected(self.path)) as connection:
            connection.execute("UPDATE identity SET id = ?", [uuid.uuid4().hex])
            self.identity = named(connection)
        return self.identity

    def copy(self, path: Path) -> None:
        """A copy of the whole journal while it runs."""
        with (
            contextlib.closing(connected(self.path)) as source,
            contextlib.closing(connected(path)) as target,
        ):
            source.backup(target)

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._work:
            if self._closing:
                return
            self._closing = True
            self._work.notify()
        self._thread.join()
        self._connection.close()

    def _value(self, sql: str, default: int = 0) -> int:
        row = self._connection.execute(sql).fetchone()
        return default if row is None or row[0] is None else row[0]

    def _run(self) -> None:
        while True:
            with self._work:
                while not self._queue and not self._closing:
                    self._work.wait()
                if not self._queue:
                    break
                group = self._take()
                trim = self._trim_below
            self._write(group, trim)
        with contextlib.suppress(sqlite3.Error):  # the entries are on the disk; this only gives space back
            self._trim(self._trim_below)

    def _take(self) -> list[Waiting]:
        group: list[Waiting] = []
        size = 0
        while self._queue and len(group) < GROUP_ROWS and (not group or size < GROUP_BYTES):
            group.append(self._queue.popleft())
            size += len(group[-1].body)
        return group

    def _write(self, group: Sequence[Waiting], trim: int) -> None:
        at = time.time_ns() // 1000
        try:
            seqs = self._insert(group, at, trim)
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
            self.fault = f"{self.path.name}: {error}"
            self._make_room()
            refusal = JournalFull(f"the journal could not be written: {error}")
            for waiting in group:
                waiting.future.set_exception(refusal)
            return
        self.fault = None
        self.last = seqs[-1]
        self._trimmed = max(self._trimmed, trim)
        for waiting, seq in zip(group, seqs, strict=True):
            waiting.written(seq)
            waiting.future.set_result(seq)

    def _insert(self, group: Sequence[Waiting], at: int, trim: int) -> list[int]:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        seqs: list[int] = []
        for waiting in group:
            cursor = connection.execute(
                "INSERT INTO entry (rows, at, body) VALUES (?, ?, ?)", (waiting.rows, at, waiting.body)
            )
            seqs.append(int(cursor.lastrowid or 0))
        if trim > self._trimmed:
            connection.execute("DELETE FROM entry WHERE seq <= ?", (trim,))
        connection.execute("COMMIT")
        return seqs

    def _trim(self, seq: int) -> None:
        if seq > self._trimmed:
            self._connection.execute("DELETE FROM entry WHERE seq <= ?", (seq,))
            self._trimmed = seq

    def _make_room(self) -> None:
        """A full disk: give back what is applied already, so that the next submission may fit."""
        with contextlib.suppress(sqlite3.Error):
            self._trim(self._trim_below)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def named(connection: sqlite3.Connection) -> str:
    """The identity of a journal, given when it is first opened; copies of its file share it."""
    connection.execute(
        "INSERT INTO identity SELECT ? WHERE NOT EXISTS (SELECT 1 FROM identity)", [uuid.uuid4().hex]
    )
    return str(connection.execute("SELECT id FROM identity").fetchone()[0])


def connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute(
        f"PRAGMA page_size = {PAGE}"
    )  # of a new file; large blobs go twice as fast as with 4096
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {PAGE * CHECKPOINT_PAGES}")
    return connection
