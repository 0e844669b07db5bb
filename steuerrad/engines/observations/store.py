# pyright: basic
"""The store: one DuckDB file with the observations of an installation. All instants are µs since 1970 UTC."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
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
from steuerrad.engines.observations.answering import Parts, Streams
from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.batch import checked
from steuerrad.engines.observations.faults import StoreFault
from steuerrad.engines.observations.reading import Order, Where
from steuerrad.engines.observations.room import Options, Room
from steuerrad.engines.observations.storing import Keeping
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


class Store(Keeping):
    """Reads may be called by any thread, each with a cursor and a time limit of its own; writes wait for each other.

    Every read raises TooMuch when it is over a bound of Options.
    """

    def __init__(
        self, path: Path, options: Options | None = None, upgrades: Sequence[Upgrade] = UPGRADES
    ) -> None:
        """Open or make the file; a store of an older version is brought up to date. Raises StoreFault."""
        self.room = Room(path, options or Options(), upgrades)
        self._parts = Parts(self.room, notes, deleting, aggregating, downsampling)

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

    def latest(self, streams: Streams = None) -> pa.Table:
        """The row of the latest time of each stream that has rows, from memory."""
        self.room.usable()
        return self.room.known.latest(streams)

    def extents(self, streams: Streams = None) -> pa.Table:
        """stream, first, last, n (rows) of each stream that has rows, from memory."""
        self.room.usable()
        return self.room.known.extents(streams)

    def _rows(
        self, streams: Streams, start: int | None, end: int | None, *, newest_first: bool, limit: int, offset: int,
        after: tuple[int, int] | None, where: Where | None, order: Order | None,
    ) -> pa.Table:  # fmt: skip
        return reading.rows(
            self.room, streams, start, end, newest_first=newest_first, limit=limit, offset=offset,
            after=after, where=where, order=order,
        )  # fmt: skip

    def count(
        self,
        streams: Streams = None,
        start: int | None = None,
        end: int | None = None,
        where: Where | None = None,
    ) -> int:
        self.room.usable()
        return reading.count(self.room, streams, start, end, where)

    def streams_where(
        self,
        streams: Streams,
        where: Where,
        start: int | None = None,
        end: int | None = None,
    ) -> set[int]:
        """Streams that have at least one row for which the condition holds."""
        return reading.streams_where(self.room, streams, where, start, end)

    def export(
        self,
        path: Path,
        start: int,
        end: int,
        streams: Streams = None,
        format: Literal["parquet", "arrow", "csv"] = "parquet",  # noqa: A002
    ) -> int:
        """Write rows by stream and time to a file; returns their number. Parquet is compressed with zstd."""
        return exporting.export(self.room, path, start, end, streams, format)
