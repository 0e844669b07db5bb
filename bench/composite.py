"""Composite indices: cost of one computation and of 1,000 runs over other methods, at two sizes.

Run: .venv/bin/python bench/composite.py [--runs 5]. Invented data. The ratio is against what cannot be avoided: one
matrix product of as many sets of weights with as many scores. Then how the cost grows with each size.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from steuerrad.engines.scoring.composite import Method, compute
from steuerrad.engines.scoring.framework import Framework, Indicator, Node
from steuerrad.engines.scoring.normalise import Normaliser
from steuerrad.engines.scoring.outliers import Treatment
from steuerrad.engines.scoring.sensitivity import Alternatives, vary

SIZES = ((51, 49, 8), (500, 200, 20))
DRAWS = 1000
NOMINAL = Method(treatment=Treatment())
ALTERNATIVES = Alternatives(
    tuple(Treatment(most_points=points) for points in range(1, 6)),
    (Normaliser("min_max", 1, 100), Normaliser("percentile_rank", 1, 100)),
    ("arithmetic", "geometric"),
    {1: 0.25, 2: 0.25, 3: 0.25},
)


def framework(indicators: int, pillars: int) -> Framework:
    leaves = tuple(Indicator(f"i{number}", f"p{number % pillars}") for number in range(indicators))
    groups = tuple(Node(f"p{number}", f"s{number % 2}") for number in range(pillars))
    return Framework(leaves, (*groups, Node("s0", "top"), Node("s1", "top"), Node("top")))


def data(units: int, indicators: int, missing: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(2025)
    values = random.gamma(2.0, size=(units, indicators))
    values[random.random(values.shape) < missing] = np.nan
    return values


def median(work: Callable[[], object], runs: int) -> float:
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(units: int, indicators: int, pillars: int, runs: int) -> None:
    tree, values = framework(indicators, pillars), data(units, indicators)
    plain = compute(tree, values)
    weights = np.random.default_rng(1).random((DRAWS, indicators))
    one = median(lambda: compute(tree, values), runs)
    treated = median(lambda: compute(tree, values, NOMINAL), runs)
    product = median(lambda: weights @ plain.scores.T, runs)
    many = median(lambda: vary(tree, values, NOMINAL, ALTERNATIVES, runs=DRAWS), runs)
    gapped = data(units, indicators, missing=0.1)
    gaps = median(lambda: vary(tree, gapped, NOMINAL, ALTERNATIVES, runs=DRAWS), runs)
    print(f"composite {units} x {indicators}: normalise, aggregate, rank {one * 1e3:.2f} ms; "
          f"with outliers treated {treated * 1e3:.1f} ms")  # fmt: skip
    print(
        f"  {DRAWS:,} runs over other methods {many:.3f} s; with a tenth of the values missing {gaps:.3f} s"
    )
    print(f"  plain matrix product of the same size {product * 1e3:.2f} ms; ratio {many / product:.0f}")


def grow(runs: int) -> None:
    """Time of each doubling against the smallest; 2 and 4 would be exactly linear."""
    base = (200, 80, DRAWS)

    def cost(units: int, indicators: int, draws: int) -> float:
        tree, values = framework(indicators, 8), data(units, indicators)
        return median(lambda: vary(tree, values, NOMINAL, ALTERNATIVES, runs=draws), runs)

    first = cost(*base)
    for place, name in enumerate(("units", "indicators", "runs")):
        ratios: list[str] = []
        for factor in (2, 4):
            sizes = list(base)
            sizes[place] *= factor
            ratios.append(f"{cost(*sizes) / first:.2f}")
        print(
            f"  {name} x 2, x 4: time x {', x '.join(ratios)} (from {base[0]} x {base[1]}, {base[2]:,} runs)"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    for size in SIZES:
        measure(*size, options.runs)
    grow(options.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
