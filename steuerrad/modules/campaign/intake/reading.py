"""A filled workbook or CSV as rows of texts. Columns are found by their titles in every language."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from steuerrad.modules.campaign.output.columns import NEEDED, headers
from steuerrad.platform.tables.content import open_stream
from steuerrad.platform.tables.problems import NoTableProblem, Problems, TableProblem
from steuerrad.platform.tables.read import open_table
from steuerrad.platform.tables.workbook import ZIP_SIGNATURE, check_package

MAX_BYTES = 20 * 1024 * 1024
MOST_SHEETS = 100
MOST_ROWS = 5000


@dataclass(frozen=True)
class FilledRow:
    """cells: text by key of the column, only those that the file has. place: file, sheet and line."""

    place: str
    cells: dict[str, str]


def read_filled(content: bytes, name: str) -> tuple[list[FilledRow], Problems]:
    """All rows of all sheets that ask for answers. Raises TableProblem for what is no such file."""
    stream, _size = open_stream(content, name, MAX_BYTES)
    stream.close()
    problems = Problems()
    found: list[FilledRow] = []
    sheets = sheets_of(content, name) if content.startswith(ZIP_SIGNATURE) else [None]
    asking = 0
    for sheet in sheets:
        rows = rows_of(content, name, sheet, problems)
        if rows is None:
            continue
        asking += 1
        found += rows
        if len(found) > MOST_ROWS:
            raise TableProblem(name, _("has more than %(most)d rows") % {"most": MOST_ROWS})
    if not asking:
        raise TableProblem(
            name, _("has no table with the columns “Code” and “Value”; export the round and fill that in")
        )
    return found, problems


def sheets_of(content: bytes, name: str) -> list[str]:
    check_package(io.BytesIO(content), name)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        titles = book.sheetnames
        book.close()
    except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
        raise TableProblem(
            name, _("cannot be read as an Excel workbook (%(error)s)") % {"error": type(error).__name__}
        ) from None
    if len(titles) > MOST_SHEETS:
        raise TableProblem(name, _("has more than %(most)d sheets") % {"most": MOST_SHEETS})
    return titles


def rows_of(content: bytes, name: str, sheet: str | None, problems: Problems) -> list[FilledRow] | None:
    """The rows of one sheet; None for a sheet that asks for no answers (cover, evidence, notes)."""
    by_header = headers()
    try:
        table = open_table(
            content, required=(), optional=tuple(by_header), max_bytes=MAX_BYTES, name=name, sheet=sheet,
            problems=problems, allow_empty=True,
        )  # fmt: skip
    except NoTableProblem:
        if sheet is None:
            raise
        return None  # a sheet without rows, or with notes instead of a table, is left out
    columns: dict[str, str] = {}
    for header in table.columns:
        key = by_header[header]
        if key in columns:
            raise TableProblem(table.file, _("names the column “%(header)s” twice") % {"header": header})
        columns[key] = header
    if any(key not in columns for key in NEEDED):
        table.close()
        return None
    found = []
    for row in table:
        cells = {key: row[header] for key, header in columns.items()}
        if any(cells.values()):
            found.append(FilledRow(row.place, cells))
        if len(found) > MOST_ROWS:
            raise TableProblem(table.file, _("has more than %(most)d rows") % {"most": MOST_ROWS})
    return found
