"""`steuerrad jobs`."""

from __future__ import annotations

import argparse
import sys

from steuerrad.kernel.contributions import Command
from steuerrad.platform.jobs.queries import State, states
from steuerrad.platform.jobs.running import Outcome
from steuerrad.platform.jobs.working import PLACES, Worker


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="run all jobs, due or not, one after the other")
    parser.add_argument(
        "--watch", type=positive, metavar="SECONDS", help="go on, and look every so many seconds what is due"
    )
    parser.add_argument(
        "--places", type=positive, default=PLACES, metavar="NUMBER",
        help="how many jobs run at once; urgent ones always start (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--state", action="store_true", help="run nothing, show what runs and how it went")


def positive(text: str) -> int:
    """A whole number, at least 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a whole number from 1: {text!r}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    if options.state:
        for state in states():
            print(line(state))
        return 0
    if options.force and options.watch:
        print("jobs: --force runs everything once, --watch what is due; choose one", file=sys.stderr)
        return 2
    worst = Worker(places=options.places, tell=tell).run(watch_s=options.watch, force=options.force)
    return 0 if options.watch else worst


def line(state: State) -> str:
    """One job, for the terminal; times in UTC."""
    told = f"{state.job.id:32} {state.state:8}"
    if state.run is None:
        return f"{told} never ran"
    told += f" since {state.run.started_at:%Y-%m-%d %H:%M:%S}Z"
    if state.seconds is not None:
        told += f", took {state.seconds:.1f} s"
    told += f", by {state.run.worker}" if state.run.worker else ""
    told += f", next {state.next_at:%Y-%m-%d %H:%M}Z" if state.next_at else ""
    return f"{told}  {state.run.message}".rstrip()


def tell(outcome: Outcome) -> None:
    stream = sys.stderr if outcome.state == "failed" else sys.stdout
    print(f"{outcome.job:40} {outcome.state} {outcome.message}".rstrip(), file=stream, flush=True)


COMMANDS = (
    Command("", "jobs", "run the jobs that are due (for cron, a systemd timer or --watch)", run, configure),
)
