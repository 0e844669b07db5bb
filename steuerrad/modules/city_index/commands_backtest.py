"""`steuerrad index backtest`: past editions forecast from those before them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from steuerrad.engines.ranking.backtest import backtest
from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index.backtest_text import Report, page
from steuerrad.modules.city_index.commands_audit import UseError, the_catalogue
from steuerrad.modules.city_index.queries_field import fields, simulable

DRAWS, SEED = 10_000, 1


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", help="write the page there instead of printing it")


def text() -> str:
    """The page on all editions that are loaded. Raises UseError when there are too few."""
    index = the_catalogue().index
    found = fields(index, simulable(index))
    if len(found) < 2:
        raise UseError(_("a backtest needs two editions with published totals"))
    return page(Report(index.name, found, backtest(found, draws=DRAWS, seed=SEED), DRAWS, SEED))


def run(options: argparse.Namespace) -> int:
    try:
        found = text()
        if not options.out:
            print(found, end="")
            return 0
        Path(options.out).write_text(found, encoding="utf-8")
    except (UseError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(_("Written: %(path)s") % {"path": options.out})
    return 0


COMMANDS = (Command("index", "backtest", "forecast past editions from those before them", run, configure),)
