"""The mixed-integer linear program behind a choice, handed to HiGHS through scipy.optimize.milp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from steuerrad.engines.portfolio.gains import Draws, Floats
from steuerrad.engines.portfolio.highs import Found, Line, minimise, prices
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.rows import Row, draws, rows
from steuerrad.engines.portfolio.worth import Block, Wide, blocks

TIE = 1e-6
"""Share of the largest possible gain that all money together is worth: of equal portfolios the cheaper wins."""
SCALE = 1e4
"""The largest possible gain in the solver's own units, far above its absolute tolerance of 1e-6."""


class NoPortfolioError(Exception):
    """No portfolio keeps all rules."""


class OutOfTimeError(Exception):
    """The time limit passed before any portfolio was found. bound: none that is wanted is worth more."""

    def __init__(self, bound: float = inf) -> None:
        super().__init__()
        self.bound = bound


@dataclass(frozen=True)
class Answer:
    """What the solver found. bound: no portfolio is worth more; proven: the solver ended by itself.

    worth (s,): objective's points by scenario as the columns have them, also for items taken in parts.
    """

    chosen: tuple[int, ...]
    bound: float
    proven: bool
    worth: Floats


class Program:
    """Columns: x (items), f (draws from grants), the columns of blocks (see worth), and eta when lam < 1.

    maximise lam * mean + (1 - lam) * eta with eta <= CVaR, given as cuts: for every set W of scenarios that is a
    `share` of all, CVaR <= mean of V over W. Only the cuts that bind are ever added: Künzi-Bay and Mayer,
    Computational aspects of minimizing conditional value-at-risk, Computational Management Science 3 (2006).
    """

    def __init__(self, problem: Problem, gains: Draws, lam: float, extra: Sequence[Row] = ()) -> None:
        self.problem, self.gains = problem, gains
        self.lam = lam if gains.count > 1 else 1.0
        self.drawn = draws(problem)
        self.n = len(problem.items)
        self.first = self.n + len(self.drawn)
        self.parts = blocks(gains)
        self.end = self.first + sum(part.width for part in self.parts)
        self.width = self.end + (1 if self.lam < 1 else 0)
        self.unit = float(np.maximum(gains.values, 0).sum(axis=1).max(initial=0.0)) or 1.0
        self.lines: list[Line] = []
        self.tails: list[Floats] = []
        self.floor_at: int | None = None
        self.weights = np.full(gains.count, 1 / gains.count)
        self.low, self.high = np.zeros(self.width), np.ones(self.width)
        self.high[self.n : self.first] = [draw.most for draw in self.drawn]
        self.worth = np.zeros((gains.count, self.width))
        for row in (*rows(problem), *extra):
            self.add(row)
        self.place()
        self.low[self.end :], self.high[self.end :] = -np.inf, self.unit

    def add(self, row: Row) -> None:
        """One row, scaled so that its largest figure is 1: the solver's tolerance is absolute."""
        sizes = [*map(abs, row.terms.values()), *(abs(b) for b in (row.low, row.high) if np.isfinite(b))]
        scale = max(sizes, default=0.0) or 1.0
        figures = np.array(list(row.terms.values()), dtype=float) / scale
        self.put(np.array(list(row.terms), dtype=float), figures, row.low / scale, row.high / scale)

    def put(self, columns: Floats, figures: Floats, low: float, high: float) -> None:
        self.lines.append((columns, figures, low, high))

    def place(self) -> None:
        """Rows, bounds and worth of all blocks."""
        start = self.first
        for part in self.parts:
            if isinstance(part, Block):
                self.place_sets(part, start)
            elif isinstance(part, Wide):
                self.place_wide(part, start)
            else:
                for place, item in enumerate(part.items):
                    self.worth[:, item] += part.values[:, place]
            start += part.width

    def place_sets(self, part: Block, start: int) -> None:
        """x of a member = sum of the sets that hold it; at most one set."""
        columns = np.arange(start, start + part.width, dtype=float)
        self.put(columns, np.ones(part.width), -np.inf, 1.0)
        for place, item in enumerate(part.items):
            holding = columns[part.member[:, place]]
            self.put(np.append(holding, item), np.append(np.ones(len(holding)), -1.0), 0.0, 0.0)
        self.worth[:, start : start + part.width] = part.values

    def place_wide(self, part: Wide, start: int) -> None:
        """g <= sum of a x in each scenario; g <= headroom is a bound."""
        for scenario in range(self.gains.count):
            column = start + scenario
            figures = np.append(-part.values[scenario], 1.0)
            self.put(np.append(part.items, column).astype(float), figures, -np.inf, 0.0)
            self.low[column], self.high[column] = -np.inf, part.headroom
            self.worth[scenario, column] = 1.0

    def cut(self, worth: Floats, share: float) -> None:
        """eta is at most the mean over the scenarios that are worst now; the one on the edge counts in part."""
        weights = tail_weights(worth, share)
        self.tails.append(weights)
        figures = np.append(-(weights @ self.worth)[: self.end], 1.0)
        used = np.flatnonzero(figures)
        self.put(used.astype(float), figures[used] / self.unit, -np.inf, 0.0)

    def floor(self, least: float) -> None:
        """Only portfolios worth `least` or more are wanted; a further call replaces the one before."""
        figures = self.lam * (self.weights @ self.worth)
        figures[self.end :] = 1 - self.lam
        used = np.flatnonzero(figures)
        line = (used.astype(float), figures[used] / self.unit, least / self.unit, np.inf)
        if self.floor_at is None:
            self.floor_at = len(self.lines)
            self.lines.append(line)
        else:
            self.lines[self.floor_at] = line

    def objective(self) -> Floats:
        """To be minimised: minus the gain in units of SCALE, and a trace of cost."""
        figures = -self.lam * (self.weights @ self.worth)
        figures[self.end :] = self.lam - 1
        figures *= SCALE / self.unit
        cost = net_cost(self.problem)
        everything = float(cost[: self.n].sum())
        if everything > 0:
            figures[: self.first] += cost * (TIE * SCALE / everything)
        return figures

    def run(self, seconds: float, gap: float, *, relaxed: bool) -> Found:
        whole = 0 if relaxed else self.n
        return minimise(self.objective(), self.lines, self.low, self.high, whole, seconds=seconds, gap=gap)

    def worst_case(self) -> Floats | None:
        """Weights of scenarios under which the relaxed tail is worst: the cuts mixed by their shadow prices."""
        price = prices(self.objective(), self.lines, self.low, self.high, len(self.tails))
        if price is None or price.sum() <= 0:
            return None
        return price @ np.array(self.tails) / price.sum()

    def answer(self, seconds: float, gap: float = 0.0, *, relaxed: bool = False) -> Answer:
        """The best portfolio; relaxed: items may be taken in parts. Raises NoPortfolioError or OutOfTimeError."""
        if self.n == 0:
            return self.empty()
        found = self.run(seconds, gap, relaxed=relaxed)
        if found.status == "none":
            raise NoPortfolioError
        if found.x is None:
            raise OutOfTimeError(-found.bound * self.unit / SCALE)
        chosen = tuple(int(i) for i in np.flatnonzero(found.x[: self.n] > 0.5))
        bound = -found.bound * self.unit / SCALE
        return Answer(chosen, bound, found.status == "solved", self.worth @ found.x)

    def empty(self) -> Answer:
        """Nothing to choose from: the empty portfolio, when the rules allow it."""
        if any(low > 0 or high < 0 for _, _, low, high in self.lines):
            raise NoPortfolioError
        return Answer((), 0.0, True, np.zeros(self.gains.count))


def net_cost(problem: Problem) -> Floats:
    """EUR of each column x and f: what the item costs, less what a grant pays."""
    return np.array(
        [*(item.cost for item in problem.items), *(-1.0 for _ in draws(problem))], dtype=np.float64
    )


def tail_weights(worth: Floats, share: float) -> Floats:
    """Weights, adding up to one, of the worst `share` of equally likely scenarios."""
    weights = np.zeros(len(worth))
    left = share * len(worth)
    for scenario in np.argsort(worth, kind="stable"):
        weights[scenario] = min(1.0, left)
        left -= weights[scenario]
        if left <= 0:
            break
    return weights / (share * len(worth))
