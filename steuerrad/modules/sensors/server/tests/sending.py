"""Senders that remember what was acknowledged, and what must be true of the store afterwards.

Each sender has a datastream of its own. Its row number n has the time START + n seconds and a value that follows from n, so
whoever reads the store knows what must be there.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from steuerrad.engines.observations import open_folder

START = 1_600_000_000
STA = "/sta/v1.1"
ARROW = "application/vnd.apache.arrow.stream"
KINDS = ("single", "array", "arrow")
SIZES = {"single": 1, "array": 200, "arrow": 3000}


def moment(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + second))


def value_of(number: int, stream: int) -> float:
    return (number * 7 + stream) % 1000 / 4


def arrow(stream: int, numbers: range) -> bytes:
    at = np.arange(numbers.start, numbers.stop)
    table = pa.table({
        "datastream": pa.array(np.full(at.size, stream), pa.int32()),
        "phenomenonTime": pa.array((START + at) * 10**6, pa.int64()),
        "result": (at * 7 + stream) % 1000 / 4,
    })  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


@dataclass
class Sender:
    """Sends parts of its series in order. What gets no answer is sent again half of the time, else given up."""

    kind: str
    stream: int
    port: int
    key: str
    seed: int = 0
    pause_s: float = 0.0
    acknowledged: list[range] = field(default_factory=list)
    unsure: list[range] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    _link: http.client.HTTPConnection | None = None

    def run(self, stop: threading.Event) -> None:
        chance = random.Random(self.seed)
        number = 0
        while not stop.is_set():
            part = range(number, number + chance.randint(1, SIZES[self.kind]))
            number = part.stop
            while not stop.is_set():
                status = self._once(part)
                if status == 201:
                    self.acknowledged.append(part)
                    break
                if status == 0:
                    self.unsure.append(part)
                    stop.wait(0.05)
                else:
                    self.others[status] = self.others.get(status, 0) + 1
                    stop.wait(0.1)
                if chance.random() < 0.5:
                    break
            if self.pause_s:
                stop.wait(self.pause_s)

    def _once(self, part: range) -> int:
        """The status; 0 when there was no answer."""
        path, body, kind = self.message(part)
        begin = time.perf_counter()
        try:
            if self._link is None:
                self._link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
            self._link.request("POST", path, body, headers)
            answer = self._link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            if self._link is not None:
                self._link.close()
            self._link = None
            return 0
        self.took.append(time.perf_counter() - begin)
        return answer.status

    def message(self, part: range) -> tuple[str, bytes, str]:
        stream = self.stream
        if self.kind == "arrow":
            return "/sensors/bulk", arrow(stream, part), ARROW
        rows = [[moment(number), value_of(number, stream)] for number in part]
        if self.kind == "single":
            body = {"phenomenonTime": rows[0][0], "result": rows[0][1]}
            return f"{STA}/Datastreams({stream})/Observations", json.dumps(body).encode(), "application/json"
        group = {
            "Datastream": {"@iot.id": stream},
            "components": ["phenomenonTime", "result"],
            "dataArray": rows,
        }
        return f"{STA}/CreateObservations", json.dumps([group]).encode(), "application/json"


@dataclass
class Found:
    """lost: acknowledged rows that are missing; torn: parts of which only some rows are there."""

    acknowledged: int = 0
    rows: int = 0
    lost: int = 0
    twice: int = 0
    torn: int = 0
    wrong: int = 0
    unasked: int = 0  # parts that were stored although their acknowledgment never arrived: allowed
    revised: int = 0
    dead: int = 0

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.torn or self.wrong or self.revised or self.dead)

    def __str__(self) -> str:
        return (
            f"{self.acknowledged:,} rows acknowledged, {self.rows:,} stored: lost {self.lost}, twice {self.twice}, "
            f"torn {self.torn}, wrong {self.wrong}, revised {self.revised}, dead {self.dead}; "
            f"{self.unasked} parts stored without their acknowledgment"
        )


def sent(senders: list[Sender], during: Callable[[], None]) -> None:
    """Run all senders while `during` works."""
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in senders]
    for thread in threads:
        thread.start()
    try:
        during()
    finally:
        stop.set()
        for thread in threads:
            thread.join(90)


def look(folder: Path, senders: list[Sender]) -> Found:
    """Compare the store with what was acknowledged. The data server must have ended."""
    found = Found()
    with open_folder(folder / "observations") as writer:
        found.dead = writer.status().dead
        for one in senders:
            table = writer.store.rows([one.stream], limit=5_000_000)
            extent = writer.store.extents([one.stream])
            found.twice += sum(extent.column("n").to_pylist()) != table.num_rows
            found.revised += writer.store.revisions(one.stream).num_rows
            compare(one, table, found)
    return found


def compare(one: Sender, table: pa.Table, found: Found) -> None:
    numbers = table.column("time").to_numpy() // 10**6 - START
    values = table.column("value").to_numpy()
    there = set(numbers.tolist())
    found.rows += table.num_rows
    found.twice += table.num_rows - len(there)
    found.wrong += int((values != (numbers * 7 + one.stream) % 1000 / 4).sum())
    certain: set[int] = set()
    for part in one.acknowledged:
        certain.update(part)
    found.acknowledged += len(certain)
    found.lost += len(certain - there)
    for part in {(part.start, part.stop) for part in one.unsure}:
        whole = range(*part)
        if whole.start in certain:
            continue
        hits = sum(number in there for number in whole)
        found.torn += 0 < hits < len(whole)
        found.unasked += hits == len(whole)
