"""Workbooks that people fill in and send back: cover, head, yellow cells. Their reader is `filled`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from steuerrad.platform.tables.write_workbook import FORMULA_SIGNS, sheet_text

FILL = PatternFill("solid", fgColor="FFF6D6")
HEAD = PatternFill("solid", fgColor="E8E9EF")
THIN = Side(style="thin", color="B9C1CC")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TOP = Alignment(vertical="top", wrap_text=True)
BOLD, TITLE = Font(bold=True), Font(bold=True, size=16)
DAY, MOMENT, MONEY = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0.00"
EXACT_DIGITS = 15  # what a number in Excel holds; more goes in as text, so that nothing is rounded


def new_book(title: str, made_at: datetime) -> Workbook:
    book = Workbook()
    book.properties.creator = "Steuerrad"
    book.properties.title = sheet_text(title)
    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    return book


def book_bytes(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(sheet: Any, row: int, column: int, value: Any) -> Any:
    """One cell. Text never becomes a formula, neither here nor when it is edited in Excel."""
    cell = sheet.cell(row=row, column=column)
    cell.alignment = TOP
    if isinstance(value, str):
        text = sheet_text(value)
        cell.value, cell.data_type = text, "s"
        cell.quotePrefix = text[:1] in FORMULA_SIGNS
    elif isinstance(value, datetime):
        cell.value, cell.number_format = timezone.localtime(value).replace(tzinfo=None), MOMENT
    elif isinstance(value, date):
        cell.value, cell.number_format = value, DAY
    elif isinstance(value, Decimal):
        cell.value = value if len(value.as_tuple().digits) <= EXACT_DIGITS else f"{value:f}"
    elif value is not None:
        cell.value = value
    return cell


def write_cover(
    sheet: Any, title: str, facts: Sequence[tuple[str, Any]], instructions: Iterable[str]
) -> None:
    """facts: names and values below the title; instructions: how to fill the book in, a line each."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 90
    put(sheet, 1, 1, title).font = TITLE
    for number, (name, value) in enumerate(facts, 3):
        put(sheet, number, 1, name).font = BOLD
        put(sheet, number, 2, value)
    first = len(facts) + 4
    put(sheet, first, 1, _("How to fill it in")).font = BOLD
    for number, line in enumerate(instructions, first):
        put(sheet, number, 2, line)


def write_head(sheet: Any, columns: Iterable[tuple[str, float]], freeze: str) -> None:
    """columns: title and width of each. freeze: the first cell that scrolls."""
    sheet.freeze_panes = freeze
    for number, (title, width) in enumerate(columns, 1):
        cell = put(sheet, 1, number, title)
        cell.font, cell.fill, cell.border = BOLD, HEAD, FRAME
        sheet.column_dimensions[get_column_letter(number)].width = width


def dress(cell: Any, fill: bool) -> None:
    """A cell of the table; fill: a person writes into it."""
    cell.border = FRAME
    if fill:
        cell.fill = FILL


def finish_sheet(sheet: Any, columns: int, last: int) -> None:
    """Filter over the rows up to `last`; on paper the sheet is as wide as the page, with the head on every one."""
    sheet.auto_filter.ref = f"A1:{get_column_letter(columns)}{last}"
    page = sheet.page_setup
    page.orientation, page.fitToWidth, page.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
