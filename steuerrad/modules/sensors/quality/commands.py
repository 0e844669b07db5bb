"""`steuerrad sensors check`, `steuerrad sensors score`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from steuerrad.kernel.contributions import Command
from steuerrad.modules.sensors.quality.running import check_new
from steuerrad.platform.observations.store import UnavailableError


def configure_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="from the first value on, not only what is new")


def run_check(options: argparse.Namespace) -> int:
    """1 when a datastream could not be checked."""
    try:
        run = check_new(everything=options.all)
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in run.problems:
        print(f"datastream {problem['stream']}, {problem['place']}: {problem['reason']}", file=sys.stderr)
    print(f"{run}: {run.streams} datastreams, {run.rows} values checked, {run.flagged} flags written")
    return 1 if run.problems else 0


def configure_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", type=Path, metavar="FILE", help="replace the tables in this Markdown file")
    parser.add_argument(
        "--seeds", type=int, default=3, help="plantings of each fault into each series (default: %(default)s)"
    )


def run_score(options: argparse.Namespace) -> int:
    from steuerrad.modules.sensors.quality.report import report, written_into

    try:
        text = report(options.seeds)
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    if options.write is None:
        print(text)
        return 0
    try:
        written_into(options.write, text)
    except (OSError, ValueError) as error:
        print(f"{options.write}: {error}", file=sys.stderr)
        return 1
    return 0


COMMANDS = (
    Command("sensors", "check", "test new values and flag what is doubtful", run_check, configure_check),
    Command(
        "sensors",
        "score",
        "count what the tests find of faults planted into stored series",
        run_score,
        configure_score,
    ),
)
