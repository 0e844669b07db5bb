# pyright: basic
"""What every store can be asked and told about its rows: each said once, for all stores.

A store brings the parts that know where its rows lie (`Parts`); the signatures and what they promise stand here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pyarrow as pa

from steuerrad.engines.observations.deleting import Retention
from steuerrad.engines.observations.periods import Period
from steuerrad.engines.observations.reading import Order, Where

T = TypeVar("T")
Streams = Iterable[int] | None


@dataclass(frozen=True, slots=True)
class Parts:
    """Modules of a store with the functions named below, each with the home of the rows as its first argument.

    notes: flag, unflag, correct, listed, deletions, annotated. deleting: delete, retain. aggregating: aggregate.
    downsampling: downsample.
    """

    home: Any
    notes: Any
    deleting: Any
    aggregating: Any
    downsampling: Any


class Answering(ABC):
    """Instants are µs since 1970 UTC; streams: None means all. Every read raises TooMuch when it is over a bound of Options;
    a store beyond this machine raises Unavailable as well."""

    _parts: Parts

    @abstractmethod
    def latest(self, streams: Streams = None) -> pa.Table:
        """The row of the latest time of each stream that has rows."""

    @abstractmethod
    def extents(self, streams: Streams = None) -> pa.Table:
        """stream, first, last, n (rows) of each stream that has rows."""

    def rows(
        self,
        streams: Streams = None,
        start: int | None = None,
        end: int | None = None,
        *,
        newest_first: bool = False,
        limit: int = 1000,
        offset: int = 0,
        after: tuple[int, int] | None = None,
        where: Where | None = None,
        order: Order | None = None,
        flags: bool = False,
    ) -> pa.Table:
        """Rows with start <= time < end in the order of time and stream, or of the columns in `order`.

        after: (time, stream) of the last row of the page before; where: SQL of DuckDB over the columns with ? places and
        its values, made by the caller, never a user's text. flags: with columns flag (uint8) and corrected (float64).
        """
        found = self._rows(
            streams, start, end, newest_first=newest_first, limit=limit, offset=offset,
            after=after, where=where, order=order,
        )  # fmt: skip
        return self._parts.notes.annotated(self._parts.home, found) if flags else found

    @abstractmethod
    def _rows(
        self, streams: Streams, start: int | None, end: int | None, *, newest_first: bool, limit: int, offset: int,
        after: tuple[int, int] | None, where: Where | None, order: Order | None,
    ) -> pa.Table: ...  # fmt: skip

    def get(self, stream: int, time: int) -> pa.Table:
        """The row of this key, or none."""
        return self.rows([stream], time, time + 1, limit=1)

    @abstractmethod
    def count(
        self,
        streams: Streams = None,
        start: int | None = None,
        end: int | None = None,
        where: Where | None = None,
    ) -> int:
        """Number of the rows; from what is known anyway when neither times nor a condition cut anything off."""  # fmt: skip

    @abstractmethod
    def streams_where(
        self, streams: Streams, where: Where, start: int | None = None, end: int | None = None
    ) -> set[int]:
        """Streams that have at least one row for which the condition holds."""

    def revisions(
        self, stream: int, start: int | None = None, end: int | None = None, limit: int = 1000
    ) -> pa.Table:
        """Values that were replaced: stream, time, revision from 1, value, result_time, extra, replaced_at."""
        return self._parts.notes.listed(self._parts.home, "revisions", [stream], start, end, limit)

    def flags(
        self, streams: Streams = None, start: int | None = None, end: int | None = None, limit: int = 100_000
    ) -> pa.Table:
        return self._parts.notes.listed(self._parts.home, "flags", streams, start, end, limit)

    def corrections(
        self, streams: Streams = None, start: int | None = None, end: int | None = None, limit: int = 100_000
    ) -> pa.Table:
        return self._parts.notes.listed(self._parts.home, "corrections", streams, start, end, limit)

    def deletions(self, stream: int | None = None) -> pa.Table:
        """stream, start, until, rows, by, reason, at."""
        return self._parts.notes.deletions(self._parts.home, stream)

    def aggregate(
        self,
        streams: Iterable[int],
        start: int,
        end: int,
        period: Period,
        functions: Sequence[str] = ("mean",),
        zone: str = "UTC",
        without: Sequence[int] = (),
    ) -> pa.Table:
        """stream, start, end, count (of numbers) and a column per function, for every period that has numbers.

        functions: mean, min, max, sum, first, last, p01 to p99 (linear interpolation). Only rows with
        start <= time < end count, so periods at the ends may be cut. without: flags of rows that are left out.
        Raises ValueError for an unknown function, ZoneInfoNotFoundError.
        """
        return self._parts.aggregating.aggregate(
            self._parts.home, streams, start, end, period, functions, zone=zone, without=without
        )

    def downsample(self, stream: int, start: int, end: int, points: int = 500) -> pa.Table:
        """time, end, count, mean, min, max of about so many equal parts; the rows themselves where there are few."""
        return self._parts.downsampling.downsample(self._parts.home, stream, start, end, points)

    @abstractmethod
    def export(
        self,
        path: Path,
        start: int,
        end: int,
        streams: Streams = None,
        format: Literal["parquet", "arrow", "csv"] = "parquet",  # noqa: A002
    ) -> int:
        """Write rows by stream and time to a file, which appears whole or not at all; returns their number.

        Parquet is compressed with zstd.
        """  # fmt: skip

    def delete(self, stream: int, start: int, end: int, *, by: str, reason: str) -> int:
        """Remove rows with start <= time < end; returns their number. A note is kept of who and why."""
        delete, home = self._parts.deleting.delete, self._parts.home
        return self._written(lambda: delete(home, stream, start, end, by=by, reason=reason))

    def retain(self, rules: Sequence[Retention], now: int) -> int:
        """Remove raw rows older than the rules say and keep their sums; returns the number of rows removed."""
        return self._written(lambda: self._parts.deleting.retain(self._parts.home, rules, now))

    def flag(self, table: pa.Table) -> int:
        """Set quality flags (schema FLAGS); the flag of a row replaces the one before, and of several for the same row
        the last counts. Returns the number of rows that have got one. Raises BatchError."""
        return self._written(lambda: self._parts.notes.flag(self._parts.home, table))

    def unflag(self, streams: Streams, start: int, end: int, run: str | None = None) -> int:
        """Take flags away, those of one run or all; returns their number."""
        wanted = None if streams is None else list(streams)
        return self._written(lambda: self._parts.notes.unflag(self._parts.home, wanted, start, end, run))

    def correct(self, table: pa.Table) -> int:
        """Append corrected values (schema CORRECTIONS) beside the raw ones; returns their number. Raises BatchError."""
        return self._written(lambda: self._parts.notes.correct(self._parts.home, table))

    def _written(self, work: Callable[[], T]) -> T:
        """Do a write; a store that others write to as well may have to try again."""
        return work()
