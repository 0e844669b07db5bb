"""The best portfolio: solved exactly, judged again in plain arithmetic, with a reason when there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from steuerrad.engines.portfolio.conflict import Conflict, conflict
from steuerrad.engines.portfolio.gains import Draws, expected
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.program import NoPortfolioError
from steuerrad.engines.portfolio.search import best
from steuerrad.engines.portfolio.solution import TAIL, Limits, Solution


class Infeasible(Exception):  # noqa: N818 - the word of the field
    """No portfolio keeps all rules; conflict names rules that cannot hold together, and what would mend them."""

    def __init__(self, found: Conflict) -> None:
        super().__init__(f"{len(found.rules)} rules cannot hold together")
        self.conflict = found


def solve(
    problem: Problem,
    gains: Draws | None = None,
    *,
    lam: float = 1.0,
    share: float = TAIL,
    limits: Limits | None = None,
    net_limit: float | None = None,
    without: Sequence[Collection[int]] = (),
) -> Solution:
    """The portfolio that is worth most: lam * mean + (1 - lam) * CVaR of the worst `share` of scenarios.

    gains: scenarios; None takes expected gains as certain. net_limit: EUR after grants. without: portfolios
    (columns) that are not wanted again. Raises Infeasible, OutOfTimeError, and ValueError for lam outside 0..1.
    """
    gains = expected(problem) if gains is None else gains
    try:
        return best(problem, gains, lam, share, limits or Limits(), net_limit, without)
    except NoPortfolioError:
        if net_limit is not None or without:
            raise
        raise Infeasible(conflict(problem)) from None


def columns(problem: Problem, keys: Collection[str]) -> tuple[int, ...]:
    """Columns of these items, in order. Raises KeyError for one that is not there."""
    at = problem.index
    return tuple(sorted(at[key] for key in keys))


def forced(problem: Problem, key: str, *, inside: bool) -> Problem:
    """The problem with one item fixed inside or outside."""
    if inside:
        return replace(problem, must=problem.must | {key}, must_not=problem.must_not - {key})
    return replace(problem, must_not=problem.must_not | {key}, must=problem.must - {key})
