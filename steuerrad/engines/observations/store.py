# pyright: basic
"""The store: one DuckDB file with the observations of an installation. All instants are µs since 1970 UTC."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from steuerrad.engines.observations import (
    aggregating,
    applying,
    deleting,
    downsampling,
    exporting,
    keeping,
    notes,
    reading,
    sealing,
)
from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.batch import checked
from steuerrad.engines.observations.deleting import Retention
from steuerrad.engines.observations.faults import StoreFault
from steuerrad.engines.observations.periods import Period
from steuerrad.engines.observations.reading import Order, Where
from steuerrad.engines.observations.room import Options, Room
from steuerrad.engines.observations.tables import UPGRADES, Upgrade

# Faults of the machine, not of the batch: the batch is tried again until they are over.
# TransactionException: a commit that found the disk full, or a row that is just being moved.
OF_THE_MACHINE = (
    duckdb.IOException,
    duckdb.TransactionException,
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.FatalException,
    OSError,
)


class Store:
    """Reads may be called by any thread, each with a cursor and a time limit of its own; writes wait for each other.

    Every read raises TooMuch when it is over a bound of Options.
    """

    def __init__(
        self, path: Path, options: Options | None = None, upgrades: Sequence[Upgrade] = UPGRADES
    ) -> None:
        """Open or make the file; a store of an older version is brought up to date. Raises StoreFault."""
        self.room = Room(path, options or Options(), upgrades)

    @property
    def applied(self) -> int:
        """Number in the journal of the last batch that is stored."""
        return self.room.applied

    @property
    def options(self) -> Options:
        return self.room.options

    @options.setter
    def options(self, options: Options) -> None:
        self.room.options = options

    @property
    def remote(self) -> bool:
        return False

    def open(self) -> None:
        """It is open from the start."""

    def close(self) -> None:
        self.room.close()

    def usable(self) -> None:
        self.room.usable()

    def of_the_machine(self, error: Exception) -> bool:
        return isinstance(error, OF_THE_MACHINE)

    def mend(self, error: Exception) -> None:
        """After a fatal error the engine has given itself up: open it anew."""
        if isinstance(error, duckdb.FatalException):
            with contextlib.suppress(duckdb.Error, StoreFault):
                self.room.reopen()

    def apply(self, table: pa.Table, seq: int) -> Outcome:
        """Store a batch once, however often it is applied. Raises BatchError, duckdb.Error: nothing is stored then."""
        return applying.apply(self.room, checked(table), seq)

    def delete(self, stream: int, start: int, end: int, *, by: str, reason: str) -> int:
        """Remove rows with start <= time < end; returns their number. A note is kept of who and why."""
        return deleting.delete(self.room, stream, start, end, by=by, reason=reason)

    def flag(self, table: pa.Table) -> None:
        """Set quality flags (schema FLAGS); the flag of a row replaces the one before. Raises BatchError."""
        notes.flag(self.room, table)

    def unflag(self, streams: Iterable[int] | None, start: int, end: int, run: str | None = None) -> int:
        return notes.unflag(self.room, streams, start, end, run)

    def correct(self, table: pa.Table) -> None:
        """Append corrected values (schema CORRECTIONS) beside the raw ones. Raises BatchError."""
        notes.correct(self.room, table)

    def retain(self, rules: Sequence[Retention], now: int) -> int:
        """Remove raw rows older than the rules say and keep their sums; returns the number of rows removed."""
        return deleting.retain(self.room, rules, now)

    def seal(self, *, everything: bool = False) -> None:
        """Sort and move what is over its bound; the writer does it by itself."""
        sealing.seal(self.room, everything=everything)

    def wants_sealing(self, *, busy: bool) -> bool:
        """While much comes in, sorting waits: then it is done once, not twice."""
        options = self.room.options
        return self.room.hot_rows >= (options.warm_rows // 2 if busy else options.hot_rows)

    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        keeping.bury(self.room, seq, rows, body, reason)

    def buried(self, limit: int) -> pa.Table:
        return keeping.buried(self.room, limit)

    def buried_count(self) -> int:
        return keeping.buried_count(self.room)

    def buried_body(self, number: int) -> bytes | None:
        return keeping.buried_body(self.room, number)

    def unbury(self, number: int) -> bool:
        return keeping.unbury(self.room, number)

    def positions(self) -> dict[str, int]:
        return keeping.positions(self.room)

    def keep_position(self, name: str, seq: int) -> None:
        keeping.keep_position(self.room, name, seq)

    def drop_position(self, name: str) -> None:
        keeping.drop_position(self.room, name)

    def latest(self, streams: Iterable[int] | None = None) -> pa.Table:
        """The row of the latest time of each stream that has rows, from memory."""
        self.room.usable()
        return self.room.known.latest(streams)

    def extents(self, streams: Iterable[int] | None = None) -> pa.Table:
        """stream, first, last, n (rows) of each stream that has rows, from memory."""
        self.room.usable()
        return self.room.known.extents(streams)

    def rows(
        self,
        streams: Iterable[int] | None = None,
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

        after: (time, stream) of the last row of the page before; where: SQL over the columns with ? places and its
        values, made by the caller, never a user's text. flags: with columns flag (uint8) and corrected (float64).
        """
        found = reading.rows(
            self.room, streams, start, end, newest_first=newest_first, limit=limit, offset=offset,
            after=after, where=where, order=order,
        )  # fmt: skip
        return notes.annotated(self.room, found) if flags else found

    def get(self, stream: int, time: int) -> pa.Table:
        """The row of this key, or none."""
        return self.rows([stream], time, time + 1, limit=1)

    def count(
        self,
        streams: Iterable[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        where: Where | None = None,
    ) -> int:
        self.room.usable()
        return reading.count(self.room, streams, start, end, where)

    def streams_where(
        self,
        streams: Iterable[int] | None,
        where: Where,
        start: int | None = None,
        end: int | None = None,
    ) -> set[int]:
        """Streams that have at least one row for which the condition holds."""
        return reading.streams_where(self.room, streams, where, start, end)

    def revisions(
        self, stream: int, start: int | None = None, end: int | None = None, limit: int = 1000
    ) -> pa.Table:
        """Values that were replaced: stream, time, revision from 1, value, result_time, extra, replaced_at."""
        return notes.listed(self.room, "revisions", [stream], start, end, limit)

    def flags(
        self,
        streams: Iterable[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 100_000,
    ) -> pa.Table:
        return notes.listed(self.room, "flags", streams, start, end, limit)

    def corrections(
        self,
        streams: Iterable[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        limit: int = 100_000,
    ) -> pa.Table:
        return notes.listed(self.room, "corrections", streams, start, end, limit)

    def deletions(self, stream: int | None = None) -> pa.Table:
        """stream, start, until, rows, by, reason, at."""
        return notes.deletions(self.room, stream)

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
        return aggregating.aggregate(
            self.room, streams, start, end, period, functions, zone=zone, without=without
        )

    def downsample(self, stream: int, start: int, end: int, points: int = 500) -> pa.Table:
        """time, end, count, mean, min, max of about so many equal parts; the rows themselves where there are few."""
        return downsampling.downsample(self.room, stream, start, end, points)

    def export(
        self,
        path: Path,
        start: int,
        end: int,
        streams: Iterable[int] | None = None,
        format: Literal["parquet", "arrow", "csv"] = "parquet",  # noqa: A002
    ) -> int:
        """Write rows by stream and time to a file; returns their number. Parquet is compressed with zstd."""
        return exporting.export(self.room, path, start, end, streams, format)
