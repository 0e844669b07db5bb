"""How scores of cities move from one edition to the next, learned from the editions that there are.

    next = score + drift(year) + (slope - 1) * (score - centre) + residual(year, donor)

A draw takes one past year as a whole: its drift (all rise or fall together, also when the method changes) and its
residuals, which are dealt out to the cities again (years keep their spread). Few years are few observations of a
year: beside them stands a prior year of which only the size is assumed. It counts as `Prior.years` years, and inside
each year normal residuals count as `Prior.cities` cities (a Dirichlet process mixed with its base measure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking import normal
from steuerrad.engines.ranking.field import Field

Singles = NDArray[np.float32]
POOL = 4096  # points that stand for the distribution of residuals of a year
WIDER = 1.5  # factor on the spread when a break of method is expected and no past year shows one


@dataclass(frozen=True, slots=True)
class Prior:
    """What is assumed before any edition was seen, in points of a scale from 0 to 100.

    score_sd: spread of one city's residual; shock_sd: of the drift common to all; slope: regression to the mean.
    """

    score_sd: float = 6.0
    shock_sd: float = 6.0
    slope: float = 0.9
    slope_sd: float = 0.15
    cities: float = 6.0
    years: float = 2.0

    def __post_init__(self) -> None:
        if not all(
            value > 0 for value in (self.score_sd, self.shock_sd, self.slope_sd, self.cities, self.years)
        ):
            raise ValueError("spreads and weights of a prior must be above zero")


ASSUMED = Prior()


@dataclass(frozen=True, slots=True)
class PastYear:
    """What happened up to the edition of `year`: the common drift, and the residuals of the cities known both times."""

    year: int
    drift: float
    residuals: tuple[float, ...]
    broken: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """The fitted movement. fixed_sd: a normal residual and nothing else, instead of all that was learned.

    pairs: cities known in two editions running, over all years. centre: mean score that the slope turns around, None
    = mean of the present field.
    """

    slope: float
    slope_sd: float
    centre: float | None
    years: tuple[PastYear, ...]
    prior: Prior
    fixed_sd: float | None = None

    @classmethod
    def fixed(cls, sd: float) -> Movement:
        """Every city keeps its score but for a normal residual; sd 0: a frozen field."""
        if not (np.isfinite(sd) and sd >= 0):
            raise ValueError("the spread must not be negative")
        return cls(1.0, 0.0, None, (), ASSUMED, sd)

    @property
    def pairs(self) -> int:
        return sum(len(item.residuals) for item in self.years)

    def usable(self, method_break: bool | None) -> tuple[tuple[PastYear, ...], float]:
        """The years to draw from when a break of method is expected, excluded or not known, and a factor."""
        if method_break is None or not self.years:
            return self.years, WIDER if method_break else 1.0
        fitting = tuple(item for item in self.years if item.broken == method_break)
        return (fitting, 1.0) if fitting else (self.years, WIDER if method_break else 1.0)


def fit(history: Sequence[Field], prior: Prior) -> Movement:
    """Learn from all editions that follow each other in `history` (any order; the field itself included).

    Editions count as following when no edition lies between them in `history`, even when a year is left out.
    """
    transitions: list[tuple[Field, NDArray[np.float64], NDArray[np.float64]]] = []
    for older, newer in pairwise(sorted(history, key=lambda item: item.year)):
        before, after = paired(older, newer)
        if len(before) >= 2:
            transitions.append((newer, before, after))
    if not transitions:
        return Movement(prior.slope, prior.slope_sd, None, (), prior)
    centre = float(np.mean(np.concatenate([before for _, before, _ in transitions])))
    sxx = sxy = rest = 0.0
    for _, before, after in transitions:
        x, y = before - before.mean(), after - after.mean()
        sxx, sxy = sxx + float(x @ x), sxy + float(x @ y)
    strength = prior.score_sd**2 / prior.slope_sd**2
    slope = (sxy + strength * prior.slope) / (sxx + strength)
    years: list[PastYear] = []
    for newer, before, after in transitions:
        moved = after - before - (slope - 1.0) * (before - centre)
        drift = float(moved.mean())
        # a mean was taken out, so residuals are too small by this factor
        residuals = (moved - drift) * np.sqrt(len(moved) / (len(moved) - 1))
        rest += float(residuals @ residuals)
        years.append(PastYear(newer.year, drift, tuple(residuals.tolist()), newer.changed))
    count = sum(len(item.residuals) for item in years)
    variance = (rest + prior.cities * prior.score_sd**2) / (count + prior.cities)
    return Movement(slope, float(np.sqrt(variance / (sxx + strength))), centre, tuple(years), prior)


def paired(older: Field, newer: Field) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Totals of the cities that have one in both editions."""
    place = {city: number for number, city in enumerate(older.cities)}
    both = [
        (place[city], number)
        for number, city in enumerate(newer.cities)
        if city in place and np.isfinite(older.totals[place[city]]) and np.isfinite(newer.totals[number])
    ]
    old, new = [one for one, _ in both], [two for _, two in both]
    return older.totals[old], newer.totals[new]


