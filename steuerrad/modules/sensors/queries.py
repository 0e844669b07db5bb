"""Reading things for the pages: the catalogue with what the store knows, by a bounded number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q

from steuerrad.engines.observations import moment
from steuerrad.kernel import clock
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.queries import visible
from steuerrad.platform.observations.store import observations

#: A datastream is late when so many of its expected intervals have passed, but never before an hour.
MISSED, LEAST_LATE = 3, timedelta(hours=1)
FRESH, LATE, SILENT = "fresh", "late", "silent"


@dataclass(frozen=True)
class StreamRow:
    """A datastream with its latest figure; count: stored observations."""

    stream: Datastream
    count: int
    first: datetime | None
    last: datetime | None
    value: float | None

    @property
    def state(self) -> str:
        if self.last is None:
            return SILENT
        patience = max(LEAST_LATE, MISSED * timedelta(seconds=self.stream.interval_s or 0))
        return LATE if clock.now() - self.last > patience else FRESH


@dataclass(frozen=True)
class ThingRow:
    thing: Thing
    streams: tuple[StreamRow, ...]

    @property
    def count(self) -> int:
        return sum(row.count for row in self.streams)

    @property
    def last(self) -> datetime | None:
        return max((row.last for row in self.streams if row.last), default=None)

    @property
    def state(self) -> str:
        """As its freshest datastream is."""
        states = {row.state for row in self.streams}
        return next((state for state in (FRESH, LATE) if state in states), SILENT)


def things(user: Any, *, words: str = "", origin: str = "", organisation: str = "") -> list[Thing]:
    """What the person may see, by name. words: in the name or key."""
    rows = visible(user, Thing).select_related("organisation").order_by("name", "pk")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(key__icontains=words))
    if origin:
        rows = rows.filter(origin=origin)
    if organisation:
        rows = rows.filter(organisation__key=organisation)
    streams = Datastream.objects.select_related("observed_property", "sensor").order_by("name", "pk")
    return list(rows.prefetch_related(Prefetch("datastreams", streams), "locations"))


def with_figures(found: list[Thing]) -> list[ThingRow]:
    """Each thing with its datastreams as the store knows them: two questions, however many things."""
    numbers = [stream.pk for thing in found for stream in thing.datastreams.all()]
    extents: dict[int, tuple[int, int, int]] = {}
    values: dict[int, float | None] = {}
    if numbers:
        with observations() as store:
            known, latest = store.extents(numbers), store.latest(numbers)
        for row in known.to_pylist():
            extents[row["stream"]] = (row["first"], row["last"], row["n"])
        values = dict(
            zip(latest.column("stream").to_pylist(), latest.column("value").to_pylist(), strict=True)
        )
    rows: dict[int, list[StreamRow]] = defaultdict(list)
    for thing in found:
        for stream in thing.datastreams.all():
            first, last, count = extents.get(stream.pk, (None, None, 0))
            rows[thing.pk].append(StreamRow(
                stream, count, None if first is None else moment(first), None if last is None else moment(last),
                values.get(stream.pk),
            ))  # fmt: skip
    return [ThingRow(thing, tuple(rows[thing.pk])) for thing in found]
