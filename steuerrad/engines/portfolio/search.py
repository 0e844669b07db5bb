"""The search for the best portfolio, with and without a tail that counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from math import inf
from time import monotonic

import numpy as np

from steuerrad.engines.portfolio.funding import Funding, funding
from steuerrad.engines.portfolio.gains import Draws, Floats, values
from steuerrad.engines.portfolio.nearby import KICKS, Nearby, improve
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.program import (
    Answer,
    NoPortfolioError,
    OutOfTimeError,
    Program,
    net_cost,
    tail_weights,
)
from steuerrad.engines.portfolio.rows import Row, Rule
from steuerrad.engines.portfolio.solution import (
    EXACT,
    RISK_GAP,
    Limits,
    Solution,
    below,
    closer,
    solution,
    tail_means,
)

CUT = Rule("must_not", ())
CLOSE, ROUNDS, MIXES = 1e-4, 60, 6
"""How near, and in how many rounds at most, the cuts must come for items in parts; how many worst cases to mix."""
FIRST, FEWEST = 0.3, 2
"""Share of the time after which no more cuts are looked for, so that enough is left for whole items, and how many
rounds there are in any case.
"""
CENT = 0.01


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
    extra = [cut(portfolio, len(problem.items)) for portfolio in without]
    if net_limit is not None:
        extra.append(net_row(problem, net_limit))
    search = Search(problem, gains, lam, share, limits, net_limit, extra)
    return search.certain() if lam == 1 or gains.count == 1 else search.risky()


class Search:
    """One search: what is asked for, the rows beside the problem's own, and when it must end."""

    def __init__(
        self,
        problem: Problem,
        gains: Draws,
        lam: float,
        share: float,
        limits: Limits,
        net_limit: float | None,
        extra: list[Row],
    ) -> None:
        self.problem, self.gains, self.lam, self.share = problem, gains, lam, share
        self.net_limit, self.extra = net_limit, extra
        self.seconds, self.end = limits.seconds, monotonic() + limits.seconds
        self.gap = limits.gap if limits.gap is not None else (RISK_GAP if lam < 1 else 0.0)

    @cached_property
    def nearby(self) -> Nearby:
        return Nearby(self.problem, self.gains, self.worth)

    def left(self) -> float:
        return self.end - monotonic()

    def paid(self, chosen: tuple[int, ...]) -> tuple[Funding, ...] | None:
        """Who pays, or None when a rule is broken."""
        found = funding(self.problem, chosen)
        if found is None or self.net_limit is None:
            return found
        cost = sum(self.problem.items[i].cost for i in chosen) - sum(part.amount for part in found)
        return found if cost <= self.net_limit + CENT else None

    def run(self, program: Program, gap: float) -> Solution:
        """What the program finds, judged again: what is feasible only within the solver's tolerance is cut off."""
        while True:
            answer = program.answer(self.left(), gap)
            paid = self.paid(answer.chosen)
            if paid is not None:
                return self.made(answer, paid)
            program.add(cut(answer.chosen, program.n))

    def made(self, answer: Answer, paid: tuple[Funding, ...]) -> Solution:
        return solution(self.problem, self.gains, self.lam, self.share, answer, paid)

    def certain(self) -> Solution:
        """Only the mean counts."""
        return self.run(Program(self.problem, self.gains, 1.0, self.extra), self.gap)

    def risky(self) -> Solution:
        """The tail counts: bounds and candidates from mixed worst cases, exchanges, then the exact program."""
        program = Program(self.problem, self.gains, self.lam, self.extra)
        ceiling = self.approach(program)
        found = self.mixes(program, ceiling)
        if found is not None and self.near(found):
            return replace(found, status="proven")
        return self.exact(program, found)

    def near(self, found: Solution) -> bool:
        return found.gap <= max(self.gap, EXACT)

    def approach(self, program: Program) -> float:
        """Cuts for items taken in parts, which cost little, before whole items are asked for; what nothing can pass."""
        bound = inf
        program.cut(np.zeros(self.gains.count), 1.0)  # no tail is better than the mean
        for number in range(ROUNDS):
            late = self.left() < (1 - FIRST) * self.seconds
            if self.left() <= 0 or (late and number >= FEWEST):
                break
            answer = program.answer(self.left(), relaxed=True)
            bound = min(bound, answer.bound)
            truth = float(self.worth(answer.worth[None, :])[0])
            if answer.bound - truth <= CLOSE * max(abs(truth), 1e-9):
                break
            program.cut(answer.worth, self.share)
        return bound

    def worth(self, samples: Floats) -> Floats:
        """(p, s) to (p,): the objective of each sample."""
        return self.lam * samples.mean(axis=1) + (1 - self.lam) * tail_means(samples, self.share)

    def mixes(self, program: Program, ceiling: float) -> Solution | None:
        """CVaR is the least mean over all weightings of scenarios that may be called a tail, so the best portfolio
        under any one weighting bounds the optimum from above, and is a candidate. The weighting that is worst for
        items in parts comes first, then such that the candidates themselves fear. None when time is up.
        """
        tail = program.worst_case()
        found: Solution | None = None
        if tail is None:
            return None
        for number in range(MIXES):
            weighted = Program(self.problem, self.gains, 1.0, self.extra)
            weighted.weights = self.lam * program.weights + (1 - self.lam) * tail
            try:
                here = self.run(weighted, self.gap / 2)
            except OutOfTimeError:
                return found
            found = below(closer(found, here), ceiling)
            found = self.exchanged(found, here, KICKS if number == 0 else 0)
            if self.near(found) or self.left() <= 0:
                return found
            at = self.problem.index
            sample = values(self.gains, [at[key] for key in here.chosen])
            tail = tail + (tail_weights(sample, self.share) - tail) * 0.3 / (number + 1)
        return found

    def exchanged(self, found: Solution, start: Solution, kicks: int) -> Solution:
        """The better of what is found and what exchanges make of `start`."""
        at = self.problem.index
        better = improve(
            self.nearby,
            [at[key] for key in start.chosen],
            lambda portfolio: self.paid(portfolio) is not None and self.kept(portfolio),
            lambda: self.left() > 0,
            kicks,
        )
        for chosen in better:
            paid = self.paid(chosen)
            if paid is None:
                continue
            answer = Answer(chosen, found.bound, found.status == "proven", values(self.gains, chosen))
            found = closer(found, self.made(answer, paid))
            if found.gap <= max(self.gap, EXACT):
                break
        return found

    def kept(self, portfolio: tuple[int, ...]) -> bool:
        """Whether the rows beside the problem's own hold, as far as they speak of items alone."""
        taken = set(portfolio)
        return all(
            row.low - 1e-9 <= sum(figure for column, figure in row.terms.items() if column in taken)
            for row in self.extra
            if row.high == inf
        )

    def exact(self, program: Program, found: Solution | None) -> Solution:
        """The program with eta, cut by cut, until the bound is near enough or time is up. It looks only for what is
        better than the best known by more than half the gap: that there is none proves as much.
        """
        while True:
            least = -inf
            if found is not None and found.objective > 0:
                least = found.objective * (1 + self.gap / 2)
                program.floor(least)
            try:
                here = self.run(program, self.gap / 2)
            except NoPortfolioError:
                if found is None or least == -inf:
                    raise
                return replace(below(found, least), status="proven")
            except OutOfTimeError as error:
                if found is None:
                    raise
                found = below(found, max(error.bound, least))
                return replace(found, status="proven" if self.near(found) else "time")
            found = closer(found, replace(here, bound=max(here.bound, least)))
            if self.near(found) or here.status == "time":
                return replace(found, status="proven" if self.near(found) else "time")
            at = self.problem.index
            program.cut(values(self.gains, [at[key] for key in here.chosen]), self.share)


def cut(portfolio: Collection[int], n: int) -> Row:
    """A no-good cut: at least one item must be otherwise than in this portfolio."""
    taken = set(portfolio)
    terms = {i: -1.0 if i in taken else 1.0 for i in range(n)}
    return Row(CUT, terms, 1.0 - len(taken), inf)


def net_row(problem: Problem, limit: float) -> Row:
    costs = net_cost(problem)
    return Row(CUT, {i: float(c) for i, c in enumerate(costs) if c}, -inf, limit)
