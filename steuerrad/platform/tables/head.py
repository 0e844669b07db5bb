"""The first line of a table: which of its columns are read."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext
from openpyxl.utils import column_index_from_string, get_column_letter

from steuerrad.platform.tables.cells import Record
from steuerrad.platform.tables.problems import TableProblem

SHOWN_COLUMNS, SHOWN_CHARACTERS = 20, 300
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)


def normalised(header: str) -> str:
    """A column's name for comparing: ``" Rank  if-known "`` and ``rank_if_known`` are the same."""
    folded = unicodedata.normalize("NFC", header.replace("\ufeff", "")).casefold()
    return "_".join(folded.replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Head:
    """file: as it stands in messages, with the sheet. keys: of the columns that are read, by position from 0.

    unknown: further columns, as they stand there. twice: title of one that is read and stands there twice. lettered: whether people call columns by letters (a sheet).
    """

    file: str
    line: int
    keys: Mapping[int, str]
    unknown: tuple[str, ...]
    width: int
    lettered: bool
    twice: str = ""

    @property
    def letters(self) -> dict[str, str]:
        """{key: letter of the column}; {} for a text file."""
        return {key: get_column_letter(at + 1) for at, key in self.keys.items()} if self.lettered else {}

    def missing(self, needed: Iterable[str]) -> list[str]:
        there = set(self.keys.values())
        return [key for key in needed if key not in there]

    def merged(self, ranges: Collection[str]) -> str:
        """The first of the merged ranges that hides a cell which is read; "" if none does."""
        for cells in ranges:
            found = _RANGE.fullmatch(cells)
            if found is None:
                continue
            first, last = (column_index_from_string(found[at]) - 1 for at in (1, 3))
            if int(found[4]) >= self.line and any(first <= at <= last for at in self.keys):
                return cells
        return ""


def read_head(record: Record, headers: Mapping[str, str], *, file: str, lettered: bool, columns: int) -> Head:
    """headers: {name of a column, normalised: key}. columns: how many there may be; more raise TableProblem."""
    place = f"{file}:{record.line}"
    cells = list(record.cells)
    while cells and not cells[-1].strip() and len(cells) - 1 not in record.faults:
        cells.pop()
    if len(cells) > columns:
        raise TableProblem(place, gettext("has more than %(most)d columns") % {"most": columns})
    keys: dict[int, str] = {}
    unknown: list[str] = []
    twice = ""
    for at, cell in enumerate(cells):
        key = headers.get(normalised(cell))
        if key is None:
            unknown.append(cell.strip())
        elif key in keys.values():
            twice = twice or cell.strip()
        else:
            keys[at] = key
    return Head(file, record.line, keys, tuple(unknown), len(cells), lettered, twice)


def refuse_faulty(head: Head, record: Record, missing: list[str], dress: str) -> None:
    """Raise TableProblem for a header that names a column twice or lacks one. missing: titles of those that lack."""
    place = f"{head.file}:{record.line}"
    if head.twice:
        raise TableProblem(place, gettext("names the column “%(header)s” twice") % {"header": head.twice})
    if not missing:
        return
    for at, reason in record.faults.items():  # a header that is computed may be what is missing
        raise TableProblem(f"{head.file}!{get_column_letter(at + 1)}{record.line}", reason)
    there = ", ".join(cell.strip() for cell in record.cells[:SHOWN_COLUMNS]) or gettext("none")
    found = {"missing": ", ".join(missing), "form": dress, "there": there[:SHOWN_CHARACTERS]}
    raise TableProblem(
        place, gettext("columns are missing: %(missing)s (found, %(form)s: %(there)s)") % found
    )
