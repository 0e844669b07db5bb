"""Rows of a table → what each thing observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.bulk import cells
from steuerrad.modules.sensors.bulk.mapping import TableSpec
from steuerrad.modules.sensors.bulk.tables import Piece, pieces
from steuerrad.modules.sensors.reading import Faults

LONGEST_KEY = 120


@dataclass(frozen=True)
class Told:
    """What a row says of its thing: name and place (longitude, latitude), where the table has them."""

    key: str
    name: str
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Portion:
    """thing: as told. series: name in the mapping. times: µs; values: in the series' unit; both without gaps."""

    thing: Told
    series: str
    times: pa.Array
    values: pa.Array


@dataclass
class Course:
    """How far reading has come. reached: latest time of each thing."""

    faults: Faults
    rows: int = 0
    reached: dict[str, float] = field(default_factory=dict[str, float])


def portions(spec: TableSpec, path: Path, course: Course) -> Iterator[Portion]:
    """All that a file tells. Raises FileRefusedError."""
    for piece in pieces(spec, path, course.faults):
        course.rows += len(piece.lines)
        for thing, part in _things(spec, piece, course.faults):
            yield from _of_thing(spec, thing, part, course)


def _column(part: pa.RecordBatch, name: str) -> Any:
    return part.column(part.schema.get_field_index(name))


def _things(spec: TableSpec, piece: Piece, faults: Faults) -> Iterator[tuple[Told, Piece]]:
    """The rows of each thing, in their order."""
    if not spec.thing.column:
        yield _told(spec, spec.thing.key, piece, faults), piece
        return
    keys = pc.utf8_trim_whitespace(cells.texts(_column(piece.table, spec.thing.column)))
    nameless = cells.mask(pc.or_kleene(pc.is_null(keys), pc.equal(keys, ""))) | cells.mask(pc.is_null(keys))
    cells.tell(nameless, keys, spec.thing.column, _("no station"), piece.lines, faults)
    coded = keys.dictionary_encode()
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    codes = np.where(nameless, -1, codes)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    for code, key in enumerate(coded.dictionary.to_pylist()):
        places = order[bounds[code] : bounds[code + 1]]
        if not len(places):
            continue
        whole = len(places) == len(codes)
        part = piece if whole else Piece(piece.table.take(pa.array(places)), piece.lines[places])
        if len(spec.thing.prefix + key) > LONGEST_KEY:
            faults.add(int(part.lines[0]), spec.thing.column, _("longer than 120 characters"))
            continue
        yield _told(spec, spec.thing.prefix + key, part, faults), part


def _told(spec: TableSpec, key: str, part: Piece, faults: Faults) -> Told:
    """By the first row of the thing."""
    station, names = spec.thing, part.table.schema.names
    short = key.removeprefix(station.prefix)
    name = station.name.replace("{key}", short) if station.name else short
    if station.name_column in names and len(part.lines):
        name = cells.texts(_column(part.table, station.name_column))[0].as_py() or name
    if not station.latitude or not {station.latitude, station.longitude} <= set(names) or not len(part.lines):
        return Told(key, name[:300], None)
    found = [
        _degrees(spec, _column(part.table, column)[0].as_py())
        for column in (station.longitude, station.latitude)
    ]
    longitude, latitude = found
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        faults.add(int(part.lines[0]), station.latitude, _("no place on Earth"))
        return Told(key, name[:300], None)
    return Told(key, name[:300], (longitude, latitude))


def _degrees(spec: TableSpec, cell: Any) -> float | None:
    try:
        return float(str(cell).replace(",", ".") if spec.decimal == "," else cell)
    except (TypeError, ValueError):
        return None


def _of_thing(spec: TableSpec, thing: Told, part: Piece, course: Course) -> Iterator[Portion]:
    written = cells.joined([_column(part.table, name) for name in spec.time.columns])
    times = cells.times(spec.time, written, part.lines, course.faults, course.reached.get(thing.key, -np.inf))
    latest = pc.max(times).as_py()
    if latest is not None:
        course.reached[thing.key] = max(course.reached.get(thing.key, -np.inf), latest)
    for name, values, chosen in _series(spec, part, course.faults):
        moments = times if chosen is None else times.take(chosen)
        good = pc.and_(pc.is_valid(moments), pc.is_valid(values))
        if pc.any(good).as_py():
            yield Portion(thing, name, moments.filter(good), values.filter(good))


def _series(spec: TableSpec, part: Piece, faults: Faults) -> Iterator[tuple[str, pa.Array, pa.Array | None]]:
    """(series, figures, places of their rows or None for all)."""
    if not spec.long:
        for name, one in spec.series.items():
            if name in part.table.schema.names:
                found = _column(part.table, name)
                yield name, cells.figures(one, spec.decimal, found, name, part.lines, faults), None
        return
    what = pc.utf8_trim_whitespace(cells.texts(_column(part.table, spec.what)))
    figures = _column(part.table, spec.value)
    unknown = ~cells.mask(pc.is_in(what, value_set=pa.array(list(spec.series), pa.string())))
    cells.tell(unknown, what, spec.what, _("the mapping does not know this series"), part.lines, faults)
    for name, one in spec.series.items():
        places = np.flatnonzero(cells.mask(pc.equal(what, name)))
        if len(places):
            chosen = pa.array(places)
            found = cells.figures(
                one, spec.decimal, figures.take(chosen), spec.value, part.lines[places], faults
            )
            yield name, found, chosen
