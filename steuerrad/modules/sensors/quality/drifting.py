"""Series against their neighbours on the store: hourly means of all stations of a kind; a flag a day for drift, a flag an hour
for standing apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.observations import Period
from steuerrad.engines.quality import HOUR, Parameters, apart, differences, drift, residuals
from steuerrad.engines.quality.flags import Flag, Flags, Times
from steuerrad.modules.sensors.quality.flag_store import Store
from steuerrad.platform.observations.models import Datastream

DAY = 24 * HOUR
#: The nearest ones; more say nothing new about a city's weather.
MOST_NEIGHBOURS = 12


@dataclass
class NeighbourFlags:
    """stream → (first day or hour as a number since 1970, flag of each)."""

    days: dict[int, tuple[int, Flags]] = field(default_factory=dict)
    hours: dict[int, tuple[int, Flags]] = field(default_factory=dict)

    def drift(self, stream: int, times: Times) -> Flags:
        """The flag of the day of each time; days begin at 0:00 UTC."""
        return _at(self.days.get(stream), times // DAY)

    def apart(self, stream: int, times: Times) -> Flags:
        """The flag of the hour of each time."""
        return _at(self.hours.get(stream), times // HOUR)


def _at(known: tuple[int, Flags] | None, slots: Times) -> Flags:
    found = np.full(len(slots), Flag.NOT_EVALUATED, np.uint8)
    if known is not None:
        first, flags = known
        place = slots - first
        inside = (place >= 0) & (place < len(flags))
        found[inside] = flags[place[inside]]
    return found


def groups(streams: Sequence[Datastream]) -> list[list[Datastream]]:
    """Datastreams that may be compared: the same property, unit and kind of sensor."""
    found: dict[Any, list[Datastream]] = {}
    for one in streams:
        found.setdefault((one.observed_property_id, one.unit_code, one.sensor_id), []).append(one)
    return list(found.values())


def compared(
    store: Store, group: Sequence[Datastream], told: dict[int, Parameters], start: int, end: int
) -> NeighbourFlags:
    """Flags from the day of `start` to `end` (µs) for the datastreams of a group that are to be tested."""
    found = NeighbourFlags()
    limits = {one.pk: told[one.pk] for one in group if one.pk in told and looks_around(told[one.pk])}
    if not limits:
        return found
    reach = max(test.reach_days for one in limits.values() for test in (one.drift, one.neighbours) if test)
    first, last = start // DAY - reach, end // DAY + 1
    means = _hourly(store, [one.pk for one in group], first, last)
    spots = {one.pk: spot(one) for one in group}
    for pk, one in limits.items():
        if pk not in means:
            continue
        others = [means[other] for other in _nearest(pk, spots) if other in means]
        around = np.array(others).reshape(len(others), len(means[pk]))
        if one.drift:
            daily = differences(means[pk], around, one.drift.fewest)
            found.days[pk] = start // DAY, drift(daily, one.drift)[reach:]
        if one.neighbours:
            hourly = residuals(means[pk], around, one.neighbours.fewest)
            found.hours[pk] = start // DAY * 24, apart(hourly, one.neighbours)[reach * 24 :]
    return found


def looks_around(told: Parameters) -> bool:
    """Whether a test needs the neighbours."""
    return bool(told.drift or told.neighbours)


def _hourly(store: Store, streams: list[int], first: int, last: int) -> dict[int, NDArray[np.float64]]:
    """Means by the hour over whole days, NaN where there is none."""
    table = store.aggregate(streams, first * DAY, last * DAY, Period.fixed(3600), ("mean",))
    number, start = table["stream"].to_numpy(), table["start"].to_numpy()
    mean = table["mean"].to_numpy()
    found = {}
    for stream in np.unique(number):
        row = np.full((last - first) * 24, np.nan)
        mine = number == stream
        row[(start[mine] - first * DAY) // HOUR] = mean[mine]
        found[int(stream)] = row
    return found


def spot(stream: Datastream) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of the thing's first place; None where nobody said it."""
    places = sorted(stream.thing.locations.all(), key=lambda one: one.pk)
    box = (places[0].west, places[0].east, places[0].south, places[0].north) if places else ()
    if not box or any(edge is None for edge in box):
        return None
    west, east, south, north = (float(edge or 0) for edge in box)
    return (west + east) / 2, (south + north) / 2


def _nearest(stream: int, spots: dict[int, tuple[float, float] | None]) -> list[int]:
    """The nearest others; those without a known place come last, in the order of their numbers."""
    here = spots[stream]

    def far(pk: int) -> tuple[float, int]:
        there = spots[pk]
        if here is None or there is None:
            return np.inf, pk
        east = (there[0] - here[0]) * np.cos(np.radians(here[1]))
        return float(np.hypot(east, there[1] - here[1])), pk

    return sorted((pk for pk in spots if pk != stream), key=far)[:MOST_NEIGHBOURS]
