"""Bounds of ranks and scores for every indicator of an edition of which a part is known: 37 times 83 cities.

Run: .venv/bin/python bench/rank_bounds.py [--runs 5]. Prints the ratio against merely ranking the same scores.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from steuerrad.engines.ranking import Entry, competition_ranks, rank_bounds
from steuerrad.engines.scoring import Interval

CITIES, INDICATORS = 83, 37


def entries(scores: list[float]) -> list[Entry]:
    """Every third rank and every second score is not known."""
    ranks = competition_ranks(scores)
    return [
        Entry(
            str(number), (int(rank), int(rank)) if number % 3 else None,
            Interval.of(Fraction(str(score))) if number % 2 else None,
        )
        for number, (score, rank) in enumerate(zip(scores, ranks, strict=True))
    ]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    random = np.random.default_rng(1)
    tables = [random.uniform(0, 100, CITIES).round(1).tolist() for _ in range(INDICATORS)]
    known = [entries(table) for table in tables]
    bounds, plain = [], []
    for _ in range(options.runs):
        start = time.process_time()
        for item in known:
            rank_bounds(item, CITIES)
        bounds.append(time.process_time() - start)
        start = time.process_time()
        for table in tables:
            competition_ranks(table)
        plain.append(time.process_time() - start)
    took, ranks = statistics.median(bounds), statistics.median(plain)
    print(f"rank bounds: {INDICATORS} x {CITIES} cities, a part known: median of {options.runs} runs {took:.3f} s; "
          f"{took / ranks:.0f} x ranking the same scores ({1000 * ranks:.1f} ms)")  # fmt: skip
    print(f"  target: under 1 s: {'met' if took < 1 else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
