"""Write a table as .xlsx: bold, frozen header, typed columns, and a second sheet that says what it is."""

import io
import math
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from steuerrad.platform.tables.table import Column, Table, Value
from steuerrad.platform.tables.write import checked, clean_text, table_meta

MOST_ROWS = 1_048_575  # Excel's limit, less the header
LONGEST_TEXT = 32_767  # Excel's limit of a cell
LARGEST_EXACT_INTEGER = 10**15  # Excel keeps 15 digits; longer numbers are written as text
META_SHEET = "Metadata"
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SHEET_TITLE = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
FORMULA_SIGNS = frozenset("=+-@")
_BOLD = Font(bold=True)
_TOP = Alignment(vertical="top", wrap_text=True)


def sheet_text(text: str) -> str:
    """Text as a cell can hold it: XML's forbidden characters become U+FFFD, what is too long ends in "…"."""
    text = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPE_LIKE.sub("_x005F_", _UNWRITABLE.sub("\ufffd", text))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _cell(sheet: Any, value: Value) -> Any:
    """The value as openpyxl shall write it: bare where it may be (much faster), a cell where it must be."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = sheet_text(value)
        return _inert(sheet, text) if text[:1] in FORMULA_SIGNS else text
    if isinstance(value, int):
        return value if abs(value) < LARGEST_EXACT_INTEGER else str(value)
    if isinstance(value, float | Decimal):
        return value if math.isfinite(value) else None
    if value.year < 1900:
        return value.isoformat()  # Excel's calendar begins in 1900
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _inert(sheet: Any, text: str) -> Any:
    """A text cell that neither openpyxl nor a later edit in Excel makes a formula."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.quotePrefix = bool(text)
    return cell


def _header(sheet: Any, titles: list[str]) -> list[Any]:
    cells = [_inert(sheet, sheet_text(title)) for title in titles]
    for cell in cells:
        cell.quotePrefix = False
        cell.font = _BOLD
        cell.alignment = _TOP
    return cells


def _width(column: Column) -> float:
    wide = {"text": 32, "datetime": 20, "date": 12}.get(column.type, 12)
    return max(wide, min(len(column.name) + 3, 40))


def _write_meta(book: Any, table: Table) -> None:
    sheet = book.create_sheet(META_SHEET)
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 40
    sheet.column_dimensions["E"].width = 80
    meta = table_meta(table)
    for key in ("id", "title", "source", "licence", "created"):
        sheet.append([*_header(sheet, [key]), _cell(sheet, meta[key])])
    sheet.append([])
    sheet.append(_header(sheet, ["column", "title", "type", "unit", "description"]))
    for c in table.columns:
        sheet.append([_cell(sheet, text) for text in (c.name, c.title, c.type, c.unit, c.description)])


def write_xlsx(table: Table, stream: BinaryIO) -> None:
    """Write the workbook to ``stream``. Raises ValueError above Excel's number of rows.

    Headers are the machine names, so that the file can be read back; titles stand on the metadata sheet.
    """
    book = Workbook(write_only=True)
    created = table.created.astimezone(UTC).replace(tzinfo=None) if table.created else None
    book.properties.title = sheet_text(table.title)
    book.properties.creator = "Steuerrad"
    if created:
        book.properties.created = book.properties.modified = created
    title = _SHEET_TITLE.sub(" ", sheet_text(table.title)).strip(" '")[:31]
    if title.casefold() in ("", "history", META_SHEET.casefold()):
        title = "Table"
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(column)
    sheet.append(_header(sheet, [column.name for column in table.columns]))
    try:
        for number, row in enumerate(table.rows, 1):
            if number > MOST_ROWS:
                raise ValueError(f"table {table.id} has more rows than Excel takes; export it as CSV")
            sheet.append([_cell(sheet, value) for value in checked(table, row)])
    except BaseException:
        sheet.close()  # openpyxl writes through open generators, which would complain later
        raise
    _write_meta(book, table)
    book.save(stream)


def xlsx_bytes(table: Table) -> bytes:
    buffer = io.BytesIO()
    write_xlsx(table, buffer)
    return buffer.getvalue()


def xlsx_chunks(table: Table, size: int = 256 * 1024) -> Iterator[bytes]:
    """The workbook in pieces; it is built in a temporary file before the first piece."""
    with tempfile.SpooledTemporaryFile(max_size=4 * 1024 * 1024) as spool:
        write_xlsx(table, spool)  # type: ignore[arg-type]
        spool.seek(0)
        while chunk := spool.read(size):
            yield chunk
