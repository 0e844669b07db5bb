# pyright: basic, reportOptionalMemberAccess=false, reportOptionalIterable=false
"""The open database: one connection that writes, cursors that read, locks, and what is known in memory."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from steuerrad.engines.observations.days import Days
from steuerrad.engines.observations.faults import Closed, Forked, StoreFault, TooMuch
from steuerrad.engines.observations.known import Known
from steuerrad.engines.observations.recent import Recent, Tails
from steuerrad.engines.observations.tables import COLUMNS, UPGRADES, Upgrade, number, upgraded

WATCH_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Options:
    """Bounds of a store and its writer. Bytes are in MiB where the name says mb."""

    memory_mb: int = 1024
    threads: int = 2
    pending_rows: int = 2_000_000
    pending_mb: int = 256
    apply_rows: int = 200_000  # most rows in one transaction of the store
    hot_rows: int = 1_000_000  # from here on hot rows are sorted and moved to warm
    warm_rows: int = 8_000_000  # from here on warm rows are moved to cold
    query_seconds: float = 30.0
    readers: int = 16
    most_rows: int = 5_000_000  # that one read may give
    follow_entries: int = 100_000  # entries kept in the journal for followers that lag
    tails_mb: int = 48  # newest rows of the streams asked for last, kept in memory


def asked(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object]
) -> duckdb.DuckDBPyRelation | duckdb.DuckDBPyConnection:
    """Ready to give its rows as Arrow, in the way that costs least in this version of DuckDB.

    1.5 binds a relation with parameters for half a second; 2.0 copies the rows of what is executed once more.
    """
    if duckdb.__version__.startswith("1."):
        return cursor.execute(sql, list(parameters))
    return cursor.sql(sql, params=list(parameters))


class Room:
    """Everything that the parts of a store share.

    Locks, always taken in this order: `moving` (rows change their table), `writing` (the connection that writes).
    """

    def __init__(self, path: Path, options: Options, upgrades: Sequence[Upgrade] = UPGRADES) -> None:
        """Raises StoreFault when the file is no store, damaged, or newer than this program."""
        self.path, self.options = path, options
        self.moving, self.writing = threading.RLock(), threading.RLock()
        self._pid = os.getpid()
        self._free: queue.SimpleQueue[duckdb.DuckDBPyConnection] = queue.SimpleQueue()
        self._seats = threading.BoundedSemaphore(options.readers)
        self._running: dict[int, tuple[float, duckdb.DuckDBPyConnection]] = {}
        self._watch = threading.Event()
        self._upgrades = upgrades
        self.sealed = 0  # counts the changes of sorted rows; odd while there is one
        self._open()
        threading.Thread(target=self._watchdog, name="observations-watch", daemon=True).start()

    def _open(self) -> None:
        options = self.options
        config = {
            "memory_limit": f"{options.memory_mb}MB",
            "threads": options.threads,
            "temp_directory": str(self.path.with_suffix(".tmp")),
            "checkpoint_threshold": "64MB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            self.connection = duckdb.connect(str(self.path), config=config)
            upgraded(self.connection, self._upgrades)
        except (duckdb.IOException, duckdb.SerializationException) as error:
            raise StoreFault(f"{self.path}: {error}") from error
        self.applied = number(self.connection, "applied") or 0
        self.hot_rows = self.warm_rows = 0
        self.known = Known()
        self.recent, self.days = Recent(), Days()
        self.tails = Tails(self.recent, options.tails_mb * 2**20)
        self._remember()

    def reopen(self) -> None:
        """Begin anew from the file, when the engine has given itself up. Reads under way fail."""
        with self.moving, self.writing:
            with contextlib.suppress(duckdb.Error):
                self.connection.close()
            self._free = queue.SimpleQueue()
            self._open()

    def close(self) -> None:
        self._watch.set()
        with self.moving, self.writing:
            self.connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection in a transaction, alone."""
        with self.writing:
            self.usable()
            self.connection.execute("BEGIN")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # a failed commit has rolled back already
                    self.connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def resealing(self) -> Iterator[None]:
        """Around a transaction that changes warm or cold rows or moves rows there; the caller holds `moving`."""
        self.sealed += 1
        try:
            yield
        finally:
            self.sealed += 1

    @contextlib.contextmanager
    def cursor(self, seconds: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of one's own, for reading. Raises TooMuch when it takes longer than allowed."""
        self.usable()
        limit = self.options.query_seconds if seconds is None else seconds
        if not self._seats.acquire(timeout=limit):
            raise TooMuch("too many reads at once")
        try:
            try:
                cursor = self._free.get_nowait()
            except queue.Empty:
                cursor = self.connection.cursor()
            key = id(cursor)
            self._running[key] = (time.monotonic() + limit, cursor)
            try:
                yield cursor
            except duckdb.InterruptException:
                raise TooMuch(f"the read took longer than {limit:g} s") from None
            except duckdb.OutOfMemoryException:
                raise TooMuch("the read needs more memory than it may have") from None
            finally:
                self._running.pop(key, None)
            self._free.put(cursor)  # one that raised is thrown away
        finally:
            self._seats.release()

    def table(self, sql: str, parameters: Sequence[object] = (), seconds: float | None = None) -> pa.Table:
        """Answer of one query as one Arrow table."""
        with self.cursor(seconds) as cursor:
            return asked(cursor, sql, parameters).to_arrow_table()

    def usable(self) -> None:
        """Raises Forked in a child of the process that opened the store, Closed after the end."""
        if os.getpid() != self._pid:
            raise Forked(f"{self.path} was opened by process {self._pid}, before the fork")
        if self._watch.is_set():
            raise Closed(f"{self.path} was closed")

    def _remember(self) -> None:
        c = self.connection
        self.known.load(c.sql("SELECT * FROM summary").to_arrow_table())
        for stream, before in c.execute("SELECT stream, max(before) FROM expired GROUP BY ALL").fetchall():
            self.known.expire(stream, before)
        reader = c.sql(f"SELECT {COLUMNS} FROM hot").to_arrow_reader(1_000_000)
        for chunk in reader:
            rows = pa.Table.from_batches([chunk])
            self.known.learn(self.known.slots(rows.column("stream").to_numpy()), rows, rows.num_rows)
            self.hot_rows += rows.num_rows
        ((self.warm_rows,),) = c.execute("SELECT count(*) FROM warm").fetchall()

    def _watchdog(self) -> None:
        while not self._watch.wait(WATCH_SECONDS):
            now = time.monotonic()
            for key, entry in list(self._running.items()):
                if now > entry[0] and self._running.get(key) is entry:
                    entry[1].interrupt()
