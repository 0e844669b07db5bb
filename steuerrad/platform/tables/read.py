"""Read a table of unknown making: CSV in any usual dress, or the sheet of an .xlsx.

The reader streams: a file of any size up to ``max_bytes`` takes the same little memory (XLSX: its shared
strings and styles are held, and bounded). Whatever is wrong with the file as a whole is a TableProblem;
a row with too few or too many cells is a Problem.
"""

import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, Self, TypeVar

from django.utils.translation import gettext

from steuerrad.platform.tables import content, lines, workbook
from steuerrad.platform.tables.problems import NoTableProblem, Problem, Problems, TableProblem

MAX_BYTES = 200 * 1024 * 1024
SAMPLE_LINES = 30
MOST_COLUMNS = 1000

Source = Path | str | bytes | BinaryIO
T = TypeVar("T")
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


def normalised(header: str) -> str:
    """A column's name for comparing: ``" Rank  if-known "`` and ``rank_if_known`` are the same."""
    folded = unicodedata.normalize("NFC", header.replace("\ufeff", "")).casefold()
    return "_".join(folded.replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the declared columns by name, texts without surrounding space, "" where nothing stands."""

    file: str
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def problem(self, column: str | None, reason: str) -> Problem:
        return Problem(self.file, self.line, column, None if column is None else self.values[column], reason)

    def parse(
        self, column: str, parser: Callable[[str], T], problems: Problems, *, required: bool = True
    ) -> T | None:
        """The cell through ``parser``. None, with the reason added to ``problems``, where it does not parse.

        An empty cell is None; that is a fault only if ``required``.
        """
        text = self.values[column]
        if not text:
            if required:
                problems.add(self.problem(column, "is empty"))
            return None
        try:
            return parser(text)
        except ValueError as error:
            problems.add(self.problem(column, str(error)))
            return None


class TableReader(Iterator[Row]):
    """The rows of one file, and what was found out about it. Use as a context manager or read to the end."""

    format: Literal["csv", "xlsx"]
    file: str  # as it stands in messages; with the sheet for XLSX
    columns: tuple[str, ...]  # declared columns that the file has
    unknown_columns: tuple[str, ...]  # further columns, as they stand there
    encoding: content.Encoding | None  # None for XLSX
    separator: str | None

    def __init__(
        self,
        source: Source,
        *,
        required: Sequence[str],
        optional: Sequence[str],
        max_bytes: int,
        name: str,
        sheet: str | None,
        problems: Problems | None,
        allow_empty: bool,
    ) -> None:
        self.file = name
        self.encoding = self.separator = None
        self._problems = problems
        self._declared = (*required, *optional)
        self._stream, _ = content.open_stream(source, name, max_bytes)
        self._text: io.TextIOWrapper | None = None
        self._owned = isinstance(source, bytes | str | Path)
        try:
            self._records = self._open(frozenset(normalised(c) for c in self._declared), sheet)
            self._read_header(required)
            if not allow_empty:
                self._refuse_empty()
        except BaseException:
            self.close()
            raise

    def _open(self, wanted: frozenset[str], sheet: str | None) -> Iterator[tuple[int, list[str]]]:
        head = self._stream.read(content.SAMPLE_BYTES)
        if head.startswith(workbook.ZIP_SIGNATURE):
            self.format = "xlsx"
            title, records = workbook.open_sheet(self._stream, self.file, sheet)
            self.file = f"{self.file}[{title}]"
            return records
        self.format = "csv"
        content.refuse_binary(head, self.file)
        self.encoding = content.find_encoding(self._stream, head, self.file)
        self._text = lines.decoded(self._stream, self.encoding)
        sample = list(islice(lines.bounded_lines(self._text, self.file), SAMPLE_LINES))
        announced = lines.announced_separator(sample[0]) if sample else None
        body = sample[1:] if announced else sample
        self.separator = announced or lines.guess_separator(body, wanted, normalised)
        self._text.detach()
        self._text = lines.decoded(self._stream, self.encoding)
        rest = lines.bounded_lines(self._text, self.file)
        if announced:
            next(rest, None)
        return lines.cells(rest, self.separator, self.file, skipped=1 if announced else 0)

    def _read_header(self, required: Sequence[str]) -> None:
        first = next(self._records, None)
        if first is None:
            raise NoTableProblem(self.file, gettext("is empty"))
        line, header = first
        while header and not header[-1].strip():
            header = header[:-1]
        place = f"{self.file}:{line}"
        if len(header) > MOST_COLUMNS:
            raise NoTableProblem(place, gettext("has more than %(most)d columns") % {"most": MOST_COLUMNS})
        names = [normalised(cell) for cell in header]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            reason = gettext("columns occur twice: %(names)s") % {"names": ", ".join(twice)}
            raise NoTableProblem(place, reason)
        missing = [column for column in required if normalised(column) not in names]
        if missing:
            there = ", ".join(cell.strip() for cell in header[:20]) or "none"
            found = {"missing": ", ".join(missing), "form": self._dress(), "there": there[:300]}
            raise NoTableProblem(
                place, gettext("columns are missing: %(missing)s (found, %(form)s: %(there)s)") % found
            )
        by_name = {normalised(column): column for column in self._declared}
        self._width = len(header)
        self._keys = [by_name.get(name) for name in names]
        self.columns = tuple(key for key in self._keys if key is not None)
        self.unknown_columns = tuple(
            cell.strip() for cell, key in zip(header, self._keys, strict=True) if key is None
        )
        self._absent = [column for column in self._declared if column not in self.columns]

    def _refuse_empty(self) -> None:
        first = next(self._records, None)
        if first is None:
            raise NoTableProblem(self.file, gettext("has a header but no rows"))
        self._records = chain([first], self._records)

    def _dress(self) -> str:
        if self.encoding is None:
            return "an Excel sheet"
        name = _SEPARATOR_NAMES.get(self.separator or "", repr(self.separator))
        return f"{name} separated, {self.encoding.name}{' assumed' if self.encoding.assumed else ''}"

    def __str__(self) -> str:
        """How the file was understood, e.g. ``a.csv: semicolon separated, cp1252 assumed``."""
        return f"{self.file}: {self._dress()}"

    def __next__(self) -> Row:
        for line, record in self._records:
            row = self._row(line, record)
            if row is not None:
                return row
        self.close()
        raise StopIteration

    def _row(self, line: int, record: list[str]) -> Row | None:
        if len(record) != self._width:
            record = self._fitted(line, record)
            if not record:
                return None
        text = self.format == "csv"
        values: dict[str, str] = {}
        for key, cell in zip(self._keys, record, strict=True):
            if key is not None:
                values[key] = lines.undefuse(cell).strip() if text else cell.strip()
        for column in self._absent:
            values[column] = ""
        return Row(self.file, line, values)

    def _fitted(self, line: int, record: list[str]) -> list[str]:
        """The record at the header's width, or [] after reporting it."""
        width = self._width
        if self.format == "xlsx" and len(record) < width:  # empty cells at the end are not stored there
            return record + [""] * (width - len(record))
        if len(record) > width and not any(cell.strip() for cell in record[width:]):
            return record[:width]
        few = len(record) < width
        reason = f"has {len(record)} cells, the header has {width}: too {'few' if few else 'many'}"
        if self._problems is None:
            raise TableProblem(f"{self.file}:{line}", reason)
        self._problems.add(Problem(self.file, line, None, None, reason))
        return []

    def close(self) -> None:
        """Release the file; a stream that the caller opened stays open."""
        if self._text is not None and not self._text.closed:
            self._text.detach()
        self._text = None
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
    max_bytes: int = MAX_BYTES,
    name: str | None = None,
    sheet: str | None = None,
    problems: Problems | None = None,
    allow_empty: bool = False,
) -> TableReader:
    """Open a CSV or XLSX and return its rows as a stream.

    ``source`` is a path, the bytes, or a seekable binary stream (an upload); ``name`` is what messages call
    it (default: the path as given). Column names are compared by :func:`normalised`; a row's values are
    keyed by the names given here. With ``problems``, rows of wrong width are added there and left out;
    without, they raise. ``sheet`` names the sheet of an XLSX, default its first.
    A header without rows is a fault unless ``allow_empty``.

    Raises TableProblem at once for what is no readable table, while iterating for what shows up later.
    """
    if name is None:
        name = str(source) if isinstance(source, str | Path) else str(getattr(source, "name", "table"))
    return TableReader(
        source,
        required=tuple(required),
        optional=tuple(optional),
        max_bytes=max_bytes,
        name=name,
        sheet=sheet,
        problems=problems,
        allow_empty=allow_empty,
    )
