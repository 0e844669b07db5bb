"""Portions → the store: things and datastreams found or made, figures sent in large batches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.engines.observations import Busy, batch
from steuerrad.modules.sensors.bulk.mapping import TableSpec
from steuerrad.modules.sensors.bulk.portions import Portion, Told
from steuerrad.modules.sensors.describing import stream_of
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.store import observations

AT_ONCE = 500_000
MOST_THINGS = 5_000
PATIENCE = 20


@dataclass
class Sink:
    """Takes portions; close sends what is left. organisation: of things that are made.

    known: thing key → (its number, series → datastream), None for a thing that is unknown and must not be made.
    """

    user: Any
    spec: TableSpec
    organisation: Any = None
    source: str = ""
    stored: int = 0
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    known: dict[str, tuple[Thing, dict[str, int]] | None] = field(default_factory=dict[str, Any])
    waiting: list[pa.Table] = field(default_factory=list[pa.Table])
    rows: int = 0

    def put(self, portion: Portion) -> None:
        """Raises PermissionDenied, FileRefusedError; then what was sent before stays."""
        found = self._thing(portion.thing)
        if found is None:
            self.unknown[portion.thing.key] = self.unknown.get(portion.thing.key, 0) + len(portion.times)
            return
        thing, streams = found
        number = streams.get(portion.series)
        if number is None:
            number = streams[portion.series] = self._stream(thing, portion.series).pk
        self.waiting.append(batch(number, portion.times, portion.values))
        self.rows += len(portion.times)
        if self.rows >= AT_ONCE:
            self.send()

    def send(self) -> None:
        if not self.waiting:
            return
        table = pa.concat_tables(self.waiting).combine_chunks()
        for start in range(0, table.num_rows, AT_ONCE):
            part = table.slice(start, AT_ONCE)
            submitted(part)
            self.stored += part.num_rows
        self.waiting, self.rows = [], 0

    def things(self) -> list[Thing]:
        return [found[0] for found in self.known.values() if found]

    def _thing(self, told: Told) -> tuple[Thing, dict[str, int]] | None:
        if told.key not in self.known:
            if len(self.known) >= MOST_THINGS:
                raise FileRefusedError(_("The table tells of more than 5,000 stations; is the column right?"))
            self.known[told.key] = self._found(told)
        return self.known[told.key]

    def _found(self, told: Told) -> tuple[Thing, dict[str, int]] | None:
        thing = Thing.objects.filter(key=told.key).first()
        if thing is None:
            if not self.spec.thing.create:
                return None
            thing = self._made(told)
        elif not catalogue.may_manage(self.user, thing):
            raise PermissionDenied(WRITE)
        elif told.point and not thing.locations.exists():
            self._place(thing, told.point)
        rows = Datastream.objects.filter(thing=thing).values_list("properties__column", "pk").order_by("-pk")
        return thing, {column: number for column, number in rows if column}

    def _made(self, told: Told) -> Thing:
        source = (self.source or self.spec.source)[:300]
        with transaction.atomic():
            thing = catalogue.save(
                self.user,
                Thing(key=told.key, name=told.name or told.key, origin=self.spec.origin, source=source,
                      organisation=self.organisation),
            )  # fmt: skip
            if told.point:
                self._place(thing, told.point)
        return thing

    def _place(self, thing: Thing, point: tuple[float, float]) -> None:
        geometry = {"type": "Point", "coordinates": list(point)}
        location = catalogue.save(self.user, Location(name=thing.name, geometry=geometry))
        catalogue.place(self.user, thing, [location])

    def _stream(self, thing: Thing, name: str) -> Datastream:
        one = self.spec.series[name]
        existing = _same_property(thing, one.property, one.label)
        if existing is not None:
            return existing
        return stream_of(
            self.user, thing, one.property, one.unit, self.spec.sensor, label=one.label, low=one.low, high=one.high,
            interval_s=self.spec.interval_s, properties={"column": name},
        )  # fmt: skip


def _same_property(thing: Thing, key: str, label: str) -> Datastream | None:
    """A datastream that was described by hand: the only one of its property, and of no column yet."""
    from steuerrad.platform.observations.vocabulary import definition_of

    if label:
        return None
    rows = list(Datastream.objects.filter(thing=thing, observed_property__definition=definition_of(key))[:2])
    return rows[0] if len(rows) == 1 and "column" not in rows[0].properties else None


def submitted(table: pa.Table) -> None:
    """To the disk; waits where the store asks for it. Raises Busy when it asks too often."""
    for attempt in range(PATIENCE):
        try:
            with observations() as store:
                store.submit(table)
            return
        except Busy as busy:
            if attempt == PATIENCE - 1:
                raise
            time.sleep(busy.retry_after)


def first_reason(error: ValidationError) -> str:
    found: Mapping[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    name, reasons = next(iter(found.items()))
    return f"{name}: {reasons[0]}" if name and name != "__all__" else str(reasons[0])
