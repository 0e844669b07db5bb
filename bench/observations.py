"""The observation store: durable taking, and reads on 1 and 10 million rows while 5,000 rows/s arrive.

python bench/observations.py [MILLIONS ...]: other sizes, for example 100 (takes minutes and 3 GB of disk).
Ratios are to plain DuckDB (the same batches into a table, the same question to it) in the same run. Other work on the
machine slows both; so the processor time of the process is printed beside the time of the clock.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import pyarrow as pa

from steuerrad.engines.observations import Options, Period, Receipt, Writer, batch, open_folder
from steuerrad.engines.observations.times import DAY, MINUTE

STREAMS, STEP = 1_000, 10 * MINUTE
START = 1_600_000_000_000_000 // DAY * DAY
ARRIVING = 5_000  # rows a second while reads are measured
LOAD_ROWS = 200_000
PLAIN = "CREATE TABLE plain (stream INTEGER, time BIGINT, value DOUBLE, result_time BIGINT, extra VARCHAR)"
READ_SECONDS = 3.0


def arriving(rows: int, first: int = 0) -> pa.Table:
    """Rows number first, first + 1, ...: one of each stream, ten minutes later one of each, ..."""
    at = np.arange(first, first + rows)
    value = np.round(12 + 8 * np.sin(at / STREAMS / 144 * 2 * np.pi) + at % 7, 1)
    return batch((at % STREAMS).astype(np.int32), START + at // STREAMS * STEP, value)


def durable(folder: Path, size: int, count: int) -> tuple[float, float]:
    """Rows/s of the writer until all is readable, and of plain DuckDB with a commit for each batch."""
    tables = [arriving(size, number * size) for number in range(count)]
    with open_folder(folder / f"own{size}", Options(pending_rows=10**9, pending_mb=4096)) as writer:
        begin = time.perf_counter()
        wait([writer.submit(table) for table in tables])
        writer.barrier(600)
        own = size * count / (time.perf_counter() - begin)
    plain = duckdb.connect(str(folder / f"plain{size}.duckdb"), config={"threads": 2, "memory_limit": "1GB"})
    plain.execute(PLAIN)
    begin = time.perf_counter()
    for one in tables:  # noqa: B007 - DuckDB finds it by its name
        plain.sql("SELECT * FROM one").insert_into("plain")
    raw = size * count / (time.perf_counter() - begin)
    plain.close()
    return own, raw


def taking(folder: Path) -> None:
    print("   durable, until readable          rows/s   plain DuckDB   ratio")
    for size, count in ((100, 2_000), (1_000, 1_000), (10_000, 300), (100_000, 40)):
        pairs = [durable(Path(tempfile.mkdtemp(dir=folder)), size, count) for _ in range(3)]
        own, raw = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"   batches of {size:>7,}          {own:>12,.0f}   {raw:>12,.0f}   {ratio:5.2f}", flush=True)
    with open_folder(folder / "single") as writer:
        single(writer)


def single(writer: Writer) -> None:
    """Submissions of one row each: many at once share an fsync, one after the other cannot."""
    tables = [arriving(1, number) for number in range(20_000)]
    begin = time.perf_counter()
    waiting: list[Future[Receipt]] = [writer.submit(table) for table in tables]
    wait(waiting)
    print(f"   acknowledgments of one row       {len(tables) / (time.perf_counter() - begin):>12,.0f} /s")
    taken: list[float] = []
    for number in range(300):
        begin = time.perf_counter()
        writer.submit(arriving(1, 30_000 + number)).result()
        taken.append(time.perf_counter() - begin)
    print(f"   one at a time                    {statistics.median(taken) * 1e3:>12.2f} ms")


def loaded(writer: Writer, rows: int) -> None:
    begin, cpu = time.perf_counter(), time.process_time()
    for number in range(rows // LOAD_ROWS):
        writer.store.apply(arriving(LOAD_ROWS, number * LOAD_ROWS), writer.store.applied + 1)
        writer.store.seal()
    took, cpu = time.perf_counter() - begin, time.process_time() - cpu
    print(
        f"   loaded and sorted                {rows / took:>12,.0f} rows/s ({rows / cpu:,.0f} per CPU second)"
    )


def median(name: str, work: Callable[[], object], target: float | None = None) -> None:
    """Median and 95th percentile of the clock in ms, median of the processor's time (all threads, also the writer's)."""
    clock: list[float] = []
    processor: list[float] = []
    end = time.perf_counter() + READ_SECONDS
    while len(clock) < 7 or (time.perf_counter() < end and len(clock) < 100):
        begin, cpu = time.perf_counter(), time.process_time()
        work()
        processor.append((time.process_time() - cpu) * 1e3)
        clock.append((time.perf_counter() - begin) * 1e3)
    wanted = f"   target {target:g} ms" if target else ""
    print(
        f"   {name:<42}{statistics.median(clock):>9.2f} ms   p95 {np.percentile(clock, 95):>8.2f}   "
        f"cpu {statistics.median(processor):>8.2f}{wanted}",
        flush=True,
    )


def reads(writer: Writer, rows: int) -> None:
    store, last = writer.store, START + (rows // STREAMS - 1) * STEP
    month = (last - 31 * DAY) // DAY * DAY if rows >= 5_000_000 else START
    every = range(STREAMS)
    median("latest of 1,000 streams", store.latest, 20)
    median("1,000 newest of one stream", lambda: store.rows([17], newest_first=True), 3)
    median("the same with what was just acknowledged", lambda: fresh(writer))
    hour = Period.fixed(3600)
    median(
        "hourly means, month, 1,000 streams",
        lambda: store.aggregate(every, month, month + 30 * DAY, hour),
        300,
    )
    median(
        "daily means in Berlin, month, 1,000 streams",
        lambda: store.aggregate(
            every, month, month + 30 * DAY, Period.calendar("day"), ("mean", "min", "max"), "Europe/Berlin"
        ),
    )
    median("hourly means, month, one stream", lambda: store.aggregate([17], month, month + 30 * DAY, hour))
    median("chart of everything", lambda: store.downsample(17, START, last + STEP, 500))
    median("chart of a day", lambda: store.downsample(17, last - DAY, last + STEP, 500))
    median("chart over ten years", lambda: store.downsample(17, last - 3652 * DAY, last + STEP, 500))
    median("count of a month", lambda: store.count(None, month, month + 30 * DAY))


def fresh(writer: Writer) -> pa.Table:
    writer.barrier()
    return writer.store.rows([17], newest_first=True)


def arrive(writer: Writer, first: int, stop: threading.Event, sent: list[int]) -> None:
    due = time.monotonic()
    while not stop.is_set():
        writer.submit(arriving(ARRIVING // 10, first)).result()
        first += ARRIVING // 10
        sent[0] += ARRIVING // 10
        due += 0.1
        stop.wait(max(0.0, due - time.monotonic()))


def size(folder: Path, millions: int) -> None:
    rows = millions * 1_000_000
    with open_folder(folder / f"rows{millions}") as writer:
        print(
            f"   {millions} million rows, {STREAMS:,} streams every 10 minutes, while {ARRIVING:,} rows/s arrive"
        )
        loaded(writer, rows)
        stop, sent = threading.Event(), [0]
        feeder = threading.Thread(target=arrive, args=(writer, rows, stop, sent))
        begin = time.monotonic()
        feeder.start()
        reads(writer, rows)
        stop.set()
        feeder.join()
        print(f"   arrived meanwhile: {sent[0] / (time.monotonic() - begin):,.0f} rows/s")
    disk = sum(path.stat().st_size for path in files(folder / f"rows{millions}")) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"   on disk {disk:,.0f} MB ({disk * 1e6 / rows:.1f} bytes a row); peak memory so far {peak:,.0f} MiB"
    )
    begin = time.perf_counter()
    open_folder(folder / f"rows{millions}").close()
    print(f"   opened and closed again in {time.perf_counter() - begin:.2f} s\n", flush=True)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="observations"))
    try:
        if len(sys.argv) == 1:
            taking(folder)
        for millions in [int(text) for text in sys.argv[1:]] or [1, 10]:
            size(folder, millions)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
