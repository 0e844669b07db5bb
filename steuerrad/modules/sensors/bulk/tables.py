"""Tables of every format as pieces of rows, each with the numbers of its lines; never the whole file in memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jmespath
import numpy as np
import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError
from pyarrow import csv

from steuerrad.modules.sensors.bulk.mapping import TableSpec
from steuerrad.modules.sensors.reading import EMPTY, Faults, FileRefusedError

AT_ONCE = 65_536
#: Arrow reads up to 32 blocks ahead.
BLOCK = 1024**2
MOST_SHEET_ROWS = 500_000
MOST_JSON = 256 * 1024**2
MOST_DEPTH = 100
FAULTY = (pa.ArrowInvalid, pa.ArrowKeyError, pa.ArrowNotImplementedError, OSError, UnicodeError, ValueError)


@dataclass(frozen=True)
class Piece:
    """lines: where each row stands in its file, counted from 1 (the header, too, where there is one)."""

    table: pa.RecordBatch
    lines: np.ndarray


@contextmanager
def refusing() -> Iterator[None]:
    """What the libraries say of a broken file, as a refusal."""
    try:
        yield
    except FileRefusedError:
        raise
    except FAULTY as error:
        raise FileRefusedError(_("This is no table: %(reason)s") % {"reason": str(error)[:300]}) from error


def pieces(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """The rows of a file. Rows with another number of columns go to the faults. Raises FileRefusedError."""
    opened = {"csv": _csv, "parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx, "json": _json}[spec.format]
    with refusing():
        yield from opened(spec, path, faults)


def checked(spec: TableSpec, names: list[str]) -> list[str]:
    """The columns to read. Raises FileRefusedError when one that is needed is not there."""
    twice = {name for name in names if names.count(name) > 1 and name in (*spec.columns, *spec.optional)}
    if twice:
        raise FileRefusedError(
            _("Columns stand twice in the header: %(names)s.") % {"names": ", ".join(sorted(twice))}
        )
    missing = [name for name in spec.columns if name not in names]
    if not missing and not spec.long and not set(spec.series) & set(names):
        missing = list(spec.series)
    if missing:
        raise FileRefusedError(_("Line %(line)d: columns are missing: %(missing)s. There are: %(names)s.") % {
            "line": spec.skip_lines + 1, "missing": ", ".join(missing[:20]), "names": ", ".join(names[:40]) or "–"})  # fmt: skip
    return [name for name in names if name in (*spec.columns, *spec.optional)]


def header(spec: TableSpec, path: Path) -> tuple[list[str], str]:
    """Names of the columns and the character between them (guessed where the mapping says none)."""
    with path.open(encoding="utf-8-sig" if spec.encoding == "utf-8" else spec.encoding, newline="") as file:
        for _line in range(spec.skip_lines):
            file.readline(1_000_000)
        first = file.readline(1_000_000).rstrip("\r\n")
    delimiter = spec.delimiter or max(";\t,|", key=first.count)
    return [name.strip().strip('"').strip() for name in first.split(delimiter)], delimiter


def _csv(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    names, delimiter = header(spec, path)
    wanted = checked(spec, names)
    unique = [name if names.index(name) == place else f"{name}\0{place}" for place, name in enumerate(names)]
    odd: list[int] = []

    crooked_row = _(
        "the row has %(count)d columns instead of %(wanted)d"
    )  # the handler runs in a thread of Arrow's

    def skip(row: Any) -> str:
        line = row.number + spec.skip_lines if row.number is not None else 0
        odd.append(line)
        faults.add(line, "", crooked_row % {"count": row.actual_columns, "wanted": row.expected_columns})
        return "skip"

    reader = csv.open_csv(
        path,
        csv.ReadOptions(column_names=unique, skip_rows=spec.skip_lines + 1, block_size=BLOCK, use_threads=False,
                        encoding="utf8" if spec.encoding == "utf-8" else spec.encoding),
        csv.ParseOptions(delimiter=delimiter, invalid_row_handler=skip),
        csv.ConvertOptions(
            include_columns=wanted, column_types={name: pa.string() for name in wanted},
            strings_can_be_null=True, null_values=list(EMPTY),
        ),
    )  # fmt: skip
    line = spec.skip_lines + 2
    for part in reader:
        crooked = [place for place in odd if place >= line]
        lines = np.setdiff1d(np.arange(line, line + part.num_rows + len(crooked)), crooked)[: part.num_rows]
        yield Piece(part, lines)
        line = int(lines[-1]) + 1 if len(lines) else line


def _numbered(parts: Iterable[pa.RecordBatch], first: int = 1) -> Iterator[Piece]:
    for part in parts:
        yield Piece(part, np.arange(first, first + part.num_rows))
        first += part.num_rows


def _parquet(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    with pq.ParquetFile(path) as file:
        wanted = checked(spec, list(file.schema_arrow.names))
        yield from _numbered(file.iter_batches(AT_ONCE, columns=wanted))


def _arrow(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    with pa.memory_map(str(path)) as mapped:
        if mapped.read(6) == b"ARROW1":
            file = pa.ipc.open_file(mapped)
            parts: Iterable[pa.RecordBatch] = (
                file.get_batch(place) for place in range(file.num_record_batches)
            )
            schema = file.schema
        else:
            mapped.seek(0)
            parts = pa.ipc.open_stream(mapped)
            schema = parts.schema
        wanted = checked(spec, list(schema.names))
        yield from _numbered(part.select(wanted) for part in parts)


def _xlsx(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """The first sheet; formulas as their last values. A sheet has at most 1,048,576 rows."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:
        raise FileRefusedError(_("This is no XLSX file.")) from error
    try:
        sheet: Any = book.worksheets[0]
        rows = itertools.islice(sheet.iter_rows(values_only=True), spec.skip_lines, None)
        names = ["" if cell is None else str(cell).strip() for cell in next(rows, ())]
        wanted = checked(spec, names)
        places = [names.index(name) for name in wanted]
        line = spec.skip_lines + 2
        while part := list(itertools.islice(rows, AT_ONCE)):
            if line + len(part) > MOST_SHEET_ROWS:
                raise FileRefusedError(_("A sheet holds at most 500,000 rows; use CSV or Parquet."))
            columns = [_texts(row[place] if place < len(row) else None for row in part) for place in places]
            yield Piece(pa.RecordBatch.from_arrays(columns, wanted), np.arange(line, line + len(part)))
            line += len(part)
    finally:
        book.close()