@dataclass(frozen=True, eq=False)
class Chances:
    """The random numbers of a simulation: which year (draws,) and which donor (cities, draws) each draw takes."""

    year: NDArray[np.int64]
    donor: NDArray[np.uint16]
    drift: NDArray[np.float64]
    slope: NDArray[np.float64]


def draw_chances(
    movement: Movement, cities: int, draws: int, rng: np.random.Generator, method_break: bool | None
) -> Chances:
    """Year numbers count through the usable years; the last one is the prior year."""
    years, factor = movement.usable(method_break)
    weights = np.array([*(1.0 for _ in years), movement.prior.years])
    year = rng.choice(len(weights), size=draws, p=weights / weights.sum())
    drifts = np.array([*(item.drift for item in years), 0.0])
    prior_drift = movement.prior.shock_sd * rng.standard_normal(draws)
    drift = np.where(year == len(years), prior_drift, drifts[year]) * factor
    slope = movement.slope + movement.slope_sd * rng.standard_normal(draws)
    donor = rng.integers(0, POOL, size=(cities, draws), dtype=np.uint16)
    return Chances(year, donor, drift, slope)


def pools(movement: Movement, method_break: bool | None) -> Singles:
    """(years + 1, POOL): equally likely residuals of each usable year and, last, of the prior year."""
    years, factor = movement.usable(method_break)
    prior = movement.prior
    assumed = normal.quantiles(POOL) * prior.score_sd
    found = [
        factor * _mixed(np.array(item.residuals), prior.cities / (prior.cities + len(item.residuals)), prior)
        for item in years
    ]
    return np.array([*found, assumed * factor], np.float32)


def _mixed(residuals: NDArray[np.float64], share: float, prior: Prior) -> NDArray[np.float64]:
    assumed = normal.quantiles(round(POOL * share)) * prior.score_sd
    return np.concatenate([assumed, np.resize(residuals, POOL - len(assumed))])


def move(
    movement: Movement, present: Singles, rng: np.random.Generator, method_break: bool | None
) -> Singles:
    """Draw the next scores (cities, draws) from the present ones, in points within 0 to 100."""
    cities, draws = present.shape
    if movement.fixed_sd is not None:
        if movement.fixed_sd == 0:
            return present.copy()
        spread = rng.standard_normal((cities, draws), dtype=np.float32)
        spread *= np.float32(movement.fixed_sd)
        return np.add(present, spread, out=spread)
    chances = draw_chances(movement, cities, draws, rng, method_break)
    return step(movement, present, chances, pools(movement, method_break))


def step(movement: Movement, present: Singles, chances: Chances, pool: Singles) -> Singles:
    """One year on, with the random numbers given."""
    start = (chances.year * POOL).astype(np.int32)
    moved = np.take(pool.ravel(), chances.donor + start[None, :])
    centre = present.mean(axis=0) if movement.centre is None else np.full(present.shape[1], movement.centre)
    turn = (chances.slope - 1.0).astype(np.float32)
    moved += (chances.drift - turn * centre).astype(np.float32)[None, :]
    moved += present
    moved += present * turn[None, :]
    return np.clip(moved, 0.0, 100.0, out=moved)
