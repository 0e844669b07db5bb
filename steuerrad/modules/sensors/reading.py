"""A maker's file → columns of times and figures, and every row that cannot be read with its place and reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from pyarrow import csv

from steuerrad.engines.observations import BatchError, instants
from steuerrad.modules.sensors.file_formats import FileFormat

#: A file of a station in a year has some 10 MB.
MOST_BYTES = 1024**3
#: Faults are counted all; so many are told.
MOST_TOLD = 50
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
EMPTY = ("", "-", "--", "NaN", "nan", "null", "NULL", "None", "N/A")


class FileRefusedError(ValueError):
    """The whole file cannot be read: the reason, for people."""


@dataclass
class Faults:
    """What could not be read; line counts from 1 at the header."""

    count: int = 0
    told: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.told) < MOST_TOLD:
            self.told.append((line, column, reason))


@dataclass
class Contents:
    """names: what the file says about its device. series: column → (µs, figures), in the order of the file."""

    names: Mapping[str, str]
    series: dict[str, tuple[pa.Array, pa.Array]]
    rows: int
    faults: Faults


def read(form: FileFormat, path: Path, *, zone: str = "") -> Contents:
    """Read a file of the format. zone: instead of the format's for times that state none. Raises FileRefusedError."""
    found = form.file_name.search(path.name)
    if found is None and not form.constant:
        raise FileRefusedError(
            _("The name of the file must say the device: %(form)s.") % {"form": form.file_name.pattern}
        )
    faults = Faults()
    table = _table(form, path, faults)
    odd = [line for line, column, _reason in faults.told if not column]
    lines = np.setdiff1d(np.arange(2, table.num_rows + len(odd) + 2), odd)
    names = {**(found.groupdict() if found else {}), **_constants(form, table)}
    times = _times(
        form, table.column(form.time.column).combine_chunks(), zone or form.time.zone, lines, faults
    )
    series = {}
    for column in form.series:
        if column not in table.column_names:
            continue
        figures = _figures(table.column(column).combine_chunks(), column, lines, faults)
        good = pc.and_(pc.is_valid(times), pc.is_valid(figures))
        series[column] = (times.filter(good), figures.filter(good))
    return Contents(names, series, table.num_rows, faults)


def _table(form: FileFormat, path: Path, faults: Faults) -> pa.Table:
    """All cells as text. Rows with too few or too many cells become faults."""

    def odd(row: csv.InvalidRow) -> str:
        faults.add(row.number or 0, "", _("%(found)d cells instead of %(expected)d") % {
            "found": row.actual_columns, "expected": row.expected_columns})  # fmt: skip
        return "skip"

    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileRefusedError(
                _("The file is larger than %(limit)d MB.") % {"limit": MOST_BYTES // 1024**2}
            )
        header = _header(form, path)
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(use_threads=False),
            parse_options=csv.ParseOptions(delimiter=form.delimiter, invalid_row_handler=odd),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                strings_can_be_null=True,
                null_values=list(EMPTY),
            ),
        )
    except OSError as error:
        raise FileRefusedError(
            _("The file cannot be opened: %(reason)s.") % {"reason": error.strerror or error}
        ) from error
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        raise FileRefusedError(_("This is no table: %(reason)s") % {"reason": str(error)[:300]}) from error
    missing = [name for name in (form.time.column, *form.constant.values()) if name not in header]
    unknown = [name for name in header if name not in {form.time.column, *form.series, *form.ignored,
               *form.constant.values(), *(form.place or {}).values()}]  # fmt: skip
    if missing or not set(form.series) & set(header):
        raise FileRefusedError(
            _("These are not the columns of %(title)s: %(columns)s are missing.")
            % {"title": form.title, "columns": ", ".join(missing or form.series)}
        )
    for name in unknown:
        faults.add(1, name, _("a column that the format does not know; it was left out"))
    return table


