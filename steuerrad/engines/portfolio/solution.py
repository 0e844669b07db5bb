"""A portfolio and what it is worth, judged in plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from steuerrad.engines.portfolio.funding import Funding
from steuerrad.engines.portfolio.gains import Draws, Floats, by_target, values
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.program import Answer

SECONDS = 30.0
TAIL = 0.10
RISK_GAP = 1e-2
"""Where a tail counts: what a few hundred scenarios cannot tell apart anyway."""
EXACT = 3e-6
"""Relative distance that counts as none: the solver's own tolerance and the trace of cost."""


@dataclass(frozen=True)
class Limits:
    """How long to look. gap: relative distance from the proven best at which to stop, 0 = prove it; None takes 0,
    or RISK_GAP where a tail counts.

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


def tail_means(samples: Floats, share: float = TAIL) -> Floats:
    """(p, s) to (p,): tail_mean of each row."""
    size = share * samples.shape[1]
    whole = min(ceil(size) - 1, samples.shape[1] - 1)
    worst = np.partition(samples, whole, axis=1)
    return (worst[:, :whole].sum(axis=1) + (size - whole) * worst[:, whole]) / size


def tail_error(sample: Floats, share: float = TAIL) -> float:
    """Standard error of tail_mean over independent scenarios: the spread inside the tail and that of where it begins.

    Manistre and Hancock, Variance of the CTE estimator, North American Actuarial Journal 9 (2005).
    """
    worst = np.sort(sample)[: max(ceil(share * len(sample)), 1)]
    inside = float(worst.var()) + (1 - share) * float(worst[-1] - worst.mean()) ** 2
    return (inside / (share * len(sample))) ** 0.5


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


def closer(old: Solution | None, new: Solution) -> Solution:
    """The better portfolio with the lower bound of both."""
    if old is None:
        return new
    bound = min(old.bound, new.bound)
    better = new if new.objective > old.objective else old
    gap = distance(bound, better.objective)
    return replace(better, bound=max(bound, better.objective), gap=gap, status=new.status)


def below(found: Solution, ceiling: float) -> Solution:
    """The same portfolio, when something else has shown that none passes `ceiling`."""
    bound = max(min(found.bound, ceiling), found.objective)
    return replace(found, bound=bound, gap=distance(bound, found.objective))


def distance(bound: float, objective: float) -> float:
    """Relative distance from the bound, 0 within the solver's tolerance."""
    gap = (bound - objective) / max(abs(objective), 1e-9)
    return gap if gap > EXACT else 0.0
