"""`steuerrad index import`: results of any year and city from a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index.actions import BadRowsError, ImportedMeanwhileError, import_results
from steuerrad.modules.city_index.catalogue import Catalogue, UnknownNameError
from steuerrad.modules.city_index.commands_audit import COMMANDS as AUDIT_COMMANDS
from steuerrad.modules.city_index.commands_audit import UseError, the_catalogue
from steuerrad.modules.city_index.commands_backtest import COMMANDS as BACKTEST_COMMANDS
from steuerrad.modules.city_index.commands_composite import COMMANDS as COMPOSITE_COMMANDS
from steuerrad.modules.city_index.commands_scales import COMMANDS as SCALE_COMMANDS
from steuerrad.modules.city_index.importing import Plan, file_hash, make_plan
from steuerrad.modules.city_index.memo.commands import COMMANDS as MEMO_COMMANDS
from steuerrad.modules.city_index.reading import Given, read_results
from steuerrad.platform.tables.problems import TableProblem

SHOWN_CONFLICTS = 50


def configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="CSV or XLSX with the columns of rankings.csv or city_indicators.csv"
    )
    parser.add_argument(
        "--edition", type=int, metavar="YEAR", help="year of all rows (needed without column year)"
    )
    parser.add_argument("--city", default="", help="city of all rows (needed without column city)")
    parser.add_argument("--source", default="", metavar="TEXT", help="source of rows that name none")
    parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out and import the rest")
    parser.add_argument(
        "--add-indicators",
        action="store_true",
        help="accept new names where the list of an edition is incomplete",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run_import(options: argparse.Namespace) -> int:
    try:
        catalogue = the_catalogue()
        given = Given(options.edition, options.city, options.source, options.add_indicators)
        check_given(given, catalogue)
        path = Path(options.file)
        plan = make_plan(read_results(path, catalogue, name=path.name, given=given), catalogue)
        print_plan(plan)
        if options.dry_run:
            print(_("Dry run: nothing was written."))
            return 1 if plan.problems and not options.skip_bad else 0
        done = import_results(None, plan, catalogue, file=path.name, sha256=file_hash(path),
                              skip_bad=options.skip_bad)  # fmt: skip
    except TableProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except (UseError, BadRowsError, ImportedMeanwhileError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    print(_("Nothing new.") if done is None else summary(plan))
    return 0


def check_given(given: Given, catalogue: Catalogue) -> None:
    """Raise UseError for an edition or a city that the index does not know."""
    try:
        if given.year is not None:
            catalogue.edition(given.year)
    except UnknownNameError as error:
        raise UseError(f"--edition {given.year}: {error}") from error
    try:
        if given.city:
            catalogue.city(given.city)
    except UnknownNameError as error:
        raise UseError(f"--city {given.city}: {error}") from error


def print_plan(plan: Plan) -> None:
    for note in plan.reading.notes:
        print(note)
    if plan.problems:
        print(plan.problems, file=sys.stderr)
    if plan.conflicts:
        print(_("%(count)d conflicts between sources, kept side by side:") % {"count": len(plan.conflicts)})
        print("\n".join(plan.conflict_lines(SHOWN_CONFLICTS)))
    print(
        _("%(read)d rows read: %(new)d new, %(completed)d completed, %(unchanged)d known, %(repeated)d repeated, "
          "%(skipped)d bad")
        % {
            "read": plan.reading.read, "new": len(plan.new), "completed": len(plan.completed),
            "unchanged": plan.unchanged, "repeated": plan.repeated, "skipped": plan.skipped,
        }
    )  # fmt: skip


def summary(plan: Plan) -> str:
    return _("Imported: %(new)d new, %(completed)d completed; %(skipped)d left out.") % {
        "new": len(plan.new), "completed": len(plan.completed), "skipped": plan.skipped,
    }  # fmt: skip


COMMANDS = (
    Command("index", "import", "import results of any year and city", run_import, configure_import),
    *AUDIT_COMMANDS,
    *COMPOSITE_COMMANDS,
    *SCALE_COMMANDS,
    *BACKTEST_COMMANDS,
    *MEMO_COMMANDS,
)
