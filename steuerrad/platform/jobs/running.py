"""One run of a job that has been claimed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from steuerrad.kernel.contributions import Job
from steuerrad.platform.jobs.leasing import STOPPED, finish, release
from steuerrad.platform.jobs.models import JobRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one run: "done", "failed", or "lost" when another worker has the job by now."""

    job: str
    state: str
    message: str = ""


def execute(job: Job, run: JobRun) -> Outcome:
    """Run the job and note how it ended. What it raises is noted, never raised; told to end, it is free again."""
    message = ""
    try:
        job.run()
    except Exception as error:
        log.exception("job %s failed", job.id)
        message = f"{type(error).__name__}: {error}"[:500]
    except BaseException:  # told to end in the middle
        release(run, STOPPED, blameless=True)
        raise
    if not finish(run, message):
        log.warning("job %s: its lease was over, another worker has it", job.id)
        return Outcome(job.id, "lost")
    return Outcome(job.id, "failed" if message else "done", message)
