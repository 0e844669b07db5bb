"""Why there is no portfolio: a smallest set of rules that cannot hold together, and the least change that helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.portfolio.highs import Floats, Found, Line, minimise
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.rows import Row, Rule, draws, rows

HARD = frozenset({"rate"})
"""Arithmetic, not a rule that anyone could give up."""
LOOSE = frozenset({"budget", "staff", "minimum", "maximum", "cap"})
"""Rules with a limit that can be moved."""
SECONDS = 5.0


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
    if width == 0:
        return all(row.low <= 0 <= row.high for row in some)
    return search(problem, np.zeros(width), [line(row) for row in some]).status != "none"


def repairs(problem: Problem, everything: Sequence[Row]) -> tuple[Repair, ...]:
    """The smallest sum of relative changes of limits after which a portfolio exists (elastic programming)."""
    width = len(problem.items) + len(draws(problem))
    loose = [row.rule.kind in LOOSE for row in everything]
    lines: list[Line] = []
    for row, gives in zip(everything, loose, strict=True):
        columns, figures, low, high = line(row)
        if gives:
            columns = np.append(columns, float(width + sum(loose[: len(lines)])))
            figures = np.append(figures, 1.0 if row.rule.kind == "minimum" else -1.0)
        lines.append((columns, figures, low, high))
    found = search(problem, np.concatenate([np.zeros(width), np.ones(sum(loose))]), lines)
    if found.x is None:
        return ()
    given = [row for row, gives in zip(everything, loose, strict=True) if gives]
    return tuple(
        Repair(row.rule, float(amount) * size(row))
        for row, amount in zip(given, found.x[width:], strict=True)
        if amount > 1e-6
    )


def size(row: Row) -> float:
    """What the row is divided by: its limit, or its largest figure when the limit is zero."""
    return abs(row.rule.limit or 0.0) or max(map(abs, row.terms.values()), default=1.0)


def line(row: Row) -> Line:
    by = size(row)
    figures = np.array(list(row.terms.values()), dtype=np.float64)
    return np.array(list(row.terms), dtype=np.float64), figures / by, row.low / by, row.high / by


def search(problem: Problem, objective: Floats, lines: Sequence[Line]) -> Found:
    """Columns x, f and slacks without limit."""
    n, drawn = len(problem.items), draws(problem)
    slacks = len(objective) - n - len(drawn)
    most = np.array([1.0] * n + [draw.most for draw in drawn] + [np.inf] * slacks)
    return minimise(objective, lines, np.zeros(len(most)), most, n, seconds=SECONDS)
