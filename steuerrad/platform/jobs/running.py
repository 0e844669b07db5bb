"""Running jobs. `steuerrad jobs`, called every few minutes by cron or a systemd timer, runs what is due."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.kernel.registry import Registry, registry
from steuerrad.platform.jobs.models import JobRun

log = logging.getLogger(__name__)
# A run that has not ended after this time is taken for dead, and its job may start again.
DEAD_AFTER = timedelta(hours=6)
STOPPED = "stopped in the middle"


@dataclass(frozen=True)
class Outcome:
    """What became of one job: "done", "failed", or "waiting" when it is not due or runs elsewhere."""

    job: str
    state: str
    message: str = ""


def is_due(job: Job, run: JobRun | None, now: datetime) -> bool:
    """Whether the job's time has come. A failed run counts as a run: it is tried again at its next time."""
    if run is None:
        return True
    if run.finished_at is None:
        return now - run.started_at >= DEAD_AFTER
    return now - run.started_at >= timedelta(minutes=job.every_minutes)


def claim(job: Job, now: datetime, *, force: bool) -> JobRun | None:
    """Take the job for this process, or None. Two processes cannot both get it: the row decides."""
    try:
        with transaction.atomic():
            run = JobRun.objects.select_for_update().filter(job=job.id).first()
            if not force and not is_due(job, run, now):
                return None
            if run is None:
                return JobRun.objects.create(job=job.id, started_at=now)
            taken = JobRun.objects.filter(pk=run.pk, started_at=run.started_at).update(
                started_at=now, finished_at=None, message=""
            )
            return JobRun.objects.get(pk=run.pk) if taken else None
    except IntegrityError:
        return None


def run_due(*, force: bool = False, source: Registry = registry) -> list[Outcome]:
    """Run all jobs that are due, one after the other. A failing job does not stop the others."""
    outcomes = []
    for job in source.all("jobs"):
        run = claim(job, clock.now(), force=force)
        if run is None:
            outcomes.append(Outcome(job.id, "waiting"))
            continue
        message = STOPPED
        try:
            job.run()
            message = ""
        except Exception as error:
            log.exception("job %s failed", job.id)
            message = f"{type(error).__name__}: {error}"[:500]
        finally:  # also when the process is told to end in the middle: the job may start again at once
            JobRun.objects.filter(pk=run.pk).update(finished_at=clock.now(), message=message)
        outcomes.append(Outcome(job.id, "failed" if message else "done", message))
    return outcomes
