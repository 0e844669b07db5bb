"""What a source fetches, checked: a table by a mapping, a maker's file, or a SensorThings server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from steuerrad.modules.sensors.bulk.mapping import MappingError, Reader, TableSpec, read
from steuerrad.modules.sensors.file_formats import FileFormat, formats
from steuerrad.modules.sensors.pulling.models import PullSource
from steuerrad.platform.observations.models import Thing

#: What may stand in an address, so that a file of each day can be fetched.
WORDS = ("{today}", "{yesterday}", "{month}")


@dataclass(frozen=True)
class MakersFile:
    """form: of formats/*.toml. file_name: what the device is called by; "" = as the address ends. zone: as of import."""

    form: FileFormat
    file_name: str
    origin: str


@dataclass(frozen=True)
class Remote:
    """Another SensorThings server. filter: which datastreams ($filter); prefix: of the keys of things; days: how far back the
    first fetch looks; overlap_minutes: what is asked for again, because it may have come late.
    """

    filter: str
    prefix: str
    days: int
    overlap_minutes: int
    origin: str


Wanted = TableSpec | MakersFile | Remote


def wanted(kind: str, spec: Mapping[str, Any]) -> Wanted:
    """Raises MappingError."""
    if kind == PullSource.SENSORTHINGS:
        return _remote(Reader(spec))
    if "maker" in spec:
        return _maker(Reader(spec))
    return read(spec)


def _done(reader: Reader) -> None:
    if reader.problems:
        raise MappingError(reader.problems)


def _origin(reader: Reader) -> str:
    return reader.choice("origin", tuple(key for key, _title in Thing.ORIGINS), Thing.PUBLISHED)


def _maker(reader: Reader) -> MakersFile:
    reader.only(reader.found, {"maker", "file_name", "origin", "source"})
    form = reader.choice("maker", tuple(formats()), next(iter(formats())))
    found = MakersFile(formats()[form], reader.text(reader.found, "file_name"), _origin(reader))
    _done(reader)
    return found


def _remote(reader: Reader) -> Remote:
    reader.only(reader.found, {"filter", "prefix", "days", "overlap_minutes", "origin", "source"})
    prefix = reader.text(reader.found, "prefix")
    if not prefix or len(prefix) > 60:
        reader.fault("prefix", _("say what the keys of its things begin with, at most 60 characters"))
    found = Remote(
        reader.text(reader.found, "filter"), prefix, reader.number("days", 1, 36_600, 7) or 7,
        reader.number("overlap_minutes", 0, 100_000, 60) or 0, _origin(reader),
    )  # fmt: skip
    _done(reader)
    return found


def address(url: str, now: datetime) -> str:
    """The address with the words for days filled in (UTC)."""
    days = {"{today}": now, "{yesterday}": now - timedelta(days=1)}
    for word, day in days.items():
        url = url.replace(word, f"{day:%Y-%m-%d}")
    return url.replace("{month}", f"{now:%Y-%m}")
