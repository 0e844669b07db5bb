"""Workers as real processes: beside each other, killed, told to end. On SQLite and PostgreSQL."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from steuerrad.kernel.contributions import Job, Module
from steuerrad.kernel.registry import Registry
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.jobs.working import Worker
from tests.support.at_once import alone, copied, shared

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60.0


class Stage:
    """A shared database, jobs that write into files, and workers in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place, self.workers = folder, shared(folder), list[int]()
        copied(self.place)

    def say(self, name: str, word: str = "") -> None:
        """One line, also from several processes at once."""
        with (self.folder / name).open("ab", buffering=0) as file:
            file.write(f"{word or os.getpid()}\n".encode())

    def said(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().split() if path.exists() else []

    def worker(self, jobs: list[Job], **options: Any) -> int:
        run = {name: options.pop(name) for name in ("watch_s", "force") if name in options}
        source = Registry()
        source.add(Module("test", "", "", jobs=tuple(jobs)))
        if connection.vendor != "sqlite":  # in memory, closing would lose it; nobody else uses it there
            connections.close_all()
        pid = os.fork()
        if pid:
            self.workers.append(pid)
            return pid
        code = 99
        try:
            logging.disable(logging.CRITICAL)
            if connection.vendor == "sqlite":
                connection.connection = None
            connections["default"].settings_dict = dict(self.place)
            code = Worker(source=source, **options).run(**run)
        finally:
            os._exit(code)

    def ended(self, pid: int) -> int:
        """Exit code, of a worker that ends by itself within the patience."""
        self.until(lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
        self.workers.remove(pid)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def until(self, act: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not act():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.02)

    def rows(self) -> dict[str, JobRun]:
        return alone(self.place, lambda: {row.job: row for row in JobRun.objects.all()})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    for pid in made.workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def is_gone(pid: int) -> bool:
    """Whether a process that is nobody's child here has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_two_workers_race_for_fifty_jobs_and_each_runs_once(stage: Stage) -> None:
    def job(number: int) -> Job:
        def run() -> None:
            stage.say("ran", str(number))
            stage.say("by", str(os.getppid()))
            if number == 7:
                raise ValueError("this one fails, and stops nobody")

        return Job(f"test.{number}", "", run, 60)

    jobs = [job(number) for number in range(50)]
    workers = [stage.worker(jobs) for _ in range(2)]
    assert sorted(stage.ended(pid) for pid in workers) == [0, 1]
    assert Counter(stage.said("ran")) == {str(number): 1 for number in range(50)}
    assert set(stage.said("by")) == {str(pid) for pid in workers}, "one worker has done all"
    rows = stage.rows()
    assert [key for key, row in rows.items() if row.message] == ["test.7"]
    assert all(row.finished_at and row.lease_until is None for row in rows.values())


def test_a_slow_job_delays_no_urgent_one(stage: Stage) -> None:
    def slow() -> None:
        stage.say("slow", "begins")
        stage.until(lambda: len(stage.said("alert")) >= 4)  # or never ends
        stage.say("slow", "ends")

    jobs = [
        Job("test.slow", "", slow, 60),
        Job("test.next", "", lambda: stage.say("next", str(len(stage.said("slow")))), 60),
        Job("test.alert", "", lambda: stage.say("alert"), 0, urgent=True),
    ]
    pid = stage.worker(jobs, places=1, watch_s=0.05)
    stage.until(lambda: stage.said("next"))
    os.kill(pid, signal.SIGTERM)
    assert stage.ended(pid) == 0
    assert stage.said("next") == ["2"], "one place, so the next began after the slow one had ended"


def test_a_killed_worker_takes_its_run_along_and_another_takes_over_after_the_lease(stage: Stage) -> None:
    def run() -> None:
        stage.say("began")
        if len(stage.said("began")) == 1:
            time.sleep(PATIENCE_S)
        stage.say("ended")

    jobs = [Job("test.job", "", run, 24 * 60)]
    first = stage.worker(jobs, lease_s=2.0, renew_s=0.3, watch_s=0.1)
    stage.until(lambda: stage.said("began"))
    time.sleep(2.3)  # longer than the lease: only signs of life keep it
    second = stage.worker(jobs, lease_s=2.0, renew_s=0.3, watch_s=0.1)
    time.sleep(0.4)
    assert len(stage.said("began")) == 1
    os.kill(first, signal.SIGKILL)
    stage.ended(first)
    child = int(stage.said("began")[0])
    stage.until(lambda: is_gone(child))
    assert not stage.said("ended")
    assert len(stage.said("began")) == 1, "nobody took over before the first had ended"
    stage.until(lambda: stage.said("ended"))
    assert len(stage.said("began")) == 2
    os.kill(second, signal.SIGTERM)
    assert stage.ended(second) == 0


def test_told_to_end_a_worker_breaks_off_what_runs_and_leaves_it_free(stage: Stage) -> None:
    def run() -> None:
        stage.say("began")
        try:
            time.sleep(PATIENCE_S)
        finally:
            stage.say("tidied")

    def short() -> None:
        stage.say("short")
        time.sleep(0.5)
        stage.say("short")

    jobs = [Job("test.long", "", run, 24 * 60), Job("test.short", "", short, 24 * 60)]
    pid = stage.worker(jobs, watch_s=1.0)
    stage.until(lambda: stage.said("began") and stage.said("short"))
    os.kill(pid, signal.SIGTERM)
    assert stage.ended(pid) == 0
    assert stage.said("tidied")
    rows = stage.rows()
    long = rows["test.long"]
    assert (long.finished_at, long.lease_until, long.unfinished) == (None, None, 0)
    assert rows["test.short"].succeeded_at, "what ends in time is not broken off"
    stage.worker([jobs[0]], watch_s=1.0)
    stage.until(lambda: len(stage.said("began")) == 2)


def test_a_run_that_dies_is_told_and_the_others_go_on(stage: Stage) -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    jobs = [Job("test.dies", "", die, 60), Job("test.lives", "", lambda: stage.say("lives"), 60)]
    assert stage.ended(stage.worker(jobs, force=True)) == 1
    assert stage.said("lives")
    rows = stage.rows()
    assert rows["test.dies"].message == "its process was killed by signal 9"
    assert rows["test.dies"].lease_until is None
    assert rows["test.lives"].succeeded_at


def test_a_worker_that_slept_through_its_lease_ends_what_another_has_begun(stage: Stage) -> None:
    def run() -> None:
        stage.say("began")
        time.sleep(PATIENCE_S)

    jobs = [Job("test.job", "", run, 24 * 60)]
    options = {"lease_s": 1.0, "renew_s": 0.3, "watch_s": 0.1}
    first = stage.worker(jobs, **options)
    stage.until(lambda: stage.said("began"))
    os.kill(first, signal.SIGSTOP)  # as a machine that is put to sleep
    stage.worker(jobs, **options)
    stage.until(lambda: len(stage.said("began")) == 2)
    os.kill(first, signal.SIGCONT)
    stage.until(lambda: is_gone(int(stage.said("began")[0])))
    assert not is_gone(int(stage.said("began")[1]))
