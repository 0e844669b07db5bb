# pyright: basic
"""The thread that brings the journal into the store: many submissions in one transaction, the faulty ones apart."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.bodies import packed, unpacked
from steuerrad.engines.observations.dead import Deads
from steuerrad.engines.observations.faults import BatchError, Closed, Unavailable
from steuerrad.engines.observations.following import Followers
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.storing import Keeping

Listener = Callable[[pa.Table, Outcome], None]
log = logging.getLogger(__name__)
RETRY_SECONDS = (0.2, 1.0, 5.0)  # waits while the store cannot write, the last one again and again
SMOOTHING = 0.2
CALM_S, CALM_ROWS = 0.5, 50_000  # less than so many rows in so many seconds: nothing is being loaded
REMOTE_PATIENCE_S = 1.0  # how long a read waits for a store that is away


@dataclass(frozen=True, slots=True)
class Pending:
    seq: int
    table: pa.Table
    size: int


class Applier:
    """Takes submissions in the order of the journal. Two threads: one applies, one sorts and moves rows."""

    def __init__(
        self,
        journal: Journal,
        store: Keeping,
        deads: Deads,
        applied: Callable[[int, int], None],
        followers: Followers,
    ) -> None:
        """applied: called with rows and bytes of each submission that does not wait any more."""
        self.journal, self.store, self.deads, self.followers = journal, store, deads, followers
        self._free = applied
        self._queue: deque[Pending] = deque()
        self._working: list[Pending] = []
        self._change = threading.Condition()
        self._closing = False
        self._listeners: list[Listener] = []
        self._holds = 0
        self._replay_to = journal.last
        self._seal = threading.Event()
        self._brought = 0  # rows
        self.rows_per_second = 500_000.0  # until it is measured
        self.fault: str | None = None
        self._threads = [
            threading.Thread(target=self._run, name="observations-applier", daemon=True),
            threading.Thread(target=self._keep_house, name="observations-sealer", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def add(self, seq: int, table: pa.Table, size: int) -> None:
        with self._change:
            self._queue.append(Pending(seq, table, size))
            self._change.notify_all()

    def last_of(self, streams: Collection[int]) -> int:
        """Number of the last submission that waits or is being applied and has rows of one of these; 0 without any."""
        if self.store.applied < self._replay_to:
            return self._replay_to
        wanted = np.array(sorted(streams), np.int32)
        with self._change:
            waiting = [*self._working, *self._queue]
        for pending in reversed(waiting):
            if np.isin(wanted, pending.table.column("stream").to_numpy()).any():
                return pending.seq
        return 0

    def wait_for(self, seq: int, timeout: float) -> None:
        """Raises TimeoutError, Closed, Unavailable when a store beyond this machine is away."""
        begin = time.monotonic()
        deadline = begin + timeout
        with self._change:
            while self.store.applied < seq:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"not applied after {timeout:g} s: {self.fault or 'much is waiting'}")
                if not self._threads[0].is_alive():
                    raise Closed("the writer was closed")
                if self.store.remote and self.fault and time.monotonic() > begin + REMOTE_PATIENCE_S:
                    raise Unavailable("the store of the observations does not answer", self.fault)
                self._change.wait(min(left, 1.0))

    def wait_until_replayed(self) -> None:
        """Returns when what the journal held at the start is applied, or when the store cannot write."""
        with self._change:
            while self.store.applied < self._replay_to and self.fault is None:
                self._change.wait(0.1)

    def listen(self, callback: Listener) -> Callable[[], None]:
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    @contextlib.contextmanager
    def trimming_held(self) -> Iterator[None]:
        """Nothing leaves the journal while the block runs."""
        with self._change:
            self._holds += 1
        try:
            yield
        finally:
            with self._change:
                self._holds -= 1

    def close(self) -> None:
        with self._change:
            self._closing = True
            self._change.notify_all()
        self._seal.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (error := self._until_done(self._begin)) is not None:
            self.fault = f"the store cannot be opened: {error}"
            if self._wait(RETRY_SECONDS[-1]):
                return
        if self.fault is not None:
            return  # closed before the store could be reached
        self._replay()
        while True:
            with self._change:
                while not self._queue and not self._closing:
                    self._change.wait()
                if not self._queue:
                    return
                group = self._working = self._take()
            self._bring_in(group)
            with self._change:
                self._working = []
            for pending in group:
                self._free(pending.table.num_rows, pending.size)
            if self._closing and self.fault is not None:
                return  # the journal has the rest

    def _begin(self) -> None:
        self.store.open()
        _ = self.followers.positions  # read once, so that trimming the journal knows them

    def _replay(self) -> None:
        while self.store.applied < self._replay_to:
            entries = self.journal.entries(self.store.applied)
            entries = [entry for entry in entries if entry.seq <= self._replay_to]
            if not entries:
                return
            for entry in entries:
                try:
                    table = unpacked(entry.body)
                except BatchError as error:
                    self._until_done(lambda e=entry, r=error: self.deads.bury(e.seq, e.rows, e.body, str(r)))
                    continue
                self._bring_in([Pending(entry.seq, table, len(entry.body))])
            if self._closing:
                return

    def _take(self) -> list[Pending]:
        """What waits, up to the most that one transaction may have. The caller holds the lock."""
        group = [self._queue.popleft()]
        rows = group[0].table.num_rows
        most = self.store.options.apply_rows
        while self._queue and rows + self._queue[0].table.num_rows <= most:
            group.append(self._queue.popleft())
            rows += group[-1].table.num_rows
        return group

    def _bring_in(self, group: Sequence[Pending]) -> None:
        started = time.monotonic()
        table = (
            group[0].table if len(group) == 1 else pa.concat_tables([p.table for p in group]).combine_chunks()
        )
        error = self._until_done(lambda: self._apply(table, group[-1].seq))
        if error is not None and len(group) > 1:
            for pending in group:  # one of them is faulty: which one?
                self._bring_in([pending])
            return
        if error is not None:
            log.error("batch %d could not be applied: %s", group[0].seq, error)
            body, reason = packed(table), f"{type(error).__name__}: {error}"
            self._until_done(lambda: self.deads.bury(group[0].seq, table.num_rows, body, reason))
        self._brought += table.num_rows
        took = max(1e-6, time.monotonic() - started)
        self.rows_per_second += SMOOTHING * (table.num_rows / took - self.rows_per_second)
        if self.store.wants_sealing(busy=bool(self._queue)):
            self._seal.set()
        with self._change:
            if not self._holds:
                keep = self.store.options.follow_entries
                self.journal.trim(self.followers.unneeded(self.store.applied, keep))
            self._change.notify_all()
        self.followers.notify()

    def _apply(self, table: pa.Table, seq: int) -> None:
        outcome = self.store.apply(table, seq)
        for listener in list(self._listeners):
            try:
                listener(table, outcome)
            except Exception:
                log.exception("a listener failed")

    def _until_done(self, work: Callable[[], None]) -> Exception | None:
        """Try until the machine lets it. Returns the error when the fault lies with the batch."""
        for attempt in range(2**31):
            try:
                work()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next batch must not wait for it
                if not self.store.of_the_machine(error):
                    return error
                self.fault = f"the store cannot be written: {getattr(error, 'reason', '') or error}"
                log.error("%s", self.fault)
                if self._wait(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)]):
                    return None
                self.store.mend(error)
            else:
                self.fault = None
                return None
        return None

    def _wait(self, seconds: float) -> bool:
        """Whether the writer is being closed."""
        with self._change:
            self._change.notify_all()
            return self._closing or self._change.wait_for(lambda: self._closing, seconds)

    def _keep_house(self) -> None:
        while True:
            self._seal.wait()
            if self._closing:
                return
            self._seal.clear()
            self._await_calm()
            if self._closing:
                return
            try:
                self.store.seal()
            except Exception as error:  # noqa: BLE001 - the rows stay where they are; the next batch tries again
                log.warning("rows could not be sorted: %s", error)
                self._wait(RETRY_SECONDS[-1])

    def _await_calm(self) -> None:
        """While a load is being taken, sorting would be in its way and have to be done twice; it waits until it presses."""
        while not self._closing and not self.store.wants_sealing(busy=True):
            before = self._brought
            if self._wait(CALM_S) or self._brought - before < CALM_ROWS:
                return
