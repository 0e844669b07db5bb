"""`steuerrad jobs`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import Any

from django.db import close_old_connections

from steuerrad.kernel.contributions import Command
from steuerrad.platform.jobs.running import Outcome, run_due


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="run all jobs, due or not")
    parser.add_argument(
        "--watch", type=positive, metavar="SECONDS", help="go on, and look every so many seconds what is due"
    )


def positive(text: str) -> int:
    """A whole number of seconds, at least 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a number of seconds: {text!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    if options.watch:
        watch(options.watch)
        return 0
    outcomes = run_due(force=options.force)
    for outcome in outcomes:
        tell(outcome)
    return 1 if any(outcome.state == "failed" for outcome in outcomes) else 0


def watch(seconds: int) -> None:
    """Run what is due until the process is told to end; a job under way is broken off and may start again."""
    ended = threading.Event()

    def end(_number: int, _frame: Any) -> None:
        ended.set()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not ended.is_set():
        close_old_connections()
        for outcome in run_due():
            if outcome.state != "waiting":
                tell(outcome)
        ended.wait(seconds)


def tell(outcome: Outcome) -> None:
    stream = sys.stderr if outcome.state == "failed" else sys.stdout
    print(f"{outcome.job:40} {outcome.state} {outcome.message}".rstrip(), file=stream, flush=True)


COMMANDS = (
    Command("", "jobs", "run the jobs that are due (for cron, a systemd timer or --watch)", run, configure),
)
