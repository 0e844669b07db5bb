"""An .xlsx as sheets of records, read as a stream (ECMA-376 part 1, chapter 18).

It is read here and not by openpyxl because the files come from anywhere: memory stays bounded whatever a part holds,
a formula is told from the value saved with it, and merged cells and hidden sheets are seen.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO

from django.utils.translation import gettext
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from steuerrad.platform.tables.cells import Record
from steuerrad.platform.tables.limits import Limits
from steuerrad.platform.tables.package import ZIP_SIGNATURE, check_package, opened
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.sheet_part import Common, SheetHandler, StringsHandler, records_of
from steuerrad.platform.tables.xml_parts import BadPartError, TooMuchError, collect, read_part

__all__ = ["ZIP_SIGNATURE", "Book", "Sheet", "SheetRecords"]
TRUE = frozenset({"1", "true"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """title: as people see it. hidden: they do not see it. part: its path in the zip."""

    title: str
    hidden: bool
    part: str


class SheetRecords(Iterator[Record]):
    """The records of one sheet. merged: ranges such as "D2:D3", complete when the records are through."""

    def __init__(self, stream: IO[bytes], place: str, common: Common) -> None:
        self._handler = SheetHandler(common)
        self._place = place
        self._records = records_of(stream, self._handler)

    @property
    def merged(self) -> list[str]:
        return self._handler.merged

    def __next__(self) -> Record:
        try:
            return next(self._records)
        except StopIteration:
            raise
        except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
            raise TableProblem(f"{self._place}:{max(self._handler.line, 1)}", _damaged(error)) from None


def _damaged(error: Exception) -> str:
    if isinstance(error, TooMuchError):
        return str(error)
    reason = str(error) if isinstance(error, BadPartError) else f"{type(error).__name__}: {error}"
    return gettext("cannot be read as an Excel workbook (%(reason)s)") % {"reason": reason[:200]}


class Book:
    """An open workbook. Use as a context manager; the stream stays open.

    Raises TableProblem for what is no workbook, or a hostile one.
    """

    sheets: tuple[Sheet, ...]

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        check_package(stream, name, limits)
        self.name = name
        self._zip = opened(stream)
        try:
            self._read(limits)
        except TableProblem:
            self.close()
            raise
        except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
            self.close()
            raise TableProblem(name, _damaged(error)) from None

    def _read(self, limits: Limits) -> None:
        main = next(
            (path for _, kind, path in relations(self._zip, "") if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        related = relations(self._zip, main)
        with self._zip.open(main) as part:
            found = collect(part, "sheet", "workbookPr")
        parts = {key: path for key, kind, path in related if kind == "worksheet"}
        sheets = [attributes for name, attributes in found if name == "sheet"]
        if len(sheets) > limits.sheets:
            raise TableProblem(self.name, gettext("has more than %(most)d sheets") % {"most": limits.sheets})
        self.sheets = tuple(
            Sheet(item.get("name", ""), item.get("state", "visible") != "visible", parts[item["id"]])
            for item in sheets
            if item.get("id") in parts
        )
        paths = {kind: path for _, kind, path in related}
        days, spans = self._styles(paths.get("styles"))
        self._common = Common(
            self._strings(paths.get("sharedStrings"), limits), days, spans,
            any(item.get("date1904") in TRUE for name, item in found if name == "workbookPr"), limits,
        )  # fmt: skip

    def _strings(self, path: str | None, limits: Limits) -> list[str]:
        handler = StringsHandler(limits.cell)
        if path is not None:
            if self._zip.getinfo(path).file_size > limits.strings:
                raise BadPartError(path)
            with self._zip.open(path) as part:
                for _ in read_part(part, handler, limits.elements):
                    pass
        return handler.strings

    def _styles(self, path: str | None) -> tuple[frozenset[int], frozenset[int]]:
        if path is None:
            return frozenset(), frozenset()
        with self._zip.open(path) as part:
            found = collect(part, "numFmt", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "xf")
        return date_styles(found)

    def records(self, sheet: Sheet) -> SheetRecords:
        """The sheet from its first row. Raises TableProblem, also while it is read."""
        place = self.place(sheet)
        try:
            return SheetRecords(self._zip.open(sheet.part), place, self._common)
        except Exception as error:  # noqa: BLE001 - any fault of a foreign file becomes a message
            raise TableProblem(place, _damaged(error)) from None

    def place(self, sheet: Sheet) -> str:
        return f"{self.name}[{sheet.title}]"

    def shown(self, sheet: Sheet) -> Sheet:
        """The sheet, if people see it: what nobody sees is not taken over."""
        if sheet.hidden:
            raise TableProblem(self.place(sheet), gettext("is hidden; show the sheet or delete it"))
        return sheet

    def find(self, title: str | None) -> Sheet:
        """The sheet of this title, or the first."""
        if not self.sheets:
            raise TableProblem(self.name, gettext("has no sheet with cells"))
        if title is None:
            return self.shown(self.sheets[0])
        for sheet in self.sheets:
            if sheet.title == title:
                return self.shown(sheet)
        raise TableProblem(
            self.name,
            gettext("has no sheet '%(sheet)s'; it has: %(titles)s")
            % {"sheet": title, "titles": ", ".join(sheet.title for sheet in self.sheets)},
        )

    def close(self) -> None:
        self._zip.close()

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def relations(package: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """[(id, kind, path)] of what a part ("" = the package) points to inside the package."""
    folder, _, leaf = part.rpartition("/")
    path = posixpath.join(folder, "_rels", f"{leaf}.rels")
    if path not in package.namelist():
        return []
    with package.open(path) as stream:
        found = collect(stream, "Relationship")
    return [
        (item.get("Id", ""), item.get("Type", "").rpartition("/")[2], within(folder, item.get("Target", "")))
        for _, item in found
        if item.get("TargetMode") != "External"
    ]


def within(folder: str, target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def date_styles(found: list[tuple[str, dict[str, str]]]) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the cell styles whose format shows a date, and of those that show a length of time."""
    formats = {int(item["numFmtId"]): item.get("formatCode", "") for name, item in found if name == "numFmt"}
    days, spans, container, number = set(), set(), "", 0
    for name, item in found:
        if name == "xf":
            if container == "cellXfs":
                key = int(item.get("numFmtId", "0"))
                code = formats.get(key) or BUILTIN_FORMATS.get(key, "")
                if is_date_format(code):
                    days.add(number)
                if is_timedelta_format(code):
                    spans.add(number)
                number += 1
        elif name != "numFmt":
            container = name
    return frozenset(days), frozenset(spans)
