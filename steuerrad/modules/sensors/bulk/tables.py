"""Tables of every format as pieces of rows, each with the numbers of its lines; never the whole file in memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _
from pyarrow import csv

from steuerrad.modules.sensors.bulk import apart, opening
from steuerrad.modules.sensors.bulk.mapping import TableSpec
from steuerrad.modules.sensors.reading import EMPTY, Faults, FileRefusedError

#: Arrow reads up to 32 blocks ahead.
BLOCK = 1024**2
MOST_JSON, SMALL_JSON = 256 * 1024**2, 4 * 1024**2
#: Rows with another number of columns than the header after which a file counts as another one than the mapping means.
MOST_CROOKED = 100_000
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
        reason = str(error).replace("Row #", "line ")[:300]
        raise FileRefusedError(_("This is no table: %(reason)s") % {"reason": reason}) from error


def pieces(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """The rows of a file. Rows with another number of columns go to the faults. Raises FileRefusedError."""
    opened = {"csv": _csv, "json": _json}.get(spec.format, _apart)
    with refusing():
        yield from opened(spec, path, faults)


def checked(spec: TableSpec, names: list[str]) -> list[str]:
    """The columns to read. Raises FileRefusedError when one that is needed is not there."""
    if len(names) > opening.MOST_COLUMNS:
        raise apart.reason("columns", "")
    known = {*spec.columns, *spec.optional}
    twice = {name for name, count in Counter(names).items() if count > 1 and name in known}
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
    return [name for name in names if name in known]


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
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    unique = [name if first[name] == place else f"{name}\0{place}" for place, name in enumerate(names)]
    crooked = _Crooked(faults)

    reader = csv.open_csv(
        path,
        csv.ReadOptions(column_names=unique, skip_rows=spec.skip_lines + 1, block_size=BLOCK, use_threads=False,
                        encoding="utf8" if spec.encoding == "utf-8" else spec.encoding),
        csv.ParseOptions(delimiter=delimiter, invalid_row_handler=crooked.skip),
        csv.ConvertOptions(
            include_columns=wanted, column_types={name: pa.string() for name in wanted},
            strings_can_be_null=True, null_values=list(EMPTY),
        ),
    )  # fmt: skip
    line = spec.skip_lines + 2
    for part in reader:
        ahead = list(crooked.lines)
        lines = np.setdiff1d(np.arange(line, line + part.num_rows + len(ahead)), ahead)[: part.num_rows]
        yield Piece(part, lines)
        line = int(lines[-1]) + 1 if len(lines) else line
        crooked.passed(line)


class _Crooked:
    """Rows with another number of columns: told, skipped, and remembered until their place has been passed."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.lines: deque[int] = deque()
        self.count = 0
        # The handler runs in a thread of Arrow's, which knows no language.
        self.reason = _("the row has %(count)d columns instead of %(wanted)d")

    def skip(self, row: Any) -> str:
        line = row.number or 0  # counted from the beginning of the file
        self.lines.append(line)
        self.faults.add(line, "", self.reason % {"count": row.actual_columns, "wanted": row.expected_columns})
        self.count += 1
        return "skip" if self.count < MOST_CROOKED else "error"

    def passed(self, line: int) -> None:
        while self.lines and self.lines[0] < line:
            self.lines.popleft()


def _numbered(parts: Iterable[pa.RecordBatch], first: int = 1) -> Iterator[Piece]:
    for part in parts:
        yield Piece(part, np.arange(first, first + part.num_rows))
        first += part.num_rows


def _apart(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """Parquet, Arrow, XLSX and JSON: opened in a process of their own."""
    names = [*spec.columns, *spec.optional]
    skip = spec.skip_lines if spec.format == "xlsx" else 0
    with apart.opened(path, spec.format, names, skip_lines=skip, rows=spec.rows) as found:
        checked(spec, found.names)
        yield from _numbered(found.pieces, skip + 2 if spec.format == "xlsx" else 1)


def _json(spec: TableSpec, path: Path, faults: Faults) -> Iterator[Piece]:
    """Lines count rows. What sources send every few minutes is small, and worth no process."""
    size = path.stat().st_size
    if size > MOST_JSON:
        raise FileRefusedError(_("JSON may have 256 MB; use CSV or Parquet."))
    if size > SMALL_JSON:
        yield from _apart(spec, path, faults)
        return
    try:
        yield from _numbered(opening.documents(path.read_bytes(), spec.rows, [*spec.columns, *spec.optional]))
    except opening.RefusedError as error:
        raise apart.reason(error.code, error.text) from error
