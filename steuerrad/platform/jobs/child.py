"""A process for one run: it may be slow, eat memory or die, and the others go on.

Forked from a worker that has everything loaded (some ten milliseconds), so it begins without connections of its own.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from steuerrad.kernel.contributions import Job
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.jobs.running import Outcome, execute

log = logging.getLogger(__name__)
#: A run that is told to end has so many seconds to come to an end by itself; then it is broken off.
LAST_SECONDS = 2.0
FAILED, LOST, FAULT, ORPHAN = 1, 2, 70, 71
#: Exit codes of a run that has noted by itself how it ended.
SAID = (0, FAILED, LOST)


def start(job: Job, run: JobRun, parent: tuple[int, int], tell: Callable[[Outcome], None]) -> int:
    """Run the job in a process of its own; answers its number. parent: ends of a pipe that breaks when the worker dies."""
    connections.close_all()  # a connection must not be used by two processes
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = FAULT
    try:
        code = _run(job, run, parent, tell)
    except SystemExit:
        code = 0
    except BaseException:
        log.exception("job %s: its end could not be noted", job.id)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # what the worker would do at its end is not this process's to do


def _run(job: Job, run: JobRun, parent: tuple[int, int], tell: Callable[[Outcome], None]) -> int:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_soon)
    reads, writes = parent
    os.close(writes)
    threading.Thread(target=_end_with, args=(reads,), name="worker-alive", daemon=True).start()
    outcome = execute(job, run)
    connections.close_all()
    tell(outcome)
    return {"failed": FAILED, "lost": LOST}.get(outcome.state, 0)


def _end_with(reads: int) -> None:
    """Whoever is left behind by a killed worker gets no more signs of life: end before somebody else takes the job."""
    os.read(reads, 1)
    os._exit(ORPHAN)


def _end_soon(_number: int, _frame: Any) -> None:
    def end(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)
