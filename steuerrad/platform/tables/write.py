"""Write a table as CSV or JSON, chunk by chunk. XLSX is in :mod:`.write_workbook`.

CSV: UTF-8, RFC 4180 (comma, CRLF, quotation marks doubled), machine names as header, full stop as decimal
sign. A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP "CSV injection");
:func:`~steuerrad.platform.tables.read.open_table` takes it off again.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from steuerrad.platform.tables.table import Table, Value

CHUNK_CHARACTERS = 32 * 1024
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def defuse(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would take it for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def plain_number(value: float | Decimal) -> str:
    """The number in digits, without exponent where it is a Decimal; "" where it is no finite number."""
    if not math.isfinite(value):
        return ""
    return format(value, "f") if isinstance(value, Decimal) else repr(value)


def csv_cell(value: Value) -> str:
    """One value as the text of a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return defuse(clean_text(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return plain_number(value)
    return value.isoformat()


def checked(table: Table, row: Sequence[Value]) -> Sequence[Value]:
    """The row, if it has one value per column; else ValueError."""
    if len(row) != len(table.columns):
        raise ValueError(f"table {table.id}: a row has {len(row)} values for {len(table.columns)} columns")
    return row


def csv_chunks(table: Table, *, bom: bool = False) -> Iterator[bytes]:
    """The table as CSV in pieces. ``bom`` puts the mark in front that Excel needs to see UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if bom:
        buffer.write("\ufeff")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        cells = [csv_cell(value) for value in checked(table, row)]
        if len(cells) == 1 and not cells[0]:
            buffer.write('""\r\n')  # a blank line would be no record
        else:
            writer.writerow(cells)
        if buffer.tell() >= CHUNK_CHARACTERS:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8")


def json_value(value: Value) -> Any:
    """One value as JSON knows it; a Decimal becomes a number literal, what is not finite becomes null."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _json_literal(value: Value) -> str:
    if isinstance(value, Decimal):
        return plain_number(value) or "null"
    return json.dumps(json_value(value), ensure_ascii=False)


def table_meta(table: Table) -> dict[str, Any]:
    """What is said about the table beside its rows."""
    return {
        "id": table.id,
        "title": table.title,
        "source": table.source,
        "licence": table.licence,
        "created": table.created.isoformat() if table.created else None,
        "columns": [
            {"name": c.name, "title": c.title, "type": c.type, "unit": c.unit, "description": c.description}
            for c in table.columns
        ],
    }


def json_chunks(table: Table) -> Iterator[bytes]:
    """The table as ``{"meta": {...}, "records": [{...}, ...]}`` in pieces, one record a line."""
    meta = json.dumps(table_meta(table), ensure_ascii=False)
    keys = [json.dumps(column.name, ensure_ascii=False) for column in table.columns]
    parts = ['{"meta": ', clean_text(meta), ', "records": [']
    size, first = 0, True
    for row in table.rows:
        pairs = zip(keys, checked(table, row), strict=True)
        record = "{" + ", ".join(f"{key}: {_json_literal(value)}" for key, value in pairs) + "}"
        parts.append(("\n" if first else ",\n") + record)
        first = False
        size += len(record)
        if size >= CHUNK_CHARACTERS:
            yield "".join(parts).encode("utf-8")
            parts, size = [], 0
    parts.append("\n]}\n")
    yield "".join(parts).encode("utf-8")
