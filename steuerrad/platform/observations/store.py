"""The way to the observations, from any process of the installation.

One process owns the folder of the store: the data server (`steuerrad observations serve`). Every other process asks it
over a Unix socket with Arrow Flight. Where no data server runs (a command on a bare machine, a test), the folder is
opened by the process itself, for as long as the `with` block lasts.

With OBSERVATIONS_URL the rows lie in PostgreSQL, and the folder has only the journal of this machine: every machine may
run a data server, each acknowledges from its own disk, and all of them read the same rows.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
from django.conf import settings

from steuerrad.engines.observations import (
    InUse,
    Period,
    Receipt,
    StoreFault,
    Unavailable,
    Writer,
    open_folder,
)
from steuerrad.platform.observations import keeping
from steuerrad.platform.observations.flight import Remote, reachable, settle, streams_of

Where = tuple[str, Sequence[Any]]
#: How long a process waits for another one that has the folder open for a moment.
PATIENCE_S = 10.0


class Observations(Protocol):
    """What every process can do with the observations; arguments and results as in engines/observations."""

    def submit(self, table: pa.Table) -> Receipt: ...
    def barrier(self) -> None: ...
    def delete(self, stream: int, start: int | None, end: int | None, *, by: str, reason: str) -> int: ...
    def latest(self, streams: Iterable[int] | None = None) -> pa.Table: ...
    def extents(self, streams: Iterable[int] | None = None) -> pa.Table: ...
    def rows(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None, *,
        newest_first: bool = False, limit: int = 1000, offset: int = 0, after: tuple[int, int] | None = None,
        where: Where | None = None, order: Sequence[tuple[str, bool]] | None = None, flags: bool = False,
    ) -> pa.Table: ...  # fmt: skip
    def get(self, stream: int, time: int) -> pa.Table: ...
    def count(
        self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
        where: Where | None = None,
    ) -> int: ...  # fmt: skip
    def streams_where(
        self, streams: Iterable[int], where: Where, start: int | None = None, end: int | None = None
    ) -> set[int]: ...
    def aggregate(
        self, streams: Iterable[int], start: int, end: int, period: Period, functions: Sequence[str] = ("mean",),
        zone: str = "UTC", without: Sequence[int] = (),
    ) -> pa.Table: ...  # fmt: skip
    def downsample(self, stream: int, start: int, end: int, points: int = 500) -> pa.Table: ...
    def revisions(
        self, stream: int, start: int | None = None, end: int | None = None, limit: int = 1000
    ) -> pa.Table: ...
    def flag(self, table: pa.Table) -> int: ...
    def correct(self, table: pa.Table) -> int: ...
    def backup(self, folder: str) -> dict[str, Any]: ...
    def retain(self, rules: Sequence[keeping.Rule], now: int) -> int: ...
    def status(self) -> dict[str, Any]: ...


#: Another process holds the folder and does not answer, or the database that keeps the observations does not.
UnavailableError = Unavailable


class Local:
    """The store in this process; writes wait until they are on the disk, reads see all that was acknowledged."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer

    def submit(self, table: pa.Table) -> Receipt:
        return self.writer.submit(table).result()

    def status(self) -> dict[str, Any]:
        return asdict(self.writer.status())

    def __getattr__(self, name: str) -> Any:
        if name in ("barrier", "delete"):
            return getattr(self.writer, name)
        if name in keeping.CALLS:
            return lambda *arguments: keeping.answer(self.writer, name, arguments)
        if name.startswith("_"):
            raise AttributeError(name)

        def asked(*positional: Any, **named: Any) -> Any:
            settle(self.writer, streams_of(name, positional, named))
            return getattr(self.writer.store, name)(*positional, **named)

        return asked


_owner: Local | None = None
_remote: tuple[int, Remote] | None = (
    None  # with the number of the process: a connection does not live through a fork
)
_lock = threading.Lock()


def folder() -> Path:
    return Path(settings.DATA_DIR) / "observations"


def socket_path() -> Path:
    return folder() / "server.sock"


@contextmanager
def owning(path: Path | None = None) -> Iterator[Local]:
    """Open the folder for good in this process: the data server, a long import, a test. Raises InUse."""
    global _owner
    with open_folder(path or folder(), url=settings.OBSERVATIONS_URL) as writer:
        before, _owner = _owner, Local(writer)
        try:
            yield _owner
        finally:
            _owner = before


@contextmanager
def observations() -> Iterator[Observations]:
    """The observations: this process's own, the data server's, or the folder opened for the length of the block.

    Raises UnavailableError when another process holds the folder for longer than the patience.
    """
    if _owner is not None:
        yield cast(Observations, _owner)
        return
    deadline = time.monotonic() + PATIENCE_S
    while True:
        if (remote := _connected()) is not None:
            yield cast(Observations, remote)
            return
        try:
            opened = owning()
            local = opened.__enter__()
        except InUse as error:  # a command at work, or a data server that is just starting
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"{folder()} is held by process {error.pid}, which does not answer."
                ) from None
            time.sleep(0.1)
            continue
        except StoreFault as error:
            raise UnavailableError("The observations cannot be opened.", str(error)) from error
        try:
            yield cast(Observations, local)
        finally:
            opened.__exit__(None, None, None)
        return


def _connected() -> Remote | None:
    global _remote
    with _lock:
        if _remote is not None and _remote[0] == os.getpid() and _remote[1].alive():
            return _remote[1]
        _remote = None
        if not reachable(socket_path()):
            return None
        _remote = (os.getpid(), Remote(socket_path()))
        return _remote[1]
