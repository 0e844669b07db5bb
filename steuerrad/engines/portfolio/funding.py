"""Who pays for a portfolio: the draw from grants that leaves the least to be paid, and whether all rules hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from steuerrad.engines.portfolio.highs import Floats, Line, minimise
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.rows import Row, draws, rows

CENT = 0.01


@dataclass(frozen=True, slots=True)
class Funding:
    """EUR that an item draws from a grant in a year."""

    item: str
    grant: str
    year: int
    amount: float


def funding(problem: Problem, chosen: Collection[int]) -> tuple[Funding, ...] | None:
    """The draws of these items, or None when they break a rule by more than a cent (an item, a day).

    Exact arithmetic on whole items: what the solver calls feasible within its tolerance is judged again here.
    """
    drawn = draws(problem)
    n, taken = len(problem.items), frozenset(chosen)
    amounts = np.zeros(len(drawn))
    everything = rows(problem)
    usable = [j for j, draw in enumerate(drawn) if draw.item in taken]
    if usable:
        found = least(problem, everything, usable, taken)
        if found is None:
            return None
        amounts[usable] = np.minimum(found, [drawn[j].most for j in usable])
    for row in everything:
        total = sum(
            coefficient * (float(column in taken) if column < n else float(amounts[column - n]))
            for column, coefficient in row.terms.items()
        )
        if total > row.high + CENT or total < row.low - CENT:
            return None
    return tuple(
        Funding(
            problem.items[drawn[j].item].key,
            problem.grants[drawn[j].grant].key,
            drawn[j].year,
            float(amounts[j]),
        )
        for j in usable
        if amounts[j] >= CENT
    )


def least(problem: Problem, everything: list[Row], usable: list[int], taken: frozenset[int]) -> Floats | None:
    """Amounts of the usable draws, as much as the rules allow; early years first, so that the answer is one."""
    n, drawn = len(problem.items), draws(problem)
    place = {n + j: float(number) for number, j in enumerate(usable)}
    lines: list[Line] = []
    for row in everything:
        terms = {place[column]: figure for column, figure in row.terms.items() if column in place}
        if terms:
            fixed = sum(figure for column, figure in row.terms.items() if column < n and column in taken)
            figures = np.array(list(terms.values()), dtype=np.float64)
            lines.append((np.array(list(terms)), figures, row.low - fixed, row.high - fixed))
    years = np.array([float(drawn[j].year) for j in usable])
    worth = -1.0 + 1e-3 * (years - years.min()) / (1 + years.max() - years.min())
    most = np.array([drawn[j].most for j in usable])
    return minimise(worth, lines, np.zeros(len(usable)), most).x
