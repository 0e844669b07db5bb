"""Why there is no portfolio: a smallest set of rules that cannot hold together, and the least change that helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

from steuerrad.engines.portfolio.gains import Floats
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.rows import Row, Rule, draws, rows

HARD = frozenset({"rate"})
"""Arithmetic, not a rule that anyone could give up."""
LOOSE = frozenset({"budget", "staff", "minimum", "maximum", "cap"})
"""Rules with a limit that can be moved."""
SECONDS = 5.0
INFEASIBLE = 2  # status of scipy.optimize.milp


@dataclass(frozen=True, slots=True)
class Repair:
    """By how much a rule must give way: EUR, days or items."""

    rule: Rule
    amount: float


@dataclass(frozen=True)
class Conflict:
    """rules: without any one of them the others can hold. repairs: the smallest relative
    change of limits that makes a portfolio possible, empty when only yes-or-no rules could give way.
    """

    rules: tuple[Rule, ...]
    repairs: tuple[Repair, ...]


def conflict(problem: Problem) -> Conflict:
    """The conflict of a problem that has no portfolio. Raises ValueError when it has one.

    QuickXplain: Junker, Preferred explanations and relaxations for over-constrained problems, AAAI 2004.
    """
    everything = rows(problem)
    hard = [row for row in everything if row.rule.kind in HARD]
    soft = [row for row in everything if row.rule.kind not in HARD]
    if feasible(problem, everything):
        raise ValueError("this problem has a portfolio")
    found = explain(problem, hard, hard, soft)
    return Conflict(tuple(row.rule for row in found), repairs(problem, everything))


def explain(problem: Problem, background: list[Row], added: Sequence[Row], soft: list[Row]) -> list[Row]:
    if added and not feasible(problem, background):
        return []
    if len(soft) <= 1:
        return soft
    half = len(soft) // 2
    first, second = soft[:half], soft[half:]
    right = explain(problem, [*background, *first], first, second)
    left = explain(problem, [*background, *right], right, first)
    return [*left, *right]


def feasible(problem: Problem, some: Sequence[Row]) -> bool:
    """Whether whole items can keep these rows. A search that runs out of time counts as feasible."""
    width = len(problem.items) + len(draws(problem))
    if width == 0 or not some:
        return all(row.low <= 0 <= row.high for row in some)
    matrix, low, high = stacked(some, width)
    return search(problem, np.zeros(width), matrix, low, high).status != INFEASIBLE


def repairs(problem: Problem, everything: Sequence[Row]) -> tuple[Repair, ...]:
    """The smallest sum of relative changes of limits after which a portfolio exists (elastic programming)."""
    width = len(problem.items) + len(draws(problem))
    if width == 0:
        return ()
    matrix, low, high = stacked(everything, width)
    loose = [number for number, row in enumerate(everything) if row.rule.kind in LOOSE]
    slack = np.zeros((len(everything), len(loose)))
    for column, number in enumerate(loose):
        slack[number, column] = 1.0 if everything[number].rule.kind == "minimum" else -1.0
    objective = np.concatenate([np.zeros(width), np.ones(len(loose))])
    result = search(problem, objective, np.hstack([matrix, slack]), low, high)
    if result.x is None:
        return ()
    amounts = result.x[width:] * [size(everything[number]) for number in loose]
    return tuple(
        Repair(everything[number].rule, float(amount))
        for number, amount in zip(loose, amounts, strict=True)
        if amount > 1e-6 * size(everything[number])
    )


def size(row: Row) -> float:
    """What the row is divided by: its limit, or its largest figure when the limit is zero."""
    return abs(row.rule.limit or 0.0) or max(map(abs, row.terms.values()), default=1.0)


def stacked(some: Sequence[Row], width: int) -> tuple[Floats, Floats, Floats]:
    """(matrix, low, high), each row divided by its size."""
    matrix = np.zeros((len(some), width))
    for number, row in enumerate(some):
        matrix[number, list(row.terms)] = np.array(list(row.terms.values())) / size(row)
    low = np.array([row.low / size(row) for row in some])
    high = np.array([row.high / size(row) for row in some])
    return matrix, low, high


def search(problem: Problem, objective: Floats, matrix: Floats, low: Floats, high: Floats) -> OptimizeResult:
    """Columns x, f and slacks without limit."""
    n, drawn = len(problem.items), draws(problem)
    slacks = matrix.shape[1] - n - len(drawn)
    most = np.array([1.0] * n + [draw.most for draw in drawn] + [np.inf] * slacks)
    return milp(
        objective,
        integrality=np.array([1] * n + [0] * (len(drawn) + slacks)),
        bounds=Bounds(np.zeros(len(most)), most),
        constraints=LinearConstraint(csr_array(matrix), low, high),
        options={"time_limit": SECONDS},
    )
