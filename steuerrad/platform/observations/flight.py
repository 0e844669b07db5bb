"""The store over a Unix socket: Arrow Flight (the RPC of Apache Arrow), one ticket a call.

A ticket is JSON {"method", "arguments"}; the answer is a table. Numbers, sets and dictionaries come back as a table of one
column. The socket belongs to the operator's account alone, so conditions in SQL may pass; they are compiled, never typed.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import flight

from steuerrad.engines.observations import (
    BatchError,
    Busy,
    JournalFull,
    Period,
    Problem,
    Receipt,
    TooMuch,
    Unavailable,
    Writer,
)
from steuerrad.platform.observations import keeping

READS = frozenset([
    "latest", "extents", "rows", "get", "count", "streams_where", "aggregate", "downsample", "revisions", "flags",
    "corrections", "deletions",
])  # fmt: skip
#: Reads whose first argument is a stream or streams; where they are few, only what waits of them is waited for.
OF_STREAMS = frozenset(
    ["latest", "extents", "rows", "get", "count", "streams_where", "aggregate", "downsample"]
)
FEW = 16
WRITES = frozenset(["delete", "unflag"])
#: What is written as a whole table.
TABLES = frozenset(["submit", "flag", "correct"])
#: Linux takes no longer path for a socket.
LONGEST_PATH = 100


def address(path: Path) -> str:
    if len(str(path)) > LONGEST_PATH:
        raise ValueError(f"{path}: too long for a socket; choose a shorter data folder")
    return f"grpc+unix://{path}"


def reachable(path: Path) -> bool:
    """Whether somebody listens there."""
    if not path.exists():
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def streams_of(name: str, positional: Sequence[Any], named: Mapping[str, Any]) -> Collection[int] | None:
    """The few streams that a call asks about; None for many or all, or where it does more than read rows."""
    if name not in OF_STREAMS:
        return None
    given = positional[0] if positional else named.get("streams", named.get("stream"))
    if isinstance(given, int):
        return (given,)
    return given if isinstance(given, Collection) and len(given) <= FEW else None


def settle(writer: Writer, streams: Collection[int] | None = None, patience: float = 30.0) -> None:
    """Wait until what was acknowledged (of these streams) can be read. While the store cannot write, reads go on without it.

    Somebody's year of backlog does not hold up whoever reads another stream. Raises TimeoutError.
    """
    end = time.monotonic() + patience
    seq = writer.journal.last if streams is None else writer.applier.last_of(streams)
    while writer.applier.fault is None:
        try:
            writer.applier.wait_for(seq, 1.0)
            return
        except TimeoutError:
            if time.monotonic() > end:
                raise


def _plain(value: Any) -> Any:
    if isinstance(value, Period):
        return {"period": asdict(value)}
    if isinstance(value, (set, frozenset, range)):
        return list(value)
    raise TypeError(f"{type(value).__name__} does not pass the socket")


def _back(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"period"}:
        return Period(**value["period"])
    return tuple(value) if isinstance(value, list) else value


def _table(value: Any) -> pa.Table:
    if isinstance(value, pa.Table):
        return value
    if isinstance(value, set):
        return pa.table({"set": pa.array(sorted(value), pa.int64())})
    return pa.table({"value": [json.dumps(value)]})


def _value(table: pa.Table) -> Any:
    if table.column_names == ["set"]:
        return set(table.column(0).to_pylist())
    if table.column_names == ["value"] and table.num_rows == 1 and table.schema.field(0).type == pa.string():
        return json.loads(table.column(0)[0].as_py())
    return table


class Server(flight.FlightServerBase):
    """Answers the other processes; owned by the data server."""

    def __init__(self, writer: Writer, path: Path) -> None:
        path.unlink(missing_ok=True)  # left behind by a server that was killed; the folder's lock is ours
        before = os.umask(0o177)  # the socket is the operator's alone from its first moment
        try:
            super().__init__(address(path))
        finally:
            os.umask(before)
        self.writer = writer

    def do_get(self, context: flight.ServerCallContext, ticket: flight.Ticket) -> flight.RecordBatchStream:
        call = json.loads(ticket.ticket)
        name, arguments = call["method"], call["arguments"]
        return flight.RecordBatchStream(_table(_told(lambda: self._answer(name, *arguments))))

    def _answer(self, name: str, positional: list[Any], named: dict[str, Any]) -> Any:
        if name == "barrier":
            return self.writer.barrier()
        if name == "status":
            return asdict(self.writer.status())
        if name in keeping.CALLS:
            return keeping.answer(self.writer, name, positional)
        if name not in READS | WRITES:
            raise ValueError(f"there is no call {name!r}")
        arguments = [_back(value) for value in positional]
        by_name = {key: _back(value) for key, value in named.items()}
        settle(self.writer, streams_of(name, arguments, by_name))
        target = self.writer if name == "delete" else self.writer.store
        return getattr(target, name)(*arguments, **by_name)

    def do_put(
        self, context: flight.ServerCallContext, descriptor: flight.FlightDescriptor,
        reader: flight.MetadataRecordBatchReader, writer: flight.FlightMetadataWriter,
    ) -> None:  # fmt: skip
        name = descriptor.command.decode()
        table = reader.read_all()
        # An offset that points outside would end this process when somebody follows it.
        table.validate(full=True)
        writer.write(json.dumps(_told(lambda: self._take(name, table))).encode())

    def _take(self, name: str, table: pa.Table) -> dict[str, int]:
        if name == "submit":
            receipt = self.writer.submit(table).result()
            return {"seq": receipt.seq, "rows": receipt.rows}
        if name not in TABLES:
            raise ValueError(f"there is no call {name!r}")
        settle(self.writer)
        return {"rows": getattr(self.writer.store, name)(table)}


#: Faults that a caller must be able to tell apart, and what is needed to build them again.
FAULTS: dict[str, Callable[[dict[str, Any]], Exception]] = {
    "Busy": lambda told: Busy(told["retry_after"]),
    "TooMuch": lambda told: TooMuch(told["text"]),
    "BatchError": lambda told: BatchError([Problem(*row) for row in told["problems"]], told["count"]),
    "JournalFull": lambda told: JournalFull(told["text"]),
    "ValueError": lambda told: ValueError(told["text"]),
    "Unavailable": lambda told: Unavailable(told["text"], told["reason"]),
}


def _told(work: Callable[[], Any]) -> Any:
    """Do the work; a known fault travels with what its class needs."""
    try:
        return work()
    except (Busy, TooMuch, ValueError, JournalFull, Unavailable) as error:
        told = {
            "class": type(error).__name__,
            "text": str(error),
            "retry_after": getattr(error, "retry_after", None),
            "reason": getattr(error, "reason", ""),
            "problems": [astuple(problem) for problem in getattr(error, "problems", ())],
            "count": getattr(error, "count", 0),
        }
        raise flight.FlightServerError(str(error), extra_info=json.dumps(told).encode()) from error


class Remote:
    """The store of the data server, for the other processes. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client = flight.connect(address(path))

    def alive(self) -> bool:
        return reachable(self._path)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in READS | WRITES | keeping.CALLS | {"barrier", "status"}:
            return lambda *positional, **named: self._get(name, positional, named)
        if name in TABLES:
            return lambda table: self._put(name, table)
        raise AttributeError(name)

    def _get(self, name: str, positional: Any, named: dict[str, Any]) -> Any:
        ticket = json.dumps({"method": name, "arguments": [positional, named]}, default=_plain).encode()
        with _faults():
            return _value(self._client.do_get(flight.Ticket(ticket)).read_all())

    def _put(self, name: str, table: pa.Table) -> Any:
        with _faults():
            writer, reader = self._client.do_put(
                flight.FlightDescriptor.for_command(name.encode()), table.schema
            )
            with writer:
                writer.write_table(table)
                writer.done_writing()
                told = json.loads(reader.read().to_pybytes())
        return Receipt(**told) if name == "submit" else told["rows"]


@contextmanager
def _faults() -> Iterator[None]:
    """Give the caller the fault that the owner of the store had."""
    try:
        yield
    except flight.FlightServerError as error:
        told = json.loads(error.extra_info) if error.extra_info else {}
        if told.get("class") in FAULTS:
            raise FAULTS[told["class"]](told) from None
        raise
