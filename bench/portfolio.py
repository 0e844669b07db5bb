"""Choosing 100 measures with dependencies under two budgets: medians, and ratios to the greedy way and the bound.

The measures are drawn at random: 10 to 300 thousand EUR in each of two years, 30 % of the money they would take, one
or two of 37 indicators each, 10 requirements, 5 exclusions, at least 3 of each of 5 themes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from steuerrad.engines.portfolio import (
    Budget,
    Gain,
    GroupLimit,
    Item,
    Limits,
    Problem,
    Target,
    columns,
    expected,
    frontier,
    greedy,
    runners_up,
    scenarios,
    solve,
    values,
)
from steuerrad.engines.portfolio.program import Program

MEASURES, INDICATORS, SCENARIOS, POINTS, SEEDS = 100, 37, 200, 20, (1, 2, 3)
RISK_SECONDS = 5.0  # the search stops here at the latest; the gap that is left is printed


def problem(seed: int, measures: int = MEASURES) -> Problem:
    random = np.random.default_rng(seed)
    items = tuple(item(random, number) for number in range(measures))
    targets = tuple(Target(f"k{k}", 1 / INDICATORS, float(random.uniform(10, 60))) for k in range(INDICATORS))
    budgets = tuple(
        Budget("own", year, 0.3 * sum(one.costs["own", year] for one in items)) for year in (2026, 2027)
    )
    pairs = [(f"m{a}", f"m{b}") for a, b in random.choice(measures, (15, 2), replace=False)]
    groups = tuple(GroupLimit(f"g{number}", 3) for number in range(5))
    return Problem(
        items, targets, budgets, groups=groups, requires=tuple(pairs[:10]), excludes=tuple(pairs[10:])
    )


def item(random: np.random.Generator, number: int) -> Item:
    gains: list[Gain] = []
    for k in random.choice(INDICATORS, size=random.integers(1, 3), replace=False):
        low, likely, high = np.cumsum(random.uniform(0, (3, 4, 6)))
        chances = float(random.uniform(0.5, 1)), float(random.uniform(0, 0.3))
        gains.append(Gain(f"k{k}", float(low), float(likely), float(high), *chances))
    costs = {("own", year): float(random.integers(10, 300) * 1000) for year in (2026, 2027)}
    return Item(f"m{number}", costs, tuple(gains), f"g{number % 5}")


def median(work: Callable[[int], object]) -> float:
    seconds: list[float] = []
    for seed in SEEDS:
        start = time.perf_counter()
        work(seed)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    problems = {seed: problem(seed) for seed in SEEDS}
    samples = {seed: scenarios(problems[seed], SCENARIOS, seed) for seed in SEEDS}
    print(
        f"   {MEASURES} measures, {INDICATORS} indicators, 2 budgets, 15 dependencies, 5 minima; median of {SEEDS}"
    )
    certain = median(lambda seed: solve(problems[seed]))
    print(f"   expected gains, proven best                  {certain:8.2f} s")
    mean = median(lambda seed: solve(problems[seed], samples[seed]))
    print(
        f"   mean of {SCENARIOS} scenarios, proven best          {mean:8.2f} s   {mean / certain:5.1f} x the above"
    )
    found: dict[float, list[str]] = {}
    for lam in (0.5, 0.0):
        results = []
        risk = median(
            lambda seed, lam=lam, results=results: results.append(
                solve(problems[seed], samples[seed], lam=lam, limits=Limits(seconds=RISK_SECONDS))
            )
        )
        found[lam] = [f"{one.gap:.2%}" for one in results]
        print(
            f"   {lam:.1f} mean + {1 - lam:.1f} CVaR, within 1 %              {risk:8.2f} s   gaps {', '.join(found[lam])}"
        )
    edge = median(lambda seed: frontier(problems[seed], POINTS))
    print(
        f"   frontier of {POINTS} points                        {edge:8.2f} s   {edge / certain:5.1f} x one solution"
    )
    ten = median(lambda seed: runners_up(problems[seed], 10))
    print(
        f"   ten best portfolios                          {ten:8.2f} s   {ten / certain:5.1f} x one solution"
    )
    for seed in SEEDS:
        one, gains = problems[seed], expected(problems[seed])
        best = solve(one).objective
        naive = float(values(gains, columns(one, greedy(one)))[0])
        bound = Program(one, gains, 1.0).answer(60.0, relaxed=True).bound
        print(
            f"   seed {seed}: best {best:.4f}, greedy by ratio {naive / best:.4f} of it, relaxation {bound / best:.4f}"
        )


if __name__ == "__main__":
    main()