def _header(form: FileFormat, path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", errors="strict") as file:
        first = file.readline(100_000)
    names = [name.strip().strip('"') for name in first.rstrip("\r\n").split(form.delimiter)]
    if len(set(names)) != len(names):
        raise FileRefusedError(_("A column stands twice in the header."))
    return names


def _constants(form: FileFormat, table: pa.Table) -> dict[str, str]:
    """What is the same in every row, and the position. Raises FileRefusedError where rows speak of two devices."""
    names = {}
    wanted = {
        **form.constant,
        **{key: (form.place or {})[key] for key in ("latitude", "longitude") if form.place},
    }
    for name, column in wanted.items():
        values = pc.unique(table.column(column)).drop_null().to_pylist()
        if len(values) != 1:
            raise FileRefusedError(
                _("Column %(column)s must be the same in all rows; it has %(count)d values.")
                % {"column": column, "count": len(values)}
            )
        names[name] = values[0]
    return names


def _times(form: FileFormat, texts: Any, zone: str, lines: np.ndarray, faults: Faults) -> pa.Array:
    """µs since 1970 UTC; null where the text is no time."""
    if form.time.form == "iso":
        return _iso(texts, form.time.column, lines, faults)
    stamps = pc.strptime(texts, format=form.time.form, unit="us", error_is_null=True)
    _tell(pc.is_null(stamps), texts, form.time.column, _("no time"), lines, faults)
    return to_utc(stamps, zone)


def _iso(texts: Any, column: str, lines: np.ndarray, faults: Faults) -> pa.Array:
    try:
        return instants(texts)
    except BatchError:
        looks = pc.fill_null(pc.match_substring_regex(
            texts, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})$"
        ), False)  # fmt: skip
    found = np.zeros(len(texts), np.int64)
    good = looks.to_numpy(zero_copy_only=False)
    for index in np.flatnonzero(good):
        try:
            found[index] = instants([texts[int(index)].as_py()])[0].as_py()
        except BatchError:
            good[index] = False
    _tell(pa.array(~good), texts, column, _("no time with its offset"), lines, faults)
    return pa.array(found, mask=~good)


def to_utc(stamps: pa.Array, zone: str, reached: float = -np.inf) -> pa.Array:
    """Wall clock times of a zone → µs UTC. An hour that the clock shows twice belongs to the second time once the first
    has passed: where the order of the rows would go back, the later one is meant. An hour that never was moves on. reached: µs of the latest row before these.
    """
    early, late = (
        pc.assume_timezone(stamps, zone, ambiguous=which, nonexistent="latest").cast(pa.int64())
        for which in ("earliest", "latest")
    )
    if early.equals(late):
        return early
    first = early.to_numpy(zero_copy_only=False).astype(float)
    second = late.to_numpy(zero_copy_only=False).astype(float)
    before = np.fmax.accumulate(np.concatenate([[reached], first]))[:-1]
    chosen = pa.array((second > first) & (first <= before))
    return pc.if_else(chosen, late, early)


def _figures(texts: Any, column: str, lines: np.ndarray, faults: Faults) -> pa.Array:
    """Numbers; null where the cell is empty or no number (told)."""
    trimmed = pc.utf8_trim_whitespace(texts)
    good = pc.match_substring_regex(trimmed, NUMBER)
    _tell(pc.invert(pc.fill_null(good, True)), texts, column, _("no number"), lines, faults)
    figures = pc.if_else(good, trimmed, None).cast(pa.float64())
    finite = pc.is_finite(figures)
    _tell(pc.invert(pc.fill_null(finite, True)), texts, column, _("too large a number"), lines, faults)
    return pc.if_else(finite, figures, None)


def _tell(bad: pa.Array, texts: Any, column: str, reason: str, lines: np.ndarray, faults: Faults) -> None:
    for index in np.flatnonzero(bad.to_numpy(zero_copy_only=False)):
        shown = re.sub(r"\s+", " ", str(texts[int(index)].as_py() or ""))[:40]
        faults.add(int(lines[index]), column, f"{reason}: {shown!r}")
