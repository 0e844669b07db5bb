"""A process whose files may not grow for a while: what a full disk does to it. Prints what happened as JSON.

Run as `python filling.py FOLDER LIMIT`: LIMIT in bytes is the largest size of a file during the second part.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from pathlib import Path

import pyarrow as pa

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from steuerrad.engines.observations import (
    Busy,
    JournalFull,
    Options,
    Writer,
    batch,
    open_folder,
)

START = 1_700_000_000_000_000
ROWS, STEP = 2_000, 1_000_000


def main(folder: Path, limit: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open_folder(folder, Options(memory_mb=256, pending_rows=200_000, hot_rows=20_000)) as writer:
        kept = send(writer, 0, 5)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        full = send(writer, 5, 400)
        readable = writer.store.latest().num_rows
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        after = send(writer, 405, 20, patience_s=60)
        writer.barrier(60)
        fault = writer.status().fault
    sys.stdout.write(json.dumps({"kept": kept + full + after, "refused": 425 - len(kept + full + after),
                      "readable": readable, "after": len(after), "fault": fault}))  # fmt: skip


def send(writer: Writer, first: int, count: int, patience_s: float = 0) -> list[int]:
    """Submit batches one after the other; numbers of those that were acknowledged.

    With patience all of them together wait so long for what waits to be stored, as Busy asks.
    """
    kept: list[int] = []
    end = time.monotonic() + patience_s
    for number in range(first, first + count):
        try:
            while True:
                try:
                    writer.submit(numbered(number)).result(60)
                    break
                except Busy as busy:
                    if time.monotonic() > end:
                        raise
                    time.sleep(busy.retry_after)
        except (JournalFull, Busy):
            continue
        kept.append(number)
    return kept


def numbered(number: int) -> pa.Table:
    times = [START + (number * ROWS + row) * STEP for row in range(ROWS)]
    return batch(number % 3, times, [float(number)] * ROWS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
