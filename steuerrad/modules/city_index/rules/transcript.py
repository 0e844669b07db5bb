"""Reads transcripts of typed reports (CSV) without changing a figure."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from steuerrad.modules.city_index.rules.typed import (
    QUANTITIES,
    ROW_KINDS,
    Quantity,
    RowKind,
    TypedRow,
    TypedStatement,
)

_ROW_COLUMNS = ("category", "kind", "name", "value", "change", "previous_name", "previous_value")
_STATEMENT_COLUMNS = ("line", "category", "quantity", "name", "edition", "value")


class TranscriptError(ValueError):
    """The transcript has faults; ``faults`` lists (line of the file, column, reason)."""

    def __init__(self, faults: Iterable[tuple[int, str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "; ".join(f"line {line}, {column}: {reason}" for line, column, reason in self.faults)
        )


def read_rows(lines: Iterable[str]) -> tuple[TypedRow, ...]:
    """Read table rows from the lines of a CSV file with the columns

    ``line,category,kind,name,value,change,previous_name,previous_value`` (``line`` and ``maximum`` optional).
    Raises TranscriptError with all faults.
    """
    rows: list[TypedRow] = []
    faults: list[tuple[int, str, str]] = []
    for number, record in _records(lines, _ROW_COLUMNS):
        kind = _kind(record["kind"])
        line = _line(record.get("line", ""))
        if kind is None:
            faults.append((number, "kind", f"not one of {', '.join(ROW_KINDS)}: {record['kind']!r}"))
        if line is False:
            faults.append((number, "line", f"not a line number: {record['line']!r}"))
        if kind is None or line is False:
            continue
        rows.append(
            TypedRow(
                **{name: record[name] for name in _ROW_COLUMNS if name != "kind"},
                kind=kind,
                maximum=record.get("maximum", ""),
                line=line,
            )
        )
    if faults:
        raise TranscriptError(faults)
    return tuple(rows)


def read_statements(lines: Iterable[str]) -> tuple[TypedStatement, ...]:
    """Read statements from the lines of a CSV file ``line,category,quantity,name,edition,value``.

    Raises TranscriptError with all faults.
    """
    statements: list[TypedStatement] = []
    faults: list[tuple[int, str, str]] = []
    for number, record in _records(lines, _STATEMENT_COLUMNS):
        quantity = _quantity(record["quantity"])
        line = _line(record["line"])
        if quantity is None:
            faults.append((number, "quantity", f"not one of {', '.join(QUANTITIES)}: {record['quantity']!r}"))
        if line is False:
            faults.append((number, "line", f"not a line number: {record['line']!r}"))
        if not record["edition"].isdecimal():
            faults.append((number, "edition", f"not a year: {record['edition']!r}"))
        elif quantity is not None and line is not False:
            edition = int(record["edition"])
            statements.append(
                TypedStatement(line, record["category"], quantity, record["name"], edition, record["value"])
            )
    if faults:
        raise TranscriptError(faults)
    return tuple(statements)


def _records(lines: Iterable[str], needed: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(lines, restkey="\0rest", restval="")
    header = reader.fieldnames or []
    missing = [name for name in needed if name not in header]
    if missing:
        raise TranscriptError([(1, name, "column is missing") for name in missing])
    for record in reader:
        if "\0rest" in record:
            raise TranscriptError([(reader.line_num, "", "more fields than columns")])
        yield reader.line_num, {name: text.strip() for name, text in record.items()}


def _line(text: str) -> int | bool | None:
    """The line number; None when not given; False when it is none."""
    if not text:
        return None
    return int(text) if text.isdecimal() else False


def _kind(text: str) -> RowKind | None:
    return next((kind for kind in ROW_KINDS if kind == text), None)


def _quantity(text: str) -> Quantity | None:
    return next((quantity for quantity in QUANTITIES if quantity == text), None)
