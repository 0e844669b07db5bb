"""The best portfolio: solved exactly, judged again in plain arithmetic, with a reason when there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from time import monotonic

import numpy as np

from steuerrad.engines.portfolio.conflict import Conflict, conflict
from steuerrad.engines.portfolio.funding import Funding, funding
from steuerrad.engines.portfolio.gains import Draws, Floats, by_target, expected, values
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.program import Answer, NoPortfolioError, OutOfTimeError, Program, net_cost
from steuerrad.engines.portfolio.rows import Row, Rule

SECONDS = 30.0
TAIL = 0.10
RISK_GAP = 1e-3
CUT = Rule("must_not", ())
EXACT = 3e-6
"""Relative distance that counts as none: the solver's own tolerance and the trace of cost."""
CLOSE, ROUNDS = 1e-4, 60
"""How near, and in how many rounds at most, the cuts must come for items in parts."""


class Infeasible(Exception):  # noqa: N818 - the word of the field
    """No portfolio keeps all rules; conflict names rules that cannot hold together, and what would mend them."""

    def __init__(self, found: Conflict) -> None:
        super().__init__(f"{len(found.rules)} rules cannot hold together")
        self.conflict = found


@dataclass(frozen=True)
class Limits:
    """How long to look. gap: relative distance from the proven best at which to stop, 0 = prove it; None takes 0,
    or RISK_GAP where a tail counts, which lies far below what the scenarios themselves can tell.

    A search that the time cut short has status "time", and its result may differ on another machine.
    """

    seconds: float = SECONDS
    gap: float | None = None


@dataclass(frozen=True)
class Solution:
    """A portfolio and what it is worth, in the objective's points and EUR.

    chosen: keys in the problem's order. mean, cvar: over the scenarios (equal for one); by_target: mean points of
    each target, weighted. cost: EUR of all items; net: less what grants pay. status "proven", or "time" when the
    limit passed; then `gap` is the relative distance that is left and `bound` what no portfolio can pass.
    """

    chosen: tuple[str, ...]
    objective: float
    mean: float
    cvar: float
    by_target: dict[str, float]
    cost: float
    net: float
    funding: tuple[Funding, ...]
    status: str
    gap: float
    bound: float


def tail_mean(sample: Floats, share: float = TAIL) -> float:
    """CVaR: mean of the worst `share` of equally likely values; a value on the edge counts in part."""
    if not 0 < share <= 1:
        raise ValueError("the share lies between 0 and 1")
    ordered = np.sort(sample)
    size = share * len(ordered)
    whole = min(ceil(size) - 1, len(ordered) - 1)
    return float((ordered[:whole].sum() + (size - whole) * ordered[whole]) / size)


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


def best(
    problem: Problem,
    gains: Draws,
    lam: float,
    share: float,
    limits: Limits,
    net_limit: float | None = None,
    without: Sequence[Collection[int]] = (),
) -> Solution:
    """As solve, but raises NoPortfolioError without looking for the reason."""
    if not (0 <= lam <= 1 and 0 < share <= 1):
        raise ValueError("lam lies between 0 and 1, the share above 0 and up to 1")
    end = monotonic() + limits.seconds
    gap = limits.gap if limits.gap is not None else (RISK_GAP if lam < 1 else 0.0)
    extra = [cut(portfolio, len(problem.items)) for portfolio in without]
    if net_limit is not None:
        extra.append(net_row(problem, net_limit))
    program = Program(problem, gains, lam, extra)
    if program.lam < 1:
        approach(program, share, end)
    found: Solution | None = None
    while True:
        try:
            answer = program.answer(end - monotonic(), gap / 2)
        except OutOfTimeError:
            if found is None:
                raise
            return found
        paid = funding(problem, answer.chosen)
        if paid is None or not within_net(problem, answer, paid, net_limit):
            program.add(cut(answer.chosen, len(problem.items)))  # feasible only within the solver's tolerance
            continue
        here = solution(problem, gains, lam, share, answer, paid)
        found = closer(found, here)
        if program.lam == 1 or not answer.proven or found.gap <= max(gap, EXACT):
            return found
        program.cut(values(gains, answer.chosen), share)


def approach(program: Program, share: float, end: float) -> None:
    """Cuts for items taken in parts, which cost little, before whole items are asked for."""
    for _ in range(ROUNDS):
        if monotonic() > end:
            return
        answer = program.answer(end - monotonic(), relaxed=True)
        truth = program.lam * float(answer.worth.mean()) + (1 - program.lam) * tail_mean(answer.worth, share)
        if answer.bound - truth <= CLOSE * max(abs(truth), 1e-9):
            return
        program.cut(answer.worth, share)


def closer(old: Solution | None, new: Solution) -> Solution:
    """The better portfolio with the lower bound of both."""
    if old is None:
        return new
    bound = min(old.bound, new.bound)
    better = new if new.objective > old.objective else old
    gap = distance(bound, better.objective)
    return replace(better, bound=max(bound, better.objective), gap=gap, status=new.status)


def distance(bound: float, objective: float) -> float:
    """Relative distance from the bound, 0 within the solver's tolerance."""
    gap = (bound - objective) / max(abs(objective), 1e-9)
    return gap if gap > EXACT else 0.0


def within_net(problem: Problem, answer: Answer, paid: tuple[Funding, ...], limit: float | None) -> bool:
    if limit is None:
        return True
    cost = sum(problem.items[i].cost for i in answer.chosen)
    return cost - sum(part.amount for part in paid) <= limit + 0.01


def solution(
    problem: Problem, gains: Draws, lam: float, share: float, answer: Answer, paid: tuple[Funding, ...]
) -> Solution:
    sample = values(gains, answer.chosen)
    mean, low = float(sample.mean()), tail_mean(sample, share)
    per_target = by_target(gains, answer.chosen).mean(axis=0)
    cost = sum(problem.items[i].cost for i in answer.chosen)
    objective = lam * mean + (1 - lam) * low if gains.count > 1 else mean
    bound = max(answer.bound, objective)
    return Solution(
        chosen=tuple(problem.items[i].key for i in answer.chosen),
        objective=objective,
        mean=mean,
        cvar=low,
        by_target={target.key: float(per_target[k]) for k, target in enumerate(problem.targets)},
        cost=cost,
        net=cost - sum(part.amount for part in paid),
        funding=paid,
        status="proven" if answer.proven else "time",
        gap=distance(bound, objective),
        bound=bound,
    )


def cut(portfolio: Collection[int], n: int) -> Row:
    """A no-good cut: at least one item must be otherwise than in this portfolio."""
    taken = set(portfolio)
    terms = {i: -1.0 if i in taken else 1.0 for i in range(n)}
    return Row(CUT, terms, 1.0 - len(taken), inf)


def net_row(problem: Problem, limit: float) -> Row:
    costs = net_cost(problem)
    return Row(CUT, {i: float(c) for i, c in enumerate(costs) if c}, -inf, limit)


def columns(problem: Problem, keys: Collection[str]) -> tuple[int, ...]:
    """Columns of these items, in order. Raises KeyError for one that is not there."""
    at = problem.index
    return tuple(sorted(at[key] for key in keys))


def forced(problem: Problem, key: str, *, inside: bool) -> Problem:
    """The problem with one item fixed inside or outside."""
    if inside:
        return replace(problem, must=problem.must | {key}, must_not=problem.must_not - {key})
    return replace(problem, must_not=problem.must_not | {key}, must=problem.must - {key})
