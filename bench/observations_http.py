"""The data server over HTTP, durable: what it takes, then reads on 1 and 10 million rows while 5,000 rows/s arrive.

python bench/observations_http.py [--large] [MILLIONS ...]: --large adds 100 million (minutes, 3 GB of disk).
Every figure is a median, with its target and a ratio to a baseline of the same run: appending the same batches to plain DuckDB
and decoding the same bytes with orjson; the same question to plain DuckDB over the same rows. Senders, server and asker share
the processors; what arrives has a row of each of the 1,000 datastreams.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import orjson
import pyarrow as pa

from bench._http_load import endless, load, request
from bench._installation import ROOT, installation, taken
from bench._observations import catalogue, fill

STREAMS, PORT, SECONDS, ROUNDS = 1_000, 8765, 4.0, 3
ROWS, BULK = 1_000, 250_000
STEP = 600 * 10**6
START = 1_700_000_000_000_000 // STEP * STEP
HOUR = 3600 * 10**6
ARRAYS = "/sta/v1.1/CreateObservations"
ARROW = "application/vnd.apache.arrow.stream"
ARRIVING = 5_000


@contextlib.contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    program = "from steuerrad.config.cli import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "sensors", "serve", "--bind", f"127.0.0.1:{PORT}"], cwd=ROOT
    )
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                ask(http.client.HTTPConnection("127.0.0.1", PORT), "/sta/v1.1")
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def ask(link: http.client.HTTPConnection, path: str) -> bytes:
    link.request("GET", path)
    answer = link.getresponse()
    body = answer.read()
    assert answer.status == 200, body[:300]
    return body


def moment(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START // 10**6 + second))


def singles(numbers: Sequence[int], key: str, first: int) -> Iterator[bytes]:
    def make(at: int) -> bytes:
        stream = numbers[at % STREAMS]
        body = {"phenomenonTime": moment(first + at // STREAMS), "result": at % 50 / 2,
                "Datastream": {"@iot.id": stream}}  # fmt: skip
        return request("/sta/v1.1/Observations", orjson.dumps(body), key)

    return endless(make)


def arrays(numbers: Sequence[int], first: int, count: int, each: int) -> list[bytes]:
    """Bodies of 1,000 rows, `each` of one datastream."""
    bodies = []
    for at in range(count):
        parts = []
        for place in range(ROWS // each):
            stream = at * (ROWS // each) + place
            start = first + stream // STREAMS * each
            rows = [[moment(start + row), row % 50 / 2] for row in range(each)]
            parts.append({"Datastream": {"@iot.id": numbers[stream % STREAMS]},
                          "components": ["phenomenonTime", "result"], "dataArray": rows})  # fmt: skip
        bodies.append(orjson.dumps(parts))
    return bodies


def bulk(numbers: Sequence[int], first: int) -> pa.Table:
    at = np.arange(BULK)
    return pa.table({
        "datastream": pa.array(np.asarray(numbers)[at % STREAMS].astype(np.int32)),
        "phenomenonTime": pa.array(START + (first + at // STREAMS) * 10**6, pa.int64()).cast(pa.timestamp("us", "UTC")),
        "result": at % 50 / 2,
    })  # fmt: skip


def stream_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def plain(batch: pa.Table, times: int) -> float:
    """Rows/s of plain DuckDB, a commit for each batch."""
    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect(f"{folder}/plain.duckdb", config={"threads": 2})
        connection.execute("CREATE TABLE plain (stream INTEGER, time TIMESTAMPTZ, value DOUBLE)")
        begin = time.perf_counter()
        for _ in range(times):
            connection.execute("INSERT INTO plain SELECT * FROM batch")
        took = time.perf_counter() - begin
        connection.close()
    return batch.num_rows * times / took


def memory(process: subprocess.Popen[bytes], name: str = "VmRSS") -> float:
    """MB of the server: resident now (VmRSS) or at most (VmHWM)."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def told(
    name: str, rates: Sequence[tuple[float, int]], size: int, target: int, base: Sequence[float]
) -> None:
    """Median of the rounds in rows/s; ratio to the baseline of the same round."""
    rate = statistics.median(each for each, _bad in rates) * size
    ratio = statistics.median(each * size / one for (each, _bad), one in zip(rates, base, strict=True))
    bad = sum(number for _each, number in rates)
    print(
        f"{name:38} {rate:12,.0f} {target or '-':>12} {ratio:8.2f}  {f'{bad} refused' if bad else ''}",
        flush=True,
    )


