# pyright: basic
"""What is known of each stream without asking the disk: first and last time, number of rows, latest row.

All times are µs since 1970. Rebuilt when a store is opened, from `summary` and the rows that are still `hot`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.observations.batch import SCHEMA

NEVER, ALWAYS = np.iinfo(np.int64).max, np.iinfo(np.int64).min
EXTENTS = pa.schema([("stream", pa.int32()), ("first", pa.int64()), ("last", pa.int64()), ("n", pa.int64())])
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Known:
    """Arrays by slot; a stream gets a slot when it is first seen. Each method holds the lock while it works."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slot_of = np.full(1024, -1, np.int32)  # by stream
        self._used = 0
        self._streams = np.zeros(64, np.int32)
        self._first = np.full(64, NEVER, np.int64)
        self._last = np.full(64, ALWAYS, np.int64)
        self._n = np.zeros(64, np.int64)
        self._value = np.full(64, np.nan, np.float64)  # NaN: no number
        self._result_time = np.full(64, ALWAYS, np.int64)  # ALWAYS: none
        self._expired = np.full(64, ALWAYS, np.int64)
        self._extra: dict[int, str] = {}
        self.any_expired = False

    def slots(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        """The slot of each stream; new ones are given."""
        with self._lock:
            if streams.size and (top := int(streams.max())) >= self._slot_of.size:
                grown = np.full(max(top + 1, 2 * self._slot_of.size), -1, np.int32)
                grown[: self._slot_of.size] = self._slot_of
                self._slot_of = grown
            found = self._slot_of[streams]
            if (found < 0).any():
                for stream in np.unique(streams[found < 0]):
                    self._add(int(stream))
                found = self._slot_of[streams]
            return found

    def outside(self, slots: NDArray[np.int32], times: Integers) -> Mask:
        """Rows later than the last or earlier than the first of their stream: certainly not stored yet."""
        with self._lock:
            return (times > self._last[slots]) | (times < self._first[slots])

    def too_old(self, slots: NDArray[np.int32], times: Integers) -> Mask:
        """Rows of a time whose raw values have been given up by a rule of retention."""
        with self._lock:
            return times < self._expired[slots]

    def expire(self, stream: int, before: int) -> None:
        slot = self.slots(np.array([stream], np.int32))[0]
        with self._lock:
            self._expired[slot] = max(self._expired[slot], before)
            self.any_expired = True

    def expired_before(self, stream: int) -> int:
        slot = self.slots(np.array([stream], np.int32))[0]
        return int(self._expired[slot])

    def learn(self, slots: NDArray[np.int32], rows: pa.Table, fresh: int | Mask) -> None:
        """Rows that were stored. fresh: how many, or which, are new and not revisions; all when it is len(rows)."""
        times = rows.column("time").to_numpy()
        values = rows.column("value").to_numpy()
        results = rows.column("result_time").fill_null(ALWAYS).to_numpy()
        extra = rows.column("extra")
        counted = slots if isinstance(fresh, int) else slots[fresh]
        if times.size > 1 and (np.diff(times) < 0).any():
            order = np.argsort(times, kind="stable")
        else:
            order = slice(None)
        with self._lock:
            self._n[: self._used] += np.bincount(counted, minlength=self._used)
            np.minimum.at(self._first, slots, times)
            newest = times >= self._last[slots]
            np.maximum.at(self._last, slots, times)
            # Of several rows of a stream, the assignment that counts is the last one: that of the latest time.
            take = np.arange(times.size)[order]
            take = take[newest[take]]
            at = slots[take]
            self._value[at] = values[take]
            self._result_time[at] = results[take]
            if self._extra or extra.null_count < len(extra):
                self._learn_extra(at, take, extra)

    def _learn_extra(self, at: NDArray[np.int32], take: Integers, extra: pa.ChunkedArray) -> None:
        final = dict(zip(at.tolist(), take.tolist(), strict=True))
        texts = extra.take(pa.array(list(final.values()), pa.int64())).to_pylist()
        for slot, text in zip(final, texts, strict=True):
            if text is None:
                self._extra.pop(slot, None)
            else:
                self._extra[slot] = text

    def replace(
        self, stream: int, row: tuple[int, int, int, float | None, int | None, str | None] | None
    ) -> None:
        """Set what is known of a stream anew: (first, last, n, value, result_time, extra), or nothing stored."""
        slot = int(self.slots(np.array([stream], np.int32))[0])
        first, last, n, value, result_time, extra = row or (NEVER, ALWAYS, 0, None, None, None)
        with self._lock:
            self._first[slot], self._last[slot], self._n[slot] = first, last, n
            self._value[slot] = np.nan if value is None else value
            self._result_time[slot] = ALWAYS if result_time is None else result_time
            self._extra.pop(slot, None)
            if extra is not None:
                self._extra[slot] = extra

    def load(self, summary: pa.Table) -> None:
        """Take over the stored summary when a store is opened."""
        slots = self.slots(summary.column("stream").to_numpy())
        with self._lock:
            for name, array in (("first", self._first), ("last", self._last), ("n", self._n)):
                array[slots] = summary.column(name).to_numpy()
            self._value[slots] = summary.column("value").to_numpy()
            self._result_time[slots] = summary.column("result_time").fill_null(ALWAYS).to_numpy()
            for slot, text in zip(slots.tolist(), summary.column("extra").to_pylist(), strict=True):
                if text is not None:
                    self._extra[slot] = text

    def latest(self, streams: Iterable[int] | None) -> pa.Table:
        """One row of the batch schema per stream that has rows, in the order asked for."""
        with self._lock:
            slots = self._wanted(streams)
            value, result = self._value[slots], self._result_time[slots]
            numbers, times = self._streams[slots], self._last[slots]
            extra = [self._extra.get(slot) for slot in slots.tolist()] if self._extra else None
        columns = [
            pa.array(numbers),
            pa.array(times),
            pa.array(value, mask=np.isnan(value)),
            pa.array(result, mask=result == ALWAYS),
            pa.nulls(len(slots), pa.string()) if extra is None else pa.array(extra, pa.string()),
        ]
        return pa.table(columns, schema=SCHEMA)

    def extents(self, streams: Iterable[int] | None) -> pa.Table:
        with self._lock:
            slots = self._wanted(streams)
            columns = [self._streams[slots], self._first[slots], self._last[slots], self._n[slots]]
        return pa.table([pa.array(column) for column in columns], schema=EXTENTS)

    def extent(self, streams: Iterable[int] | None) -> tuple[int, int, int] | None:
        """First, last and number of rows of all these streams together; None without any row."""
        with self._lock:
            slots = self._wanted(streams)
            if not slots.size:
                return None
            return int(self._first[slots].min()), int(self._last[slots].max()), int(self._n[slots].sum())

    def _wanted(self, streams: Iterable[int] | None) -> NDArray[np.int64]:
        if streams is None:
            slots = np.arange(self._used)
        else:
            wanted = np.fromiter(streams, np.int64)
            wanted = wanted[(wanted >= 0) & (wanted < self._slot_of.size)]
            slots = self._slot_of[wanted].astype(np.int64)
            slots = slots[slots >= 0]
        return slots[self._n[slots] > 0]

    def _add(self, stream: int) -> None:
        if self._used == self._streams.size:
            for name in ("_streams", "_first", "_last", "_n", "_value", "_result_time", "_expired"):
                array = getattr(self, name)
                empty = EMPTY[name]
                setattr(self, name, np.concatenate([array, np.full(array.size, empty, array.dtype)]))
        self._slot_of[stream] = self._used
        self._streams[self._used] = stream
        self._used += 1


EMPTY: dict[str, float] = {
    "_streams": 0,
    "_first": NEVER,
    "_last": ALWAYS,
    "_n": 0,
    "_value": np.nan,
    "_result_time": ALWAYS,
    "_expired": ALWAYS,
}
