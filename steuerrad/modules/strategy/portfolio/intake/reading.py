"""A filled workbook as rows of texts, each cell with its place. Hostile or damaged files are refused with a reason."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from steuerrad.modules.strategy.portfolio.output.columns import READ, SheetSpec
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.read import normalised
from steuerrad.platform.tables.workbook import ZIP_SIGNATURE, cell_text, check_package

MAX_BYTES = 10 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 60, 5000, 200
MOST_EMPTY = 2000  # empty rows in succession; beyond them a sheet counts as ended
LONGEST_CELL = 10_000
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_CHUNK = 1024 * 1024


@dataclass
class FilledRow:
    """cells: text by key of the column, only those that the sheet has. faults: why a cell cannot be taken."""

    spec: SheetSpec
    sheet: str
    line: int
    cells: dict[str, str]
    letters: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict[str, str])

    def place(self, key: str = "") -> str:
        """Sheet and cell, e.g. "Milestones!E7"; without a key the line."""
        return f"{self.sheet}!{self.letters.get(key, '')}{self.line}"


def read_filled(content: bytes, name: str) -> list[FilledRow]:
    """The rows of all sheets that can be imported. Raises TableProblem for a file that is no such workbook."""
    if len(content) > MAX_BYTES:
        raise TableProblem(name, _("is larger than %(most)d MB") % {"most": MAX_BYTES // 1024**2})
    if not content.startswith(ZIP_SIGNATURE):
        raise TableProblem(name, _("is no Excel workbook (.xlsx); export the portfolio and fill that in"))
    check_package(io.BytesIO(content), name)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
            raise TableProblem(
                name, _("unpacks to more than %(most)d MB") % {"most": MOST_UNPACKED // 1024**2}
            )
    try:
        return _sheets(content, name)
    except TableProblem:
        raise
    except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
        raise TableProblem(name, _("cannot be read as an Excel workbook (%(error)s)") % {"error": type(error).__name__}) from None  # fmt: skip


def _sheets(content: bytes, name: str) -> list[FilledRow]:
    book: Any = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    if len(book.sheetnames) > MOST_SHEETS:
        raise TableProblem(name, _("has more than %(most)d sheets") % {"most": MOST_SHEETS})
    by_title = {title: spec for spec in READ for title in spec.titles()}
    found: list[FilledRow] = []
    asked = 0
    for sheet in book.worksheets:
        spec = by_title.get(sheet.title.strip().casefold())
        if spec is not None:
            asked += 1
            refuse_merged(content, sheet, name)
            found += rows_of(sheet, spec, name)
            if len(found) > MOST_ROWS:
                raise TableProblem(name, _("has more than %(most)d rows") % {"most": MOST_ROWS})
    book.close()
    if not asked:
        names = ", ".join(str(spec.title) for spec in READ)
        raise TableProblem(name, _("has none of the sheets %(names)s; export the portfolio and fill that in") % {"names": names})  # fmt: skip
    return found


def refuse_merged(content: bytes, sheet: Any, name: str) -> None:
    """Merged cells hide what belongs to which row. Read as a stream: the sheet may be large."""
    with zipfile.ZipFile(io.BytesIO(content)) as package, package.open(sheet._worksheet_path) as part:
        tail = b""
        while chunk := part.read(_CHUNK):
            hit = _MERGED.search(tail + chunk)
            if hit:
                cells = hit[1].decode("ascii")
                raise TableProblem(f"{name}[{sheet.title}]", _("the cells %(cells)s are merged; take the merging back") % {"cells": cells})  # fmt: skip
            tail = chunk[-200:]


def rows_of(sheet: Any, spec: SheetSpec, name: str) -> Iterator[FilledRow]:
    """Raises TableProblem when the first line lacks a column that is needed, or names one twice."""
    sheet.reset_dimensions()  # the stated size is often wrong and would cut the sheet
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)
    columns = columns_of(next(rows, ()), spec, f"{name}[{sheet.title}]")
    empty = 0
    for line, row in enumerate(rows, 2):
        made = FilledRow(
            spec, sheet.title, line, {}, {key: get_column_letter(at + 1) for at, key in columns.items()}
        )
        for at, key in columns.items():
            cell = row[at] if at < len(row) else None
            read_cell(made, key, cell)
        empty = 0 if made.faults or any(made.cells.values()) else empty + 1
        if not empty:
            yield made
        elif empty > MOST_EMPTY:
            return


def columns_of(header: Any, spec: SheetSpec, place: str) -> dict[int, str]:
    """{position from 0: key of the column}."""
    wanted, found = spec.headers(), {}
    for at, cell in enumerate(header):
        key = wanted.get(normalised(cell_text(cell.value)))
        if key in found.values() and key is not None:
            raise TableProblem(place, _("names the column “%(header)s” twice") % {"header": cell.value})
        if key is not None:
            found[at] = key
    missing = [spec.title_of(key) for key in spec.needed if key not in found.values()]
    if missing:
        raise TableProblem(place, _("lacks the column “%(header)s”") % {"header": missing[0]})
    return found


def read_cell(made: FilledRow, key: str, cell: Any) -> None:
    value = None if cell is None else cell.value
    kind = getattr(cell, "data_type", "n")
    made.cells[key] = ""
    if value is None:
        return
    if kind == "f":
        made.faults[key] = _("holds a formula; paste its value")
    elif kind == "e":
        made.faults[key] = _("holds the error %(error)s") % {"error": str(value)[:20]}
    else:
        text = cell_text(value).strip()
        if len(text) > LONGEST_CELL:
            made.faults[key] = _("is longer than %(most)d characters") % {"most": LONGEST_CELL}
        else:
            made.cells[key] = text