def writes(numbers: Sequence[int], key: str) -> None:
    print(f"{'taken a second, median of ' + str(ROUNDS):38} {'rows/s':>12} {'target':>12} {'ratio':>8}  to: decoding with orjson and "
          "appending to plain DuckDB, one after the other")  # fmt: skip
    first = 0
    for connections, target in ((1, 0), (8, 0), (64, 3_000)):
        rates, base = [], []
        for _ in range(ROUNDS):
            base.append(plain(bulk(numbers, 0).slice(0, connections), 300))
            rates.append(load(PORT, singles(numbers, key, first), connections, SECONDS))
            first += 100_000
        told(f"one at a time, {connections} connections", rates, 1, target, base)
    for each in (ROWS, 1):
        rates, base = [], []
        for _ in range(ROUNDS):
            bodies = arrays(numbers, 10**7 + first, 400, each)
            took, _ = taken(lambda bodies=bodies: [orjson.loads(body) for body in bodies])
            decoding = len(bodies) * ROWS / took * 1000
            base.append(1 / (1 / decoding + 1 / plain(bulk(numbers, 0).slice(0, ROWS), 100)))
            rates.append(load(PORT, iter([request(ARRAYS, body, key) for body in bodies]), 4, 60))
            first += 10**6
        told(f"data arrays of 1,000, {ROWS // each:,} datastreams", rates, ROWS, 150_000, base)
    rates, base = [], []
    for _ in range(ROUNDS):
        tables = [bulk(numbers, 10**8 + first + at * 1000) for at in range(12)]
        base.append(plain(tables[0], 8))
        messages = iter([request("/sensors/bulk", stream_of(table), key, ARROW) for table in tables])
        rates.append(load(PORT, messages, 2, 60))
        first += 10**6
    told(f"Arrow of {BULK:,}", rates, BULK, 1_000_000, base)


@contextlib.contextmanager
def arriving(numbers: Sequence[int], key: str, first: int = 0, requests: int = 3_000) -> Iterator[list[int]]:
    """5,000 rows/s, a row of each datastream in every request; yields the number sent so far. first: seconds after START."""
    stop, sent = threading.Event(), [0]
    bodies = arrays(numbers, first, requests, 1)

    def run() -> None:
        link = http.client.HTTPConnection("127.0.0.1", PORT)
        due = time.perf_counter()
        for body in bodies:
            if stop.is_set():
                return
            link.request("POST", ARRAYS, body, {"Authorization": f"Bearer {key}"})
            answer = link.getresponse()
            answer.read()
            assert answer.status == 201
            sent[0] += ROWS
            due += ROWS / ARRIVING
            stop.wait(max(0.0, due - time.perf_counter()))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join()


def median(name: str, work: Callable[[], Any], target: float, base: float) -> None:
    """Median and 95th percentile in ms; ratio to the baseline's median."""
    took = []
    end = time.perf_counter() + 8
    while len(took) < 9 or (time.perf_counter() < end and len(took) < 40):
        took.append(taken(work)[0])
        time.sleep(0.02)
    middle = statistics.median(took)
    ratio = f"{middle / base:8.2f}" if base else f"{'-':>8}"
    print(f"   {name:42} {middle:9.1f} {np.percentile(took, 95):9.1f} {target or '-':>8} {ratio}", flush=True)


