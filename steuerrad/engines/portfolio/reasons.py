"""Why an item is in, why another is not, and which portfolios come next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf
from time import monotonic

import numpy as np

from steuerrad.engines.portfolio.conflict import Conflict, conflict
from steuerrad.engines.portfolio.gains import Draws, expected, values
from steuerrad.engines.portfolio.problem import Budget, Problem
from steuerrad.engines.portfolio.program import NoPortfolioError, OutOfTimeError
from steuerrad.engines.portfolio.search import best
from steuerrad.engines.portfolio.solution import Limits, Solution
from steuerrad.engines.portfolio.solve import columns, forced


@dataclass(frozen=True)
class Switch:
    """What happens when an item is decided the other way: points lost, and which items come and go.

    loss: points of the objective (0 = an equally good portfolio has it the other way). conflict: the rules that
    forbid it; then loss is None. Both None: not found within the time. low, high: 5 and 95 % of the points lost, both
    decisions in the same scenarios; below 0 where the other one would do better.
    """

    item: str
    loss: float | None
    enters: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    conflict: Conflict | None = None
    low: float | None = None
    high: float | None = None


def why_not(
    problem: Problem, chosen: Solution, item: str, gains: Draws | None = None, limits: Limits | None = None
) -> Switch:
    """Force an item in that is left out. Raises ValueError when it is in."""
    if item in chosen.chosen:
        raise ValueError(f"{item} is chosen")
    return switched(problem, chosen, item, gains, limits, inside=True)


def why_in(
    problem: Problem, chosen: Solution, item: str, gains: Draws | None = None, limits: Limits | None = None
) -> Switch:
    """Force a chosen item out: leave one out, and choose again. Raises ValueError when it is not in."""
    if item not in chosen.chosen:
        raise ValueError(f"{item} is not chosen")
    return switched(problem, chosen, item, gains, limits, inside=False)


def switched(
    problem: Problem, chosen: Solution, item: str, gains: Draws | None, limits: Limits | None, *, inside: bool
) -> Switch:
    gains = expected(problem) if gains is None else gains
    # A rule that fixes the item the other way stays, so that the conflict can name it.
    fixed = problem.must_not if inside else problem.must
    other = (
        forced_beside(problem, item, inside=inside) if item in fixed else forced(problem, item, inside=inside)
    )
    if item in fixed:
        return Switch(item, None, conflict=conflict(other))
    try:
        found = best(other, gains, 1.0, 1.0, limits or Limits())
    except NoPortfolioError:
        return Switch(item, None, conflict=conflict(other))
    except OutOfTimeError:
        return Switch(item, None)
    before, after = set(chosen.chosen), set(found.chosen)
    order = [one.key for one in problem.items]
    lost = values(gains, columns(problem, chosen.chosen)) - values(gains, columns(problem, found.chosen))
    low, high = np.quantile(lost, (0.05, 0.95))
    return Switch(
        item,
        max(0.0, chosen.mean - found.mean),
        tuple(key for key in order if key in after - before),
        tuple(key for key in order if key in before - after),
        low=float(low),
        high=float(high),
    )


def forced_beside(problem: Problem, item: str, *, inside: bool) -> Problem:
    if inside:
        return replace(problem, must=problem.must | {item})
    return replace(problem, must_not=problem.must_not | {item})


def runners_up(
    problem: Problem, count: int, gains: Draws | None = None, limits: Limits | None = None
) -> list[Solution]:
    """The best portfolios in falling order, at most `count`, the optimum first. Raises NoPortfolioError."""
    gains = expected(problem) if gains is None else gains
    found: list[Solution] = []
    while len(found) < count:
        known = [columns(problem, one.chosen) for one in found]
        try:
            found.append(best(problem, gains, 1.0, 1.0, limits or Limits(), without=known))
        except (NoPortfolioError, OutOfTimeError):
            if not found:
                raise
            break
    return found


@dataclass(frozen=True)
class CoreIndex:
    """share: by item, how many of `solved` best portfolios contain it, over scenarios and budgets.

    missing: combinations without a portfolio or without an answer in time.
    """

    share: dict[str, float]
    solved: int
    missing: int


def core_index(
    problem: Problem,
    gains: Draws,
    budgets: Sequence[float] = (0.8, 1.0, 1.2),
    limits: Limits | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    *,
    seconds: float = inf,
) -> CoreIndex:
    """Solve for each scenario as if it were certain, at each multiple of all budgets; all in `seconds` at most.

    After Liesiö, Mild and Salo, Preference programming for robust portfolio modeling and project selection,
    European Journal of Operational Research 181 (2007): 1 = in every best portfolio (core), 0 = in none.
    """
    counts = dict.fromkeys((item.key for item in problem.items), 0)
    solved = missing = 0
    end = monotonic() + seconds
    scaled = [with_budgets(problem, factor) for factor in budgets]
    for scenario, one in product(range(gains.count), scaled):
        if monotonic() > end:
            missing = gains.count * len(scaled) - solved
            break
        try:
            found = best(one, gains.one(scenario), 1.0, 1.0, limits or Limits(gap=1e-3))
        except (NoPortfolioError, OutOfTimeError):
            missing += 1
            continue
        finally:
            progress(1 + solved + missing, len(scaled) * gains.count)
        solved += 1
        for key in found.chosen:
            counts[key] += 1
    share = {key: count / solved if solved else 0.0 for key, count in counts.items()}
    return CoreIndex(share, solved, missing)


def with_budgets(problem: Problem, factor: float) -> Problem:
    """All budgets times a factor; grants and staff stay."""
    scaled = tuple(Budget(one.pot, one.year, one.limit * factor) for one in problem.budgets)
    return replace(problem, budgets=scaled)


def budget_sensitivity(
    problem: Problem,
    factors: Iterable[float] = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5),
    gains: Draws | None = None,
    limits: Limits | None = None,
) -> list[tuple[float, Solution | None]]:
    """The best portfolio at each multiple of all budgets; None where there is none."""
    gains = expected(problem) if gains is None else gains
    found: list[tuple[float, Solution | None]] = []
    for factor in factors:
        try:
            found.append((factor, best(with_budgets(problem, factor), gains, 1.0, 1.0, limits or Limits())))
        except (NoPortfolioError, OutOfTimeError):
            found.append((factor, None))
    return found


def alone(problem: Problem, gains: Draws, chosen: Sequence[str]) -> dict[str, float]:
    """Leave one out without choosing again: mean points that go when only this item goes."""
    inside = columns(problem, chosen)
    everything = float(values(gains, inside).mean())
    at = problem.index
    return {
        key: everything - float(values(gains, [i for i in inside if i != at[key]]).mean()) for key in chosen
    }
