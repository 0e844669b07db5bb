# pyright: basic
"""What was stored a moment ago, kept in memory, and the newest rows of streams that are asked for again and again.

A chart, a page or an application asks for the newest rows of a stream every few seconds. The first time they are read
from the disk; after that, what the batches since then have for the stream is put before them. Nothing is done for a
stream when a batch comes: the batches are only remembered, and looked through by whoever asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

MOST_BATCHES, MOST_ROWS = 512, 400_000  # remembered; more are forgotten, the oldest first
LONGEST = 5_000  # rows of one stream
CHUNKS = 8  # of which a table may consist before it is copied into one


@dataclass(frozen=True, slots=True)
class Stored:
    """A batch under the number of its change."""

    number: int
    streams: NDArray[np.int32]
    rows: pa.Table


class Recent:
    """Batches under running numbers. Who knows a stream as it was at one number can bring it to the present."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: deque[Stored] = deque()
        self._rows = 0
        self._number = self._from = 0  # what was stored after `_from` is remembered
        self._removed: dict[int, int] = {}

    @property
    def number(self) -> int:
        """To be taken before a read: the rows may have more than this, never less."""
        return self._number

    def add(self, rows: pa.Table) -> None:
        """Rows that were stored just now, before anybody is told so."""
        if not rows.num_rows:
            return
        streams = rows.column("stream").to_numpy()
        with self._lock:
            self._number += 1
            self._batches.append(Stored(self._number, streams, rows))
            self._rows += rows.num_rows
            while self._rows > MOST_ROWS or len(self._batches) > MOST_BATCHES:
                gone = self._batches.popleft()
                self._rows -= gone.rows.num_rows
                self._from = gone.number

    def remove(self, streams: Iterable[int]) -> None:
        """Rows of these streams were taken away: what was known of them before is worth nothing."""
        with self._lock:
            self._number += 1
            for stream in streams:
                self._removed[stream] = self._number

    def since(self, stream: int, number: int, last: int) -> tuple[pa.Table | None, int] | None:
        """Rows that a stream got after a number, newest first, and the number they go up to.

        last: the latest time that is known. None when it cannot be told: forgotten, removed, or a row that is not later
        than all before it (late, a revision, or known already).
        """
        with self._lock:
            if number < self._from or self._removed.get(stream, -1) > number:
                return None
            upto, batches = self._number, list(self._batches)
        found: list[pa.Table] = []
        for batch in reversed(batches):
            if batch.number <= number:
                break
            at = np.flatnonzero(batch.streams == stream)
            if at.size:
                found.append(batch.rows.take(pa.array(at[::-1])))
        if not found:
            return None, upto
        rows = pa.concat_tables(found)
        times = rows.column("time").to_numpy()
        if times[-1] <= last or (np.diff(times) >= 0).any():
            return None
        return rows, upto


@dataclass(frozen=True, slots=True)
class Tail:
    """Newest rows of a stream, newest first, as they were at a number. whole: it has no others."""

    rows: pa.Table
    number: int
    keep: int
    whole: bool


class Tails:
    """Tails of the streams that were asked for last, as many as there is room for."""

    def __init__(self, recent: Recent, most_bytes: int) -> None:
        self._recent, self._most = recent, most_bytes
        self._lock = threading.Lock()
        self._tails: OrderedDict[int, Tail] = OrderedDict()
        self.held = 0  # bytes

    def newest(self, stream: int, limit: int) -> pa.Table | None:
        """The newest rows, or None when they must be read."""
        tail = self._tails.get(stream)
        if tail is None or (limit > tail.rows.num_rows and not tail.whole):
            return None
        rows = tail.rows
        last = rows.column("time")[0].as_py() if rows.num_rows else np.iinfo(np.int64).min
        since = self._recent.since(stream, tail.number, last)
        if since is None:
            self._keep(stream, None)
            return None
        more, upto = since
        if more is not None:
            rows = pa.concat_tables([more, rows])
            whole = tail.whole and rows.num_rows <= LONGEST
            rows = rows.slice(0, LONGEST if whole else max(tail.keep, limit))
            rows = rows.combine_chunks() if rows.column("time").num_chunks > CHUNKS else rows
            tail = Tail(rows, upto, tail.keep, whole)
        else:
            tail = Tail(rows, upto, tail.keep, tail.whole)
        self._keep(stream, tail)
        return rows.slice(0, limit)

    def read(self, stream: int, limit: int, rows: pa.Table, number: int) -> None:
        """Remember what was read after the number was taken; limit: how many were asked for."""
        if limit <= LONGEST:
            self._keep(stream, Tail(rows, number, limit, whole=rows.num_rows < limit))

    def _keep(self, stream: int, tail: Tail | None) -> None:
        with self._lock:
            before = self._tails.pop(stream, None)
            self.held -= weight(before)
            if tail is None:
                return
            self._tails[stream] = tail
            self.held += weight(tail)
            while self.held > self._most:
                _stream, gone = self._tails.popitem(last=False)
                self.held -= weight(gone)


def weight(tail: Tail | None) -> int:
    return 0 if tail is None else 1000 + tail.rows.get_total_buffer_size()