def _json(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """What the expression for the rows finds; each column is an expression on its row. Lines count rows."""
    if path.stat().st_size > MOST_JSON:
        raise FileRefusedError(_("JSON may have 256 MB; use CSV or Parquet."))
    try:
        document = orjson.loads(path.read_bytes())
        rows = jmespath.search(spec.rows, document)
    except (JMESPathError, RecursionError) as error:
        raise FileRefusedError(
            _("The expression for the rows fails: %(reason)s") % {"reason": str(error)[:200]}
        ) from error
    if not isinstance(rows, list):
        raise FileRefusedError(_("The expression for the rows finds no list."))
    names = [*spec.columns, *spec.optional]
    paths = [jmespath.compile(name) for name in names]
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        with _searching():
            columns = [_texts(one.search(row) for row in part) for one in paths]
        yield Piece(pa.RecordBatch.from_arrays(columns, names), np.arange(start + 1, start + 1 + len(part)))


@contextmanager
def _searching() -> Iterator[None]:
    try:
        yield
    except (JMESPathError, RecursionError, TypeError) as error:
        raise FileRefusedError(_("An expression fails: %(reason)s") % {"reason": str(error)[:200]}) from error


def _texts(cells: Iterable[Any]) -> pa.Array:
    """Cells of whatever kind as texts; what CSV would leave empty is null."""
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return None if cell is None or cell in EMPTY else cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, dict | list):
        return json.dumps(cell)[:100]
    return cell.isoformat() if hasattr(cell, "isoformat") else repr(cell)
