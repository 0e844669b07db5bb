# pyright: basic
"""The writer of a folder: a submission is acknowledged when the journal has it, and then applied to the store.

Acknowledged rows survive the end of the process; what was not applied is applied when the folder is opened again,
and the number of the journal, stored in the same transaction as the rows, keeps it from being applied twice.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from steuerrad.engines.observations.applier import Applier, Listener
from steuerrad.engines.observations.backup import Manifest, back_up
from steuerrad.engines.observations.batch import checked
from steuerrad.engines.observations.bodies import packed
from steuerrad.engines.observations.dead import Dead, Deads
from steuerrad.engines.observations.faults import Busy, Closed, StoreFault
from steuerrad.engines.observations.following import Follower, Followers
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.locking import FolderLock
from steuerrad.engines.observations.room import Options
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.storing import Keeping

STORE, JOURNAL = "observations.duckdb", "journal.sqlite"
SHORTEST_WAIT, LONGEST_WAIT = 0.05, 30.0  # seconds that Busy may name


@dataclass(frozen=True, slots=True)
class Receipt:
    """Written to the disk under this number of the journal."""

    seq: int
    rows: int


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on: waiting rows and bytes, numbers of the journal, speed of applying, dead batches, trouble."""

    pending_rows: int
    pending_bytes: int
    applied_seq: int
    journal_seq: int
    rows_per_second: float
    dead: int
    fault: str | None


class Writer:
    """All threads of the process share one. Use `open_folder`."""

    def __init__(self, journal: Journal, store: Keeping, lock: FolderLock | None = None) -> None:
        """Starts to apply what the journal has and the store has not."""
        self.journal, self.store = journal, store
        self._lock = lock
        self._closed = False
        self._count = threading.Lock()
        self._rows = self._bytes = 0
        self.deads = Deads(store)
        self.followers = Followers(store, journal)
        self.applier = Applier(journal, store, self.deads, self._applied, self.followers)
        # A connection of DuckDB that outlives the interpreter is reported as leaked by its bindings (nanobind).
        atexit.register(self._at_exit, os.getpid())

    def submit(self, table: pa.Table) -> Future[Receipt]:
        """Queue a batch; the future gives a receipt when it is on the disk, or raises JournalFull.

        Raises BatchError, Busy when too much waits to be applied, Closed. Await it with asyncio.wrap_future.
        """
        if self._closed:
            raise Closed("the writer was closed")
        table = checked(table)
        body = packed(table)
        self._enter(table.num_rows, len(body))
        future: Future[Receipt] = Future()

        def written(seq: int) -> None:
            self.applier.add(seq, table, len(body))

        def answer(done: Future[int]) -> None:
            error = done.exception()
            if error is not None:
                self._applied(table.num_rows, len(body))
                future.set_exception(error)
            else:
                future.set_result(Receipt(done.result(), table.num_rows))

        try:
            self.journal.submit(body, table.num_rows, written).add_done_callback(answer)
        except Closed:
            self._applied(table.num_rows, len(body))
            raise
        return future

    def barrier(self, timeout: float = 30.0) -> None:
        """Wait until everything acknowledged before this call can be read. Raises TimeoutError."""
        self.applier.wait_for(self.journal.last, timeout)

    def delete(self, stream: int, start: int, end: int, *, by: str, reason: str) -> int:
        """Remove rows, also those acknowledged a moment ago; see Store.delete."""
        self.barrier()
        return self.store.delete(stream, start, end, by=by, reason=reason)

    def follow(self, name: str) -> Follower:
        """A named reader of everything that is submitted from now on, that takes up where it was after a restart."""
        return self.followers.follow(name, self.journal.last)

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call back after each batch is applied, in the applier's thread; returns what ends it."""
        return self.applier.listen(callback)

    def dead(self, limit: int = 100) -> list[Dead]:
        """Batches that could not be applied, oldest first."""
        return self.deads.listed(limit)

    def dead_rows(self, number: int) -> pa.Table:
        """Raises KeyError, BatchError when they cannot even be read."""
        return self.deads.rows(number)

    def replay(self, number: int) -> Receipt:
        """Submit a dead batch again; it is dead no more. Raises KeyError, BatchError."""
        receipt = self.submit(self.dead_rows(number)).result()
        self.deads.discard(number)
        return receipt

    def discard(self, number: int) -> None:
        """Raises KeyError."""
        self.deads.discard(number)

    def status(self) -> Status:
        with self._count:
            rows, size = self._rows, self._bytes
        return Status(
            rows,
            size,
            self.store.applied,
            self.journal.last,
            self.applier.rows_per_second,
            self.deads.count(),
            self.applier.fault or self.journal.fault,
        )

    def backup(self, folder: Path) -> Manifest:
        """A copy of store and journal while both are at work.

        Raises FileExistsError when the folder is not empty, StoreFault when the store is PostgreSQL.
        """
        if not isinstance(self.store, Store):
            raise StoreFault("the observations lie in PostgreSQL: back them up with pg_dump")
        with self.applier.trimming_held():
            return back_up(self.store.room, self.journal, folder)

    def close(self) -> None:
        """Write and apply what waits, then let go of the folder."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self._at_exit)
        self.journal.close()
        self.applier.close()
        self.store.close()
        if self._lock:
            self._lock.release()

    def _at_exit(self, pid: int) -> None:
        """Of the process that opened it, not of its forks."""
        if os.getpid() == pid:
            self.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self, rows: int, size: int) -> None:
        options = self.store.options
        with self._count:
            full = self._rows + rows > options.pending_rows or self._bytes + size > options.pending_mb * 2**20
            if full and self._rows:  # one alone is always taken, however large
                speed = max(1.0, self.applier.rows_per_second)
                raise Busy(min(LONGEST_WAIT, max(SHORTEST_WAIT, self._rows / 2 / speed)))
            self._rows += rows
            self._bytes += size

    def _applied(self, rows: int, size: int) -> None:
        with self._count:
            self._rows -= rows
            self._bytes -= size


def beyond(url: str, journal: Journal, options: Options | None) -> Keeping:
    """The store in PostgreSQL; its driver is loaded by those only who use it."""
    from steuerrad.engines.observations.postgres.store import PostgresStore

    return PostgresStore(url, journal, options)


def open_folder(folder: Path, options: Options | None = None, url: str = "") -> Writer:
    """Open or make a folder of observations; returns when all that was acknowledged before is applied.

    url: postgresql://... of the database that keeps them; the folder then has the journal alone. While the database
    does not answer, what comes is acknowledged and waits. Without a url the folder keeps them in a DuckDB file.

    Raises InUse when another process has it, StoreFault when its files are damaged or newer than this program, or when
    a url is given and the folder has a file of observations that were not moved.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if url and (folder / STORE).exists():
        raise StoreFault(
            f"{folder / STORE} has observations that would not be seen any more; move them into the database first: "
            f"python -m steuerrad.engines.observations.postgres.moving {folder} URL"
        )
    with contextlib.ExitStack() as undo:
        lock = undo.enter_context(FolderLock(folder))
        journal = Journal(folder / JOURNAL)
        undo.callback(journal.close)
        store = beyond(url, journal, options) if url else Store(folder / STORE, options)
        undo.callback(store.close)
        writer = Writer(journal, store, lock)
        undo.pop_all()
    writer.applier.wait_until_replayed()
    return writer
