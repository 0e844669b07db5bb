"""What the jobs are doing: for the page and the command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.kernel.registry import Registry, registry
from steuerrad.platform.jobs.leasing import due_at, newest
from steuerrad.platform.jobs.models import JobRun

RUNNING, DUE, WAITING, FAILED, BROKEN = "running", "due", "waiting", "failed", "broken"


@dataclass(frozen=True)
class State:
    """state: running; failed or broken (off), which the newest run was; due; waiting for its time. next_at: None = now.
    late_s: for how long a job that is due has been waiting; 0 where that is not known.
    """

    job: Job
    run: JobRun | None
    state: str
    next_at: datetime | None
    late_s: float = 0.0

    @property
    def seconds(self) -> float | None:
        """How long the newest run took; None while it runs, or when it was broken off."""
        if self.run is None or self.run.finished_at is None:
            return None
        return (self.run.finished_at - self.run.started_at).total_seconds()


def states(source: Registry = registry) -> list[State]:
    """Every job. One query."""
    runs, now = newest(), clock.now()
    return [_state(job, runs.get(job.id), now) for job in source.all("jobs")]


def _state(job: Job, run: JobRun | None, now: datetime) -> State:
    since = due_at(job, run)
    next_at = since if since is not None and since > now else None
    if run is None:
        return State(job, None, DUE, None)
    if not getattr(run, "free"):  # noqa: B009 - an annotation of the query
        return State(job, run, RUNNING, None)
    if run.finished_at is None:
        return State(job, run, BROKEN, next_at)
    if run.message:
        return State(job, run, FAILED, next_at)
    late_s = (now - since).total_seconds() if since is not None and next_at is None else 0.0
    return State(job, run, WAITING if next_at else DUE, next_at, late_s)
