"""Whatever comes in at the socket of the store: an error for the caller, and the next caller is answered."""

from __future__ import annotations

import json
import random
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import flight

from steuerrad.engines.observations import BatchError, batch, open_folder
from steuerrad.platform.observations.flight import READS, TABLES, WRITES, Remote, Server, address
from tests.support.effort import tries

HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A socket in a short folder, with a store behind it that holds three rows."""
    with tempfile.TemporaryDirectory(prefix="fl") as name, open_folder(Path(name) / "o") as writer:
        path = Path(name) / "s"
        server = Server(writer, path)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        Remote(path).submit(batch(1, [1, 2, 3], [1.0, 2.0, 3.0]))
        yield path
        server.shutdown()
        thread.join(20)
        assert not thread.is_alive()


def alive(place: Path) -> bool:
    return Remote(place).rows([1]).num_rows >= 3


NAMES = st.one_of(
    st.sampled_from(
        sorted(READS | WRITES | TABLES | {"barrier", "status", "__class__", "_settle", "backup", "close"})
    ),
    st.text(max_size=5),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(
        ["period", "streams", "start", "end", "limit", "where", "order", "unit", "count"]), inner, max_size=3)), max_leaves=6,
)  # fmt: skip
TICKETS = st.one_of(
    st.binary(max_size=30),
    VALUES.map(lambda value: json.dumps(value).encode()),
    st.builds(lambda name, positional, named: json.dumps({"method": name, "arguments": [positional, named]}).encode(),
              NAMES.filter(lambda name: name not in ("backup", "delete")), st.lists(VALUES, max_size=3),
              st.dictionaries(st.sampled_from(["streams", "limit", "where", "newest_first"]), VALUES, max_size=2)),
)  # fmt: skip


@settings(max_examples=tries(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TICKETS)
def test_no_ticket_breaks_the_server(place: Path, ticket: bytes) -> None:
    client = flight.connect(address(place))
    try:
        client.do_get(flight.Ticket(ticket), options=flight.FlightCallOptions(timeout=30)).read_all()
    except (flight.FlightError, pa.ArrowException, KeyError, TypeError) as error:
        assert "imed out" not in str(error)  # noqa: PT017 - an answer, if no good one
    client.close()


def test_after_all_tickets_the_rows_are_what_they_were(place: Path) -> None:
    assert Remote(place).rows([1], limit=10).column("value").to_pylist() == [1.0, 2.0, 3.0]


def put(place: Path, name: str, table: pa.Table) -> None:
    with flight.connect(address(place)) as client:
        writer, reader = client.do_put(flight.FlightDescriptor.for_command(name.encode()), table.schema)
        with writer:
            writer.write_table(table)
            writer.done_writing()
            reader.read()


def _puts() -> list[tuple[str, pa.Table]]:
    good = batch(9, [1, 2], [1.0, 2.0])
    nothing = pa.table({"x": [1]})
    texts = good.set_column(1, "time", pa.array(["a", "b"]))
    nan = good.set_column(2, "value", pa.array([float("nan"), 1.0]))
    far = good.set_column(1, "time", pa.array([2**62, -(2**62)], pa.int64()))
    twice = pa.Table.from_arrays([*good.columns, good.column(0)], names=[*good.schema.names, "stream"])
    broken = pa.StringArray.from_buffers(
        2, pa.py_buffer(np.array([0, 2**30, 5], np.int32).tobytes()), pa.py_buffer(b"{}{}{}")
    )
    offsets = good.set_column(4, "extra", broken)
    return [("submit", table) for table in (nothing, texts, nan, far, twice, offsets)] + [
        ("flag", nothing), ("correct", good), ("rows", good), ("", good), ("__init__", good)]  # fmt: skip


@pytest.mark.parametrize("number", range(len(_puts())))
def test_no_table_breaks_the_server(place: Path, number: int) -> None:
    name, table = _puts()[number]
    with pytest.raises((flight.FlightError, pa.ArrowException, BatchError)):
        put(place, name, table)
    assert alive(place)
    assert Remote(place).rows([9]).num_rows == 0


def test_half_messages_and_silence_do_not_hold_up_others(place: Path) -> None:
    chance = random.Random("half")
    held: list[Any] = []
    for number in range(tries(30)):
        link = socket.socket(socket.AF_UNIX)
        link.connect(str(place))
        parts = (b"", HTTP2, HTTP2[:10], chance.randbytes(200), HTTP2 + chance.randbytes(60), b"GET / HTTP/1.1\r\n\r\n",
                 HTTP2 + b"\0\0\0\4\0\0\0\0\0" + b"\xff\xff\xff\1\5\0\0\0\1" * 3)  # fmt: skip
        link.sendall(parts[number % len(parts)])
        if number % 2:
            link.close()
        else:
            held.append(link)
    client = flight.connect(address(place))
    writer, _reader = client.do_put(
        flight.FlightDescriptor.for_command(b"submit"), batch(5, [1], [1.0]).schema
    )
    writer.write_table(batch(5, [1], [1.0]))
    client.close()  # in the middle of what it had to say
    del writer
    assert alive(place)
    for link in held:
        link.close()
    assert alive(place)
