"""What is known of the series under the rules, kept so that it costs next to nothing where nothing happens.

Forty rules about a thousand series are forty thousand states, five times a second. Almost all of them are calm: nothing is
known but the time of the newest value, and no value of the batch crosses the threshold. These stand in arrays and are passed
over together; a state of which more is known stands in a dictionary and is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from steuerrad.modules.sensors.alerts.matching import Watched
from steuerrad.modules.sensors.alerts.rules import Watch

Array = np.ndarray[Any, Any]
NEVER = np.iinfo(np.int64).min


class Batch:
    """Rows by series and time. numbers: the series, ascending; last, low, high: newest time and range of each."""

    def __init__(self, streams: Array, times: Array, values: Array) -> None:
        order = np.lexsort((times, streams))
        self.times, self.values = times[order], values[order]
        self.numbers, self.starts = np.unique(streams[order], return_index=True)
        self.ends = np.append(self.starts[1:], len(order))
        if len(order):
            self.last = self.times[self.ends - 1]
            self.low = np.minimum.reduceat(self.values, self.starts)
            self.high = np.maximum.reduceat(self.values, self.starts)

    def rows(self, at: int) -> tuple[int, Array, Array]:
        """Number, times and values of the series that stands at this place."""
        part = slice(self.starts[at], self.ends[at])
        return int(self.numbers[at]), self.times[part], self.values[part]


def batch(tables: Sequence[pa.Table], streams: Array, until: int) -> Batch | None:
    """Rows of these series that have a figure and no time after `until` (µs); None when there are none."""
    whole = pa.concat_tables([table.select(["stream", "time", "value"]) for table in tables])
    numbers = whole["stream"].to_numpy()
    wanted = np.isin(numbers, streams)
    if not wanted.any():
        return None
    times, values = whole["time"].to_numpy(), whole["value"].to_numpy(zero_copy_only=False)
    wanted &= ~np.isnan(values) & (times <= until)
    return Batch(numbers[wanted], times[wanted], values[wanted]) if wanted.any() else None


class Series:
    """The series of one rule. dirty: of which more than the newest time differs from the database; lag: only that."""

    def __init__(self, one: Watched) -> None:
        self.one = one
        self.numbers = np.array(sorted(one.bounds), np.int32)
        self.places = {number: place for place, number in enumerate(self.numbers.tolist())}
        size = len(self.numbers)
        self.last = np.full(size, NEVER, np.int64)
        self.calm, self.lag = np.zeros(size, bool), np.zeros(size, bool)
        bounds = [one.bounds[number] for number in self.numbers.tolist()]
        self.low = np.array([-np.inf if low is None else low for low, _high in bounds])
        self.high = np.array([np.inf if high is None else high for _low, high in bounds])
        self.watches: dict[int, Watch] = {}
        self.dirty: set[int] = set()

    def get(self, stream: int) -> Watch | None:
        """The state; None where none was read or made yet."""
        place = self.places.get(stream)
        if place is None:
            return None
        if self.calm[place]:
            return Watch(last=int(self.last[place]))
        return self.watches.get(stream)

    def put(self, stream: int, now: Watch, *, dirty: bool | None = None) -> None:
        """dirty: whether the database says something else; None: as it differs from what was there."""
        place, before = self.places[stream], self.get(stream) or Watch()
        if dirty or (dirty is None and replace(now, last=None) != replace(before, last=None)):
            self.dirty.add(stream)
        elif dirty is None and now.last != before.last:
            self.lag[place] = True
        self.calm[place] = now.last is not None and now == Watch(last=now.last)
        self.last[place] = NEVER if now.last is None else now.last
        self.watches.pop(stream, None)
        if not self.calm[place]:
            self.watches[stream] = now

    def known(self) -> set[int]:
        return {*self.numbers[self.calm].tolist(), *self.watches}

    def times(self) -> list[list[int]]:
        """Number and newest time of all calm series."""
        return np.column_stack([self.numbers[self.calm].astype(np.int64), self.last[self.calm]]).tolist()

    def lagging(self) -> list[int]:
        """Series that are not calm, of which the newest time differs from the database."""
        return self.numbers[self.lag & ~self.calm].tolist()

    def take_over(self, before: Series) -> None:
        """What was known under the same rule before the catalogue was read anew."""
        for stream in before.known() & self.places.keys():
            state = before.get(stream)
            if state is not None:
                self.put(stream, state, dirty=stream in before.dirty)
                self.lag[self.places[stream]] = before.lag[before.places[stream]]

    def look(self, new: Batch) -> list[int]:
        """Places in the batch that have to be looked at one by one; of all others the states have taken note."""
        if len(self.numbers) <= len(new.numbers):
            found = np.minimum(np.searchsorted(new.numbers, self.numbers), len(new.numbers) - 1)
            mine = np.flatnonzero(new.numbers[found] == self.numbers)
            theirs = found[mine]
        else:
            found = np.minimum(np.searchsorted(self.numbers, new.numbers), len(self.numbers) - 1)
            theirs = np.flatnonzero(self.numbers[found] == new.numbers)
            mine = found[theirs]
        low, high, told = new.low[theirs], new.high[theirs], self.one.told
        passed = self.calm[mine] & (low >= self.low[mine]) & (high <= self.high[mine])
        passed &= (high <= told.above) if told.above is not None else (low >= told.below)
        calm, newest = mine[passed], new.last[theirs[passed]]
        later = newest > self.last[calm]
        self.last[calm[later]] = newest[later]
        self.lag[calm[later]] = True
        return theirs[~passed].tolist()


def oldest(held: Sequence[Series]) -> tuple[Array, Array]:
    """Of all series: the number, and the oldest time that one of the rules has seen (µs, 0 when a rule has seen nothing)."""
    if not held:
        return np.zeros(0, np.int32), np.zeros(0, np.int64)
    numbers, place = np.unique(np.concatenate([one.numbers for one in held]), return_inverse=True)
    since = np.full(len(numbers), np.iinfo(np.int64).max)
    np.minimum.at(since, place, np.maximum(np.concatenate([one.last for one in held]), 0))
    return numbers, since
