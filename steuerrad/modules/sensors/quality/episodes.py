"""Flags → stretches of time that people can look into."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.models import Intake
from steuerrad.modules.sensors.quality import flag_store
from steuerrad.modules.sensors.quality.parameter_sets import property_of
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import observations

#: Flags further apart than so many expected intervals are two episodes.
APART = 2.5
WITHOUT_INTERVAL_S = 3600
DAY = 86_400_000_000


@dataclass(frozen=True)
class Episode:
    """A test objects from begin to end (µs) to so many values."""

    test: str
    begin: int
    end: int
    values: int
    flag: int


@dataclass(frozen=True)
class Finding:
    """All episodes of one test on one thing in series that show the same times; begin and end of the longest one."""

    thing: str
    properties: tuple[str, ...]
    test: str
    count: int
    values: int
    begin: datetime
    end: datetime
    seen: str


def episodes(flags: list[dict[str, Any]], interval_s: int | None) -> list[Episode]:
    """flags: rows by time, as the store lists them."""
    apart = APART * (interval_s or WITHOUT_INTERVAL_S) * 1e6
    open_: dict[str, Episode] = {}
    done: list[Episode] = []
    for row in flags:
        for part in (row["tests"] or "").split():
            test, _, flag = part.partition("=")
            last = open_.get(test)
            if last is None or row["time"] - last.end > apart:
                done += [last] if last else []
                open_[test] = Episode(test, row["time"], row["time"], 1, int(flag or row["flag"]))
            else:
                open_[test] = Episode(
                    test, last.begin, row["time"], last.values + 1, max(last.flag, int(flag or row["flag"]))
                )
    return sorted([*done, *open_.values()], key=lambda one: (one.begin, one.test))


def with_gaps(store: flag_store.Store, stream: Datastream) -> list[Episode]:
    """The episodes of a stream; a gap lasts until the next value (a flag says only when the first one should have come)."""
    flags = flag_store.listed(store, stream.pk)
    lost = [row["time"] for row in flags if row["tests"] == "gap=9"]
    rest = episodes([row for row in flags if row["tests"] != "gap=9"], stream.interval_s)
    if not lost:
        return rest
    times, _values = flag_store.read(store, stream.pk, lost[0], lost[-1] + 1)
    ends = [int(times[min(place, len(times) - 1)]) for place in times.searchsorted(lost)]
    gaps = [Episode("gap", begin, end, 1, 9) for begin, end in zip(lost, ends, strict=True)]
    return sorted([*rest, *gaps], key=lambda one: (one.begin, one.test))


def silent() -> list[tuple[str, datetime, datetime]]:
    """Things whose last value is a day older than the newest one of the same kind of sensor: name, last, newest."""
    with observations() as opened:
        last: dict[int, int] = {
            row["stream"]: row["last"] for row in cast(flag_store.Store, opened).extents().to_pylist()
        }
    things: dict[tuple[Any, str], int] = {}
    newest: dict[Any, int] = {}
    streams = Datastream.objects.exclude(thing__origin=Thing.SIMULATED).select_related("thing")
    for one in streams.order_by("thing__name"):
        if (at := last.get(one.pk)) is not None:
            key = (one.sensor_id, one.thing.name)
            things[key] = max(things.get(key, at), at)
            newest[one.sensor_id] = max(newest.get(one.sensor_id, at), at)
    return [
        (name, moment(at), moment(newest[sensor]))
        for (sensor, name), at in things.items() if newest[sensor] - at > DAY
    ]  # fmt: skip


def findings() -> list[Finding]:
    """Over all datastreams that are not simulated, by thing and test."""
    same: dict[Any, list[Datastream]] = defaultdict(list)
    found: dict[Any, list[Episode]] = {}
    seen: dict[Any, str] = {}
    streams = Datastream.objects.exclude(thing__origin=Thing.SIMULATED).select_related(
        "thing", "observed_property"
    )
    with observations() as opened:
        store = cast(flag_store.Store, opened)
        for stream in streams.order_by("thing__name", "pk"):
            by_test: dict[str, list[Episode]] = defaultdict(list)
            for one in with_gaps(store, stream):
                by_test[one.test].append(one)
            for test, rows in by_test.items():
                key = (stream.thing_id, test, tuple((one.begin, one.end) for one in rows))
                same[key].append(stream)
                found[key] = rows
                longest = max(rows, key=lambda one: one.end - one.begin)
                seen.setdefault(key, _span(store, stream, longest))
    return [_finding(same[key], found[key], seen[key] if len(same[key]) == 1 else "") for key in same]


def _finding(streams: list[Datastream], rows: list[Episode], seen: str) -> Finding:
    longest = max(rows, key=lambda one: one.end - one.begin)
    return Finding(
        streams[0].thing.name, tuple(property_of(one) or one.name for one in streams), longest.test, len(rows),
        sum(one.values for one in rows) * len(streams), moment(longest.begin), moment(longest.end), seen,
    )  # fmt: skip


def _span(store: flag_store.Store, stream: Datastream, one: Episode) -> str:
    """Lowest and highest value of an episode."""
    if one.test == "gap":
        return ""
    _times, values = flag_store.read(store, stream.pk, one.begin, one.end + 1)
    inside = values[(_times >= one.begin) & (_times <= one.end)]
    if not len(inside):
        return ""
    low, high = f"{inside.min():g}", f"{inside.max():g}"
    return low if low == high else f"{low}–{high}"


def repeats() -> list[tuple[str, int, int, int]]:
    """Imported values whose datastream had one of the same time: thing, imported, repeated, with another value."""
    found = []
    with observations() as opened:
        store = cast(Any, opened)
        rows = {row["stream"]: row["n"] for row in store.extents().to_pylist()}
        for thing in (
            Thing.objects.exclude(origin=Thing.SIMULATED).prefetch_related("datastreams").order_by("name")
        ):
            files = Intake.objects.filter(thing=thing).values("sha256", "observations").distinct()
            imported = sum(each["observations"] for each in files)
            numbers = [one.pk for one in thing.datastreams.all()]
            kept = sum(rows.get(number, 0) for number in numbers)
            if imported > kept:
                changed = sum(store.revisions(number, limit=1_000_000).num_rows for number in numbers)
                found.append((thing.name, imported, imported - kept, changed))
    return found
