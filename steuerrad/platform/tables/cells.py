"""Cells: what a stored value says as text, and why some cannot be taken.

Cells become the text that the field parsers read: dates in ISO 8601, booleans as true/false, numbers with
a full stop as decimal sign and never with exactly three decimals, so that no cell is ambiguous.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from django.utils.translation import gettext
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

NOTHING: Mapping[int, str] = {}
FIRST_YEAR = 1900
SHOWN_ERROR = 20
_NUMBER = re.compile(
    r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|[+-]?\.[0-9]+([eE][+-]?[0-9]{1,3})?", re.ASCII
)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z?)?", re.ASCII)
#: Written by Excel for characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: Control characters but tab and line ends; signs that turn the direction of writing and show a text as another
#: (Unicode Standard Annex 9: explicit formatting characters and implicit marks); halves of surrogate pairs.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Record(NamedTuple):
    """One line of a table. cells: texts by position from 0. faults: why a cell cannot be taken, by position."""

    line: int
    cells: list[str]
    faults: Mapping[int, str] = NOTHING


@dataclass(frozen=True, slots=True)
class Stored:
    """A cell as the workbook stores it. kind: its attribute t. day, span: its format shows a date, a length of time."""

    kind: str
    text: str
    formula: bool = False
    day: bool = False
    span: bool = False


def read_stored(cell: Stored, *, since_1904: bool) -> tuple[str, str]:
    """(text, reason why it cannot be taken); one of both is "". Shared texts are looked up before."""
    if cell.formula:
        return "", gettext("holds a formula; paste its value")
    if cell.kind == "e":
        return "", gettext("holds the error %(error)s") % {"error": cell.text[:SHOWN_ERROR]}
    if not cell.text:
        return "", ""
    if cell.kind == "b":
        return ("true" if cell.text.strip() == "1" else "false"), ""
    if cell.kind == "d":
        return _iso(cell.text)
    if cell.kind != "n":
        return unescaped(cell.text), ""
    if not _NUMBER.fullmatch(cell.text.strip()):
        return "", gettext("is not a number")
    if cell.day:
        return _day(float(cell.text), span=cell.span, since_1904=since_1904)
    return _number(cell.text.strip()), ""


def unescaped(text: str) -> str:
    """``_x000D_`` becomes the character it stands for."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _number(text: str) -> str:
    if text.isdigit():
        return text
    value = float(text)
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    shown = repr(value)
    whole, mark, decimals = shown.partition(".")
    return f"{whole}.{decimals}0" if mark and len(decimals) == 3 and decimals.isdigit() else shown


def _day(value: float, *, span: bool, since_1904: bool) -> tuple[str, str]:
    epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
    try:
        found = from_excel(value, epoch, timedelta=span)
    except (OverflowError, ValueError):
        found = None
    if found is None or (isinstance(found, date) and found.year < FIRST_YEAR):
        return "", gettext("is not a day of the calendar")
    if isinstance(found, datetime):
        midnight = found.time() == time()
        return (found.date().isoformat() if midnight else found.isoformat(" ", "seconds")), ""
    return str(found), ""


def _iso(text: str) -> tuple[str, str]:
    if not _ISO_DAY.fullmatch(text):
        return "", gettext("is not a day of the calendar")
    return text.removesuffix("Z").replace("T00:00:00", "").removesuffix(".000").replace("T", " "), ""


def fault_of(text: str, longest: int) -> str:
    """Why this text cannot be taken, whatever it means; "" if it can."""
    if len(text) > longest:
        return gettext("is longer than %(most)d characters") % {"most": longest}
    if text.isprintable():
        return ""
    found = _INVISIBLE.search(text)
    if found is None:
        return ""
    return gettext("holds an invisible character (U+%(code)s); type the text anew") % {
        "code": f"{ord(found[0]):04X}"
    }
