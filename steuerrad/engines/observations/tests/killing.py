"""A process that submits under load, to be killed at any moment; and what must be true of its folder afterwards.

Run as `python killing.py FOLDER FIRST`: it submits batches FIRST, FIRST + 1, ... and tells each acknowledgment on
standard output. A batch's rows follow from its number, so whoever reads the folder knows what must be there.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[4]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from steuerrad.engines.observations import Busy, Options, Receipt, batch, open_folder  # noqa: E402

START = 1_700_000_000_000_000
STEP = 10_000_000
ROOM = 10_000  # rows that a batch may have
THREADS, LATE = 4, 7  # every seventh batch is older than all before it; every fifth is sent twice
OPTIONS = Options(
    hot_rows=3_000, warm_rows=20_000, apply_rows=2_000, pending_rows=50_000, memory_mb=256, threads=1
)


def rows_of(number: int) -> pa.Table:
    """1 to 200 rows of one of 12 streams; times do not overlap with those of another batch."""
    rows = random.Random(number).randint(1, 200)
    first = START + number * ROOM * STEP * (-1 if number % LATE == 0 else 1)
    times = first + np.arange(rows) * STEP
    return batch(number % 12, times, (times // STEP % 1000).astype(float))


def work(folder: Path, first: int) -> None:
    """Submit until killed. Also sends again what the process before it sent last."""
    numbers = iter(range(max(0, first - 10), 2**31))
    lock = threading.Lock()
    with open_folder(folder, OPTIONS) as writer:
        os.write(1, b"open\n")

        def submit() -> None:
            while True:
                with lock:
                    number = next(numbers)
                for _ in range(2 if number % 5 == 0 else 1):
                    acknowledged(number)

        def acknowledged(number: int) -> None:
            while True:
                try:
                    writer.submit(rows_of(number)).add_done_callback(lambda done: tell(number, done))
                except Busy as busy:
                    time.sleep(busy.retry_after)
                else:
                    break
            time.sleep(0.001)

        threads = [threading.Thread(target=submit, daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        threads[0].join()


def tell(number: int, done: Future[Receipt]) -> None:
    if done.exception() is None:
        os.write(1, f"{number}\n".encode())


@dataclass
class Result:
    """lost: acknowledged rows that are missing; torn: batches of which only a part is there."""

    kills: int = 0
    acknowledged: int = 0
    rows: int = 0
    lost: int = 0
    twice: int = 0
    torn: int = 0
    wrong: int = 0
    unasked: int = 0  # batches stored although the acknowledgment was not seen any more: allowed
    during_start: int = 0  # kills before the folder was open
    numbers: set[int] = field(default_factory=set)


def run(folder: Path, kills: int, seed: int = 1, longest: float = 0.6) -> Result:
    """Start, kill -9 at a random moment, start again, ...; then look."""
    chance = random.Random(seed)
    result = Result()
    highest = 0
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(folder), str(highest)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        if chance.random() < 0.9:
            process.stdout.readline()  # open
            time.sleep(chance.random() * longest)
        else:
            time.sleep(chance.random() * 1.5)
        os.kill(process.pid, signal.SIGKILL)
        told = [int(line) for line in process.stdout if line.strip().isdigit()]
        process.wait()
        result.during_start += not told
        result.kills += 1
        result.numbers.update(told)
        highest = max([highest, *(number + 200 for number in told)])
    look(folder, result)
    return result


def look(folder: Path, result: Result) -> None:
    with open_folder(folder, OPTIONS) as writer:
        writer.barrier()
        assert writer.status().dead == 0
        stored = writer.store.rows(limit=5_000_000)
        counted = sum(writer.store.extents().column("n").to_pylist())
    found: dict[int, dict[int, float]] = {}
    for stream, at, value in zip(
        *(stored.column(n).to_pylist() for n in ("stream", "time", "value")), strict=True
    ):
        number = numbered(at)
        times = found.setdefault(number, {})
        result.twice += at in times or stream != number % 12
        times[at] = value
    result.rows = stored.num_rows
    result.twice += counted != stored.num_rows
    result.acknowledged = len(result.numbers)
    for number in result.numbers | found.keys():
        compare(number, found.get(number, {}), result)


def numbered(at: int) -> int:
    """The batch that a time belongs to."""
    return abs((at - START) // (ROOM * STEP))


def compare(number: int, times: dict[int, float], result: Result) -> None:
    wanted = dict(wanted_cells(number))
    missing = wanted.keys() - times.keys()
    result.wrong += sum(wanted.get(at) != value for at, value in times.items())
    if number in result.numbers:
        result.lost += len(missing)
    elif missing:
        result.torn += 1
    else:
        result.unasked += 1


def wanted_cells(number: int) -> Iterator[tuple[int, float]]:
    table = rows_of(number)
    return zip(table.column("time").to_pylist(), table.column("value").to_pylist(), strict=True)


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
