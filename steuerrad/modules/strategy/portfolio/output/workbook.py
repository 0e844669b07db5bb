"""The portfolio as a workbook: a cover that says how to fill it in, and a sheet for each kind of entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.portfolio.output.columns import RISKS, SHEETS, SheetSpec
from steuerrad.modules.strategy.portfolio.output.content import Content
from steuerrad.platform.tables.write_form import (
    MONEY,
    book_bytes,
    dress,
    finish_sheet,
    new_book,
    put,
    write_cover,
    write_head,
)

#: Empty lines below the entries, framed and coloured, for new ones.
SPARE = 20
Facts = Sequence[tuple[str, str]]


def workbook_bytes(content: Content, *, made_at: datetime, facts: Facts) -> bytes:
    """facts: what the choice of measures is, for the cover."""
    book = new_book(_("Portfolio"), made_at)
    cover = book.active
    assert cover is not None
    cover.title = _("Cover")
    write_cover(cover, _("Portfolio of measures"), cover_facts(content, made_at, facts), instructions())
    for spec in SHEETS:
        if spec is not RISKS or content.reads:
            write_sheet(book.create_sheet(str(spec.title)[:31]), spec, spec.rows(content))
    return book_bytes(book)


def cover_facts(content: Content, made_at: datetime, facts: Facts) -> list[tuple[str, Any]]:
    lines: list[tuple[str, Any]] = [
        (_("Made"), date_format(timezone.localtime(made_at), "DATETIME_FORMAT")),
        (_("Measures"), len(content.states)), *facts,
    ]  # fmt: skip
    if any(state.demo for state in content.states):
        lines.append((_("Note"), _("Rows marked as demo are invented for trying out.")))
    return lines


def instructions() -> list[str]:
    return [
        _("Change the yellow cells. New entries go below the last line, with the number of the measure."),
        _("Leave ID, version and revision as they are: they say which entry a row is about and whether somebody was faster."),
        _("An emptied yellow cell takes the value away. A deleted row changes nothing; entries are removed on the page of the measure."),
        _("Formulas and merged cells are not read."),
        _("Upload the file under Portfolio, Files. You see every difference before anything is written."),
    ]  # fmt: skip


def write_sheet(sheet: Any, spec: SheetSpec, rows: Iterable[Any]) -> None:
    write_head(sheet, [(str(column.title), column.width) for column in spec.columns], "C2")
    last = 1
    for last, row in enumerate(rows, 2):
        for number, column in enumerate(spec.columns, 1):
            cell = put(sheet, last, number, value := column.value(row))
            if isinstance(value, Decimal) and value.as_tuple().exponent == -2:
                cell.number_format = MONEY
            dress(cell, column.fill)
    for line in range(last + 1, last + 1 + (SPARE if spec.needed else 0)):
        for number, column in enumerate(spec.columns, 1):
            dress(sheet.cell(row=line, column=number), column.fill)
    finish_sheet(sheet, len(spec.columns), last)
