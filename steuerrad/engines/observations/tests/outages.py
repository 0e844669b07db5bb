"""Two machines that submit under load to a PostgreSQL server that is killed; and what must be true of its tables then.

The machines are two folders in this process, each with a journal of its own. Their batches touch the same twelve streams,
and every fifth batch of one is sent by the other as well.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from steuerrad.engines.observations import Busy, Options, TooMuch, Unavailable, Writer, open_folder
from steuerrad.engines.observations.tests.killing import rows_of, wanted_cells
from steuerrad.engines.observations.times import HOUR
from tests.support import postgres

OPTIONS = Options(apply_rows=2_000, pending_rows=50_000, memory_mb=256)
MACHINES = ("a", "b")
SHARED = 5  # every so manyth batch is sent by both machines
FAULTS = ("kill server", "kill backend", "end connections", "stop server")
PATIENCE_S = 120.0
WRONG_SUMS = f"""
SELECT count(*) FROM hourly FULL JOIN (
    SELECT stream, time - ((time % {HOUR}) + {HOUR}) % {HOUR} AS time, count(value) AS n, sum(value) AS total,
           min(value) AS low, max(value) AS high
    FROM observation WHERE value IS NOT NULL GROUP BY 1, 2
) AS o USING (stream, time)
WHERE (hourly.n, hourly.total, hourly.low, hourly.high) IS DISTINCT FROM (o.n, o.total, o.low, o.high)
"""
WRONG_SUMMARY = """
SELECT count(*) FROM summary FULL JOIN (
    SELECT stream, min(time) AS first, max(time) AS last, count(*) AS n FROM observation GROUP BY 1
) AS o USING (stream) WHERE (summary.first, summary.last, summary.n) IS DISTINCT FROM (o.first, o.last, o.n)
"""


class Killable:
    """A server that keeps its word (commits are in the log when they are told) and can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        binaries = postgres.find_binaries()
        if binaries is None:
            raise postgres.PostgresError("no PostgreSQL server was found; ./dev test installs one")
        self.binaries, self.folder, self.data = binaries, folder, folder / "data"
        self.owner = postgres._give_away(folder, binaries)
        postgres._make_cluster(binaries, self.data, self.owner)
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("restart_after_crash = on\n")
        self.port = postgres._free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.start()

    def start(self) -> None:
        before = dict(postgres.SETTINGS)
        postgres.SETTINGS["synchronous_commit"] = "on"
        try:
            self.process = postgres._start(self.binaries, self.data, self.folder, self.port, self.owner)
        finally:
            postgres.SETTINGS.update(before)
        postgres._wait(self.process, self.data, self.port, self.folder / "log")

    def children(self) -> list[int]:
        told = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in told.split()]

    def kill(self) -> None:
        """SIGKILL for the server and all that it has started."""
        children = self.children()
        for pid in (self.process.pid, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(Path(f"/proc/{pid}").exists() for pid in children):
            time.sleep(0.01)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        if self.process.poll() is None:
            self.kill()

    def kill_backend(self, chance: random.Random) -> None:
        """SIGKILL for one connection: the server ends all others and recovers."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'steuerrad observations'"
            ).fetchall()
            if rows:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(rows)[0], signal.SIGKILL)

    def end_connections(self) -> None:
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'steuerrad observations'"
            )


@contextlib.contextmanager
def killable() -> Iterator[Killable]:
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = Killable(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@dataclass
class Result:
    """lost, twice: acknowledged rows; unavailable: reads that were refused; strange: what else readers were told."""

    faults: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))
    acknowledged: set[int] = field(default_factory=set)
    rows: int = 0
    lost: int = 0
    twice: int = 0
    wrong: int = 0
    wrong_sums: int = 0
    revisions: int = 0
    dead: int = 0
    reads: int = 0
    unavailable: int = 0
    slowest_refusal_s: float = 0.0
    strange: list[str] = field(default_factory=list)


class Machine:
    """Submits from two threads, reads from a third, until it is told to stop."""

    def __init__(self, number: int, writer: Writer, result: Result, stop: threading.Event) -> None:
        self.number, self.writer, self.result, self.stop = number, writer, result, stop
        self.next = number
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=work) for work in (self.send, self.send, self.read)]
        for thread in self.threads:
            thread.start()

    def send(self) -> None:
        while not self.stop.is_set():
            with self.lock:
                number = self.next
                self.next += 1
            if number % 2 != self.number and number % SHARED:
                continue
            try:
                self.writer.submit(rows_of(number)).result(60)
            except Busy as busy:
                time.sleep(busy.retry_after)
            else:
                self.result.acknowledged.add(number)
            time.sleep(0.002)

    def read(self) -> None:
        while not self.stop.is_set():
            begin = time.monotonic()
            self.result.reads += 1
            try:
                self.writer.store.latest()
                self.writer.store.rows([1], newest_first=True, limit=50)
            except (Unavailable, TooMuch):
                self.result.unavailable += 1
                took = time.monotonic() - begin
                self.result.slowest_refusal_s = max(self.result.slowest_refusal_s, took)
            except Exception as error:  # noqa: BLE001 - whatever else a reader is told is what is looked for
                self.result.strange.append(repr(error))
            time.sleep(0.02)


def run(folder: Path, faults: int, seed: int = 1, longest: float = 0.5) -> Result:
    chance = random.Random(seed)
    result, stop = Result(), threading.Event()
    with killable() as server, contextlib.ExitStack() as stack:
        writers = [stack.enter_context(open_folder(folder / name, OPTIONS, server.url)) for name in MACHINES]
        machines = [Machine(number, writer, result, stop) for number, writer in enumerate(writers)]
        for turn in range(faults):
            time.sleep(0.1 + chance.random() * longest)
            fault = FAULTS[turn % len(FAULTS)]
            strike(server, fault, chance)
            result.faults[fault] += 1
        time.sleep(longest)
        stop.set()
        for machine in machines:
            for thread in machine.threads:
                thread.join()
        for writer in writers:
            settled(writer)
            result.dead += writer.status().dead
        look(server.url, result)
    return result


def settled(writer: Writer) -> None:
    """All that was acknowledged is stored; the applier may still be waiting for its next try."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            writer.barrier()
        except Unavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def strike(server: Killable, fault: str, chance: random.Random) -> None:
    if fault == "kill server":
        server.kill()
        time.sleep(chance.random() * 0.5)
        server.start()
    elif fault == "stop server":
        server.stop()
        server.start()
    elif fault == "kill backend":
        server.kill_backend(chance)
    else:
        server.end_connections()


def look(url: str, result: Result) -> None:
    with psycopg.connect(url, options="-c search_path=observations") as connection:
        found = connection.execute("SELECT time, stream, value FROM observation").fetchall()
        result.wrong_sums = counted(connection, WRONG_SUMS) + counted(connection, WRONG_SUMMARY)
        result.revisions = counted(connection, "SELECT count(*) FROM revisions")
    result.rows = len(found)
    stored = {(time, stream): value for time, stream, value in found}
    result.twice = len(found) - len(stored)
    for number in result.acknowledged:
        for at, value in wanted_cells(number):
            told = stored.get((at, number % 12))
            result.lost += told is None
            result.wrong += told is not None and told != value


def counted(connection: psycopg.Connection[tuple[int]], sql: str) -> int:
    row = connection.execute(sql).fetchone()  # type: ignore[arg-type]
    return row[0] if row else 0
