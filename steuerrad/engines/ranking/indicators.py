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
BLOCK = 40_000  # scores that are worked on at once
#: Assumed spread of one indicator on its own, in points of 100, beside what its city has in common.
ALONE_SD = 15.0


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


@dataclass(frozen=True, eq=False)
class _Step:
    """What a draw needs, ready as arrays: pools (m, years + 1, POOL), drifts (m, years + 1), fixed and from_centre
    (cities, m): the part of the next score that no chance touches, and the distance that a drawn slope acts on.
    """

    pools: Singles
    drifts: Singles
    fixed: Singles
    from_centre: Singles
    maxima: Singles
    worth: Singles


def move_indicators(
    movement: IndicatorMovement, field: Field, draws: int, rng: np.random.Generator, method_break: bool | None
) -> Singles:
    """Draw the next totals (cities, draws) from the scores of `field`, in points within 0 to 100.

    Work grows in proportion to cities, indicators and draws; memory does not grow with the indicators. Blocks of
    draws are small enough to stay in the cache of the processor.
    """
    usable, factor = movement.total.usable(method_break)
    years = [item for item in movement.years if item.year in {past.year for past in usable}]
    chances = draw_chances(movement.total, len(field.cities), draws, rng, method_break)
    step = _step(movement, field, years, factor, rng)
    turn = (chances.slope - movement.total.slope).astype(np.float32)
    shock = np.where(chances.year == len(years), chances.drift, 0.0).astype(np.float32)
    total = np.empty((len(field.cities), draws), np.float32)
    width = max(BLOCK // len(field.cities), 16)
    for first in range(0, draws, width):
        part = slice(first, first + width)
        year = chances.year[part]
        place = chances.donor[:, part] + (year * POOL)[None, :]
        total[:, part] = _block(step, place, year, shock[part], turn[part])
    total += _known_difference(field)[:, None]
    return np.clip(total, 0.0, 100.0, out=total)


def _step(
    movement: IndicatorMovement, field: Field, years: Sequence[_Year], factor: float, rng: np.random.Generator
) -> _Step:
    donors = [_donors(len(item.residuals), movement.total.prior, rng) for item in years]
    from_centre = field.scores - movement.centre
    drifts = np.array(
        [*(np.nan_to_num(year.drift) * factor for year in years), np.zeros(len(movement.slope))]
    )
    pools = [
        factor * _pool(movement, years, donors, number, item.maximum, rng)
        for number, item in enumerate(field.indicators)
    ]
    maxima = np.array([item.maximum for item in field.indicators])
    fixed = field.scores + (movement.slope - 1.0) * from_centre
    arrays = (np.array(pools), drifts.T, fixed, from_centre, maxima, worths(field))
    return _Step(*(np.ascontiguousarray(item, np.float32) for item in arrays))


def _block(
    step: _Step, place: NDArray[np.int64], year: NDArray[np.int64], shock: Singles, turn: Singles
) -> Singles:
    """Totals of all cities for some of the draws."""
    total = np.zeros(place.shape, np.float32)
    moved, slope = np.empty_like(total), np.empty_like(total)
    for number, (maximum, worth) in enumerate(zip(step.maxima, step.worth, strict=True)):
        np.take(step.pools[number].ravel(), place, out=moved, mode="clip")
        moved += step.drifts[number][year] + shock * (maximum / np.float32(100.0))
        np.multiply(step.from_centre[:, number, None], turn, out=slope)
        moved += slope
        moved += step.fixed[:, number, None]
        np.clip(moved, 0.0, maximum, out=moved)
        moved *= worth
        total += moved
    return total


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
