"""The part of one sheet as records. What follows the rows (merged cells) is known when they are through."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext
from openpyxl.utils import column_index_from_string

from steuerrad.platform.tables.cells import NOTHING, Record, Stored, read_stored
from steuerrad.platform.tables.limits import Limits
from steuerrad.platform.tables.xml_parts import BadPartError, TooMuchError, read_part

MOST_MERGED = 10_000
END = object()
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]+", re.ASCII)
_TEXTS = frozenset({"v", "t"})


class Texts:
    """Gathers the text of one cell or shared text: of <v> and <t>, but not how a Japanese text is spoken (<rPh>)."""

    def __init__(self, longest: int) -> None:
        self._most = longest + 1  # one more, so that what is too long shows
        self._parts: list[str] = []
        self._room = 0
        self._listening = self._spoken = False

    def clear(self) -> None:
        self._parts, self._room = [], self._most

    def start(self, name: str) -> None:
        if name == "rPh":
            self._spoken = True
        elif name in _TEXTS:
            self._listening = not self._spoken

    def end(self, name: str) -> None:
        if name == "rPh":
            self._spoken = False
        elif name in _TEXTS:
            self._listening = False

    def add(self, data: str) -> None:
        if self._listening and self._room > 0:
            self._parts.append(data[: self._room])
            self._room -= len(data)

    def __str__(self) -> str:
        return "".join(self._parts)


@dataclass(frozen=True, slots=True)
class Common:
    """What all sheets of a workbook share. days, spans: numbers of the styles that show dates, lengths of time."""

    strings: Sequence[str]
    days: frozenset[int]
    spans: frozenset[int]
    since_1904: bool
    limits: Limits


class SheetHandler:
    """Makes records of rows and cells. Rows without any value make none."""

    def __init__(self, common: Common) -> None:
        self.ready: deque[Record] = deque()
        self.merged: list[str] = []
        self._common = common
        self.line = self._column = 0
        self._cells: dict[int, str] = {}
        self._faults: dict[int, str] = {}
        self._inside = self._formula = False
        self._attributes: Mapping[str, str] = {}
        self._texts = Texts(common.limits.cell)

    @property
    def most_elements(self) -> int:
        return self._common.limits.elements

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "row":
            stated = attributes.get("r", "")
            self.line = int(stated) if stated.isdecimal() and len(stated) < 9 else self.line + 1
            self._column = -1
            self._cells, self._faults = {}, {}
        elif name == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self._column = column_index_from_string(place[1]) - 1 if place else self._column + 1
            self._inside, self._formula, self._attributes = True, False, attributes
            self._texts.clear()
        elif self._inside:
            self._formula = self._formula or name == "f"
            self._texts.start(name)
        elif name == "mergeCell" and len(self.merged) < MOST_MERGED:
            self.merged.append(attributes.get("ref", ""))

    def text(self, data: str) -> None:
        if self._inside:
            self._texts.add(data)

    def end(self, name: str) -> None:
        if name == "c":
            self._inside = False
            self._end_cell()
        elif self._inside:
            self._texts.end(name)
        elif name == "row" and (self._cells or self._faults):
            cells = [""] * (max(*self._cells, *self._faults, -1, -1) + 1)
            for at, text in self._cells.items():
                cells[at] = text
            self.ready.append(Record(self.line, cells, self._faults or NOTHING))

    def _end_cell(self) -> None:
        text, fault = read_stored(self._stored(), since_1904=self._common.since_1904)
        if not text and not fault:
            return
        if self._column >= self._common.limits.columns:
            most = self._common.limits.columns
            raise TooMuchError(gettext("has more than %(most)d columns") % {"most": most})
        if fault:
            self._faults[self._column] = fault
        else:
            self._cells[self._column] = text

    def _stored(self) -> Stored:
        kind, text = self._attributes.get("t", "n"), str(self._texts)
        if kind == "s" and not self._formula and text:
            if not text.isdecimal() or int(text) >= len(self._common.strings):
                raise BadPartError(f"no shared text {text[:20]}")
            text = self._common.strings[int(text)]
        style = self._attributes.get("s", "0")
        number = int(style) if style.isdecimal() and len(style) < 9 else 0
        spans = number in self._common.spans
        return Stored(kind, text, self._formula, spans or number in self._common.days, spans)


def records_of(stream: IO[bytes], handler: SheetHandler) -> Iterator[Record]:
    """The records as they come, also those before a place that cannot be read; then raises what happened there."""
    blocks = read_part(stream, handler, handler.most_elements)
    fault: Exception | None = None
    going = True
    while going:
        try:
            going = next(blocks, END) is None
        except Exception as error:  # noqa: BLE001 - raised again below
            going, fault = False, error
        while handler.ready:
            yield handler.ready.popleft()
    if fault is not None:
        raise fault


class StringsHandler:
    """The list of texts that cells point to by number."""

    def __init__(self, longest: int) -> None:
        self.strings: list[str] = []
        self._texts = Texts(longest)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._texts.clear()
        self._texts.start(name)

    def text(self, data: str) -> None:
        self._texts.add(data)

    def end(self, name: str) -> None:
        self._texts.end(name)
        if name == "si":
            self.strings.append(str(self._texts))
