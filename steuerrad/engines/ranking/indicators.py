"""The next edition indicator by indicator, where every score of every participant is published.

The same movement as for totals (see `movement`), for each indicator; a donor gives its residuals of all indicators
together, so that what moves together keeps moving together, and every score stays on its scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking import normal
from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.movement import POOL, WIDER, Movement, PastYear, Prior, draw_chances

Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]
FEWEST_DONORS = 10
ALONE_SD = (
    15.0  # assumed spread of one indicator on its own, in points of 100, beside what its city has in common
)


@dataclass(frozen=True, eq=False)
class _Year:
    """drift (m,) and residuals (donors, m); NaN where the indicator cannot be compared."""

    year: int
    drift: Doubles
    residuals: Doubles
    broken: bool


@dataclass(frozen=True, eq=False)
class IndicatorMovement:
    """slope, centre: (m,). total: the same as it shows in the total."""

    slope: Doubles
    centre: Doubles
    years: tuple[_Year, ...]
    total: Movement


def worths(field: Field) -> Doubles:
    """(m,): points of the total for one point of each indicator; the lists of indicators must be complete."""
    shares = field.group_weights / field.group_weights.sum()
    return np.array(
        [
            shares[item.group] * 100.0 * item.weight / field.attainable(item.group)[0]
            for item in field.indicators
        ]
    )


def complete(field: Field) -> bool:
    """Whether all scores of all participants and all indicators are there."""
    return (
        len(field.cities) == field.participants
        and bool(field.indicators)
        and bool(np.isfinite(field.scores).all())
        and all(low == high for low, high in map(field.attainable, range(len(field.groups))))
    )


def fit_indicators(field: Field, history: Sequence[Field], prior: Prior) -> IndicatorMovement:
    """Learn from editions that follow each other and share half the indicators of `field`, ten cities at least."""
    pairs = [
        found for older, newer in pairwise(sorted([*history, field], key=lambda item: item.year))
        if (found := _matched(field, older, newer)) is not None
    ]  # fmt: skip
    count = len(field.indicators)
    if not pairs:
        nothing = Movement(prior.slope, prior.slope_sd, None, (), prior)
        return IndicatorMovement(np.full(count, prior.slope), field.scores.mean(axis=0), (), nothing)
    everything = np.concatenate([before for _, before, _ in pairs])
    seen = np.isfinite(everything)
    known = np.maximum(seen.sum(axis=0), 1)
    means: Doubles = np.asarray(field.scores.mean(axis=0), np.float64)
    centre: Doubles = np.where(seen.any(axis=0), np.where(seen, everything, 0.0).sum(axis=0) / known, means)
    sxx, sxy = np.zeros(count), np.zeros(count)
    for _, before, after in pairs:
        x, y = _centred(before), _centred(after)
        sxx, sxy = sxx + (x * x).sum(axis=0), sxy + (x * y).sum(axis=0)
    strength = (ALONE_SD / prior.slope_sd) ** 2
    slope = (sxy + strength * prior.slope) / (sxx + strength)
    years = tuple(_year(newer, before, after, slope, centre) for newer, before, after in pairs)
    worth = worths(field)
    past = tuple(
        PastYear(
            item.year,
            float(np.nan_to_num(item.drift) @ worth),
            tuple((np.nan_to_num(item.residuals) @ worth).tolist()),
            item.broken,
        )
        for item in years
    )
    spread = float(np.sqrt(ALONE_SD**2 / (sxx + strength)).mean())
    mean = float(slope @ worth / worth.sum())
    return IndicatorMovement(slope, centre, years, Movement(mean, spread, float(centre @ worth), past, prior))


def _matched(field: Field, older: Field, newer: Field) -> tuple[Field, Doubles, Doubles] | None:
    """Scores (cities known both times, m) before and after, NaN where the method of an indicator changed."""
    old = {item.key: number for number, item in enumerate(older.indicators)}
    new = {item.key: number for number, item in enumerate(newer.indicators) if not item.changed}
    shared = [number for number, item in enumerate(field.indicators) if item.key in old and item.key in new]
    place = {city: number for number, city in enumerate(older.cities)}
    both = [(place[city], number) for number, city in enumerate(newer.cities) if city in place]
    if 2 * len(shared) < len(field.indicators) or len(both) < FEWEST_DONORS:
        return None
    keys = [field.indicators[number].key for number in shared]
    before = np.full((len(both), len(field.indicators)), np.nan)
    after = before.copy()
    before[:, shared] = older.scores[np.ix_([one for one, _ in both], [old[key] for key in keys])]
    after[:, shared] = newer.scores[np.ix_([two for _, two in both], [new[key] for key in keys])]
    usable = np.isfinite(before[:, shared] + after[:, shared]).all(axis=1)
    if usable.sum() < FEWEST_DONORS:
        return None
    return newer, before[usable], after[usable]


def _centred(values: Doubles) -> Doubles:
    return np.nan_to_num(values - values.mean(axis=0))


def _year(newer: Field, before: Doubles, after: Doubles, slope: Doubles, centre: Doubles) -> _Year:
    moved = after - before - (slope - 1.0) * (before - centre)
    drift = moved.mean(axis=0)
    residuals = (moved - drift) * np.sqrt(len(moved) / (len(moved) - 1))
    return _Year(newer.year, drift, residuals, newer.changed)


def move_indicators(
    movement: IndicatorMovement, field: Field, draws: int, rng: np.random.Generator, method_break: bool | None
) -> Singles:
    """Draw the next totals (cities, draws) from the scores of `field`, in points within 0 to 100.

    Work grows in proportion to cities, indicators and draws; memory does not grow with the indicators.
    """
    usable, factor = movement.total.usable(method_break)
    years = [item for item in movement.years if item.year in {past.year for past in usable}]
    cities = len(field.cities)
    chances = draw_chances(movement.total, cities, draws, rng, method_break)
    place = chances.donor + (chances.year * POOL).astype(np.int32)[None, :]
    turn = (chances.slope - movement.total.slope).astype(np.float32)
    prior = movement.total.prior
    shock = np.where(chances.year == len(years), chances.drift, 0.0).astype(np.float32)
    donors = [_donors(len(item.residuals), prior, rng) for item in years]
    total = np.zeros((cities, draws), np.float32)
    moved = np.empty_like(total)
    kept = _known_difference(field)
    for number, (item, worth) in enumerate(zip(field.indicators, worths(field), strict=True)):
        pool = _pool(movement, years, donors, number, item.maximum, rng) * factor
        np.take(pool.ravel(), place, out=moved, mode="clip")
        drifts = np.array([*(np.nan_to_num(year.drift[number]) * factor for year in years), 0.0], np.float32)
        moved += drifts[chances.year] + shock * np.float32(item.maximum / 100.0)
        score = field.scores[:, number]
        from_centre = (score - movement.centre[number]).astype(np.float32)
        moved += (score + (movement.slope[number] - 1.0) * from_centre).astype(np.float32)[:, None]
        moved += from_centre[:, None] * turn
        np.clip(moved, 0.0, np.float32(item.maximum), out=moved)
        moved *= np.float32(worth)
        total += moved
    return np.clip(total + kept[:, None], 0.0, 100.0)


def _known_difference(field: Field) -> Singles:
    """(cities,): published total minus what the indicators give: rounding, or a rule that is not published."""
    computed = field.scores @ worths(field)
    return np.nan_to_num(field.totals - computed).astype(np.float32)


def _donors(count: int, prior: Prior, rng: np.random.Generator) -> NDArray[np.int64]:
    """(POOL,): who gives the residuals; -1 = nobody, the prior."""
    nobody = round(POOL * prior.cities / (prior.cities + count))
    return np.concatenate([np.full(nobody, -1), rng.permutation(np.resize(np.arange(count), POOL - nobody))])


def _pool(
    movement: IndicatorMovement,
    years: Sequence[_Year],
    donors: Sequence[NDArray[np.int64]],
    number: int,
    maximum: float,
    rng: np.random.Generator,
) -> Singles:
    """(years + 1, POOL): residuals of one indicator, its own where a year has them, else assumed ones."""
    prior, count = movement.total.prior, len(movement.slope)
    scale = maximum / 100.0
    common = np.sqrt(max(prior.score_sd**2 - ALONE_SD**2 / count, 0.0))
    assumed = scale * (common * normal.quantiles(POOL) + ALONE_SD * rng.standard_normal(POOL))
    rows: list[Doubles] = []
    for year, giver in zip(years, donors, strict=True):
        own = year.residuals[:, number]
        if np.isfinite(own).all():
            rows.append(np.where(giver < 0, assumed, own[giver]))
        else:  # the indicator was new or measured otherwise: nothing learned, so wider
            rows.append(WIDER * assumed)
    return np.array([*rows, assumed], np.float32)
