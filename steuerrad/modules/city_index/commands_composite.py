"""`steuerrad index composite`: any composite index from two tables, with the uncertainty of its ranks."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast, get_args

import numpy as np
from django.utils.translation import gettext as _

from steuerrad.engines.scoring.composite import Filling, Method, compute
from steuerrad.engines.scoring.framework import Aggregation, Framework
from steuerrad.engines.scoring.normalise import Normaliser, NormaliserKind
from steuerrad.engines.scoring.outliers import Treatment
from steuerrad.engines.scoring.sensitivity import (
    ASSUMPTIONS,
    Alternatives,
    assumption_indices,
    leave_out,
    vary,
)
from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index.composite_files import (
    CompositeData,
    CompositeFilesError,
    read_composite,
)
from steuerrad.modules.city_index.composite_report import TABLES, CompositeReport, known_share
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.write import csv_chunks

SCHEMA = 1
POSITIVE = (1.0, 100.0)  # scale of the alternatives: a geometric mean needs scores above 0, ranks do not mind


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="CSV or XLSX, one row a unit: uCode, uName, indicators")
    parser.add_argument(
        "meta", metavar="META", help="CSV or XLSX, one row a column: iCode, Type, Parent, Direction, Weight"
    )
    parser.add_argument("--normalise", choices=get_args(NormaliserKind), default="min_max")
    parser.add_argument(
        "--scale", type=float, nargs=2, metavar=("LOW", "HIGH"),
        help="worst and best score (default 0 100); for z_score mean and standard deviation (default 0 1)",
    )  # fmt: skip
    parser.add_argument("--aggregate", choices=get_args(Aggregation), default="arithmetic")
    parser.add_argument(
        "--outliers", type=int, default=0, metavar="POINTS",
        help="move at most so many extreme points of an indicator, else take logarithms (default 0: leave them)",
    )  # fmt: skip
    parser.add_argument(
        "--min-share", type=float, default=0.0, metavar="SHARE", help="least share of known parts, 0 to 1"
    )
    parser.add_argument("--fill", default="", metavar="GROUP", help="fill gaps within this group of the data")
    parser.add_argument("--fill-with", choices=get_args(Filling), default="mean")
    parser.add_argument(
        "--decimal", choices=(",", "."), help="decimal sign (default: . in comma separated files)"
    )
    parser.add_argument("--runs", type=int, default=1000, help="runs over other methods; 0 for none")
    parser.add_argument(
        "--vary",
        nargs="+",
        choices=ASSUMPTIONS,
        default=list(ASSUMPTIONS),
        help="choices to vary in the runs",
    )
    parser.add_argument("--weight-noise", type=float, default=0.25, metavar="SHARE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write all tables and the method there")


def run(options: argparse.Namespace) -> int:
    try:
        method = the_method(options)
        data = read_composite(
            Path(options.data), Path(options.meta), data_name=options.data, meta_name=options.meta,
            decimal=options.decimal,
        )  # fmt: skip
        report = the_report(data, method, the_alternatives(options, data.framework), options)
        written = [] if options.out is None else write_tables(report, options)
    except (TableProblem, CompositeFilesError) as error:
        print(error, file=sys.stderr)
        return 1
    except (ValueError, OSError) as error:
        print(_("The index cannot be computed: %(reason)s") % {"reason": error}, file=sys.stderr)
        return 1
    for line in lines(report):
        print(line)
    for path in written:
        print(_("Written: %(path)s") % {"path": path})
    return 0


def the_method(options: argparse.Namespace) -> Method:
    """The method that the options describe. Raises ValueError."""
    if options.runs < 0:
        raise ValueError(_("the number of runs must not be negative"))
    kind = cast(NormaliserKind, options.normalise)
    low, high = options.scale or ((0.0, 1.0) if kind == "z_score" else (0.0, 100.0))
    treatment = Treatment(most_points=options.outliers) if options.outliers else None
    return Method(Normaliser(kind, low, high), treatment, options.aggregate, options.min_share)


def the_alternatives(options: argparse.Namespace, framework: Framework) -> Alternatives:
    """What else might have been chosen: the usual alternatives for every choice that is to be varied.

    Without treatment of outliers nothing is varied there: whether to treat is a question before that of how.
    """
    kind = cast(NormaliserKind, options.normalise)
    scale = tuple(options.scale) if options.scale and kind == "z_score" else (50.0, 10.0)
    own = Normaliser(kind, *scale) if kind == "z_score" else Normaliser(kind, *POSITIVE)
    others = (Normaliser("min_max", *POSITIVE), Normaliser("percentile_rank", *POSITIVE))
    points = range(1, max(5, options.outliers) + 1)
    varied = set(options.vary)
    noise = options.weight_noise if "weights" in varied else 0.0
    return Alternatives(
        treatments=tuple(Treatment(most_points=most) for most in points)
        if options.outliers and "treatment" in varied
        else (Treatment(most_points=options.outliers) if options.outliers else None,),
        normalisers=tuple(dict.fromkeys((own, *others))) if "normalisation" in varied else (own,),
        aggregations=get_args(Aggregation) if "aggregation" in varied else (options.aggregate,),
        weight_noise=dict.fromkeys(set(framework.levels.tolist()), noise),
    )


def the_report(
    data: CompositeData, method: Method, alternatives: Alternatives, options: argparse.Namespace
) -> CompositeReport:
    """Compute everything. Raises ValueError where a method does not fit the data."""
    values, filled = data.prepared(options.fill, options.fill_with)
    result = compute(data.framework, values, method)
    if not options.runs:
        return CompositeReport(data, values, filled, result, leave_out(result), None, None)
    around = vary(data.framework, values, method, alternatives, runs=options.runs, seed=options.seed)
    choices = None
    if alternatives.open():
        runs = max(2, options.runs // (len(alternatives.open()) + 2))
        choices = assumption_indices(
            data.framework, values, method, alternatives, runs=runs, seed=options.seed
        )
    return CompositeReport(data, values, filled, result, leave_out(result), around, choices)


def lines(report: CompositeReport) -> Iterator[str]:
    """The report for a terminal."""
    found, around = report.result, report.uncertainty
    width = max(len(name) for name in report.data.names)
    yield _("%(units)d units, %(indicators)d indicators, %(nodes)d aggregates") % {
        "units": len(report.data.codes), "indicators": len(found.framework.indicators),
        "nodes": len(found.framework.nodes),
    }  # fmt: skip
    yield from remarks(report)
    yield ""
    for row in report.order:
        rank = str(found.ranks[row]) if found.ranks[row] else "–"
        total = _("no total") if np.isnan(found.total[row]) else f"{found.total[row]:.2f}"
        known = "" if around is None or np.isnan(around.low[row]) else (
            f"  [{around.low[row]:.0f}–{around.high[row]:.0f}]"
        )  # fmt: skip
        yield f"{rank:>5}  {report.data.names[row]:<{width}}  {total:>9}{known}"
    if around is not None:
        yield _("In brackets: ranks in 5 to 95 %% of %(runs)d runs with other methods.") % {
            "runs": len(around.ranks)
        }
    yield ""
    yield _("Ranks move by so many places on average when this is left out:")
    moving = sorted(report.left_out, key=lambda item: -np.nan_to_num(item.shift, nan=-1))
    yield from (f"  {item.shift:5.2f}  {item.key}" for item in moving[:12])
    yield from choice_lines(report)


def remarks(report: CompositeReport) -> Iterator[str]:
    """What a reader of the ranking must know of the data."""
    missing = int(np.isnan(report.values).sum())
    if missing:
        yield _("%(count)d values are unknown and were left out of the means.") % {"count": missing}
    if report.filled.any():
        yield _("%(count)d unknown values were filled from their group; they are no data.") % {
            "count": int(report.filled.sum())
        }
    thin = [code for code, share in zip(report.data.codes, known_share(report), strict=True) if share < 0.5]
    if thin:
        yield _("Less than half of the weight rests on data: %(codes)s") % {"codes": ", ".join(thin)}
    flat = report.data.without_spread(report.values)
    if flat:
        yield _("Equal for all units, so without effect on the order: %(codes)s") % {"codes": ", ".join(flat)}
    for item in report.result.treated:
        key = report.result.framework.indicators[item.column].key
        if item.logarithm:
            yield _("%(code)s: outliers, taken in logarithms") % {"code": key}
        else:
            moved = ", ".join(report.data.codes[row] for row in item.moved)
            yield _("%(code)s: outliers, moved to the next value: %(units)s") % {"code": key, "units": moved}
        if not item.settled:
            yield _("%(code)s: outliers remain") % {"code": key}


def choice_lines(report: CompositeReport) -> Iterator[str]:
    if report.choices is None:
        return
    yield ""
    yield _("Share of the shift of ranks that a choice explains (alone; with interactions):")
    names, found = report.choices
    for number, name in enumerate(names):
        yield (
            f"  {name:<14} {found.first[number]:6.2f} [{found.first_low[number]:.2f}–{found.first_high[number]:.2f}]"
            f"  {found.whole[number]:6.2f} [{found.whole_low[number]:.2f}–{found.whole_high[number]:.2f}]"
        )


def write_tables(report: CompositeReport, options: argparse.Namespace) -> list[Path]:
    """Write every table and how it was made; files of the same names are replaced. Raises OSError."""
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for make in TABLES:
        table = make(report)
        path = folder / f"{table.id}.csv"
        path.write_bytes(b"".join(csv_chunks(table)))
        written.append(path)
    settings = {
        key: value for key, value in vars(options).items() if key not in ("run", "out", "group", "name")
    }
    said = {
        "schema": SCHEMA, "options": settings,
        "sha256": {
            name: hashlib.sha256(Path(settings[name]).read_bytes()).hexdigest() for name in ("data", "meta")
        },
    }  # fmt: skip
    path = folder / "method.json"
    path.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return [*written, path]


COMMANDS = (
    Command("index", "composite", "compute a composite index from two tables of your own", run, configure),
)
