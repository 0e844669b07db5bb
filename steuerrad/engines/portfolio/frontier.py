"""The efficient frontier: the most that each amount of money can bring, by epsilon constraint on net cost.

Haimes, Lasdon and Wismer, IEEE Transactions on Systems, Man, and Cybernetics 1 (1971).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steuerrad.engines.portfolio.gains import Draws, expected
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.program import NoPortfolioError, OutOfTimeError
from steuerrad.engines.portfolio.search import best
from steuerrad.engines.portfolio.solution import Limits, Solution
from steuerrad.engines.portfolio.solve import solve


def frontier(
    problem: Problem,
    points: int = 20,
    gains: Draws | None = None,
    *,
    limits: Limits | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Solution]:
    """Efficient portfolios from the cheapest allowed one to the best, cheaper first; none beaten by another.

    Net cost is limited to `points` amounts at equal distances; the budgets of the problem hold as well. Fewer come
    back where two amounts buy the same. limits are those of one point. Raises Infeasible.
    """
    if points < 2:
        raise ValueError("a frontier needs at least two points")
    gains = expected(problem) if gains is None else gains
    limits = limits or Limits()
    top = solve(problem, gains, limits=limits)
    bottom = cheapest(problem, gains, limits)
    found = [bottom, top]
    amounts = np.linspace(bottom.net, top.net, points)[1:-1]
    for number, amount in enumerate(amounts):
        try:
            found.append(best(problem, gains, 1.0, 1.0, limits, net_limit=float(amount)))
        except (NoPortfolioError, OutOfTimeError):  # between whole items there may be nothing to buy
            continue
        finally:
            progress(number + 1, len(amounts))
    return efficient(found)


def cheapest(problem: Problem, gains: Draws, limits: Limits) -> Solution:
    """The portfolio with the least net cost that keeps all rules."""
    nothing = Draws(np.zeros_like(gains.values[:1]), gains.items, gains.targets, gains.headroom)
    bare = best(problem, nothing, 1.0, 1.0, limits)  # without gains, the trace of cost decides alone
    return best(problem, gains, 1.0, 1.0, limits, net_limit=bare.net + 0.01)


def efficient(found: list[Solution]) -> list[Solution]:
    """Those that no cheaper or equally dear one reaches, cheaper first."""
    kept: list[Solution] = []
    for solution in sorted(found, key=lambda one: (round(one.net, 2), -one.objective)):
        if not kept or solution.objective > kept[-1].objective + 1e-9:
            kept.append(solution)
    return kept
