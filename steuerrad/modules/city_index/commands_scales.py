"""`steuerrad index scales`: whether published scores of indicators can be places on a rank scale."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index.catalogue import UnknownNameError
from steuerrad.modules.city_index.commands_audit import UseError, the_catalogue
from steuerrad.modules.city_index.queries_scales import IndicatorScale, indicator_scales
from steuerrad.modules.city_index.scale_text import OUTCOMES, outcome, reading

SCHEMA = "steuerrad.index.scales/1"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--edition", type=int, metavar="YEAR", help="only this edition (default: all)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    try:
        catalogue = the_catalogue()
        years = sorted(catalogue.editions) if options.edition is None else [options.edition]
        editions = [catalogue.edition(year) for year in years]
    except (UseError, UnknownNameError) as error:
        print(error if options.edition is None else f"{options.edition}: {error}", file=sys.stderr)
        return 2
    scales = indicator_scales(editions)
    if options.format == "json":
        data = {"schema": SCHEMA, "indicators": [scale_data(scale) for scale in scales]}
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return 0
    for scale in scales:
        print_scale(scale)
    counts = Counter(outcome(scale) for scale in scales)
    print(", ".join(f"{counts[key]} {title}" for key, title in OUTCOMES.items()))
    return 0


def print_scale(scale: IndicatorScale) -> None:
    """One indicator and its telling scores; those at an end of the scale say nothing and are left out."""
    if scale.verdict is None or scale.verdict.outcome == "not_checkable":
        return
    chance = "" if scale.verdict.outcome == "contradicted" else _(", by accident with a chance of %(chance).3f") % {
        "chance": float(scale.verdict.chance)
    }  # fmt: skip
    print(f"{scale.year} {scale.category}, {scale.indicator}: {OUTCOMES[outcome(scale)]}{chance}")
    for score in scale.scores:
        if score.fit.telling:
            print(f"    {score.city} {score.printed}: {reading(score, scale.cities or 0)}")


def scale_data(scale: IndicatorScale) -> dict[str, Any]:
    return {
        "edition": scale.year, "category": scale.category, "indicator": scale.indicator, "cities": scale.cities,
        "outcome": outcome(scale), "chance": None if scale.verdict is None else float(scale.verdict.chance),
        "scores": [
            {"city": score.city, "printed": score.printed, "source": score.source, "ranks": score.fit.ranks,
             "points": score.fit.points, "telling": score.fit.telling}
            for score in scale.scores
        ],
    }  # fmt: skip


COMMANDS = (
    Command(
        "index",
        "scales",
        "whether published scores of indicators can be places on a rank scale",
        run,
        configure,
    ),
)
