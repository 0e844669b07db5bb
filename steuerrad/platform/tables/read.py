"""Read a table of unknown making: CSV in any usual dress, or the sheet of an .xlsx.

The reader streams: a file of any size up to the limits takes the same little memory (XLSX: its shared texts are
held, and bounded). Whatever is wrong with the file as a whole is a TableProblem; a row with too few or too many
cells, or with a cell that cannot be taken (a formula, an error, an invisible character), is a Problem.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from django.utils.translation import gettext

from steuerrad.platform.tables import content
from steuerrad.platform.tables.cells import Record
from steuerrad.platform.tables.head import Head, normalised, read_head, refuse_faulty
from steuerrad.platform.tables.limits import ANY, Limits
from steuerrad.platform.tables.package import ZIP_SIGNATURE
from steuerrad.platform.tables.problems import Problem, Problems, TableProblem
from steuerrad.platform.tables.rows import Row, RowMaker, bounded, refuse_merged
from steuerrad.platform.tables.text_file import TextFile
from steuerrad.platform.tables.workbook import Book, SheetRecords

__all__ = ["Row", "Source", "TableReader", "normalised", "open_table"]

Source = content.Source


class TableReader(Iterator[Row]):
    """The rows of one file, and what was found out about it. Use as a context manager or read to the end."""

    format: Literal["csv", "xlsx"]
    file: str  # as it stands in messages; with the sheet for XLSX
    columns: tuple[str, ...]  # declared columns that the file has
    unknown_columns: tuple[str, ...]  # further columns, as they stand there
    encoding: content.Encoding | None  # None for XLSX
    separator: str | None
    lines_read: int  # so far, also those that were reported and left out

    def __init__(
        self,
        source: Source,
        *,
        required: Sequence[str],
        optional: Sequence[str],
        limits: Limits,
        name: str,
        sheet: str | None,
        problems: Problems | None,
        allow_empty: bool,
    ) -> None:
        self.file, self.lines_read = name, 0
        self._problems, self._limits = problems, limits
        self._headers = {normalised(column): column for column in (*required, *optional)}
        self._stream, _ = content.open_stream(source, name, limits.size)
        self._owned = isinstance(source, bytes | str | Path)
        self._opened: TextFile | Book | None = None
        self._sheet: SheetRecords | None = None
        try:
            records = self._open(sheet)
            first = next(records, None)
            if first is None:
                raise TableProblem(self.file, gettext("is empty"))
            self._head = self._read_head(first, required)
            self._records = bounded(records, limits.rows, self.file)
            if not allow_empty:
                self._refuse_empty()
        except BaseException:
            self.close()
            raise

    def _open(self, sheet: str | None) -> Iterator[Record]:
        head = self._stream.read(len(ZIP_SIGNATURE))
        self._stream.seek(0)
        if head == ZIP_SIGNATURE:
            self.format, self.encoding, self.separator = "xlsx", None, None
            self._opened = book = Book(self._stream, self.file, self._limits)
            chosen = book.find(sheet)
            self.file = book.place(chosen)
            self._sheet = book.records(chosen)
            return self._sheet
        self.format = "csv"
        self._opened = text = TextFile(self._stream, self.file, frozenset(self._headers), normalised)
        self.encoding, self.separator = text.encoding, text.separator
        return text.records

    def _read_head(self, first: Record, required: Sequence[str]) -> Head:
        head = read_head(
            first, self._headers, file=self.file, lettered=self.format == "xlsx", columns=self._limits.columns
        )
        refuse_faulty(head, first, head.missing(required), self._dress())
        self.columns = tuple(head.keys.values())
        self.unknown_columns = head.unknown
        absent = tuple(column for column in self._headers.values() if column not in self.columns)
        self._maker = RowMaker(head, self._limits, absent)
        return head

    def _refuse_empty(self) -> None:
        first = next(self._records, None)
        if first is None:
            raise TableProblem(self.file, gettext("has a header but no rows"))
        self._records = chain([first], self._records)

    def _dress(self) -> str:
        return self._opened.dress if isinstance(self._opened, TextFile) else gettext("an Excel sheet")

    def __str__(self) -> str:
        """How the file was understood, e.g. ``a.csv: semicolon separated, cp1252 assumed``."""
        return f"{self.file}: {self._dress()}"

    def __next__(self) -> Row:
        for record in self._records:
            row = self._sound(record)
            if row is not None:
                return row
        if self._sheet is not None:
            refuse_merged(self._head, self._sheet.merged)
        self.close()
        raise StopIteration

    def _sound(self, record: Record) -> Row | None:
        """The row, or None after reporting why it is none."""
        self.lines_read += 1
        misfit = self._maker.misfit(record)
        if misfit is not None:
            self._report(misfit)
            return None
        row = self._maker.make(record)
        for column, reason in row.faults.items():
            self._report(Problem(row.file, row.line, column, None, reason, row.cell(column)))
        return None if row.faults else row

    def _report(self, problem: Problem) -> None:
        if self._problems is None:
            raise TableProblem(problem.place, problem.said)
        self._problems.add(problem)

    def close(self) -> None:
        """Release the file; a stream that the caller opened stays open."""
        if self._opened is not None:
            self._opened.close()
        if self._owned:
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_table(
    source: Source,
    *,
    required: Iterable[str],
    optional: Iterable[str] = (),
    limits: Limits = ANY,
    name: str | None = None,
    sheet: str | None = None,
    problems: Problems | None = None,
    allow_empty: bool = False,
) -> TableReader:
    """Open a CSV or XLSX and return its rows as a stream.

    ``source`` is a path, the bytes, or a seekable binary stream (an upload); ``name`` is what messages call
    it (default: the path as given). Column names are compared by :func:`normalised`; a row's values are
    keyed by the names given here. With ``problems``, rows of wrong width and with cells that cannot be taken are
    added there and left out; without, they raise. ``sheet`` names the sheet of an XLSX, default its first.
    A header without rows is a fault unless ``allow_empty``.

    Raises TableProblem at once for what is no readable table, while iterating for what shows up later.
    """
    if name is None:
        name = str(source) if isinstance(source, str | Path) else str(getattr(source, "name", "table"))
    return TableReader(
        source,
        required=tuple(required),
        optional=tuple(optional),
        limits=limits,
        name=name,
        sheet=sheet,
        problems=problems,
        allow_empty=allow_empty,
    )
