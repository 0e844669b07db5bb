"""The portfolio as a workbook: a cover that says how to fill it in, and a sheet for each kind of entry."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from steuerrad.modules.strategy.portfolio.output.columns import RISKS, SHEETS, FileColumn, SheetSpec
from steuerrad.modules.strategy.portfolio.output.content import Content
from steuerrad.platform.tables.write_workbook import FORMULA_SIGNS, sheet_text

FILL = PatternFill("solid", fgColor="FFF6D6")
HEAD = PatternFill("solid", fgColor="E8E9EF")
THIN = Side(style="thin", color="B9C1CC")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TOP = Alignment(vertical="top", wrap_text=True)
BOLD, TITLE = Font(bold=True), Font(bold=True, size=16)
DAY, MONEY = "yyyy-mm-dd", "#,##0.00"
#: Empty lines below the entries, framed and coloured, for new ones.
SPARE = 20
Facts = Sequence[tuple[str, str]]


def workbook_bytes(content: Content, *, made_at: datetime, facts: Facts) -> bytes:
    """facts: what the choice of measures is, for the cover."""
    book = Workbook()
    book.properties.creator = "Steuerrad"
    book.properties.title = _("Portfolio")
    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    cover = book.active
    assert cover is not None
    cover.title = _("Cover")
    write_cover(cover, content, made_at, facts)
    for spec in SHEETS:
        if spec is not RISKS or content.reads:
            write_sheet(book.create_sheet(str(spec.title)[:31]), spec, spec.rows(content))
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
    elif isinstance(value, date):
        cell.value, cell.number_format = value, DAY
    elif isinstance(value, Decimal):
        cell.value = value if len(value.as_tuple().digits) <= 15 else f"{value:f}"
        cell.number_format = MONEY if value.as_tuple().exponent == -2 else "General"
    elif value is not None:
        cell.value = value
    return cell


def write_cover(sheet: Any, content: Content, made_at: datetime, facts: Facts) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 90
    put(sheet, 1, 1, _("Portfolio of measures")).font = TITLE
    lines: list[tuple[str, Any]] = [
        (_("Made"), date_format(timezone.localtime(made_at), "DATETIME_FORMAT")),
        (_("Measures"), len(content.states)), *facts,
    ]  # fmt: skip
    if any(state.demo for state in content.states):
        lines.append((_("Note"), _("Rows marked as demo are invented for trying out.")))
    for number, (name, value) in enumerate(lines, 3):
        put(sheet, number, 1, name).font = BOLD
        put(sheet, number, 2, value)
    first = len(lines) + 4
    put(sheet, first, 1, _("How to fill it in")).font = BOLD
    for number, line in enumerate(instructions(), first):
        put(sheet, number, 2, line)


def instructions() -> list[str]:
    return [
        _("Change the yellow cells. New entries go below the last line, with the number of the measure."),
        _("Leave ID, version and revision as they are: they say which entry a row is about and whether somebody was faster."),
        _("An emptied yellow cell takes the value away. A deleted row changes nothing; entries are removed on the page of the measure."),
        _("Formulas and merged cells are not read."),
        _("Upload the file under Portfolio, Files. You see every difference before anything is written."),
    ]  # fmt: skip


def write_sheet(sheet: Any, spec: SheetSpec, rows: Iterable[Any]) -> None:
    sheet.freeze_panes = "C2"
    for number, column in enumerate(spec.columns, 1):
        cell = put(sheet, 1, number, str(column.title))
        cell.font, cell.fill, cell.border = BOLD, HEAD, FRAME
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    last = 1
    for last, row in enumerate(rows, 2):
        for number, column in enumerate(spec.columns, 1):
            dress(put(sheet, last, number, column.value(row)), column)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(spec.columns))}{last}"
    for line in range(last + 1, last + 1 + (SPARE if spec.needed else 0)):
        for number, column in enumerate(spec.columns, 1):
            dress(sheet.cell(row=line, column=number), column)
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (
        "landscape",
        1,
        0,
    )
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def dress(cell: Any, column: FileColumn) -> None:
    cell.border = FRAME
    if column.fill:
        cell.fill = FILL
