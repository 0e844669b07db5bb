"""Read a file that a person has filled in: the sheets of a workbook, or a CSV, by the forms that were handed out.

What a row means is the caller's. Here is what all such files have in common: which sheets and columns are looked for,
what is refused as a whole (TableProblem), and which cells cannot be taken (faults of their row).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from django.utils.translation import gettext

from steuerrad.platform.tables import content
from steuerrad.platform.tables.cells import Record
from steuerrad.platform.tables.head import Head, normalised, read_head, refuse_faulty
from steuerrad.platform.tables.limits import FILLED, Limits
from steuerrad.platform.tables.package import ZIP_SIGNATURE
from steuerrad.platform.tables.problems import Problem, Problems, TableProblem
from steuerrad.platform.tables.read import Source
from steuerrad.platform.tables.rows import Row, RowMaker, bounded, refuse_merged
from steuerrad.platform.tables.text_file import TextFile
from steuerrad.platform.tables.workbook import Book, Sheet


class Form(Protocol):
    """A sheet that people fill in. needed: keys of the columns without which it cannot be read."""

    @property
    def needed(self) -> Sequence[str]: ...

    def headers(self) -> Mapping[str, str]:
        """{title of a column, normalised: its key}, in every language."""
        ...

    def titles(self) -> Collection[str]:
        """Titles of the sheet, case-folded; none: every sheet that has the needed columns."""
        ...

    def title_of(self, key: str) -> str:
        """The title of a column for messages."""
        ...


F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True)
class FilledRow(Generic[F]):
    """cells: text by key of the column, only those that the sheet has. faults: why a cell cannot be taken.

    sheet: "" in a text file.
    """

    form: F
    sheet: str
    row: Row

    @property
    def cells(self) -> dict[str, str]:
        return self.row.values

    @property
    def faults(self) -> Mapping[str, str]:
        return self.row.faults

    @property
    def line(self) -> int:
        return self.row.line

    def place(self, key: str = "") -> str:
        """Sheet and cell, e.g. "Milestones!E7"; without a key the line. Of a text file its name and line."""
        if not self.sheet:
            return self.row.place
        return f"{self.sheet}!{self.row.cell(key) or self.line}"


@dataclass
class Filled(Generic[F]):
    """rows: of all forms, in the order of the file; those that hold nothing are left out.

    problems: lines of a text file that are no rows. left_out: titles of sheets that are no form.
    """

    rows: list[FilledRow[F]] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    left_out: list[str] = field(default_factory=list)
    forms: int = 0


def read_filled(
    source: Source, name: str, forms: Sequence[F], *, limits: Limits = FILLED, text: bool = True
) -> Filled[F]:
    """Raises TableProblem for what is no such file. text: a CSV will do, too; it is read by the first form.

    ``forms == 0`` in the answer says that the file has none of the forms; what to do then the caller must say.
    """
    stream, _ = content.open_stream(source, name, limits.size)
    try:
        head = stream.read(len(ZIP_SIGNATURE))
        stream.seek(0)
        if head == ZIP_SIGNATURE:
            with Book(stream, name, limits) as book:
                return _Reading(forms, limits).sheets(book)
        if not text:
            content.refuse_known(stream, name)
            raise TableProblem(name, gettext("is no Excel workbook (.xlsx)"))
        opened = TextFile(stream, name, frozenset(forms[0].headers()), normalised)
        try:
            return _Reading(forms, limits).text(opened)
        finally:
            opened.close()
    finally:
        if stream is not source:
            stream.close()


class _Reading(Generic[F]):
    def __init__(self, forms: Sequence[F], limits: Limits) -> None:
        self.found: Filled[F] = Filled()
        self._forms, self._limits = forms, limits
        self._by_title = {title: form for form in forms for title in form.titles()}
        self._any = [form for form in forms if not form.titles()]
        self._left = limits.rows

    def sheets(self, book: Book) -> Filled[F]:
        for sheet in book.sheets:
            named = self._by_title.get(sheet.title.strip().casefold())
            if not self._sheet(book, sheet, [named] if named is not None else self._any, named is not None):
                self.found.left_out.append(sheet.title)
        return self.found

    def _sheet(self, book: Book, sheet: Sheet, forms: Sequence[F], named: bool) -> bool:
        """Whether the sheet is one of the forms."""
        if not forms:
            return False
        records, place = book.records(sheet), book.place(sheet)
        first = next(records, Record(1, []))
        for form in forms:
            head = self._head(first, form, place, lettered=True, certain=named)
            if head is not None:
                book.shown(sheet)
                self._rows(form, sheet.title, head, records)
                refuse_merged(head, records.merged)
                return True
        return False

    def text(self, opened: TextFile) -> Filled[F]:
        first = next(opened.records, None)
        if first is None:
            raise TableProblem(opened.name, gettext("is empty"))
        head = self._head(first, self._forms[0], opened.name, lettered=False, certain=False)
        if head is not None:
            self._rows(self._forms[0], "", head, opened.records)
        return self.found

    def _head(self, first: Record, form: F, place: str, *, lettered: bool, certain: bool) -> Head | None:
        """None for a table without the needed columns, unless it is certain that it is meant to be one."""
        head = read_head(first, form.headers(), file=place, lettered=lettered, columns=self._limits.columns)
        missing = head.missing(form.needed)
        if missing and not certain:
            return None
        refuse_faulty(head, first, [form.title_of(key) for key in missing], gettext("an Excel sheet"))
        self.found.forms += 1
        return head

    def _rows(self, form: F, sheet: str, head: Head, records: Iterator[Record]) -> None:
        maker = RowMaker(head, self._limits)
        for record in bounded(records, self._left, head.file, self._limits.rows):
            misfit: Problem | None = maker.misfit(record)
            if misfit is not None:
                self.found.problems.add(misfit)
                continue
            row = maker.make(record)
            if row.faults or any(row.values.values()):
                self.found.rows.append(FilledRow(form, sheet, row))
        if self._limits.rows is not None:
            self._left = self._limits.rows - len(self.found.rows)
