"""The first (or a named) sheet of an .xlsx as rows of texts, read as a stream.

Cells become the text that the field parsers read: dates in ISO 8601, booleans as true/false, numbers with
a full stop as decimal sign and never with exactly three decimals, so that no cell is ambiguous.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext
from openpyxl import load_workbook

from steuerrad.platform.tables.content import grouped
from steuerrad.platform.tables.problems import TableProblem

ZIP_SIGNATURE = b"PK\x03\x04"
LARGEST_UNPACKED = 400 * 1024 * 1024  # bytes of all parts together
LARGEST_SHARED_STRINGS = 80 * 1024 * 1024  # openpyxl holds this part in memory
MOST_PARTS = 2000
WIDEST_ROW = 4096
LONGEST_GAP = 10_000  # empty rows in succession; beyond them the sheet counts as ended

NumberedCells = tuple[int, list[str]]


def cell_text(value: object) -> str:
    """One cell's value as text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return _number_text(float(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    text = repr(value)
    whole, mark, decimals = text.partition(".")
    return f"{whole}.{decimals}0" if mark and len(decimals) == 3 and decimals.isdigit() else text


def check_package(stream: BinaryIO, name: str) -> None:
    """Raise TableProblem unless the zip is an .xlsx without macros and of a sane unpacked size."""
    try:
        with zipfile.ZipFile(stream) as package:
            parts = {info.filename: info for info in package.infolist()}
            types = _content_types(package, parts, name)
    except TableProblem:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged zip can raise almost anything
        raise TableProblem(
            name, gettext("is a damaged zip or Excel file (%(reason)s)") % {"reason": error}
        ) from None
    if "xl/vbaProject.bin" in parts or b"macroEnabled" in types:
        raise TableProblem(name, gettext("holds macros; save it as .xlsx without macros"))
    if not any(part.startswith("xl/worksheets/") for part in parts):
        raise TableProblem(name, gettext("is a zip archive, but not an Excel workbook (.xlsx)"))
    unpacked = sum(info.file_size for info in parts.values())
    shared = sum(i.file_size for n, i in parts.items() if n.casefold().endswith("sharedstrings.xml"))
    if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or shared > LARGEST_SHARED_STRINGS:
        raise TableProblem(
            name,
            gettext("unpacks to %(size)s bytes, more than this reader takes; save it as CSV")
            % {"size": grouped(unpacked)},
        )


def _content_types(package: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    info = parts.get("[Content_Types].xml")
    if info is None:
        raise TableProblem(name, gettext("is a zip archive, but not an Excel workbook (.xlsx)"))
    if info.file_size > 10_000_000:
        raise TableProblem(name, gettext("is not a sane Excel workbook (its list of parts is too large)"))
    return package.read(info)


def open_sheet(stream: BinaryIO, name: str, sheet: str | None) -> tuple[str, Iterator[NumberedCells]]:
    """The sheet's title and its rows. Formulas count as the value that was saved with them.

    zipfile stops reading a part at the size that the directory states, so :func:`check_package` bounds the
    work; a part that unpacks to something else fails its checksum here.
    """
    stream.seek(0)
    check_package(stream, name)
    stream.seek(0)
    try:
        book = load_workbook(
            io.BufferedReader(_Unclosed(stream)), read_only=True, data_only=True, keep_links=False
        )
        titles = book.sheetnames
        if sheet is not None and sheet not in titles:
            raise TableProblem(
                name,
                gettext("has no sheet '%(sheet)s'; it has: %(titles)s")
                % {"sheet": sheet, "titles": ", ".join(titles)},
            )
        chosen: Any = book[sheet] if sheet is not None else book.worksheets[0]
        chosen.reset_dimensions()  # the stated size is often wrong and would cut the sheet
    except TableProblem:
        raise
    except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
        raise TableProblem(
            name, f"cannot be read as an Excel workbook ({type(error).__name__}: {error})"
        ) from None
    return chosen.title, _rows(chosen, f"{name}[{chosen.title}]")


def _rows(sheet: Any, place: str) -> Iterator[NumberedCells]:
    number, gap = 0, 0
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            values = next(rows, None)
        except Exception as error:  # noqa: BLE001 - see open_sheet
            raise TableProblem(
                f"{place}:{number + 1}", f"cannot be read ({type(error).__name__}: {error})"
            ) from None
        if values is None:
            return
        number += 1
        texts = [cell_text(value) for value in values[:WIDEST_ROW]]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            gap = 0
            yield number, texts
        else:
            gap += 1
            if gap > LONGEST_GAP:
                return


class _Unclosed(io.RawIOBase):
    """Lends a stream to openpyxl, which closes what it is given."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()
