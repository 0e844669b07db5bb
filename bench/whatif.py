"""What-if on an index: 83 cities x 37 indicators x 10,000 draws, each dimension doubled, and one more question asked.

Run: .venv/bin/python bench/whatif.py [--runs 7]. One thread, arrays only, no database; processor time, so that others on the
machine count less. Ratios are against drawing as many normals with numpy in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from steuerrad.engines.ranking import Model, Move, OwnChange, Prepared, prepare
from steuerrad.engines.ranking.tests.fields import full_fields, with_raw

CITIES, COUNTS, DRAWS = 83, (8, 8, 7, 7, 7), 10_000
OWN = "city40"


def median_of(runs: int, work: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def prepared(
    cities: int, counts: tuple[int, ...], draws: int, level: str = "indicators"
) -> Callable[[], Prepared]:
    *history, field = full_fields(cities, counts, (2027, 2028, 2029, 2030))
    model = Model(level="indicators" if level == "indicators" else "totals")
    return lambda: prepare(field, OWN, history, model, draws=draws, seed=1)


def normals(cities: int, indicators: int, draws: int) -> Callable[[], None]:
    """As many normals, one indicator at a time, so that memory is the same."""
    rng = np.random.default_rng(1)
    into = np.empty((cities, draws), np.float32)

    def draw() -> None:
        for _ in range(indicators):
            rng.standard_normal(out=into, dtype=np.float32)

    return draw


def sizes(runs: int) -> list[tuple[str, float]]:
    """Prints the whole simulation at the target size and with each dimension doubled; returns what was over target."""
    double = tuple(2 * count for count in COUNTS)
    cases = (
        ("target size", CITIES, COUNTS, DRAWS), ("twice the cities", 2 * CITIES, COUNTS, DRAWS),
        ("twice the indicators", CITIES, double, DRAWS), ("twice the draws", CITIES, COUNTS, 2 * DRAWS),
    )  # fmt: skip
    first = 0.0
    missed: list[tuple[str, float]] = []
    for title, cities, counts, draws in cases:
        took = median_of(runs, prepared(cities, counts, draws))
        plain = median_of(runs, normals(cities, sum(counts), draws))
        first = first or took
        print(f"  {title:21} {cities} x {sum(counts)} x {draws:,}: {took:.3f} s; {took / first:.2f} x the target size; "
              f"{took / plain:.1f} x drawing as many normals ({plain:.3f} s)")  # fmt: skip
        if title == "target size" and took >= 1.0:
            missed.append((title, took))
    return missed


def questions(runs: int) -> list[tuple[str, float]]:
    """Prints how long one more question takes on a prepared field."""
    ready = prepared(CITIES, COUNTS, DRAWS)()
    ready.outcome(OwnChange())
    items = ready.field.indicators
    raw = prepare(
        with_raw(np.random.default_rng(1).uniform(0, 50, CITIES).tolist(), "min_max"), OWN, draws=DRAWS
    )
    raw.outcome(OwnChange())
    cases = (
        ("one value changed", ready, (Move.to(items[0].key, 60.0),)),
        ("all 37 with spread", ready, tuple(Move(item.key, 0, 5, 20, kind="gain", probability=0.8, slack_months=2,
                                                 delay_months=(0, 1, 6)) for item in items)),
        ("a raw value, min-max", raw, (Move("g/i", 20, 30, 60, kind="raw"),)),
    )  # fmt: skip
    plain = median_of(runs, normals(CITIES, 1, DRAWS))
    missed: list[tuple[str, float]] = []
    for title, field, moves in cases:
        change = OwnChange(moves)
        took = median_of(runs, lambda field=field, change=change: field.outcome(change))
        print(f"  {title:21} {1000 * took:.1f} ms; {took / plain:.1f} x drawing {CITIES} x {DRAWS:,} normals")
        if took >= 0.2:
            missed.append((title, took))
    size = ready.rivals_now.nbytes + ready.rivals_next.nbytes
    print(f"  kept in memory for it: {size / 1e6:.1f} MB")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    print(f"whatif: every indicator of every city simulated, median of {options.runs} runs, processor time")
    missed = sizes(options.runs)
    took = median_of(options.runs, prepared(CITIES, COUNTS, DRAWS, "totals"))
    print(f"  totals alone          {CITIES} x {DRAWS:,}: {took:.3f} s")
    print("one more question on the prepared field")
    missed += questions(options.runs)
    print(
        f"  target: simulation under 1 s, question under 200 ms: {'met' if not missed else f'MISSED by {missed}'}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
