"""Arrow streams that somebody sends: good ones, broken ones, and those that were made to hurt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from steuerrad.modules.sensors.server.arrow_bodies import arrow_stream

HOUR = 3_600_000_000


def stream_of(table: pa.Table, compression: str | None = None, pieces: int | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(
        sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)
    ) as writer:
        writer.write_table(table, max_chunksize=pieces)
    return sink.getvalue().to_pybytes()


def table_of(
    rows: int = 3, times: Any = None, results: Any = None, streams: Any = None, **more: Sequence[Any]
) -> pa.Table:
    return pa.table({
        "datastream": np.full(rows, 7, np.int32) if streams is None else streams,
        "phenomenonTime": pa.array(np.arange(rows) * HOUR, pa.timestamp("us", "UTC")) if times is None else times,
        "result": np.arange(rows) / 2 if results is None else results,
        **more,
    })  # fmt: skip


def test_every_form_of_the_same_is_the_same() -> None:
    wanted = arrow_stream(stream_of(table_of()))
    assert wanted.column("time").to_pylist() == [0, HOUR, 2 * HOUR]
    times = table_of().column("phenomenonTime")
    texts = ["1970-01-01T00:00:00Z", "1970-01-01T03:00:00+02:00", "1970-01-01T02:00:00.000Z"]
    for other in (
        table_of(times=times.cast(pa.timestamp("ns", "Europe/Berlin"))),
        table_of(times=times.cast(pa.timestamp("s", "UTC"))),
        table_of(times=times.cast(pa.int64())),
        table_of(times=texts),
        table_of(times=pa.array(texts).dictionary_encode()),
        table_of(streams=pa.array([7, 7, 7]).dictionary_encode()),
        table_of(results=pa.array([0, 0.5, 1], pa.float32())),
    ):
        assert arrow_stream(stream_of(other, pieces=2)) == wanted


def test_result_times_come_along() -> None:
    times = pa.array([5, None, 7], pa.int64())
    assert arrow_stream(stream_of(table_of(resultTime=times))).column("result_time").to_pylist() == [
        5,
        None,
        7,
    ]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (table_of().drop_columns("result"), "missing: result"),
        (table_of(colour=["a", "b", "c"]), "not known: 'colour'"),
        (table_of(times=table_of().column("phenomenonTime").cast(pa.timestamp("us"))), "time zone"),
        (table_of(times=[1.5, 2.5, 3.5]), "phenomenonTime"),
        (table_of(times=pa.array([2**40, 0, 0], pa.timestamp("s", "UTC"))), "phenomenonTime|columns cannot"),
        (table_of(times=pa.array([1, None, 2], pa.timestamp("us", "UTC"))), "row 1, phenomenonTime: missing"),
        (table_of(results=[1.0, float("nan"), 2.0]), "row 1, result: not a finite number"),
        (table_of(results=["a", "b", "c"]), "result"),
        (table_of(results=[[1], [2], [3]]), "result"),
        (table_of(streams=[-1, 2, 3]), "row 0, datastream"),
        (table_of(streams=[2**40, 2, 3]), "datastream"),
        (table_of(streams=[1.5, 2.0, 3.0]), "datastream"),
    ],
)
def test_what_is_wrong_is_named(table: pa.Table, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        arrow_stream(stream_of(table))


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
def test_a_bomb_is_not_unpacked(compression: str) -> None:
    rows = 2_000_000
    body = stream_of(table_of(rows, streams=np.zeros(rows, np.int32), results=np.zeros(rows)), compression)
    before = pa.total_allocated_bytes()
    with pytest.raises(ValueError, match="compress"):
        arrow_stream(body)
    assert pa.total_allocated_bytes() - before < 1_000_000


def test_rows_that_cost_no_bytes_are_counted() -> None:
    rows = 6_000_000
    table = pa.table({name: pa.nulls(rows) for name in ("datastream", "phenomenonTime", "result")})
    with pytest.raises(ValueError, match="more than 5,000,000 rows"):
        arrow_stream(stream_of(table))


def test_a_damaged_stream_is_refused_and_nothing_else() -> None:
    """Bytes changed, cut out and repeated at random: rows, or a fault with a reason, never anything else."""
    chance = random.Random(5)
    sources = [
        stream_of(table_of(20), pieces=7),
        stream_of(
            table_of(4, times=["1970-01-01T00:00:00Z"] * 4, streams=pa.array([7] * 4).dictionary_encode())
        ),
        stream_of(table_of(3), "zstd"),
    ]
    refused, reasons = 0, set()
    for _ in range(1500):
        body = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 6)):
            at, how = chance.randrange(len(body)), chance.random()
            if how < 0.7:
                body[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            elif how < 0.85:
                del body[at : at + chance.randint(1, 40)]
            else:
                body[at:at] = body[at : at + chance.randint(1, 40)]
            if not body:
                break
        try:
            table = arrow_stream(bytes(body))
        except ValueError as error:  # a BatchError is one
            reasons.add(str(error))
            refused += 1
        else:
            assert table.num_rows <= 5_000_000
    assert refused > 200
    assert "" not in reasons
