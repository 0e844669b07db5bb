"""Checks of single cells that the tables of the strategy need beyond what CityRow offers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from steuerrad.platform.city.csv_files import CityRow

CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)  # stands in addresses of pages
MODULE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
WEB = re.compile(r"https?://[^\s<>\"]+\Z")
LONGEST_TEXT = 20_000  # characters of a summary, a goal
LAST_LINE = 10_000_000
DECIMAL_PLACES, WHOLE_DIGITS = 8, 16  # of KpiValue.value and Target.value


def code(row: CityRow, column: str) -> str:
    text = row.needed(column)
    if text and not CODE.fullmatch(text):
        row.fault(column, "use letters, digits, full stops and hyphens, without spaces")
    return text


def known(row: CityRow, column: str, codes: Collection[str], what: str, *, needed: bool = True) -> str:
    """A code that another table must hold."""
    text = row.needed(column) if needed else row.text(column)
    if text and text not in codes:
        row.fault(column, f"unknown {what}")
    return text


def choice(row: CityRow, column: str, choices: Collection[str], *, needed: bool = True) -> str:
    if needed:
        return row.choice(column, choices) if row.needed(column) else ""
    return row.choice(column, choices)


def line(row: CityRow, column: str = "line") -> int | None:
    """A line of a document: from 1 on."""
    number = row.integer(column)
    if number is not None and not 1 <= number <= LAST_LINE:
        row.fault(column, f"is not a line between 1 and {LAST_LINE}")
        return None
    return number


def number(row: CityRow, column: str) -> Decimal | None:
    """A decimal number that the tables can hold without rounding."""
    value = row.decimal(column)
    if value is None:
        return None
    if abs(value) >= Decimal(10) ** WHOLE_DIGITS:
        row.fault(column, f"has more than {WHOLE_DIGITS} digits before the decimal sign")
        return None
    if value != round(value, DECIMAL_PLACES):
        row.fault(column, f"has more than {DECIMAL_PLACES} decimal places")
        return None
    return value


def address(row: CityRow, column: str) -> str:
    text = row.text(column)
    if text and not WEB.match(text):
        row.fault(column, "must begin with http:// or https:// and hold no spaces")
    return text


def source(row: CityRow) -> dict[str, Any]:
    return {"document": row.document("document"), "line": line(row)}


def fits(
    row: CityRow, model: type[models.Model], values: dict[str, Any], columns: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Report texts that are longer than the table's field allows; columns: field → column where they differ."""
    for name, value in values.items():
        if isinstance(value, str):
            field = model._meta.get_field(name)
            longest = getattr(field, "max_length", None) or LONGEST_TEXT
            if len(value) > longest:
                row.fault((columns or {}).get(name, name), f"is longer than {longest} characters")
    return values
