"""Quality control of what is new in the store.

A datastream is checked from one reach before its first new value on (the stretch in which a new value can change an older
flag) with two reaches of context. Values that came late (more rows behind the last checked time than are new), changed
parameters or another version of the tests make it start from the beginning. State is written after the flags: a crash
between repeats the stretch, with the same result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import cast

import numpy as np
from django.db import transaction

from steuerrad.engines.observations import HIGHEST
from steuerrad.engines.quality import (
    ENGINE_VERSION,
    HOUR,
    Checked,
    Flag,
    ParameterError,
    Parameters,
    bad,
    check,
    cross_check,
    named,
    worst,
)
from steuerrad.engines.quality.flags import Flags, Times, Values
from steuerrad.kernel import clock
from steuerrad.modules.sensors.quality import drifting, flag_store
from steuerrad.modules.sensors.quality.models import QualityRun, QualityState
from steuerrad.modules.sensors.quality.parameter_sets import (
    cross_checks,
    digest,
    parameters_of,
    property_of,
)
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations

#: A first pass over years goes in stretches, so that memory stays bounded.
STRETCH = 366 * 24 * HOUR
#: How far apart values of one station may be and still belong together, as a share of the longer interval.
TOGETHER = 0.5
NEVER = HIGHEST + 1


@dataclass(frozen=True)
class Work:
    """A datastream that is due: flags from `start` on, up to and with `last`."""

    stream: Datastream
    told: Parameters
    digest: str
    start: int
    last: int
    rows: int


@dataclass
class Series:
    work: Work
    times: Times
    values: Values
    checked: Checked
    extra: dict[str, Flags] = field(default_factory=dict)

    def present(self) -> tuple[Times, Values]:
        there = np.isfinite(self.values)
        return self.times[there], self.values[there]


def check_new(everything: bool = False) -> QualityRun:
    """Check what is due. everything: from the beginning, whatever was done before."""
    run = QualityRun.objects.create(started_at=clock.now(), version=ENGINE_VERSION)
    with observations() as opened:
        store = cast(flag_store.Store, opened)
        due = _due(store, run, everything)
        for stretch in _stretches(due):
            _check_stretch(store, run, *stretch)
        for work in due:
            _remember(store, run, work)
    run.streams, run.ended_at = len(due), clock.now()
    run.save()
    return run


def _due(store: flag_store.Store, run: QualityRun, everything: bool) -> list[Work]:
    extents = {row["stream"]: row for row in store.extents().to_pylist()}
    states = {state.datastream_id: state for state in QualityState.objects.all()}
    found: list[Work] = []
    streams = Datastream.objects.select_related("thing", "observed_property", "sensor")
    for stream in streams.prefetch_related("thing__locations").order_by("thing", "pk"):
        extent = extents.get(stream.pk)
        if extent is None:
            continue
        try:
            told, said = parameters_of(stream), digest(stream)
        except ParameterError as error:
            run.problems.append({"stream": stream.pk, "place": error.place, "reason": error.reason})
            continue
        state = None if everything else states.get(stream.pk)
        start = _start(store, extent, state, told, said)
        found.append(Work(stream, told, said, start, extent["last"], extent["n"]))
    return [
        work
        for _thing, works in groupby(found, lambda work: work.stream.thing_id)
        for work in _together(list(works))
    ]


def _together(works: list[Work]) -> list[Work]:
    """Of the datastreams of a thing those that are due; those that are checked against each other all or none, from the
    same time on, so that a value that comes later than its companion puts both in doubt.
    """
    crossed = {key for rule in cross_checks() for key in rule.properties}
    mine = [work for work in works if property_of(work.stream) in crossed]
    first = min((work.start for work in mine), default=NEVER)
    return [
        one for work in works if (one := replace(work, start=first) if work in mine else work).start != NEVER
    ]


def _start(
    store: flag_store.Store, extent: dict[str, int], state: QualityState | None, told: Parameters, said: str
) -> int:
    """From when on flags are to be made anew; NEVER when nothing is new."""
    if state is None or state.digest != said:
        return extent["first"]
    if (extent["n"], extent["last"]) == (state.rows, state.until):
        return NEVER
    if extent["n"] - state.rows != store.count([extent["stream"]], state.until + 1, None):
        return extent["first"]
    return max(extent["first"], state.until + 1 - told.reach)


def _stretches(due: Sequence[Work]) -> Iterator[tuple[int, int, list[Work]]]:
    """Stretches of time and what is due in each."""
    if not due:
        return
    start, last = min(work.start for work in due), max(work.last for work in due)
    while start <= last:
        end = min(start + STRETCH, last + 1)
        if here := [work for work in due if work.start < end and work.last >= start]:
            yield start, end, here
        start = end


def _check_stretch(store: flag_store.Store, run: QualityRun, start: int, end: int, due: list[Work]) -> None:
    told = {work.stream.pk: work.told for work in due}
    around = drifting.NeighbourFlags()
    if any(drifting.looks_around(one) for one in told.values()):
        every = Datastream.objects.select_related("thing").prefetch_related("thing__locations")
        for group in drifting.groups(list(every.order_by("pk"))):
            begin = min((work.start for work in due if work.stream in group), default=start)
            found = drifting.compared(store, group, told, max(begin, start), end)
            around.days.update(found.days)
            around.hours.update(found.hours)
    for _thing, works in groupby(due, key=lambda work: work.stream.thing_id):
        _check_thing(store, run, start, end, list(works), around)


def _check_thing(
    store: flag_store.Store,
    run: QualityRun,
    start: int,
    end: int,
    due: list[Work],
    around: drifting.NeighbourFlags,
) -> None:
    """All datastreams of a thing that are due, because cross-checks need them together."""
    found = []
    for work in due:
        begin, reach = max(start, work.start), work.told.reach
        times, values = flag_store.read(store, work.stream.pk, begin - reach, end + reach)
        one = Series(work, times, values, check(times, values, work.told))
        if work.told.drift:
            one.extra["drift"] = around.drift(work.stream.pk, times)
        if work.told.neighbours:
            one.extra["neighbours"] = around.apart(work.stream.pk, times)
        found.append(one)
    _cross(found)
    for one in found:
        _write(store, run, one, max(start, one.work.start), end)


def _cross(found: list[Series]) -> None:
    by_property = {property_of(one.work.stream): one for one in found}
    for rule in cross_checks():
        first, second = (by_property.get(key) for key in rule.properties)
        if first is None or second is None:
            continue
        interval = max(one.work.stream.interval_s or 0 for one in (first, second))
        pair = (first.present(), second.present())
        verdicts = cross_check(rule, *pair, within=round(interval * 1e6 * TOGETHER))
        for one, part, verdict in zip((first, second), pair, verdicts, strict=True):
            one.extra[rule.name] = _all(one.times, part[0], verdict)


def _all(times: Times, present: Times, flags: Flags) -> Flags:
    whole = np.full(len(times), Flag.NOT_EVALUATED, np.uint8)
    whole[np.isin(times, present)] = flags
    return whole


def _write(store: flag_store.Store, run: QualityRun, one: Series, start: int, end: int) -> None:
    """Sparse: what is good or was not evaluated has no flag."""
    verdicts = {**one.checked.verdicts, **one.extra}
    total = worst(verdicts.values(), len(one.times))
    inside = (one.times >= start) & (one.times < end)
    at = np.flatnonzero(bad(total) & inside)
    times, flags, tests = one.times[at], total[at], named(verdicts, at)
    if one.checked.gaps is not None and one.work.told.gap is not None:
        expected = one.checked.gaps.expected(one.work.told.gap.interval_s)
        expected = expected[(expected >= start) & (expected < end) & ~np.isin(expected, times)]
        times = np.concatenate([times, expected])
        flags = np.concatenate([flags, np.full(len(expected), Flag.MISSING, np.uint8)])
        tests = [*tests, *["gap=9"] * len(expected)]
    run.rows += int(inside.sum())
    run.flagged += flag_store.replace(store, one.work.stream.pk, start, end, str(run), times, flags, tests)


def _remember(store: flag_store.Store, run: QualityRun, work: Work) -> None:
    flags, tests = flag_store.counted(store, work.stream.pk)
    with transaction.atomic():
        QualityState.objects.update_or_create(
            datastream=work.stream,
            defaults={"run": run, "until": work.last, "rows": work.rows, "digest": work.digest,
                      "flags": flags, "tests": tests},
        )  # fmt: skip
