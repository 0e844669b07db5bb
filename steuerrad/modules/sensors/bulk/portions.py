"""Rows of a table → what each thing observed, whole columns at a time."""

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
from steuerrad.modules.sensors.reading import Faults, FileRefusedError

LONGEST_KEY = 120
MOST_THINGS = 5_000


@dataclass(frozen=True)
class Told:
    """What a row says of its thing: name and place (longitude, latitude), where the table has them."""

    key: str
    name: str
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Block:
    """Figures of many things and series. thing, series: for each figure its place in `things` and `names`. times: µs; values:
    in the series' unit; all four of one length, without gaps."""

    things: list[Told]
    names: list[str]
    thing: np.ndarray
    series: np.ndarray
    times: np.ndarray
    values: np.ndarray


@dataclass
class Course:
    """How far reading has come. known: things as first told; reached: latest time of each thing, where that matters."""

    faults: Faults
    rows: int = 0
    known: dict[str, Told] = field(default_factory=dict[str, Told])
    reached: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Rows:
    """Rows of which it is known what they tell of. codes: place of each row's thing in `things`."""

    piece: Piece
    things: list[Told]
    codes: np.ndarray


def blocks(spec: TableSpec, path: Path, course: Course) -> Iterator[Block]:
    """All that a file tells, by whole columns. Raises FileRefusedError."""
    for piece in pieces(spec, path, course.faults):
        course.rows += len(piece.lines)
        rows = _addressed(spec, piece, course)
        if len(rows.codes):
            yield _block(spec, rows, course)


def _column(part: pa.RecordBatch, name: str) -> Any:
    return part.column(part.schema.get_field_index(name))


def _addressed(spec: TableSpec, piece: Piece, course: Course) -> Rows:
    """The rows that say what they tell of; the others go to the faults."""
    if not spec.thing.column:
        thing = course.known.get(spec.thing.key)
        if thing is None:
            thing = course.known[spec.thing.key] = _told(spec, spec.thing.key, piece, course.faults)
        return Rows(piece, [thing], np.zeros(len(piece.lines), np.int64))
    keys = pc.utf8_trim_whitespace(cells.texts(_column(piece.table, spec.thing.column)))
    nameless = cells.mask(pc.or_kleene(pc.is_null(keys), pc.equal(keys, ""))) | cells.mask(pc.is_null(keys))
    cells.tell(nameless, keys, spec.thing.column, _("no station"), piece.lines, course.faults)
    long = cells.mask(pc.greater(pc.utf8_length(keys), LONGEST_KEY - len(spec.thing.prefix)))
    cells.tell(long, keys, spec.thing.column, _("longer than 120 characters"), piece.lines, course.faults)
    bad = nameless | long
    if bad.any():
        kept = np.flatnonzero(~bad)
        piece, keys = Piece(piece.table.take(pa.array(kept)), piece.lines[kept]), keys.take(pa.array(kept))
    coded = keys.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    things = []
    for code, short in enumerate(coded.dictionary.to_pylist()):
        key = spec.thing.prefix + short
        if key not in course.known:
            if len(course.known) >= MOST_THINGS:
                raise FileRefusedError(_("The table tells of more than 5,000 stations; is the column right?"))
            first = np.array([int(np.argmax(codes == code))])
            row = Piece(piece.table.take(pa.array(first)), piece.lines[first])
            course.known[key] = _told(spec, key, row, course.faults)
        things.append(course.known[key])
    return Rows(piece, things, codes)


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


def _block(spec: TableSpec, rows: Rows, course: Course) -> Block:
    names = list(spec.series)
    times = _times(spec, rows, course)
    good_times = cells.mask(pc.is_valid(times))
    parts: list[tuple[np.ndarray, int, np.ndarray]] = []
    for name, values, places in _series(spec, rows.piece, course.faults):
        there = cells.mask(pc.is_valid(values))
        places = np.arange(len(there)) if places is None else places
        chosen = there & good_times[places]
        figures = values.to_numpy(zero_copy_only=False)[chosen].astype(np.float64)
        parts.append((places[chosen], names.index(name), figures))
    places = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    series = [np.full(len(part[0]), part[1], np.int64) for part in parts]
    moments = pc.fill_null(times, 0).to_numpy(zero_copy_only=False)
    return Block(
        rows.things, names, rows.codes[places], np.concatenate(series) if series else places, moments[places],
        np.concatenate([part[2] for part in parts]) if parts else np.zeros(0),
    )  # fmt: skip


def _times(spec: TableSpec, rows: Rows, course: Course) -> pa.Array:
    """µs of each row. An hour that the clock shows twice is decided for each thing by the order of its own rows."""
    lines = rows.piece.lines
    written = cells.joined([_column(rows.piece.table, name) for name in spec.time.columns])
    first = cells.times(spec.time, written, lines, course.faults, -np.inf)
    if not spec.time.zone:
        return first
    if not first.equals(cells.times(spec.time, written, lines, Faults(), np.inf)):
        first = _times_of_each(spec, rows, written, course)
    latest = np.full(len(rows.things), -np.inf)
    there = cells.mask(pc.is_valid(first))
    np.maximum.at(latest, rows.codes[there], pc.fill_null(first, 0).to_numpy(zero_copy_only=False)[there])
    for thing, moment in zip(rows.things, latest.tolist(), strict=True):
        course.reached[thing.key] = max(course.reached.get(thing.key, -np.inf), moment)
    return first


def _times_of_each(spec: TableSpec, rows: Rows, written: Any, course: Course) -> pa.Array:
    found = np.zeros(len(rows.codes), np.int64)
    good = np.zeros(len(rows.codes), bool)
    for code, thing in enumerate(rows.things):
        places = np.flatnonzero(rows.codes == code)
        part = written.take(pa.array(places))
        reached = course.reached.get(thing.key, -np.inf)
        times = cells.times(spec.time, part, rows.piece.lines[places], Faults(), reached)
        good[places] = cells.mask(pc.is_valid(times))
        found[places] = pc.fill_null(times, 0).to_numpy(zero_copy_only=False)
    return pa.array(found, mask=~good)


def _series(
    spec: TableSpec, part: Piece, faults: Faults
) -> Iterator[tuple[str, pa.Array, np.ndarray | None]]:
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
            yield name, found, places
