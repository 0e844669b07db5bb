"""Rows of a table: the declared columns by name, each cell with its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.translation import gettext

from steuerrad.platform.tables import lines
from steuerrad.platform.tables.cells import Record, fault_of
from steuerrad.platform.tables.head import Head
from steuerrad.platform.tables.limits import Limits
from steuerrad.platform.tables.problems import Problem, Problems, TableProblem

T = TypeVar("T")
NO_FAULTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the declared columns by name, texts without surrounding space, "" where nothing stands.

    faults: why a cell cannot be taken, by column; its text is "" then. letters: of the sheet's columns.
    """

    file: str
    line: int
    values: dict[str, str]
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    letters: Mapping[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def cell(self, column: str | None) -> str:
        """How a spreadsheet calls the cell, e.g. "E7"; "" in a text file."""
        letter = self.letters.get(column or "", "")
        return f"{letter}{self.line}" if letter else ""

    def problem(self, column: str | None, reason: str) -> Problem:
        value = None if column is None else self.values[column]
        return Problem(self.file, self.line, column, value, reason, self.cell(column))

    def parse(
        self, column: str, parser: Callable[[str], T], problems: Problems, *, required: bool = True
    ) -> T | None:
        """The cell through ``parser``. None, with the reason added to ``problems``, where it does not parse.

        An empty cell is None; that is a fault only if ``required``.
        """
        text = self.values[column]
        if not text:
            if required:
                problems.add(self.problem(column, gettext("is empty")))
            return None
        try:
            return parser(text)
        except ValueError as error:
            problems.add(self.problem(column, str(error)))
            return None


class RowMaker:
    """Makes rows of records. absent: declared columns that the table lacks; they are "" in every row."""

    def __init__(self, head: Head, limits: Limits, absent: tuple[str, ...] = ()) -> None:
        self._head, self._absent, self._letters = head, absent, head.letters
        self._columns, self._longest = tuple(head.keys.items()), limits.cell

    def misfit(self, record: Record) -> Problem | None:
        """A line of a text file that has too few or too many cells; the cells of a sheet have their own column."""
        width, there = self._head.width, len(record.cells)
        if (
            self._head.lettered
            or there == width
            or (there > width and not any(c.strip() for c in record.cells[width:]))
        ):
            return None
        text = (
            gettext("has %(cells)d cells, the header has %(width)d: too few")
            if there < width
            else gettext("has %(cells)d cells, the header has %(width)d: too many")
        )
        return Problem(self._head.file, record.line, None, None, text % {"cells": there, "width": width})

    def make(self, record: Record) -> Row:
        cells = record.cells
        if len(cells) < self._head.width:  # a sheet does not store what is empty at the end
            cells = cells + [""] * (self._head.width - len(cells))
        everything = "".join(cells)
        if not record.faults and len(everything) <= self._longest and everything.isprintable():
            faults: Mapping[str, str] = NO_FAULTS  # nearly every row: one look at all its cells
        else:
            faults = self._faults(record, cells)
        if self._head.lettered:
            values = {key: cells[at].strip() for at, key in self._columns}
        else:
            values = {key: lines.undefuse(cells[at]).strip() for at, key in self._columns}
        for key in (*self._absent, *faults):
            values[key] = ""
        return Row(self._head.file, record.line, values, faults, self._letters)

    def _faults(self, record: Record, cells: list[str]) -> dict[str, str]:
        found = {
            key: record.faults.get(at) or fault_of(cells[at], self._longest) for at, key in self._columns
        }
        return {key: reason for key, reason in found.items() if reason}


def bounded(
    records: Iterator[Record], most: int | None, place: str, all_of: int | None = None
) -> Iterator[Record]:
    """Raises TableProblem at the first record beyond `most`. all_of: the limit of all sheets, for the message."""
    for number, record in enumerate(records, 1):
        if most is not None and number > most:
            text = gettext("has more than %(most)d rows") % {"most": most if all_of is None else all_of}
            raise TableProblem(f"{place}:{record.line}", text)
        yield record


def refuse_merged(head: Head, merged: list[str]) -> None:
    """Merged cells hide what belongs to which row. Raises TableProblem."""
    cells = head.merged(merged)
    if cells:
        raise TableProblem(
            f"{head.file}!{cells}",
            gettext("the cells %(cells)s are merged; take the merging back") % {"cells": cells},
        )
