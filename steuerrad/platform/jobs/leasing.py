"""Who runs a job: one worker of all machines, for as long as it gives signs of life (ADR 0023).

Every change is one UPDATE that names the claim it has seen, so of two workers one changes a row and the other none. That
holds on SQLite and PostgreSQL alike. Leases run by the clock of the database, because machines' clocks differ.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.platform.jobs.models import JobRun

#: Without a sign of life for so long a run is taken for dead, and its job may start again. A sign is given every RENEW_S.
LEASE_S, RENEW_S = 60.0, 15.0
#: How often a job whose worker died is taken up at once; after that it waits for its next time, or it could kill
#: one worker after the other.
AT_ONCE = 1
STOPPED = "stopped in the middle"
FREE = Q(finished_at__isnull=False) | Q(lease_until=None) | Q(lease_until__lt=Now())


def newest() -> dict[str, JobRun]:
    """The newest run of each job, with `free`: whether nobody is at it."""
    rows = JobRun.objects.annotate(free=Case(When(FREE, then=Value(True)), default=Value(False)))
    return {row.job: row for row in rows}


def due_at(job: Job, run: JobRun | None) -> datetime | None:
    """Since when the job waits; None: at once, because it never ran or was broken off."""
    if run is None or (run.finished_at is None and run.unfinished <= AT_ONCE):
        return None
    return run.started_at + timedelta(minutes=job.every_minutes)


def is_due(job: Job, run: JobRun | None, now: datetime) -> bool:
    """Whether the job's time has come, if nobody is at it. A failed run counts as a run."""
    since = due_at(job, run)
    return since is None or since <= now


def claim(
    job: Job, now: datetime, *, force: bool = False, worker: str = "", lease_s: float = LEASE_S
) -> JobRun | None:
    """Take the job for this worker, or None when it is not due or somebody else is at it. force: due or not.

    Asks before it writes: SQLite lets one writer in at a time, and mostly nothing is due.
    """
    run = newest().get(job.id)
    if run is not None and not (run.free and (force or is_due(job, run, now))):
        return None
    name = uuid.uuid4().hex
    taken = {"claim": name, "worker": worker, "started_at": now, "finished_at": None, "message": ""}
    until = Now() + timedelta(seconds=lease_s)
    if run is None:
        try:
            with transaction.atomic():
                JobRun.objects.create(job=job.id, lease_until=until, unfinished=1, **taken)
        except IntegrityError:  # another worker has made the row at the same moment
            return None
    else:
        row = JobRun.objects.filter(FREE, pk=run.pk, claim=run.claim)
        if not row.update(lease_until=until, unfinished=F("unfinished") + 1, **taken):
            return None
    return JobRun.objects.filter(job=job.id, claim=name).first()


def renew(names: Iterable[str], lease_s: float = LEASE_S) -> set[str]:
    """A sign of life for the runs with these claims; answers those that nobody else has taken."""
    mine = JobRun.objects.filter(claim__in=list(names))
    mine.filter(finished_at=None, lease_until__isnull=False).update(
        lease_until=Now() + timedelta(seconds=lease_s)
    )
    return set(mine.values_list("claim", flat=True))


def finish(run: JobRun, message: str) -> bool:
    """Note how the run ended; False when the job is another worker's by now."""
    fields = {"finished_at": clock.now(), "lease_until": None, "unfinished": 0, "message": message}
    if not message:
        fields["succeeded_at"] = run.started_at
    return bool(JobRun.objects.filter(pk=run.pk, claim=run.claim, finished_at=None).update(**fields))


def release(run: JobRun, message: str, *, blameless: bool) -> None:
    """The run has ended in the middle, for certain: the job is free. blameless: it was told to end, so the next worker
    takes it up at once."""
    rows = JobRun.objects.filter(pk=run.pk, claim=run.claim, finished_at=None)
    rows.update(lease_until=None, message=message, **({"unfinished": 0} if blameless else {}))
