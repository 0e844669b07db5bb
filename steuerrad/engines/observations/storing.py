# pyright: basic
"""The seam between what takes observations (journal, applier, followers, dead letters) and what keeps them.

Two stores fit it: `store.Store`, one DuckDB file of one process, and `postgres.store.PostgresStore`, tables in a
PostgreSQL database that several machines write to. Both answer reads with Arrow tables of the same columns and raise
the same faults; a store beyond this machine raises Unavailable as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.deleting import Retention
from steuerrad.engines.observations.periods import Period
from steuerrad.engines.observations.reading import Order, Where
from steuerrad.engines.observations.room import Options


class Reading(Protocol):
    """What is read; see `store.Store` for what each answers. Instants are µs since 1970 UTC."""

    def latest(self, streams: Iterable[int] | None = None) -> pa.Table: ...
    def extents(self, streams: Iterable[int] | None = None) -> pa.Table: ...
    def rows(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None, *,
        newest_first: bool = False, limit: int = 1000, offset: int = 0, after: tuple[int, int] | None = None,
        where: Where | None = None, order: Order | None = None, flags: bool = False,
    ) -> pa.Table: ...  # fmt: skip
    def get(self, stream: int, time: int) -> pa.Table: ...
    def count(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
        where: Where | None = None,
    ) -> int: ...  # fmt: skip
    def streams_where(
        self, streams: Iterable[int] | None, where: Where, start: int | None = None, end: int | None = None
    ) -> set[int]: ...
    def revisions(
        self, stream: int, start: int | None = None, end: int | None = None, limit: int = 1000
    ) -> pa.Table: ...
    def flags(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
        limit: int = 100_000,
    ) -> pa.Table: ...  # fmt: skip
    def corrections(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
        limit: int = 100_000,
    ) -> pa.Table: ...  # fmt: skip
    def deletions(self, stream: int | None = None) -> pa.Table: ...
    def aggregate(
        self, streams: Iterable[int], start: int, end: int, period: Period, functions: Sequence[str] = ("mean",),
        zone: str = "UTC", without: Sequence[int] = (),
    ) -> pa.Table: ...  # fmt: skip
    def downsample(self, stream: int, start: int, end: int, points: int = 500) -> pa.Table: ...
    def export(
        self, path: Path, start: int, end: int, streams: Iterable[int] | None = None,
        format: Literal["parquet", "arrow", "csv"] = "parquet",  # noqa: A002
    ) -> int: ...  # fmt: skip


class Keeping(Reading, Protocol):
    """What a writer needs of a store."""

    @property
    def options(self) -> Options: ...
    @options.setter
    def options(self, options: Options) -> None: ...
    @property
    def applied(self) -> int: ...
    @property
    def remote(self) -> bool:
        """Whether it may be away for a while, so that a read is better refused than kept waiting."""
        ...

    def open(self) -> None:
        """Be ready to be written to; called before anything is applied, again when it raised."""
        ...

    def close(self) -> None: ...
    def usable(self) -> None:
        """Raises Forked, Closed."""
        ...

    def of_the_machine(self, error: Exception) -> bool:
        """Whether an error of a write lies with the machine or the network, so that the same batch may go through later."""
        ...

    def mend(self, error: Exception) -> None:
        """Before a write is tried again: begin anew what the error has made useless."""
        ...

    def apply(self, table: pa.Table, seq: int) -> Outcome: ...
    def delete(self, stream: int, start: int, end: int, *, by: str, reason: str) -> int: ...
    def flag(self, table: pa.Table) -> None: ...
    def unflag(self, streams: Iterable[int] | None, start: int, end: int, run: str | None = None) -> int: ...
    def correct(self, table: pa.Table) -> None: ...
    def retain(self, rules: Sequence[Retention], now: int) -> int: ...
    def seal(self, *, everything: bool = False) -> None: ...
    def wants_sealing(self, *, busy: bool) -> bool:
        """Whether `seal` has work; busy: more is waiting, so only when it presses."""
        ...

    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        """Keep a batch that cannot be applied and count it as applied, in one transaction."""
        ...

    def buried(self, limit: int) -> pa.Table:
        """id, at, reason, rows of the dead batches, oldest first."""
        ...

    def buried_count(self) -> int: ...
    def buried_body(self, number: int) -> bytes | None: ...
    def unbury(self, number: int) -> bool:
        """Whether there was such a batch."""
        ...

    def positions(self) -> dict[str, int]:
        """Up to which number of the journal each follower is done."""
        ...

    def keep_position(self, name: str, seq: int) -> None:
        """Note how far a follower is, also of a new one."""
        ...

    def drop_position(self, name: str) -> None: ...
