"""Which feature of interest an observation has when it names none: the place where its thing was at that time.

OGC 18-088, 10.2.1.2 makes the feature from the location of the thing. It is not written into every observation; it
follows from where the thing has been, so that a thing that moves takes only its later observations along.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Min

from steuerrad.engines.observations import micros
from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    PastFeature,
    Thing,
)

Span = tuple[int | None, int | None, int]


@dataclass(frozen=True)
class Features:
    """The features of streams over time. things: thing of each stream; steps: for each thing since when (µs) which one."""

    things: dict[int, int]
    steps: dict[int, tuple[list[int], list[int | None]]] = field(default_factory=dict)

    def at(self, stream: int, time: int) -> int | None:
        """The feature of an observation of a stream; before the first known place it is that place."""
        found = self.steps.get(self.things.get(stream, -1))
        if found is None or not found[0]:
            return None
        return found[1][max(bisect_right(found[0], time) - 1, 0)]

    def spans(self, features: set[int]) -> dict[tuple[int | None, int | None], list[int]]:
        """Streams by the time (from, before) in which their feature is one of these."""
        found: dict[tuple[int | None, int | None], list[int]] = {}
        for stream, thing in self.things.items():
            times, keys = self.steps.get(thing, ([], []))
            for number, key in enumerate(keys):
                if key in features:
                    start = times[number] if number else None
                    end = times[number + 1] if number + 1 < len(times) else None
                    found.setdefault((start, end), []).append(stream)
        return found


def features(streams: Iterable[int] | None = None) -> Features:
    """The features of these streams, or of all, in five queries."""
    rows = Datastream.objects.all() if streams is None else Datastream.objects.filter(pk__in=list(streams))
    things = dict(rows.order_by().values_list("pk", "thing_id"))
    numbers = set(things.values())
    known = dict(
        FeatureOfInterest.objects.filter(thing_location__isnull=False)
        .order_by()
        .values_list("thing_location", "pk")
    )
    steps: dict[int, tuple[list[int], list[int | None]]] = {}
    history = HistoricalLocation.objects.order_by("time", "pk").annotate(place=Min("locations"))
    current = Thing.objects.order_by().annotate(place=Min("locations"))
    if streams is not None:
        history, current = history.filter(thing__in=numbers), current.filter(pk__in=numbers)
    past = PastFeature.objects.order_by()
    if streams is not None:
        past = past.filter(thing__in=numbers)
    was = [(thing, time, known.get(place)) for thing, time, place in history.values_list("thing_id", "time", "place")
           if place is not None]  # fmt: skip
    gone = list(past.values_list("thing_id", "time", "feature_id"))
    for thing, time, key in sorted([*was, *gone], key=lambda row: row[1]) if gone else was:
        times, keys = steps.setdefault(thing, ([], []))
        times.append(micros(time))
        keys.append(key)
    for thing, place in current.values_list("pk", "place"):
        if place is not None and thing not in steps:
            steps[thing] = ([0], [known.get(place)])
    return Features(things, steps)
