"""Verdicts on every published score of a full edition: 83 cities with 37 indicators and 5 pilot projects each.

Run: .venv/bin/python bench/city_index_verify.py [--runs 5]. Times the rules alone, on figures in memory, and prints
the ratio against merely reading the same figures as numbers.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from steuerrad.engines.scoring import parse_figure
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.reproduce import reproduce
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure, IndicatorSpec

CITIES, COUNTS, YEAR = 83, (8, 8, 7, 7, 7), 2025


def edition() -> EditionStructure:
    return EditionStructure(
        YEAR,
        tuple(
            CategoryStructure(
                f"Kategorie {number}",
                (*(IndicatorSpec(f"Indikator {number}.{item}") for item in range(count)),
                 IndicatorSpec(f"Pilotprojekte {number}", "pilot", Fraction(5 * count))),
            )
            for number, count in enumerate(COUNTS)
        ),
        cities=CITIES, indicator_count=sum(COUNTS),
    )  # fmt: skip


def figures(structure: EditionStructure) -> list[KnownFigure]:
    """Invented scores, the same in every run; categories and totals follow from them by the rule of the index."""
    chance = random.Random(2025)
    found: list[KnownFigure] = []
    for number in range(CITIES):
        city, totals = f"Stadt {number}", []
        for category in structure.categories:
            points = 0.0
            for spec in category.indicators:
                value = round(chance.uniform(0, float(spec.maximum or 100)), 1)
                points += value
                found.append(
                    KnownFigure(YEAR, city, category.name, spec.name, "indicator", f"{value:.1f}", "x")
                )
            totals.append(points / (category.count * 1.05))
            found.append(KnownFigure(YEAR, city, category.name, None, "score", f"{totals[-1]:.1f}", "x"))
        found.append(KnownFigure(YEAR, city, None, None, "score", f"{sum(totals) / 5:.1f}", "x"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    structure = edition()
    known = figures(structure)
    checks, parses = [], []
    for _ in range(options.runs):
        start = time.perf_counter()
        verdicts = reproduce(known, {YEAR: structure})
        checks.append(time.perf_counter() - start)
        start = time.perf_counter()
        for figure in known:
            parse_figure(figure.value)
        parses.append(time.perf_counter() - start)
    wrong = sum(verdict.outcome != "reproduced" for verdict in verdicts)
    took, parse = statistics.median(checks), statistics.median(parses)
    print(f"city_index verify: {CITIES} cities x {sum(COUNTS)} indicators, {len(known):,} figures, "
          f"{len(verdicts)} scores: median of {options.runs} runs {took:.3f} s")  # fmt: skip
    print(f"  reading the figures alone: {parse:.3f} s; ratio {took / parse:.1f}")
    print(f"  target: under 1 s: {'met' if took < 1 else 'MISSED'}; scores not reproduced: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
