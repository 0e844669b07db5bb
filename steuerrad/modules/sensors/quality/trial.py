"""Faults planted into stored series, and what the tests make of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.observations import HIGHEST, LOWEST
from steuerrad.engines.quality import (
    HOUR,
    Flag,
    Parameters,
    apart,
    check,
    differences,
    drift,
    residuals,
    worst,
)
from steuerrad.engines.quality.flags import Flags, Times, Values
from steuerrad.engines.quality.planting import FAULTS, Fault, Planted, plant
from steuerrad.engines.quality.scoring import NONE, Share, alarms, recall, runs
from steuerrad.modules.sensors.quality import flag_store
from steuerrad.modules.sensors.quality.drifting import looks_around
from steuerrad.modules.sensors.quality.parameter_sets import parameters_of, property_of
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations

PROPERTIES = (
    "air_temperature", "relative_humidity", "air_pressure", "water_level", "water_temperature", "conductivity",
    "electrical_resistance",
)  # fmt: skip
MOST_SERIES = 6
LEAST_DAYS, DAY = 40, 24 * HOUR
ANY = "any test"


@dataclass(frozen=True)
class Base:
    """A stored series that faults are planted into, and its neighbours by the hour."""

    property: str
    stream: int
    told: Parameters
    times: Times
    values: Values
    others: NDArray[np.float64]


@dataclass
class Scores:
    """found: (property, fault, test) → recall; hits: test → alarms that are right; untouched: test → alarms without any
    planting, days → of how many days. series: property → number of series.
    """

    found: dict[tuple[str, str, str], Share] = field(default_factory=lambda: defaultdict(lambda: NONE))
    hits: dict[str, Share] = field(default_factory=lambda: defaultdict(lambda: NONE))
    untouched: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    days: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    series: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def scores(seeds: int) -> Scores:
    """Plant every fault `seeds` times into every series that is long enough and not simulated."""
    total = Scores()
    for key in PROPERTIES:
        for base in bases(key):
            total.series[key] += 1
            _score(total, base, seeds)
    return total


def bases(key: str) -> list[Base]:
    """The longest series of a property, up to the limit; a series that never changes is no ground to plant in."""
    streams = [
        one for one in Datastream.objects.exclude(thing__origin="simulated")
        .select_related("observed_property", "thing").order_by("pk") if property_of(one) == key
    ]  # fmt: skip
    with observations() as opened:
        store = cast(flag_store.Store, opened)
        read = {one.pk: flag_store.read(store, one.pk, LOWEST, HIGHEST) for one in streams}
    long = [one for one in streams if _usable(*read[one.pk])]
    long.sort(key=lambda one: (-len(read[one.pk][0]), one.pk))
    found = []
    for one in long[:MOST_SERIES]:
        times, values = _present(*read[one.pk])
        told = parameters_of(one)
        others = np.zeros((0, 0))
        if looks_around(told):
            others = np.array(
                [hourly(*_present(*read[each.pk]), times) for each in streams if each.pk != one.pk]
            )
        found.append(Base(key, one.pk, told, times, values, others))
    return found


def _present(times: Times, values: Values) -> tuple[Times, Values]:
    there = np.isfinite(values)
    return times[there], values[there]


def _usable(times: Times, values: Values) -> bool:
    return len(times) > 1000 and times[-1] - times[0] > LEAST_DAYS * DAY and len(np.unique(values)) > 20


def hourly(times: Times, values: Values, like: Times) -> NDArray[np.float64]:
    """Means by the hour over the whole days that `like` covers."""
    first, last = like[0] // DAY, like[-1] // DAY + 1
    slot = (times - first * DAY) // HOUR
    inside = (slot >= 0) & (slot < (last - first) * 24)
    slot, chosen, size = slot[inside], values[inside], int(last - first) * 24
    count = np.bincount(slot, minlength=size)
    total = np.bincount(slot, weights=chosen, minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def verdicts(base: Base, times: Times, values: Values) -> dict[str, Flags]:
    """Every test, drift and gaps included; a gap is told at the value behind it."""
    checked = check(times, values, base.told)
    found = dict(checked.verdicts)
    if checked.gaps is not None:
        found["gap"] = np.where(np.isin(times, checked.gaps.until), Flag.MISSING, Flag.GOOD).astype(np.uint8)
    if base.told.drift and len(base.others):
        daily = drift(
            differences(hourly(times, values, base.times), base.others, base.told.drift.fewest),
            base.told.drift,
        )
        found["drift"] = daily[times // DAY - base.times[0] // DAY]
    if base.told.neighbours and len(base.others):
        around = residuals(hourly(times, values, base.times), base.others, base.told.neighbours.fewest)
        found["neighbours"] = apart(around, base.told.neighbours)[times // HOUR - base.times[0] // DAY * 24]
    return found


def _score(total: Scores, base: Base, seeds: int) -> None:
    before = verdicts(base, base.times, base.values)
    for test, flags in before.items():
        total.untouched[test] += len(runs(flags))
        total.days[test] += (base.times[-1] - base.times[0]) / DAY
    for fault in FAULTS.values():
        for planted in _plantings(base, fault, seeds):
            found = verdicts(base, planted.times, planted.values)
            size = len(planted.times)
            new = {test: _new(flags, base, before.get(test), planted) for test, flags in found.items()}
            for test, flags in found.items():
                total.found[base.property, fault.name, test] += recall(new[test], planted)
                total.hits[test] += alarms(flags, planted)
            total.found[base.property, fault.name, ANY] += recall(worst(new.values(), size), planted)


def _new(flags: Flags, base: Base, before: Flags | None, planted: Planted) -> Flags:
    """Without what the test said of the untouched series at the same time: a blamed stretch must not win every fault in it."""
    if before is None:
        return flags
    blamed = np.isin(planted.times, base.times[before > Flag.NOT_EVALUATED])
    return np.where(blamed, Flag.GOOD, flags).astype(np.uint8)


def _plantings(base: Base, fault: Fault, seeds: int) -> Iterable[Planted]:
    for seed in range(seeds):
        try:
            yield plant(base.times, base.values, fault, seed * 1_000_003 + base.stream)
        except ValueError:  # too short for a fault of this length
            return


def pooled(shares: Sequence[Share]) -> Share:
    return sum(shares, NONE)
