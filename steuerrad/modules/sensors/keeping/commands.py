"""`steuerrad sensors retain`, `backup` and `restore`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.conf import settings

from steuerrad.engines.observations import InUse, StoreFault, restore
from steuerrad.kernel.contributions import Command
from steuerrad.modules.sensors.keeping.actions import apply, planned
from steuerrad.platform.observations.store import (
    UnavailableError,
    folder,
    observations,
    reachable,
    socket_path,
)


def configure_retain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--apply", action="store_true", help="remove; without it only say what would be removed"
    )


def run_retain(options: argparse.Namespace) -> int:
    try:
        for part in planned(everything=not options.apply):
            state = "" if part.rule.enabled else " (not in force)"
            before = f"{part.rows} figures before {part.before:%Y-%m-%d}" if part.before else "kept for ever"
            print(f"{part.rule}{state}: {len(part.streams)} datastreams, {before}")
        if options.apply:
            run = apply()
            print("nothing to remove" if run is None else f"{run.removed} figures removed; their sums stay")
    except UnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def configure_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where the copy goes; must be empty or not there yet"
    )


def run_backup(options: argparse.Namespace) -> int:
    """Through the data server when it runs, which goes on taking observations meanwhile."""
    try:
        with observations() as store:
            made = store.backup(str(options.folder.resolve()))
    except (UnavailableError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.folder}: {made['rows']} observations, made {made['made']}")
    return 0


def configure_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that `backup` made")


def run_restore(options: argparse.Namespace) -> int:
    """Into the data folder of this installation, which must have no observations yet."""
    if settings.OBSERVATIONS_URL:
        print("the observations lie in PostgreSQL: restore them with pg_restore", file=sys.stderr)
        return 1
    if reachable(socket_path()):
        print("a data server is running: stop it, and move its folder away first", file=sys.stderr)
        return 1
    try:
        made = restore(options.folder, folder())
    except (StoreFault, InUse, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder()}: {made.rows} observations of {made.made}, and what the journal has beyond them")
    return 0


COMMANDS = (
    Command(
        "sensors", "retain", "say or do what the rules of retention remove", run_retain, configure_retain
    ),
    Command("sensors", "backup", "copy all observations while everything runs", run_backup, configure_backup),
    Command(
        "sensors",
        "restore",
        "put a copy of the observations in place of nothing",
        run_restore,
        configure_restore,
    ),
)
