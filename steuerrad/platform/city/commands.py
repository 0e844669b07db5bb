"""`steuerrad load` and `steuerrad demo`."""

from __future__ import annotations

import argparse
import sys

from django.conf import settings
from django.utils import translation

from steuerrad.kernel.contributions import Command
from steuerrad.kernel.registry import registry
from steuerrad.platform.city.loading import LoadError, load_city


def configure_load(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "city", nargs="?", default=settings.CITY, help="folder under cities/ (default: %(default)s)"
    )
    parser.add_argument("--force", action="store_true", help="read the files even if they have not changed")


def run_load(options: argparse.Namespace) -> int:
    try:
        context = load_city(options.city, force=options.force)
    except LoadError as error:
        with translation.override("en"):  # the loaders' reasons are English, so the words around them are
            print(error.problems, file=sys.stderr)
        print(f"{options.city}: nothing was loaded, {len(error.problems)} faults", file=sys.stderr)
        return 1
    if context is None:
        print(f"{options.city}: unchanged")
        return 0
    for table, counter in context.counts.items():
        print(
            f"{table:32} " + ", ".join(f"{number} {outcome}" for outcome, number in sorted(counter.items()))
        )
    return 0


def run_demo(options: argparse.Namespace) -> int:
    folder = settings.CITIES_DIR / settings.CITY
    for demo in registry.all("demo"):
        for line in demo.make(folder):
            print(line)
    return 0


COMMANDS = (
    Command("", "load", "load the city's folder into the database", run_load, configure_load),
    Command("", "demo", "make demo logins and labelled demo data", run_demo),
)
