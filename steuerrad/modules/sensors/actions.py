"""Writes of the sensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from django.core.exceptions import PermissionDenied
from django.db import transaction

from steuerrad.engines.observations import batch
from steuerrad.kernel import clock
from steuerrad.modules.sensors.describing import stream_of
from steuerrad.modules.sensors.file_formats import FileFormat, Series
from steuerrad.modules.sensors.models import Intake
from steuerrad.modules.sensors.reading import Contents, read
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.store import observations

#: Rows that go to the store at once.
AT_ONCE = 500_000


@dataclass(frozen=True)
class Imported:
    """What an import came to. again: the very same file was imported before (nothing was written twice anyway)."""

    intake: Intake
    contents: Contents
    again: bool


def import_file(
    user: Any,
    form: FileFormat,
    path: Path,
    *,
    origin: str = Thing.PUBLISHED,
    source: str = "",
    zone: str = "",
) -> Imported:
    """Read a maker's file, describe its device where it is new, and store its figures.

    A figure that is stored already is not stored twice; one that differs becomes a new revision. Raises FileRefusedError when
    nothing can be read, PermissionDenied without the right to describe things.
    """
    contents = read(form, path, zone=zone)
    sha256 = _checksum(path)
    with transaction.atomic():
        thing = ensure_thing(user, form, contents, origin, source)
        streams = {column: ensure_stream(user, form, thing, column, one) for column, one in form.series.items()
                   if column in contents.series}  # fmt: skip
    count = _store(contents, {column: stream.pk for column, stream in streams.items()})
    again = Intake.objects.filter(sha256=sha256).exists()
    intake = Intake.objects.create(
        file_name=path.name[:200], sha256=sha256, form=form.key, thing=thing, rows=contents.rows, observations=count,
        faults=contents.faults.count, told=[list(fault) for fault in contents.faults.told], at=clock.now(),
        by=user if getattr(user, "is_authenticated", False) else None,
    )  # fmt: skip
    return Imported(intake, contents, again)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ensure_thing(user: Any, form: FileFormat, contents: Contents, origin: str, source: str) -> Thing:
    """The device of a file: by its key, else made anew; put where the file says it stands."""
    key = form.thing["key"].format_map(contents.names)
    thing = Thing.objects.filter(key=key).first()
    if thing is None:
        name = form.thing["name"].format_map(contents.names)
        thing = catalogue.save(user, Thing(key=key, name=name, origin=origin, source=source))
    elif not catalogue.may_manage(user, thing):
        raise PermissionDenied(WRITE)
    if form.place and not thing.locations.exists():
        point = [float(contents.names["longitude"]), float(contents.names["latitude"])]
        location = Location(
            name=form.place["name"].format_map(contents.names),
            geometry={"type": "Point", "coordinates": point},
        )
        catalogue.place(user, thing, [catalogue.save(user, location)])
    return thing


class Kind(Protocol):
    """What a file format and a device profile both say of the instrument."""

    @property
    def sensor(self) -> Mapping[str, Any]: ...
    @property
    def interval_s(self) -> int: ...


def ensure_stream(user: Any, form: Kind, thing: Thing, column: str, one: Series) -> Datastream:
    """The datastream of a column of the thing, made where it is missing."""
    found = Datastream.objects.filter(thing=thing, properties__column=column).first()
    if found is not None:
        return found
    return stream_of(
        user, thing, one.property, one.unit, form.sensor, label=one.label, low=one.low, high=one.high,
        interval_s=form.interval_s, properties={"column": column},
    )  # fmt: skip


def _store(contents: Contents, numbers: dict[str, int]) -> int:
    """All figures, in portions; returns how many."""
    tables = [
        batch(numbers[column], times, figures)
        for column, (times, figures) in contents.series.items()
        if len(times)
    ]
    if not tables:
        return 0
    whole = pa.concat_tables(tables).combine_chunks()
    with observations() as store:
        for start in range(0, whole.num_rows, AT_ONCE):
            store.submit(whole.slice(start, AT_ONCE))
    return whole.num_rows
