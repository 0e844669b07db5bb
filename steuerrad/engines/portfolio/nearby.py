"""Better portfolios a few exchanges away: a cheap search that adds to the solver's and proves nothing.

From a portfolio the best exchange, addition or removal is taken until none helps; then a few items are thrown out at
random and the search goes on from there. Iterated local search: Lourenço, Martin and Stützle, Handbook of
Metaheuristics (2003). The random numbers are always the same, and so is the answer, unless time runs out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.portfolio.gains import Draws, Floats
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.rows import draws, rows

Ints = NDArray[np.int64]
Worth = Callable[[Floats], Floats]
Allowed = Callable[[tuple[int, ...]], bool]
TRIED = 40
"""How many of the most promising neighbours are held against the rules in one round."""
KICKS = 60
"""How often some items are thrown out to begin anew."""
THROWN = (2, 6)
"""At least so many items, and fewer than so many."""
AT_ONCE = 4_000_000
"""Figures of exchanges that are worked on at once: 32 MB."""
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Moves:
    """Exchanges: out[i] goes and into[i] comes, -1 for nobody; worth (p,)."""

    out: Ints
    into: Ints
    worth: Floats


class Limitations:
    """The rules over items alone, as one table: figures (r, n), low and high (r,), each scaled to 1.

    Where grants can help, a rule is as wide as if every item drew the most from each: what breaks it then is surely
    not allowed, what keeps it must still be judged.
    """

    def __init__(self, problem: Problem) -> None:
        n, drawn = len(problem.items), draws(problem)
        kept = [row for row in rows(problem) if any(column < n for column in row.terms)]
        self.figures = np.zeros((len(kept), n))
        for place, row in enumerate(kept):
            for column, figure in row.terms.items():
                if column < n:
                    self.figures[place, column] += figure
                elif figure < 0:
                    self.figures[place, drawn[column - n].item] += figure * drawn[column - n].most
        scale = np.abs(self.figures).max(axis=1, initial=0.0)
        scale[scale == 0] = 1.0
        self.figures /= scale[:, None]
        self.low = np.array([row.low for row in kept]) / scale
        self.high = np.array([row.high for row in kept]) / scale

    def hold(self, used: Floats) -> NDArray[np.bool_]:
        """(..., r) to (...): whether all rules hold with so much used of each."""
        return ((used <= self.high + TOLERANCE) & (used >= self.low - TOLERANCE)).all(axis=-1)

    def fit(self, used: Floats) -> NDArray[np.bool_]:
        """As hold, but a minimum may still be missed."""
        return (used <= self.high + TOLERANCE).all(axis=-1)


class Nearby:
    """The neighbours of portfolios of one problem. worth: (p, s) to (p,)."""

    def __init__(self, problem: Problem, gains: Draws, worth: Worth) -> None:
        self.n, self.worth, self.rules = len(problem.items), worth, Limitations(problem)
        self.items, self.targets = gains.items, gains.targets
        self.points = np.ascontiguousarray(gains.values.T)
        self.room = gains.headroom[:, None]
        together = (self.targets[:, None] == self.targets) & (self.items[:, None] != self.items)
        self.one, self.other = np.nonzero(together)  # gains of two items on the same target

    def sums(self, taken: NDArray[np.bool_]) -> Floats:
        """(k, s) of the chosen items before saturation."""
        result = np.zeros((len(self.room), self.points.shape[1]))
        inside = taken[self.items]
        np.add.at(result, self.targets[inside], self.points[inside])
        return result

    def sample(self, taken: NDArray[np.bool_]) -> Floats:
        """(s,) worth in each scenario."""
        return np.minimum(self.sums(taken), self.room).sum(axis=0)

    def changes(self, sums: Floats, taken: NDArray[np.bool_]) -> Floats:
        """(n, s): worth added when each item alone changes sides."""
        before, room = sums[self.targets], self.room[self.targets]
        sign = np.where(taken[self.items], -1.0, 1.0)[:, None]
        added = np.minimum(before + sign * self.points, room) - np.minimum(before, room)
        found = np.zeros((self.n, self.points.shape[1]))
        np.add.at(found, self.items, added)
        return found

    def moves(self, taken: NDArray[np.bool_]) -> Moves:
        """Every exchange, addition and removal that the rules over items allow, with its worth."""
        sums = self.sums(taken)
        here = np.minimum(sums, self.room).sum(axis=0)
        alone = self.changes(sums, taken)
        used = self.rules.figures @ taken
        inside, outside = np.flatnonzero(taken), np.flatnonzero(~taken)
        found = [self._single(used, here, alone, inside, outside)]
        figures = self.rules.figures.T
        width = max(AT_ONCE // max(len(outside) * len(here), 1), 1)
        for first in range(0, len(inside), width):
            part = inside[first : first + width]
            fits = self.rules.hold(used + figures[outside][None] - figures[part][:, None])
            gone, come = np.nonzero(fits)
            out, into = part[gone], outside[come]
            sample = here + alone[out] + alone[into]
            self._correct(sample, sums, out, into)
            found.append(Moves(out, into, self.worth(sample)))
        return Moves(
            *(np.concatenate([getattr(one, name) for one in found]) for name in ("out", "into", "worth"))
        )

    def _single(self, used: Floats, here: Floats, alone: Floats, inside: Ints, outside: Ints) -> Moves:
        figures = self.rules.figures.T
        come = outside[self.rules.hold(used + figures[outside])]
        gone = inside[self.rules.hold(used - figures[inside])]
        items = np.concatenate([come, gone])
        nobody = np.full(len(items), -1)
        coming = np.arange(len(items)) < len(come)
        return Moves(
            np.where(coming, nobody, items), np.where(coming, items, nobody), self.worth(here + alone[items])
        )

    def _correct(self, sample: Floats, sums: Floats, out: Ints, into: Ints) -> None:
        """What two exchanged items that share a target do together is not the sum of what each does alone."""
        place = np.full((self.n, self.n), -1)
        place[out, into] = np.arange(len(out))
        at = place[self.items[self.one], self.items[self.other]]
        both = np.flatnonzero(at >= 0)
        one, other = self.one[both], self.other[both]
        before, room = sums[self.targets[one]], self.room[self.targets[one]]
        less, more = before - self.points[one], before + self.points[other]
        together = np.minimum(less + self.points[other], room) + np.minimum(before, room)
        np.add.at(sample, at[both], together - np.minimum(less, room) - np.minimum(more, room))

    def kicked(self, taken: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
        """Some items thrown out, others taken in at random as long as they fit."""
        inside = np.flatnonzero(taken)
        count = min(int(random.integers(*THROWN)), len(inside))
        found = taken.copy()
        found[random.choice(inside, count, replace=False)] = False
        used = self.rules.figures @ found
        for item in random.permutation(np.flatnonzero(~taken)):
            after = used + self.rules.figures[:, item]
            if self.rules.fit(after):
                found[item], used = True, after
        return found


def improve(
    nearby: Nearby,
    chosen: Sequence[int],
    allowed: Allowed,
    going_on: Callable[[], bool],
    kicks: int = KICKS,
) -> Iterator[tuple[int, ...]]:
    """Better and better portfolios, each better than the one before and than `chosen`, which must be allowed."""
    random = np.random.default_rng(0)
    best = np.zeros(nearby.n, np.bool_)
    best[list(chosen)] = True
    value = worth_of(nearby, best)
    for number in range(kicks + 1):
        start = best if number == 0 else nearby.kicked(best, random)
        if number and not (nearby.rules.hold(nearby.rules.figures @ start) and allowed(keys(start))):
            continue
        found = descended(nearby, start, allowed, going_on)
        reached = worth_of(nearby, found)
        if reached > value + TOLERANCE * abs(value) + 1e-12:
            best, value = found, reached
            yield keys(best)
        if not going_on():
            return


def descended(
    nearby: Nearby, start: NDArray[np.bool_], allowed: Allowed, going_on: Callable[[], bool]
) -> NDArray[np.bool_]:
    """The best move again and again, until none makes the portfolio worth more."""
    here, value = start, worth_of(nearby, start)
    while going_on():
        moves = nearby.moves(here)
        order: list[int] = np.argsort(-moves.worth, kind="stable")[:TRIED].tolist()
        better = (i for i in order if moves.worth[i] > value + TOLERANCE * abs(value) + 1e-12)
        moved = (moved_by(here, int(moves.out[i]), int(moves.into[i])) for i in better)
        found = next((one for one in moved if allowed(keys(one))), None)
        if found is None:
            return here
        here, value = found, worth_of(nearby, found)
    return here


def moved_by(taken: NDArray[np.bool_], out: int, into: int) -> NDArray[np.bool_]:
    found = taken.copy()
    if out >= 0:
        found[out] = False
    if into >= 0:
        found[into] = True
    return found


def worth_of(nearby: Nearby, taken: NDArray[np.bool_]) -> float:
    return float(nearby.worth(nearby.sample(taken)[None, :])[0])


def keys(taken: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(item) for item in np.flatnonzero(taken))
