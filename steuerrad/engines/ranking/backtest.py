"""How well past editions would have been forecast: calibration, errors, and two naive forecasts beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.forecast import Forecast, forecast
from steuerrad.engines.ranking.model import Model

Quantity = Literal["score", "rank"]
QUANTITIES: tuple[Quantity, ...] = ("score", "rank")
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One city in one edition: what came, what was forecast, and what "same as last year" would have said.

    inside_50, inside_90: whether the truth fell into the central interval, see `coverage`; width_90: length of that
    interval. naive is None when nothing was published of the city in the edition before; crps: continuous ranked
    probability score, in points or places.
    """

    city: str
    quantity: Quantity
    truth: float
    mean: float
    median: float
    inside_50: float
    inside_90: float
    width_90: float
    crps: float
    naive: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. year None: all editions together.

    covered_50, covered_90: share of truths within the central interval. error: mean absolute error of the median; bias:
    mean of median minus truth;
    compared: cities of which the naive forecast exists, over which error_compared, crps_compared and naive_error
    are formed. Any figure is None without cases.
    """

    year: int | None
    learned_from: int
    quantity: Quantity
    cases: int
    covered_50: float | None
    covered_90: float | None
    width_90: float | None
    error: float | None
    bias: float | None
    crps: float | None
    compared: int
    error_compared: float | None
    crps_compared: float | None
    naive_error: float | None
    method_break: bool


def backtest(
    fields: Sequence[Field], model: Model | None = None, *, draws: int = 10_000, seed: int = 1
) -> list[Line]:
    """Forecast every edition that has a predecessor from those before it, and hold it against what came.

    Lines by edition, score and rank, then both over all editions. Of the edition itself only the number of
    participants is used, which is announced before.
    """
    ordered = sorted(fields, key=lambda item: item.year)
    lines: list[Line] = []
    everything: list[Case] = []
    for number, truth in enumerate(ordered[1:], 1):
        before = ordered[:number]
        found = forecast(before, model, participants=truth.participants, draws=draws, seed=seed)
        cases = list(judge(found, before[-1], truth))
        everything += cases
        lines += [
            summary(truth.year, len(found.movement.years), quantity, cases, method_break=truth.changed)
            for quantity in QUANTITIES
        ]
    learned = max((line.learned_from for line in lines), default=0)
    lines += [summary(None, learned, quantity, everything) for quantity in QUANTITIES]
    return lines


def judge(found: Forecast, before: Field, truth: Field) -> Iterable[Case]:
    """Every city of which score or rank is published, and of which the edition before knows anything."""
    place = {city: number for number, city in enumerate(found.cities)}
    for number, city in enumerate(truth.cities):
        if city not in place:
            continue
        at = place[city]
        score, rank = float(truth.totals[number]), int(truth.ranks[number])
        if np.isfinite(score):
            last = float(before.totals[at])
            yield _case(
                city, "score", score, found.scores[at].astype(np.float64), last if np.isfinite(last) else None
            )
        if rank:
            last = float(before.ranks[at])
            yield _case(city, "rank", float(rank), found.ranks[at].astype(np.float64), last or None)


def _case(city: str, quantity: Quantity, truth: float, draws: Doubles, naive: float | None) -> Case:
    width = np.quantile(draws, (0.05, 0.95))
    return Case(
        city, quantity, truth, float(draws.mean()), float(np.median(draws)),
        coverage(draws, truth, 0.5), coverage(draws, truth, 0.9), float(width[1] - width[0]), crps(draws, truth), naive,
    )  # fmt: skip


def coverage(draws: Doubles, truth: float, level: float) -> float:
    """1 when the truth lies within the central interval of this level, 0 when not, and a share on its edge.

    Ranks are whole numbers, so their intervals hold more than the level. The truth's place in the distribution is
    therefore spread over its own probability mass (the probability integral transform for discrete values,
    Czado, Gneiting, Held 2009, Biometrics 65): calibrated forecasts have a mean of just the level.
    """
    below, upto = float((draws < truth).mean()), float((draws <= truth).mean())
    low, high = (1 - level) / 2, (1 + level) / 2
    if upto - below < 1e-12:
        return float(low <= below <= high)
    return max(0.0, min(upto, high) - max(below, low)) / (upto - below)


def crps(draws: Doubles, truth: float) -> float:
    """Continuous ranked probability score of the draws (Gneiting, Raftery 2007): absolute error for one draw.

    mean |X - truth| - mean |X - X'| / 2, over all pairs of draws.
    """
    ordered = np.sort(draws)
    count = ordered.size
    spread = float(ordered @ (2.0 * np.arange(1, count + 1) - count - 1)) / count**2
    return float(np.abs(ordered - truth).mean()) - spread


def summary(
    year: int | None,
    learned_from: int,
    quantity: Quantity,
    cases: Iterable[Case],
    *,
    method_break: bool = False,
) -> Line:
    """The line of these cases."""
    own = [item for item in cases if item.quantity == quantity]
    both = [(item, item.naive) for item in own if item.naive is not None]
    return Line(
        year, learned_from, quantity, len(own),
        _mean(item.inside_50 for item in own),
        _mean(item.inside_90 for item in own),
        _mean(item.width_90 for item in own),
        _mean(abs(item.median - item.truth) for item in own),
        _mean(item.median - item.truth for item in own),
        _mean(item.crps for item in own),
        len(both),
        _mean(abs(item.median - item.truth) for item, _ in both),
        _mean(item.crps for item, _ in both),
        _mean(abs(naive - item.truth) for item, naive in both),
        method_break,
    )  # fmt: skip


def _mean(values: Iterable[float]) -> float | None:
    data = list(values)
    return sum(data) / len(data) if data else None
