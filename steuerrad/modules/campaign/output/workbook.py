"""A round as a workbook: a cover, a sheet for each category, a list of the evidence. Made to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from steuerrad.modules.campaign.models import Round, labels
from steuerrad.modules.campaign.output.columns import COLUMNS, FileColumn
from steuerrad.modules.campaign.output.rows import Row, by_group
from steuerrad.platform.tables.write_form import (
    book_bytes,
    dress,
    finish_sheet,
    new_book,
    put,
    write_cover,
    write_head,
)
from steuerrad.platform.tables.write_workbook import sheet_text

_SHEET_TITLE = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
LONGEST_LIST = 250  # characters that Excel takes in the list of a validation


def workbook_bytes(round_: Round, rows: Sequence[Row], *, made_at: datetime, kind: str) -> bytes:
    """kind: what the rows are, as the cover says it ("working state", "released answers")."""
    book = new_book(round_.title, made_at)
    taken: set[str] = set()
    cover = book.active
    assert cover is not None
    cover.title = sheet_title(_("Cover"), taken)
    write_cover(cover, round_.title, facts_of(round_, rows, made_at, kind), instructions())
    for group, found in by_group(rows).items():
        write_group(book.create_sheet(sheet_title(group, taken)), found)
    write_evidence(book.create_sheet(sheet_title(_("Evidence"), taken)), rows)
    return book_bytes(book)


def sheet_title(name: str, taken: set[str]) -> str:
    """At most 31 characters, none that Excel forbids, not used twice."""
    stem = _SHEET_TITLE.sub(" ", sheet_text(name)).strip(" '")[:31] or _("Sheet")
    if stem.casefold() == "history":  # reserved by Excel
        stem += "_"
    title, number = stem, 1
    while title.casefold() in taken:
        number += 1
        title = f"{stem[: 30 - len(str(number))]} {number}"
    taken.add(title.casefold())
    return title


def facts_of(round_: Round, rows: Sequence[Row], made_at: datetime, kind: str) -> list[tuple[str, Any]]:
    when = date_format(timezone.localtime(made_at), "DATETIME_FORMAT")
    facts: list[tuple[str, Any]] = [
        (_("Period"), round_.period), (_("Content"), kind), (_("Made"), when),
        (_("State of the round"), str(labels.ROUND_STATES[round_.state])),
        (_("To be answered by"), round_.due_on), (_("Questions"), len(rows)),
        (_("With an answer"), sum(row.answer is not None for row in rows)),
    ]  # fmt: skip
    if round_.demo:
        facts.insert(0, (_("Note"), _("Demo data: invented, not figures of the city.")))
    return facts


def instructions() -> list[str]:
    return [
        _("Fill the yellow cells only. Leave a cell empty where you have no answer."),
        _(
            "Do not change code and revision: they tell which answer a row is about and whether somebody was faster."
        ),
        _("Upload the file on the page of the round. You see every difference before anything is written."),
        _(
            "Files as evidence are added on the page of the question; links can stand here, semicolons between."
        ),
    ]


def write_group(sheet: Any, rows: Iterable[Row]) -> None:
    write_head(sheet, [(str(column.title), column.width) for column in COLUMNS], "C2")
    last = 1
    for last, row in enumerate(rows, 2):
        for number, column in enumerate(COLUMNS, 1):
            dress(put(sheet, last, number, column.value(row)), column.fill)
        offer_value(sheet, row, last)
    finish_sheet(sheet, len(COLUMNS), last)
    offer(sheet, [str(label) for label in labels.QUALITIES.values()], place("quality", 2, last))


def place(key: str, first: int, last: int) -> str:
    letter = get_column_letter([column.key for column in COLUMNS].index(key) + 1)
    return f"{letter}{first}:{letter}{max(first, last)}"


def offer_value(sheet: Any, row: Row, line: int) -> None:
    """The words that Excel offers for a value."""
    if row.question.type == "yes_no":
        offer(sheet, [_("yes"), _("no")], place("value", line, line))
    elif row.question.type == "choice":
        offer(sheet, [str(item) for item in row.question.choices], place("value", line, line))


def offer(sheet: Any, words: list[str], cells: str) -> None:
    joined = ",".join(words)
    if any("," in word or '"' in word for word in words) or len(joined) > LONGEST_LIST:
        return
    rule = DataValidation(type="list", formula1=f'"{joined}"', allow_blank=True, showErrorMessage=False)
    rule.add(cells)
    sheet.add_data_validation(rule)


EVIDENCE_WIDTHS = (26, 8, 40, 50, 40, 12, 66)


def write_evidence(sheet: Any, rows: Iterable[Row]) -> None:
    titles = (_("Code"), _("Number"), _("Title"), _("Link"), _("File"), _("Size in bytes"), "SHA-256")
    write_head(sheet, zip(titles, EVIDENCE_WIDTHS, strict=True), "A2")
    line = 1
    for row in rows:
        for order, item in enumerate(row.evidence, 1):
            line += 1
            file = item.file
            values = (row.question.code, order, item.title, item.url, file.name if file else "",
                      file.size if file else None, file.sha256 if file else "")  # fmt: skip
            for number, value in enumerate(values, 1):
                put(sheet, line, number, value)


def column_of(key: str) -> FileColumn:
    return next(column for column in COLUMNS if column.key == key)
