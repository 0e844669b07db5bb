"""The worker: looks what is due, and runs it beside each other in processes of its own (ADR 0023).

Urgent jobs start at once. Of the others so many run at a time as there are places, longest due first; so a slow one
delays no alert. The worker itself only looks, claims, gives signs of life and cleans up: it runs no job and has no thread.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connections

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.kernel.registry import Registry, registry
from steuerrad.platform.jobs import child, leasing
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.jobs.running import Outcome

log = logging.getLogger(__name__)
PLACES = 3
#: Urgent jobs are looked for so often while others are under way, also where the worker was called to look once.
LOOK_S = 15.0
#: How long runs have to end after they were told to; then they are killed.
PATIENCE_S = 5.0
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Under:
    """A run under way. seen: when the last sign of life was given (monotonic)."""

    job: Job
    run: JobRun
    seen: float


@dataclass
class Worker:
    """One process that runs jobs. places: how many that are not urgent run at once. lease_s: see leasing."""

    source: Registry = registry
    places: int = PLACES
    lease_s: float = leasing.LEASE_S
    renew_s: float = leasing.RENEW_S
    tell: Callable[[Outcome], None] = lambda _outcome: None
    under: dict[int, Under] = field(default_factory=dict[int, Under])
    begun: set[str] = field(default_factory=set[str])
    worst: int = 0
    ended: bool = False

    def __post_init__(self) -> None:
        self.name = f"{socket.gethostname()[:90]}:{os.getpid()}"

    def run(self, *, watch_s: float | None = None, force: bool = False) -> int:
        """Run what is due. watch_s: go on until told to end, and look every so many seconds; None: until all is done.
        force: all jobs, due or not, one after the other. Answers 1 when one has failed, else 0."""
        with self._pipes():
            looked = float("-inf")
            while not self.ended:
                if time.monotonic() - looked >= (watch_s or LOOK_S) or (watch_s is None and self._gap(force)):
                    looked = time.monotonic()
                    self._safely(lambda: self.look(once=watch_s is None, force=force))
                if watch_s is None and not self.under:
                    break
                self._wait(watch_s or LOOK_S, looked)
                self._reap()
                self._safely(self._renew)
            self._stop()
        connections.close_all()
        return self.worst

    def look(self, *, once: bool = False, force: bool = False) -> None:
        """Claim and start what is due and has a place."""
        now, newest = clock.now(), leasing.newest()
        jobs = list(self.source.all("jobs"))
        if not force:
            since = {job.id: leasing.due_at(job, newest.get(job.id)) or LONG_AGO for job in jobs}
            jobs.sort(key=lambda job: (not job.urgent, since[job.id]))
        for job in jobs:
            if once and job.id in self.begun and (force or not job.urgent):
                continue
            if self.ended or not self._place_for(job, force):
                continue
            run = newest.get(job.id)
            if run is not None and not (run.free and (force or leasing.is_due(job, run, now))):
                continue
            self._begin(job, now, force)

    def _begin(self, job: Job, now: datetime, force: bool) -> None:
        begun = time.monotonic()
        run = leasing.claim(job, now, force=force, worker=self.name, lease_s=self.lease_s)
        if run is not None:
            self.begun.add(job.id)
            self.under[child.start(job, run, self.life, self.tell)] = Under(job, run, begun)

    def _place_for(self, job: Job, force: bool) -> bool:
        if force:
            return not self.under
        return job.urgent or sum(not one.job.urgent for one in self.under.values()) < self.places

    def _gap(self, force: bool) -> bool:
        """Whether a place has come free for a worker that looks once."""
        return not self.under if force else self._free > 0

    @property
    def _free(self) -> int:
        return self.places - sum(not one.job.urgent for one in self.under.values())

    def _renew(self) -> None:
        """Signs of life. A run that lost its job, or could not be renewed in time, ends before somebody else begins."""
        now = time.monotonic()
        if old := {pid: one for pid, one in self.under.items() if now - one.seen >= self.renew_s}:
            try:
                mine = leasing.renew([one.run.claim for one in self.under.values()], self.lease_s)
                for one in self.under.values():
                    if one.run.claim in mine:
                        one.seen = now
                lost = [pid for pid, one in old.items() if one.run.claim not in mine and self._alive(pid)]
            except (DatabaseError, InterfaceError):
                lost = [pid for pid, one in old.items() if now - one.seen > self.lease_s - self.renew_s]
                if lost:
                    log.exception("jobs: the database does not answer, so what runs is ended")
            for pid in lost:
                log.error("job %s: this worker has lost it, so it is ended here", self.under[pid].job.id)
                os.kill(pid, signal.SIGKILL)
            connections.close_all()

    def _alive(self, pid: int) -> bool:
        """Whether it still runs: one that has just ended has no lease, and nothing is wrong with it."""
        self._reap()
        return pid in self.under

    def _reap(self) -> None:
        for pid in list(self.under):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                one, code = self.under.pop(pid), os.waitstatus_to_exitcode(status)
                self.worst = max(self.worst, code != 0)
                if code not in child.SAID:
                    self._broken(one, code)

    def _broken(self, one: Under, code: int) -> None:
        """The process died. The job is free again, and what happened is to be seen."""
        message = (
            f"its process was killed by signal {-code}" if code < 0 else f"its process ended with {code}"
        )
        log.error("job %s: %s", one.job.id, message)
        self._safely(lambda: leasing.release(one.run, message, blameless=self.ended))
        self.tell(Outcome(one.job.id, "failed", message))

    def _safely(self, act: Callable[[], None]) -> None:
        """A database that is away for a while stops no worker; leases run out by themselves."""
        try:
            act()
        except (DatabaseError, InterfaceError):
            log.exception("jobs: the database does not answer; tried again")
            self.worst = 1
        finally:
            connections.close_all()  # the next process is forked without one

    def _stop(self) -> None:
        """Tell what runs to end, wait, and kill what does not."""
        for pid in self.under:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while self.under and time.monotonic() < deadline:
            self._sleep(0.2)
            self._reap()
        for pid in self.under:
            os.kill(pid, signal.SIGKILL)
        while self.under:
            self._sleep(0.05)
            self._reap()

    def _wait(self, every_s: float, looked: float) -> None:
        """Until the next look, a sign of life, the end of a run or a signal."""
        rest = every_s - (time.monotonic() - looked)
        self._sleep(max(0.0, min(rest, self.renew_s / 2) if self.under else rest))

    def _sleep(self, seconds: float) -> None:
        if select.select([self.awake[0]], [], [], seconds)[0]:
            os.read(self.awake[0], 4096)

    @contextlib.contextmanager
    def _pipes(self) -> Iterator[None]:
        """awake: a signal writes a byte, so that none is slept through. life: breaks when this process dies."""
        self.awake, self.life = os.pipe(), os.pipe()
        for end in self.awake:
            os.set_blocking(end, False)
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
        before = {number: signal.getsignal(number) for number in numbers}
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        woken = signal.set_wakeup_fd(self.awake[1], warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            for end in (*self.awake, *self.life):
                os.close(end)

    def _end(self, _number: int, _frame: Any) -> None:
        self.ended = True