def questions(numbers: Sequence[int], month: int) -> dict[str, tuple[str, str, float]]:
    """Address, the same in SQL over plain DuckDB, target in ms."""
    stream = numbers[7]
    newest = "$orderby=phenomenonTime%20desc"
    return {
        "latest of all 1,000": (
            f"/sta/v1.1/Datastreams?$top=1000&$select=id&$expand=Observations($top=1;{newest};$select=result,phenomenonTime)",
            "SELECT stream, max(time), arg_max(value, time) FROM plain GROUP BY stream", 20),
        "the same with all that is known of them": (
            f"/sta/v1.1/Datastreams?$top=1000&$expand=Observations($top=1;{newest})", "", 0),
        "1,000 newest of one, JSON": (
            f"/sta/v1.1/Datastreams({stream})/Observations?{newest}&$top=1000",
            f"SELECT * FROM plain WHERE stream = {stream} ORDER BY time DESC LIMIT 1000", 8),
        "one entity": (f"/sta/v1.1/Datastreams({stream})", "", 0),
    }  # fmt: skip


def reads(
    folder: Path, numbers: Sequence[int], key: str, process: subprocess.Popen[bytes], before: Path
) -> None:
    from django.test import Client

    from steuerrad.engines.observations import Period
    from steuerrad.platform.observations.store import observations

    link = http.client.HTTPConnection("127.0.0.1", PORT)
    month = (START - 31 * 24 * HOUR) // HOUR * HOUR
    hourly = (f"SELECT stream, time // {HOUR}, avg(value) FROM plain WHERE time BETWEEN {month} AND {month + 30 * 24 * HOUR - 1} "
              "GROUP BY ALL")  # fmt: skip
    asked = questions(numbers, month)
    with duckdb.connect(str(before), config={"threads": 2, "memory_limit": "1GB"}) as raw:
        raw.execute("CREATE VIEW plain AS SELECT * FROM observation")
        base = {
            sql: statistics.median(
                taken(lambda sql=sql: raw.execute(sql).to_arrow_table())[0] for _ in range(5)
            )
            for sql in [hourly, *(sql for _path, sql, _target in asked.values() if sql)]
        }
    print(
        f"   {'while 5,000 rows/s arrive':42} {'median ms':>9} {'p95':>9} {'target':>8} {'ratio':>8}  to: plain DuckDB, nothing arriving"
    )
    page = Client()
    with arriving(numbers, key) as sent, observations() as store:
        begin = time.perf_counter()
        for name, (path, sql, target) in asked.items():
            median(name, lambda path=path: ask(link, path), target, base.get(sql, 0))
        others = iter(numbers[100:])  # what is asked for again comes from memory
        path, sql, target = asked["1,000 newest of one, JSON"]
        median(
            "the same, each time of another one",
            lambda: ask(link, path.replace(f"({numbers[7]})", f"({next(others)})")), target, base[sql],
        )  # fmt: skip
        period = Period.fixed(3600)
        median(
            "hourly means, month, 1,000 datastreams",
            lambda: store.aggregate(list(numbers), month, month + 30 * 24 * HOUR, period),
            300,
            base[hourly],
        )
        median("first page of the climate", lambda: page.get("/climate/"), 100, 0)
        rate = sent[0] / (time.perf_counter() - begin)
    print(
        f"   arrived meanwhile {rate:,.0f} rows/s; memory {memory(process):,.0f} MB, at most {memory(process, 'VmHWM'):,.0f} MB, target 2,000\n"
    )


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:] if text.isdecimal()] or [1, 10]
    if "--large" in sys.argv:
        sizes.append(100)
    with installation():
        os.environ["STEUERRAD_ALLOWED_HOSTS"] = "*"
        numbers, key = catalogue()
        folder = Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations"
        with server():
            writes(numbers, key)
        for millions in sizes:
            shutil.rmtree(folder, ignore_errors=True)
            begin = time.perf_counter()
            fill(folder, numbers, millions * 10**6, START, STEP)
            took = time.perf_counter() - begin
            print(f"\n   {millions} million rows stored ({millions * 1e6 / took:,.0f} rows/s)", flush=True)
            before = folder.with_name("plain.duckdb")
            shutil.copy(folder / "observations.duckdb", before)
            with server() as process:
                reads(folder, numbers, key, process, before)
            before.unlink()


if __name__ == "__main__":
    main()
