"""CSV text as rows of cells with real line numbers, in constant memory."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from django.utils.translation import gettext

from steuerrad.platform.tables.cells import Record
from steuerrad.platform.tables.content import Encoding
from steuerrad.platform.tables.problems import TableProblem

LONGEST_LINE = 1_000_000  # characters; a longer one is no table and would fill the memory
SEPARATORS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def bounded_lines(text: io.TextIOBase, name: str) -> Iterator[str]:
    """The text's lines with their ends; refuses lines without end, NUL and undecodable bytes."""
    number = 0
    while True:
        number += 1
        try:
            line = text.readline(LONGEST_LINE)
        except UnicodeError as error:
            reason = getattr(error, "reason", str(error))
            raise TableProblem(
                f"{name}:{number}",
                gettext("cannot be decoded (%(reason)s); save the file as UTF-8") % {"reason": reason},
            ) from None
        if not line:
            return
        if len(line) >= LONGEST_LINE and line[-1] not in "\r\n":
            raise TableProblem(
                f"{name}:{number}",
                gettext("line is longer than %(most)d characters") % {"most": LONGEST_LINE},
            )
        if "\x00" in line:
            raise TableProblem(f"{name}:{number}", gettext("holds a NUL character"))
        yield line


def decoded(stream: BinaryIO, encoding: Encoding) -> io.TextIOWrapper:
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=encoding.name, errors="strict", newline="")


def announced_separator(first_line: str) -> str | None:
    """The separator of Excel's ``sep=;`` line, if this is one."""
    match = _SEP_LINE.fullmatch(first_line)
    return match[1] if match else None


def guess_separator(sample: list[str], wanted: frozenset[str], normalise: Callable[[str], str]) -> str:
    """The separator under which the header has most of the wanted columns; else the steadiest one."""

    def merit(separator: str) -> tuple[int, int, int]:
        try:
            rows = [row for row in csv.reader(sample, delimiter=separator) if row]
        except csv.Error:
            return (0, 0, 0)
        if not rows:
            return (0, 0, 0)
        found = len(wanted & {normalise(cell) for cell in rows[0]})
        steady = sum(len(row) == len(rows[0]) for row in rows) if len(rows[0]) > 1 else 0
        return (found, steady, len(rows[0]))

    return max(SEPARATORS, key=merit)  # max keeps the first of equals, so the comma wins a tie


def cells(lines: Iterator[str], separator: str, name: str, skipped: int) -> Iterator[Record]:
    """Every record; ``skipped`` lines were read before. Empty records are left out.

    ``line`` is the file's line on which the record begins, also behind quoted line breaks.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        begin = skipped + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableProblem(f"{name}:{begin}", _plain_reason(str(error))) from None
        if any(record):
            yield Record(begin, record)


def _plain_reason(error: str) -> str:
    if "field larger than field limit" in error:
        return gettext("a cell is longer than 131,072 characters; is a closing quotation mark missing?")
    if "unexpected end of data" in error:
        return gettext("a quotation mark is opened and never closed")
    if "expected after" in error:
        return gettext("text follows a closing quotation mark; quotation marks inside a cell must be doubled")
    return gettext("is not a CSV record (%(reason)s)") % {"reason": error}


def undefuse(cell: str) -> str:
    """Take back the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if cell.startswith("'") and _DEFUSED.match(cell) else cell
