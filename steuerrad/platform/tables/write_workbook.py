"""Write a table as .xlsx: bold, frozen header, typed columns, and a second sheet that says what it is."""

import io
import math
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
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
_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss", "year": "0"}
_BOLD = Font(bold=True)
_TOP = Alignment(vertical="top", wrap_text=True)


def sheet_text(text: str) -> str:
    """Text as a cell can hold it: XML's forbidden characters become U+FFFD, what is too long ends in "…"."""
    text = clean_text(text).replace("\r\n", "\n").replace("\r", "\n")
    text = _ESCAPE_LIKE.sub("_x005F_", _UNWRITABLE.sub("\ufffd", text))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _cell(sheet: Any, value: Value, column: Column | None) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        value = None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= LARGEST_EXACT_INTEGER:
        value = str(value)
    if isinstance(value, date) and value.year < 1900:
        value = value.isoformat()  # Excel's calendar begins in 1900
    if isinstance(value, str):
        text = sheet_text(value)
        cell = WriteOnlyCell(sheet, value=text)
        cell.data_type = "s"  # openpyxl would make a formula of "=..."
        if text[:1] in "=+-@":
            cell.quotePrefix = True  # so that editing the cell does not make it one either
        return cell
    typed: Any = value  # openpyxl takes Decimal and date too, its stubs do not know
    cell = WriteOnlyCell(sheet, value=typed)
    number_format = _FORMATS.get(column.type) if column else None
    if number_format and value is not None:
        cell.number_format = number_format
    return cell


def _header(sheet: Any, titles: list[str]) -> list[Any]:
    cells = [_cell(sheet, title, None) for title in titles]
    for cell in cells:
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
        sheet.append([*_header(sheet, [key]), _cell(sheet, meta[key], None)])
    sheet.append([])
    sheet.append(_header(sheet, ["column", "title", "type", "unit", "description"]))
    for c in table.columns:
        sheet.append([_cell(sheet, text, None) for text in (c.name, c.title, c.type, c.unit, c.description)])


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
    for number, row in enumerate(table.rows, 1):
        if number > MOST_ROWS:
            raise ValueError(f"table {table.id} has more rows than Excel takes; export it as CSV")
        sheet.append([_cell(sheet, v, c) for v, c in zip(checked(table, row), table.columns, strict=True)])
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
