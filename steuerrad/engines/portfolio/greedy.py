"""What people do without a solver: take the best gain per euro until the money is gone. The yardstick, not the way."""

from __future__ import annotations

import numpy as np

from steuerrad.engines.portfolio.funding import funding
from steuerrad.engines.portfolio.gains import expected, values
from steuerrad.engines.portfolio.problem import Problem


def greedy(problem: Problem) -> tuple[str, ...]:
    """Items in falling order of expected gain by euro, each taken when all rules but minima still hold."""
    gains = expected(problem)
    single = [float(values(gains, [i])[0]) for i in range(len(problem.items))]
    ratio = [
        gain / item.cost if item.cost else np.inf for gain, item in zip(single, problem.items, strict=True)
    ]
    chosen: list[int] = []
    for number in sorted(range(len(problem.items)), key=lambda i: (-ratio[i], i)):
        if single[number] > 0 and holds(problem, [*chosen, number]):
            chosen.append(number)
    return tuple(problem.items[i].key for i in sorted(chosen))


def holds(problem: Problem, chosen: list[int]) -> bool:
    """Whether all rules hold that a further item cannot mend."""
    upper = Problem(
        problem.items, problem.targets, problem.budgets, problem.grants, problem.staff,
        tuple(type(g)(g.group, None, g.maximum) for g in problem.groups),
        problem.requires, problem.excludes, frozenset(), problem.must_not,
    )  # fmt: skip
    return funding(upper, chosen) is not None
