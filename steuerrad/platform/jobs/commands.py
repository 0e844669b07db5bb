"""`steuerrad jobs`."""

from __future__ import annotations

import argparse
import sys

from steuerrad.kernel.contributions import Command
from steuerrad.platform.jobs.running import run_due


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="run all jobs, due or not")


def run(options: argparse.Namespace) -> int:
    outcomes = run_due(force=options.force)
    for outcome in outcomes:
        stream = sys.stderr if outcome.state == "failed" else sys.stdout
        print(f"{outcome.job:40} {outcome.state} {outcome.message}".rstrip(), file=stream)
    return 1 if any(outcome.state == "failed" for outcome in outcomes) else 0


COMMANDS = (Command("", "jobs", "run the jobs that are due (for cron or a systemd timer)", run, configure),)
