"""A spool → the store: things and datastreams found or made, figures sent in large batches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from steuerrad.engines.observations import Busy, batch
from steuerrad.modules.sensors.bulk.mapping import TableSpec
from steuerrad.modules.sensors.bulk.portions import Told
from steuerrad.modules.sensors.bulk.spooling import Spool
from steuerrad.modules.sensors.describing import stream_of
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.queries import own_organisations
from steuerrad.platform.observations.store import observations

AT_ONCE = 500_000
PATIENCE = 20


@dataclass
class Sink:
    """Stores what a spool holds: first all things and datastreams are found or made, then the figures are sent.

    organisation: of things that are made. unknown: figures of things that are not known and must not be made, by key.
    """

    user: Any
    spec: TableSpec
    organisation: Any = None
    source: str = ""
    strict: bool = False
    stored: int = 0
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    known: dict[str, tuple[Thing, dict[str, int]] | None] = field(default_factory=dict[str, Any])

    def store(self, spool: Spool) -> None:
        """Raises PermissionDenied and ValidationError before anything is made; Busy, JournalFull in the middle: what was sent
        stays, and sent again it is not stored twice."""
        with transaction.atomic():
            numbers = np.array(self._numbers(spool), np.int64)
            if self.strict and self.unknown:
                transaction.set_rollback(True)
                self.known.clear()
                return
        waiting: list[pa.Table] = []
        rows = 0
        for table in spool.tables():
            waiting.append(self._addressed(table, numbers))
            rows += waiting[-1].num_rows
            if rows >= AT_ONCE:
                self._send(waiting)
                waiting, rows = [], 0
        self._send(waiting)

    def things(self) -> list[Thing]:
        return [found[0] for found in self.known.values() if found]

    def _numbers(self, spool: Spool) -> list[int]:
        """The datastream of each code; 0 for none."""
        found = []
        for (key, series), code in spool.pairs.items():
            thing_streams = self._thing(spool.things[key])
            if thing_streams is None:
                self.unknown[key] = self.unknown.get(key, 0) + spool.counts[code]
                found.append(0)
                continue
            thing, streams = thing_streams
            if series not in streams:
                streams[series] = self._stream(thing, series).pk
            found.append(streams[series])
        return found

    def _addressed(self, table: pa.Table, numbers: np.ndarray) -> pa.Table:
        streams = numbers[table.column("code").to_numpy()]
        if not streams.all():
            known = pa.array(streams != 0)
            table, streams = table.filter(known), streams[streams != 0]
        return batch(streams, table.column("time"), table.column("value"))

    def _send(self, waiting: list[pa.Table]) -> None:
        if not sum(table.num_rows for table in waiting):
            return
        table = pa.concat_tables(waiting).combine_chunks()
        submitted(table)
        self.stored += table.num_rows

    def _thing(self, told: Told) -> tuple[Thing, dict[str, int]] | None:
        if told.key not in self.known:
            self.known[told.key] = self._found(told)
        return self.known[told.key]

    def _found(self, told: Told) -> tuple[Thing, dict[str, int]] | None:
        thing = Thing.objects.filter(key=told.key).first()
        if thing is None:
            if not self.spec.thing.create:
                return None
            thing = self._made(told)
        elif not may_write(self.user, thing):
            raise PermissionDenied(WRITE)
        elif told.point and catalogue.may_manage(self.user, thing) and not thing.locations.exists():
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


def may_write(user: Any, thing: Thing) -> bool:
    """Whether the person may send observations of the thing. None is the program itself."""
    if user is None or allowed(user, WRITE):
        return True
    return thing.organisation_id in own_organisations(user, WRITE)


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
