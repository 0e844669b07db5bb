"""Reads: order, pages, conditions, what stands beside the rows, files; each the same from hot, warm and cold rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import (
    CORRECTIONS,
    FLAGS,
    BatchError,
    Closed,
    Options,
    Period,
    TooMuch,
    batch,
)
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.storing import Keeping
from steuerrad.engines.observations.tests.kinds import Shelf
from steuerrad.engines.observations.times import HOUR, MINUTE

START = 1_700_000_000_000_000 // HOUR * HOUR
ROWS = [
    (stream, START + n * (stream + 1) * MINUTE, float(n % 13) if n % 5 else None)
    for stream in range(4)
    for n in range(300)
]


@pytest.fixture(scope="module")
def store(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    """In DuckDB a third each is cold, warm and hot; PostgreSQL has no such levels."""
    store = Shelf(url, tmp_path_factory.mktemp("store")).store(Options(memory_mb=256, most_rows=50_000))
    for number in range(3):
        part = ROWS[number::3]
        store.apply(batch(*map(list, zip(*part, strict=True))), number + 1)
        if number == 0:
            store.seal(everything=True)
        if number == 1:
            store.options = Options(hot_rows=1, most_rows=50_000)
            store.seal()
    if isinstance(store, Store):
        assert min(store.room.hot_rows, store.room.warm_rows) > 0
    yield store
    store.close()


def keys(table: pa.Table) -> list[tuple[int, int]]:
    return list(zip(table.column("stream").to_pylist(), table.column("time").to_pylist(), strict=True))


@settings(max_examples=40, deadline=None)
@given(
    streams=st.one_of(st.none(), st.lists(st.integers(0, 5), max_size=5)),
    low=st.integers(-10, 1300),
    length=st.integers(0, 1300),
    newest=st.booleans(),
    limit=st.integers(0, 50),
    offset=st.integers(0, 30),
    above=st.one_of(st.none(), st.integers(0, 13)),
)
def test_rows_come_as_asked(
    store: Keeping, streams: list[int] | None, low: int, length: int, newest: bool, limit: int, offset: int, above: int | None
) -> None:  # fmt: skip
    start, end = START + low * MINUTE, START + (low + length) * MINUTE
    where = None if above is None else ("value > ?", [above])
    expected = [
        (stream, time)
        for stream, time, value in sorted(ROWS, key=lambda row: (row[1], row[0]), reverse=newest)
        if (streams is None or stream in streams) and start <= time < end
        if above is None or (value is not None and value > above)
    ]
    told = store.rows(streams, start, end, newest_first=newest, limit=limit, offset=offset, where=where)
    assert keys(told) == expected[offset : offset + limit]
    assert store.count(streams, start, end, where) == len(expected)
    if where:
        assert store.streams_where(streams, where, start, end) == {stream for stream, _ in expected}


@pytest.mark.parametrize("newest", [True, False])
def test_pages_by_key_give_every_row_once(store: Keeping, newest: bool) -> None:
    found: list[tuple[int, int]] = []
    after = None
    while page := keys(store.rows(newest_first=newest, limit=97, after=after)):
        found += page
        after = page[-1][1], page[-1][0]
    assert found == sorted(((s, t) for s, t, _ in ROWS), key=lambda k: (k[1], k[0]), reverse=newest)


def test_order_by_columns(store: Keeping) -> None:
    told = store.rows([1], order=(("value", True), ("time", True)), limit=400)
    values = told.column("value").to_pylist()
    assert values == sorted((v for v in values if v is not None), reverse=True) + [None] * 60
    with pytest.raises(ValueError, match="drop"):
        store.rows(order=(("drop", True),))


def test_what_stands_beside_the_rows(store: Keeping) -> None:
    times = [START, START + MINUTE, START + 2 * MINUTE]
    flags = {"stream": [0, 0, 0], "time": [times[0], times[1], times[1]], "flag": [3, 3, 4]}
    store.flag(pa.table({**flags, "tests": ["range", "range", "spike"], "run": ["r1"] * 3}, schema=FLAGS))
    fix = {
        "stream": [0, 0],
        "time": [times[2]] * 2,
        "value": [7.0, 8.0],
        "by": ["a"] * 2,
        "reason": ["b"] * 2,
    }
    store.correct(pa.table(fix, schema=CORRECTIONS))
    told = store.rows([0], limit=3, flags=True)
    assert told.column("flag").to_pylist() == [3, 4, None]
    assert told.column("corrected").to_pylist() == [None, None, 8.0]
    assert told.column("value").to_pylist() == [row[2] for row in ROWS[:3]]
    assert store.flags([0]).column("tests").to_pylist() == ["range", "spike"]
    assert store.corrections([0]).num_rows == 2
    assert store.rows([9], flags=True).schema.names == told.schema.names
    assert store.unflag([0], START, START + HOUR, run="other") == 0
    assert store.unflag(None, START, START + HOUR) == 2
    with pytest.raises(BatchError):
        store.flag(pa.table({"stream": [1]}))


def test_files_hold_all_rows_sorted(store: Keeping, tmp_path: Path) -> None:
    wanted = sorted((stream, time) for stream, time, _ in ROWS if time < START + HOUR)
    for kind in ("parquet", "arrow", "csv"):
        path = tmp_path / f"rows.{kind}"
        assert store.export(path, START, START + HOUR, format=kind) == len(wanted)
        if kind == "parquet":
            table = pyarrow.parquet.read_table(path)
            assert pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
        elif kind == "arrow":
            table = pa.ipc.open_file(path).read_all()
        else:
            table = pyarrow.csv.read_csv(path)
        assert keys(table) == wanted
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_read_that_takes_too_long_is_ended(store: Keeping) -> None:
    slow = (
        "stream + (SELECT count(*) FROM range(100000) a, range(10000000) b WHERE a.range * b.range % 7 = 3) > 0",
        [],
    )
    options, store.options = store.options, Options(query_seconds=0.5)
    begin = time.monotonic()
    with pytest.raises(TooMuch, match="longer than"):
        store.count([0], where=slow)
    store.options = options
    assert time.monotonic() - begin < 20
    assert store.count([0], START, START + HOUR) == 60
    with pytest.raises(TooMuch):
        store.rows(limit=10**9)


def test_everybody_reads_while_rows_come_in_and_move(shelf: Shelf) -> None:
    """What was acknowledged is there after the barrier, in every table, and each row once."""
    options = Options(hot_rows=2_000, warm_rows=8_000, memory_mb=256)
    faults: list[str] = []
    stop = threading.Event()
    with shelf.writer(options) as writer:
        writer.submit(batch(0, [START], [0.0])).result()

        def read() -> None:
            while not stop.is_set():
                acknowledged = seen[0]
                writer.barrier()
                rows = writer.store.rows([0], limit=50_000)
                times = rows.column("time").to_pylist()
                if len(times) < acknowledged or len(set(times)) != len(times):
                    faults.append(f"{len(times)} of {acknowledged}")
                total = writer.store.aggregate([0], START, START + 10**12, Period.fixed(3600)).column("count")
                if sum(total.to_pylist()) < acknowledged:
                    faults.append("aggregate")

        seen = [1]
        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for number in range(60):
            times = [START + 1 + number * 300 + n for n in range(300)]
            writer.submit(batch(0, times, [1.0] * 300)).result()
            seen[0] += 300
        stop.set()
        for reader in readers:
            reader.join()
        writer.barrier()
        assert writer.store.count() == seen[0]
    assert not faults
    with pytest.raises(Closed):
        writer.store.latest()
