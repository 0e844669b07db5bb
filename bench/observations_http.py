"""Observations over HTTP, durable: one at a time, in data arrays of 1,000, in Arrow; then reads while 5,000/s arrive.

Ratios: to appending the same rows to plain DuckDB, and to decoding the same bytes with orjson, in the same run. Sender and
server share the processors.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import orjson
import pyarrow as pa

from bench._http_load import endless, load, request
from bench._installation import ROOT, installation

STREAMS, PORT, SECONDS = 1_000, 8765, 8.0
ROWS, BULK = 1_000, 250_000
START = 1_700_000_000_000_000
ARRAYS = "/sta/v1.1/CreateObservations"


def catalogue() -> tuple[list[int], str]:
    """Numbers of the datastreams, and a key that writes to them."""
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.http_api.tokens import create_token
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing

    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="T", definition="http://example.org/t"))
    place = actions.save(None, Location(name="L", geometry={"type": "Point", "coordinates": [7.2, 51.5]}))
    numbers = []
    for thing_number in range(STREAMS // 10):
        thing = actions.save(None, Thing(name=f"T{thing_number}", public=True))
        actions.place(None, thing, [place])
        actions.feature_of(thing)
        numbers += [
            actions.save(
                None, Datastream(name=f"D{n}", thing=thing, sensor=sensor, observed_property=seen)
            ).pk
            for n in range(10)
        ]
    user = User.objects.create_superuser("bench@city.example", "x")
    return numbers, create_token(user, "bench")


@contextlib.contextmanager
def server() -> Iterator[subprocess.Popen[bytes]]:
    program = "from steuerrad.config.cli import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "sensors", "serve", "--bind", f"127.0.0.1:{PORT}"], cwd=ROOT
    )
    try:
        while True:
            with contextlib.suppress(OSError):
                read("/sta/v1.1")
                break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def read(path: str) -> tuple[float, bytes]:
    """Milliseconds and the answer."""
    link = http.client.HTTPConnection("127.0.0.1", PORT)
    begin = time.perf_counter()
    link.request("GET", path)
    answer = link.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begin) * 1000
    assert answer.status == 200, body[:300]
    link.close()
    return took, body


def moment(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START // 10**6 + second))


def singles(numbers: list[int], key: str, first: int) -> Iterator[bytes]:
    def make(at: int) -> bytes:
        stream = numbers[at % STREAMS]
        body = {
            "phenomenonTime": moment(first + at // STREAMS),
            "result": at % 50 / 2,
            "Datastream": {"@iot.id": stream},
        }
        return request("/sta/v1.1/Observations", orjson.dumps(body), key)

    return endless(make)


def arrays(numbers: list[int], key: str, first: int, count: int) -> list[bytes]:
    """Bodies of 1,000 rows of one datastream each, prepared."""
    bodies = []
    for at in range(count):
        start = first + at // STREAMS * ROWS
        rows = [[moment(start + row), row % 50 / 2] for row in range(ROWS)]
        part = {
            "Datastream": {"@iot.id": numbers[at % STREAMS]},
            "components": ["phenomenonTime", "result"],
            "dataArray": rows,
        }
        bodies.append(orjson.dumps([part]))
    return bodies


def bulk(numbers: list[int], first: int) -> pa.Table:
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


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident MB of the server."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def writes(numbers: list[int], key: str) -> None:
    print(f"{'':34} {'per second':>12}  others")
    for connections in (1, 8, 64):
        rate, bad = load(PORT, singles(numbers, key, connections * 10_000), connections, SECONDS)
        print(f"one at a time, {connections:2} connections {rate:18,.0f}  {bad}")
    bodies = arrays(numbers, key, 10**6, 1500)
    begin = time.perf_counter()
    for body in bodies:
        orjson.loads(body)
    decoding = len(bodies) * ROWS / (time.perf_counter() - begin)
    raw = plain(bulk(numbers, 0).slice(0, ROWS), 200)
    rate, bad = load(PORT, iter([request(ARRAYS, body, key) for body in bodies]), 4, 60)
    both = 1 / (1 / decoding + 1 / raw)
    print(f"data arrays of 1,000, observations {rate * ROWS:12,.0f}  {bad}   {rate * ROWS / both:.2f} of decoding + plain append "
          f"({decoding:,.0f} and {raw:,.0f} alone)")  # fmt: skip
    kind = "application/vnd.apache.arrow.stream"
    tables = [bulk(numbers, 5 * 10**6 + at * 1000) for at in range(16)]
    raw = plain(tables[0], 8)
    messages = iter([request("/sensors/bulk", stream_of(table), key, kind) for table in tables])
    rate, bad = load(PORT, messages, 2, 60)
    print(
        f"Arrow of {BULK:,}, observations  {rate * BULK:12,.0f}  {bad}   {rate * BULK / raw:.2f} of plain append ({raw:,.0f})"
    )


def reads(numbers: list[int], key: str, process: subprocess.Popen[bytes]) -> None:
    stream = numbers[7]
    questions = {
        "1,000 newest of one, JSON": f"/sta/v1.1/Datastreams({stream})/Observations?$orderby=phenomenonTime%20desc&$top=1000",
        "latest of all 1,000": "/sta/v1.1/Datastreams?$top=1000&$select=id&$expand=Observations($top=1;$orderby=phenomenonTime%20desc;"
        "$select=result,phenomenonTime)",
        "one entity": f"/sta/v1.1/Datastreams({stream})",
    }  # fmt: skip
    stop = threading.Event()

    def arriving() -> None:
        bodies = itertools.cycle(arrays(numbers, key, 9 * 10**6, 300))
        link = http.client.HTTPConnection("127.0.0.1", PORT)
        while not stop.is_set():
            begin = time.perf_counter()
            link.request("POST", ARRAYS, next(bodies), {"Authorization": f"Bearer {key}"})
            link.getresponse().read()
            time.sleep(max(0, ROWS / 5_000 - (time.perf_counter() - begin)))

    thread = threading.Thread(target=arriving)
    thread.start()
    print("\nreads while 5,000 a second arrive: median ms, worst of 40")
    for name, path in questions.items():
        took = [read(path)[0] for _ in range(40)]
        print(f"{name:28} {statistics.median(took):8.1f} {max(took):8.1f}")
    stop.set()
    thread.join()
    print(f"memory of the server {memory(process):,.0f} MB; rows stored: "
          f"{json.loads(read('/sta/v1.1/Observations?$count=true&$top=0')[1])['@iot.count']:,}")  # fmt: skip


def main() -> None:
    with installation():
        numbers, key = catalogue()
        os.environ["STEUERRAD_ALLOWED_HOSTS"] = "*"
        with server() as process:
            writes(numbers, key)
            reads(numbers, key, process)


if __name__ == "__main__":
    main()
