"""The rules of a problem as named linear rows over the columns x (items) and f (draws from grants)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

from steuerrad.engines.portfolio.problem import Grant, Item, Problem

Kind = Literal[
    "budget", "staff", "minimum", "maximum", "requires", "excludes", "must", "must_not", "cap", "rate"
]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row stands for, so that people can be told: keys are pot and year, group, or one or two items.

    limit: EUR, days or items, where there is one.
    """

    kind: Kind
    keys: tuple[str, ...] = ()
    year: int | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """low <= sum of coefficient * column <= high."""

    rule: Rule
    terms: Mapping[int, float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A column of f: EUR that an item draws from a grant in a year, at most `most` = rate * cost."""

    item: int
    grant: int
    year: int
    most: float


def draws(problem: Problem) -> tuple[Draw, ...]:
    """Every item, grant and year in which something can be drawn."""
    found: list[Draw] = []
    for number, item in enumerate(problem.items):
        for place, grant in enumerate(problem.grants):
            if not eligible(item, grant):
                continue
            for year in sorted({year for pot, year in item.costs if pot == grant.pot}):
                most = grant.rate * item.costs[grant.pot, year]
                if grant.first <= year <= grant.last and most > 0:
                    found.append(Draw(number, place, year, most))
    return tuple(found)


def eligible(item: Item, grant: Grant) -> bool:
    in_time = grant.closes is None or item.ready is None or item.ready <= grant.closes
    return grant.key in item.grants and in_time


def rows(problem: Problem) -> list[Row]:
    """All rows. Column i < n is item i, column n + j is draw j."""
    drawn = draws(problem)
    return [*money_rows(problem, drawn), *grant_rows(problem, drawn), *choice_rows(problem)]


def money_rows(problem: Problem, drawn: tuple[Draw, ...]) -> Iterator[Row]:
    n = len(problem.items)
    for budget in problem.budgets:
        inside = within(budget.year)
        terms = {
            number: cost
            for number, item in enumerate(problem.items)
            if (cost := sum(c for (pot, year), c in item.costs.items() if pot == budget.pot and inside(year)))
        }
        for place, draw in enumerate(drawn):
            if problem.grants[draw.grant].pot == budget.pot and inside(draw.year):
                terms[n + place] = -1.0
        yield Row(Rule("budget", (budget.pot,), budget.year, budget.limit), terms, -inf, budget.limit)
    for staff in problem.staff:
        inside = within(staff.year)
        terms = {
            number: days
            for number, item in enumerate(problem.items)
            if (days := sum(d for year, d in item.staff.items() if inside(year)))
        }
        yield Row(Rule("staff", (), staff.year, staff.days), terms, -inf, staff.days)


def within(wanted: int | None) -> Callable[[int], bool]:
    return lambda year: wanted is None or year == wanted


def grant_rows(problem: Problem, drawn: tuple[Draw, ...]) -> Iterator[Row]:
    """Caps; no draw without its item; all grants together never above the cost of an item's year."""
    n = len(problem.items)
    together: dict[tuple[int, str, int], list[int]] = {}
    for place, grant in enumerate(problem.grants):
        terms = {n + j: 1.0 for j, draw in enumerate(drawn) if draw.grant == place}
        if terms:
            yield Row(Rule("cap", (grant.key,), None, grant.cap), terms, -inf, grant.cap)
    for j, draw in enumerate(drawn):
        grant = problem.grants[draw.grant]
        rule = Rule("rate", (problem.items[draw.item].key, grant.key), draw.year)
        yield Row(rule, {n + j: 1.0, draw.item: -draw.most}, -inf, 0.0)
        together.setdefault((draw.item, grant.pot, draw.year), []).append(j)
    for (number, pot, year), columns in together.items():
        if len(columns) > 1:
            item = problem.items[number]
            terms = {n + j: 1.0 for j in columns} | {number: -item.costs[pot, year]}
            yield Row(Rule("rate", (item.key,), year), terms, -inf, 0.0)


def choice_rows(problem: Problem) -> Iterator[Row]:
    at = problem.index
    for group in problem.groups:
        terms = {number: 1.0 for number, item in enumerate(problem.items) if item.group == group.group}
        if group.minimum is not None:
            rule = Rule("minimum", (group.group,), None, group.minimum)
            yield Row(rule, terms, group.minimum, inf)
        if group.maximum is not None:
            rule = Rule("maximum", (group.group,), None, group.maximum)
            yield Row(rule, terms, -inf, group.maximum)
    for a, b in dict.fromkeys(problem.requires):
        if a != b:
            yield Row(Rule("requires", (a, b)), {at[a]: 1.0, at[b]: -1.0}, -inf, 0.0)
    for a, b in dict.fromkeys(problem.excludes):
        terms = {at[a]: 1.0, at[b]: 1.0} if a != b else {at[a]: 2.0}
        yield Row(Rule("excludes", (a, b)), terms, -inf, 1.0)
    for key in sorted(problem.must):
        yield Row(Rule("must", (key,)), {at[key]: 1.0}, 1.0, 1.0)
    for key in sorted(problem.must_not):
        yield Row(Rule("must_not", (key,)), {at[key]: 1.0}, 0.0, 0.0)
