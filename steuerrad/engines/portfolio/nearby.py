"""Better portfolios one exchange away: a cheap search that adds to the solver's and proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np

from steuerrad.engines.portfolio.gains import Draws, Floats

TRIED = 40
"""How many of the most promising neighbours are held against the rules in one round."""


def improve(
    gains: Draws,
    n: int,
    chosen: tuple[int, ...],
    worth: Callable[[Floats], Floats],
    allowed: Callable[[tuple[int, ...]], bool],
    going_on: Callable[[], bool],
) -> tuple[int, ...]:
    """Exchange, add or drop an item as long as that makes it worth more. worth: (p, s) to (p,)."""
    best = chosen
    value = float(worth(np.minimum(Shares(gains, n).sums(best), gains.headroom).sum(axis=1)[None, :])[0])
    while going_on():
        others = list(neighbours(gains, n, best))
        if not others:
            return best
        values = worth(np.array([sample for _, sample in others]))
        order: list[int] = np.argsort(-values, kind="stable")[:TRIED].tolist()
        better = (i for i in order if values[i] > value + 1e-9 * abs(value) + 1e-12)
        found = next((i for i in better if allowed(others[i][0])), None)
        if found is None:
            return best
        best, value = others[found][0], float(values[found])
    return best


class Shares:
    """(s, k) sums of the chosen items before saturation, changed item by item."""

    def __init__(self, gains: Draws, n: int) -> None:
        self.gains = gains
        self.own = [np.flatnonzero(gains.items == item) for item in range(n)]

    def sums(self, chosen: Collection[int]) -> Floats:
        result = np.zeros((self.gains.count, len(self.gains.headroom)))
        for item in chosen:
            places = self.own[item]
            result[:, self.gains.targets[places]] += self.gains.values[:, places]
        return result

    def change(self, sums: Floats, item: int, sign: float, worth: Floats) -> tuple[Floats, Floats]:
        """Sums and worth (s,) after one item came (sign 1) or went (-1)."""
        places = self.own[item]
        at = self.gains.targets[places]
        room = self.gains.headroom[at]
        before, after = sums[:, at], sums[:, at] + sign * self.gains.values[:, places]
        gained = (np.minimum(after, room) - np.minimum(before, room)).sum(axis=1)
        changed = sums.copy()
        changed[:, at] = after
        return changed, worth + gained


def neighbours(gains: Draws, n: int, chosen: Collection[int]) -> Iterator[tuple[tuple[int, ...], Floats]]:
    """Every portfolio with one item more, one less, or one exchanged, and its worth (s,)."""
    shares, taken = Shares(gains, n), sorted(chosen)
    sums = shares.sums(taken)
    worth = np.minimum(sums, gains.headroom).sum(axis=1)
    outside = [item for item in range(n) if item not in set(taken)]
    for item in outside:
        yield tuple(sorted((*taken, item))), shares.change(sums, item, 1.0, worth)[1]
    for gone in taken:
        rest = [item for item in taken if item != gone]
        less, lower = shares.change(sums, gone, -1.0, worth)
        yield tuple(rest), lower
        for item in outside:
            yield tuple(sorted((*rest, item))), shares.change(less, item, 1.0, lower)[1]
