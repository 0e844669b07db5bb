# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""The store in PostgreSQL: the same questions and answers as `observations.store`, for several machines at once."""

from __future__ import annotations

import contextlib
import os
import platform
import time as clock
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import psycopg
import pyarrow as pa

from steuerrad.engines.observations.answering import Parts, Streams
from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.batch import SCHEMA, checked
from steuerrad.engines.observations.exporting import opened
from steuerrad.engines.observations.faults import StoreFault, Unavailable
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.postgres import aggregating, applying, deleting, notes, reading
from steuerrad.engines.observations.postgres.conditions import Decider
from steuerrad.engines.observations.postgres.place import Place, conflict, passing
from steuerrad.engines.observations.reading import Order, Where
from steuerrad.engines.observations.room import Options
from steuerrad.engines.observations.storing import Keeping
from steuerrad.engines.observations.tables import COLUMNS

T = TypeVar("T")
TRIES = 5  # when another writer was first
EXPORT_ROWS = 100_000
BURIED = pa.schema([("id", pa.int64()), ("at", pa.int64()), ("reason", pa.string()), ("rows", pa.int64())])


class PostgresStore(Keeping):
    """Reads may be called by any thread; writes of this process wait for each other, those of others for their streams.

    Every read raises TooMuch when it is over a bound of Options, Unavailable when the database does not answer.
    """

    def __init__(self, url: str, journal: Journal, options: Options | None = None) -> None:
        """Opens at once when the database answers, else when it does. Raises StoreFault."""
        self.place = Place(url, options or Options())
        self._parts = Parts(self.place, notes, deleting, aggregating, aggregating)
        self.journal = journal
        self._replayed_from = journal.last
        self._applied = 0
        self._ready = False
        self._dead = 0
        self._decider = Decider()
        self._reader = reading.Reader(self.place, self._decider)
        with contextlib.suppress(Unavailable):
            self.open()

    @property
    def options(self) -> Options:
        return self.place.options

    @options.setter
    def options(self, options: Options) -> None:
        self.place.options = options

    @property
    def remote(self) -> bool:
        return True

    @property
    def applied(self) -> int:
        """Number in the journal of this machine of the last batch that is stored; 0 until the database has answered."""
        return self._applied

    def open(self) -> None:
        """Bring the tables up to date and find out how far this journal is. Raises Unavailable, StoreFault."""
        if self._ready:
            return
        self.place.begin(self.journal.identity)
        applied = self._registered()
        if applied > self._replayed_from:
            # The folder was put back from a copy: its next numbers were used already, for other rows.
            self.place.forget_writer()
            self.place.identity = self.journal.renamed()
            applied = self._registered(self._replayed_from)
        self._applied = applied
        self._ready = True

    def _registered(self, first: int = 0) -> int:
        with self.place.transaction() as connection:
            connection.execute(
                "INSERT INTO journals VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [self.place.identity, first, platform.node(), clock.time_ns() // 1000],
            )
            row = connection.execute(
                "SELECT applied FROM journals WHERE id = %s", [self.place.identity]
            ).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        self.place.close()
        self._decider.close()

    def usable(self) -> None:
        self.place.usable()

    def of_the_machine(self, error: Exception) -> bool:
        """StoreFault: tables that are newer than this program stay so until somebody updates it; nothing is lost."""
        return isinstance(error, StoreFault) or passing(error) or conflict(error)

    def mend(self, error: Exception) -> None:
        """A connection that broke is made anew by the next write."""

    def apply(self, table: pa.Table, seq: int) -> Outcome:
        """Store a batch once, however often it is applied. Raises BatchError, Unavailable, psycopg.Error."""
        table = checked(table)
        outcome = self._written(lambda: applying.apply(self.place, table, seq))
        self._applied = max(self._applied, seq)
        return outcome

    def _written(self, work: Callable[[], T]) -> T:
        for turn in range(TRIES):
            try:
                return work()
            except psycopg.Error as error:
                if not conflict(error) or turn == TRIES - 1:
                    raise
                self.place.months.clear()  # one of them may have been given back meanwhile
        raise AssertionError

    def seal(self, *, everything: bool = False) -> None:
        """Nothing to do: PostgreSQL keeps its house itself (autovacuum)."""

    def wants_sealing(self, *, busy: bool) -> bool:
        return False

    def latest(self, streams: Streams = None) -> pa.Table:
        return reading.latest(self.place, streams)

    def extents(self, streams: Streams = None) -> pa.Table:
        return reading.extents(self.place, streams)

    def _rows(
        self, streams: Streams, start: int | None, end: int | None, *, newest_first: bool, limit: int, offset: int,
        after: tuple[int, int] | None, where: Where | None, order: Order | None,
    ) -> pa.Table:  # fmt: skip
        return self._reader.rows(
            streams, start, end, newest_first=newest_first, limit=limit, offset=offset,
            after=after, where=where, order=order,
        )  # fmt: skip

    def get(self, stream: int, time: int) -> pa.Table:
        return self.place.table(
            f"SELECT {COLUMNS} FROM observation WHERE stream = %s AND time = %s", [stream, time], SCHEMA
        )

    def count(
        self,
        streams: Streams = None,
        start: int | None = None,
        end: int | None = None,
        where: Where | None = None,
    ) -> int:
        return self._reader.count(streams, start, end, where)

    def streams_where(
        self,
        streams: Streams,
        where: Where,
        start: int | None = None,
        end: int | None = None,
    ) -> set[int]:
        return self._reader.streams_where(streams, where, start, end)

    def export(
        self,
        path: Path,
        start: int,
        end: int,
        streams: Streams = None,
        format: Literal["parquet", "arrow", "csv"] = "parquet",  # noqa: A002
    ) -> int:
        """Write rows by stream and time to a file; it appears whole or not at all. Returns their number."""
        if format not in ("parquet", "arrow", "csv"):
            raise ValueError(f"{format}: not parquet, arrow or csv")
        part = path.with_name(f".{path.name}.part")
        try:
            with opened(part, format, SCHEMA) as writer:
                rows = self.place.ask(
                    lambda connection: reading.streamed(
                        connection, streams, start, end, writer.write_table, EXPORT_ROWS
                    )
                )
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        return rows

    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        with self.place.transaction() as connection:
            at, told = clock.time_ns() // 1000, reason.replace("\0", "")
            connection.execute(
                "INSERT INTO dead VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [self.place.identity, seq, at, told, rows, body],
            )
            applying.settle(connection, self.place.identity, seq)
        self._applied = max(self._applied, seq)

    def buried(self, limit: int) -> pa.Table:
        return self.place.table(
            'SELECT id, "at", reason, rows FROM dead WHERE journal = %s ORDER BY id LIMIT %s',
            [self.place.identity, limit],
            BURIED,
        )

    def buried_count(self) -> int:
        """The last number known while the database is away: the status must always be told."""
        with contextlib.suppress(Unavailable):
            row = self.place.row("SELECT count(*) FROM dead WHERE journal = %s", [self.place.identity])
            self._dead = int(row[0])
        return self._dead

    def buried_body(self, number: int) -> bytes | None:
        row = self.place.row(
            "SELECT body FROM dead WHERE journal = %s AND id = %s", [self.place.identity, number]
        )
        return bytes(row[0]) if row else None

    def unbury(self, number: int) -> bool:
        with self.place.transaction() as connection:
            return bool(
                connection.execute(
                    "DELETE FROM dead WHERE journal = %s AND id = %s", [self.place.identity, number]
                ).rowcount
            )

    def positions(self) -> dict[str, int]:
        def work(connection: psycopg.Connection) -> dict[str, int]:
            rows = connection.execute(
                "SELECT name, seq FROM followers WHERE journal = %s", [self.place.identity]
            )
            return dict(rows.fetchall())

        return self.place.ask(work)

    def keep_position(self, name: str, seq: int) -> None:
        with self.place.transaction() as connection:
            connection.execute(
                "INSERT INTO followers VALUES (%s, %s, %s) ON CONFLICT (journal, name) DO UPDATE SET seq = excluded.seq",
                [self.place.identity, name, seq],
            )

    def drop_position(self, name: str) -> None:
        with self.place.transaction() as connection:
            connection.execute(
                "DELETE FROM followers WHERE journal = %s AND name = %s", [self.place.identity, name]
            )
