# pyright: basic
"""Daily sums of sorted rows in memory, so that a chart of ten years costs no more than one of a day.

Ten years of a stream are 3,652 days. Rows that are sorted (warm, cold) seldom change; when they do, `Room.sealed` counts
on, and what was remembered under another number counts no more. Those that are still hot are known up to a number of
`Recent`. Only the rows of a day that the chart cuts are read each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.times import DAY

MOST_DAYS = 700_000  # of all streams together, 40 bytes each
SUMS = pa.schema(
    [
        ("time", pa.int64()), ("n", pa.int64()), ("total", pa.float64()), ("low", pa.float64()), ("high", pa.float64())
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """Daily sums of a stream, by time.

    settled: of its sorted rows, as they were at `Room.sealed`. young: of the hot ones, as they were at `Recent.number`,
    the last of them at the time `last`.
    """

    sealed: int
    settled: pa.Table
    number: int
    last: int
    young: pa.Table

    @property
    def days(self) -> int:
        return self.settled.num_rows + self.young.num_rows

    def between(self, first: int, last: int) -> list[pa.Table]:
        return [between(sums, first, last) for sums in (self.settled, self.young)]

    def with_rows(self, rows: pa.Table, number: int) -> Known:
        """Newest first, all later than the last."""
        young = added(pa.concat_tables([self.young, of_rows(rows)]), DAY)
        return Known(self.sealed, self.settled, number, rows.column("time")[0].as_py(), young)


class Days:
    """What is known of the streams that were asked for last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[int, Known] = OrderedDict()
        self._held = 0

    def get(self, stream: int) -> Known | None:
        return self._known.get(stream)

    def keep(self, stream: int, known: Known) -> None:
        with self._lock:
            before = self._known.pop(stream, None)
            self._held += known.days - (0 if before is None else before.days)
            self._known[stream] = known
            while self._held > MOST_DAYS:
                _stream, gone = self._known.popitem(last=False)
                self._held -= gone.days


def between(sums: pa.Table, first: int, last: int) -> pa.Table:
    begin, end = np.searchsorted(sums.column("time").to_numpy(), [first, max(first, last)])
    return sums.slice(begin, end - begin)


def of_rows(rows: pa.Table) -> pa.Table:
    """Each row with a number as a sum of its own."""
    rows = rows.filter(pc.is_valid(rows.column("value")))
    value, time = rows.column("value"), rows.column("time")
    return pa.table([time, pa.array(np.ones(rows.num_rows, np.int64)), value, value, value], schema=SUMS)


def added(sums: pa.Table, width: int) -> pa.Table:
    """Sums of wider parts of time, by time."""
    if not sums.num_rows:
        return sums
    time = sums.column("time").to_numpy()
    order = np.argsort(time, kind="stable")
    starts = time[order] // width * width
    edges = np.flatnonzero(np.concatenate([[True], np.diff(starts) > 0]))
    n, total, low, high = (sums.column(name).to_numpy()[order] for name in SUMS.names[1:])
    columns = [
        starts[edges], np.add.reduceat(n, edges), np.add.reduceat(total, edges),
        np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges),
    ]  # fmt: skip
    return pa.table([pa.array(column) for column in columns], schema=SUMS)
