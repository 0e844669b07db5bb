"""Reading stations of the climate: the catalogue by a bounded number of queries, and their latest figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from steuerrad.engines.observations import micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.climate.catalogue import StreamRow, ThingRow, stream_rows
from steuerrad.modules.climate.doubts import flagged
from steuerrad.modules.climate.subjects import Subject, property_keys
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.queries import visible_streams
from steuerrad.platform.observations.store import observations

#: A value is old when three of them are missing, and never before an hour has passed.
MISSED, LEAST_AGE = 3, timedelta(hours=1)
#: No database has a higher key.
HIGHEST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class Latest:
    """old: no longer what it is like now. doubtful: quality control found it suspect or wrong."""

    at: datetime
    value: float
    age: timedelta
    old: bool
    doubtful: bool = False

    @property
    def fit(self) -> bool:
        """Whether it may be compared with others."""
        return not self.old and not self.doubtful


@dataclass(frozen=True, slots=True)
class Series:
    """A datastream that the climate pages show. depth_m: below the surface, None where it is not stated."""

    number: int
    key: str
    stream: Datastream | StreamRow
    latest: Latest | None = None

    @property
    def depth_m(self) -> float | None:
        found = self.stream.properties.get("depth_m")
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    @property
    def unit(self) -> str:
        return self.stream.unit_symbol or ""


@dataclass(frozen=True)
class Station:
    """point: longitude and latitude in degrees (WGS 84), None where the place is not known."""

    thing: Thing | ThingRow
    point: tuple[float, float] | None
    series: tuple[Series, ...] = field(default=())

    @property
    def number(self) -> int:
        return self.thing.pk

    @property
    def name(self) -> str:
        return self.thing.name

    @property
    def simulated(self) -> bool:
        return self.thing.origin == Thing.SIMULATED

    @property
    def apart(self) -> bool:
        """Measured by citizens or by a network of theirs: shown apart, compared with nothing of the city's."""
        return self.thing.origin == Thing.CITIZEN or bool(self.thing.properties.get("network"))

    @property
    def network(self) -> str:
        """The name of the network that the station belongs to, empty where none is stated."""
        return str(self.thing.properties.get("network") or "")

    def of(self, subject: Subject) -> list[Series]:
        """Series of a subject in the order of its keys, shallow before deep."""
        found = [one for one in self.series if one.key in subject.keys]
        if len(found) < 2:
            return found
        return sorted(found, key=lambda one: (subject.keys.index(one.key), one.depth_m or 0.0, one.number))

    def first(self, key: str) -> Series | None:
        return next((one for one in self.series if one.key == key), None)

    @property
    def newest(self) -> Latest | None:
        return max((one.latest for one in self.series if one.latest), key=lambda one: one.at, default=None)


def climate_streams(user: Any) -> Any:
    """Datastreams of the climate that the person may see."""
    return visible_streams(user).filter(observed_property__definition__in=property_keys())


def stations(user: Any, *, numbers: Iterable[int] | None = None, latest: bool = True) -> list[Station]:
    """Stations with their series, by name; numbers: only these things. Three questions, however many there are."""
    chosen = climate_streams(user)
    if numbers is not None:
        chosen = chosen.filter(thing__in=[number for number in numbers if number <= HIGHEST_NUMBER])
    rows = stream_rows(chosen)
    newest = latest_of(rows) if latest else {}
    found: dict[int, list[Series]] = {}
    keys = property_keys()
    for row in rows:
        one = Series(row.pk, keys[row.observed_property.definition], row, newest.get(row.pk))
        found.setdefault(row.thing.pk, []).append(one)
    things = {row.thing.pk: row.thing for row in rows}
    return [Station(things[number], things[number].point, tuple(series)) for number, series in found.items()]


def station(user: Any, number: int) -> Station | None:
    return next(iter(stations(user, numbers=[number])), None)


def series(user: Any, number: int) -> Series | None:
    """One datastream of any kind that the person may see; key is empty for what the climate pages do not show."""
    stream = visible_streams(user).prefetch_related("thing__locations").filter(pk=number).first()
    if stream is None:
        return None
    return Series(stream.pk, property_keys().get(stream.observed_property.definition, ""), stream)


def latest_of(streams: Iterable[Datastream | StreamRow]) -> dict[int, Latest]:
    """The newest figure by number of the datastream; what has none is left out."""
    known = {stream.pk: stream for stream in streams}
    if not known:
        return {}
    with observations() as store:
        table = store.latest(list(known))
    now, found = clock.now(), {}
    rows = zip(*(table.column(name).to_pylist() for name in ("stream", "time", "value")), strict=True)
    for number, time, value in rows:
        if value is None:
            continue
        at = moment(time)
        age = max(now - at, timedelta(0))
        limit = max(LEAST_AGE, timedelta(seconds=MISSED * (known[number].interval_s or 0)))
        found[number] = Latest(at, value, age, age > limit)
    return with_doubts(found)


def with_doubts(found: dict[int, Latest]) -> dict[int, Latest]:
    """Mark those of the fresh values that quality control objects to; what is old is grey anyway."""
    fresh = {number: one.at for number, one in found.items() if not one.old}
    if not fresh:
        return found
    bad = flagged(list(fresh), micros(min(fresh.values())), micros(max(fresh.values())) + 1)
    marked = {
        number: replace(found[number], doubtful=True)
        for number, times in bad.items() if micros(found[number].at) in times
    }  # fmt: skip
    return found | marked


def point_of(thing: Thing | ThingRow) -> tuple[float, float] | None:
    """The thing's first point, of the locations as they were fetched before."""
    if isinstance(thing, ThingRow):
        return thing.point
    for location in thing.locations.all():
        geometry = location.geometry or {}
        if geometry.get("type") == "Point":
            longitude, latitude = geometry["coordinates"][:2]
            return float(longitude), float(latitude)
    return None
