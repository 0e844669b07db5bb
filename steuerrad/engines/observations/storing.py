# pyright: basic
"""The seam between what takes observations (journal, applier, followers, dead letters) and what keeps them.

Two stores fit it: `store.Store`, one DuckDB file of one process, and `postgres.store.PostgresStore`, tables in a
PostgreSQL database that several machines write to. Both answer reads with Arrow tables of the same columns and raise
the same faults; a store beyond this machine raises Unavailable as well.
"""

from __future__ import annotations

from abc import abstractmethod

import pyarrow as pa

from steuerrad.engines.observations.answering import Answering
from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.room import Options


class Keeping(Answering):
    """What a writer needs of a store, besides what anybody may ask it."""

    @property
    @abstractmethod
    def options(self) -> Options: ...
    @options.setter
    @abstractmethod
    def options(self, options: Options) -> None: ...
    @property
    @abstractmethod
    def applied(self) -> int: ...
    @property
    @abstractmethod
    def remote(self) -> bool:
        """Whether it may be away for a while, so that a read is better refused than kept waiting."""
        ...

    @abstractmethod
    def open(self) -> None:
        """Be ready to be written to; called before anything is applied, again when it raised."""
        ...

    @abstractmethod
    def close(self) -> None: ...
    @abstractmethod
    def usable(self) -> None:
        """Raises Forked, Closed."""
        ...

    @abstractmethod
    def of_the_machine(self, error: Exception) -> bool:
        """Whether an error of a write lies with the machine or the network, so that the same batch may go through later."""
        ...

    @abstractmethod
    def mend(self, error: Exception) -> None:
        """Before a write is tried again: begin anew what the error has made useless."""
        ...

    @abstractmethod
    def apply(self, table: pa.Table, seq: int) -> Outcome: ...
    @abstractmethod
    def seal(self, *, everything: bool = False) -> None: ...
    @abstractmethod
    def wants_sealing(self, *, busy: bool) -> bool:
        """Whether `seal` has work; busy: more is waiting, so only when it presses."""
        ...

    @abstractmethod
    def bury(self, seq: int, rows: int, body: bytes, reason: str) -> None:
        """Keep a batch that cannot be applied and count it as applied, in one transaction."""
        ...

    @abstractmethod
    def buried(self, limit: int) -> pa.Table:
        """id, at, reason, rows of the dead batches, oldest first."""
        ...

    @abstractmethod
    def buried_count(self) -> int: ...
    @abstractmethod
    def buried_body(self, number: int) -> bytes | None: ...
    @abstractmethod
    def unbury(self, number: int) -> bool:
        """Whether there was such a batch."""
        ...

    @abstractmethod
    def positions(self) -> dict[str, int]:
        """Up to which number of the journal each follower is done."""
        ...

    @abstractmethod
    def keep_position(self, name: str, seq: int) -> None:
        """Note how far a follower is, also of a new one."""
        ...

    @abstractmethod
    def drop_position(self, name: str) -> None: ...
