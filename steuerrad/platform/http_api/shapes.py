"""Shapes that answers of all modules share: a slice of rows, and exact figures."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Generic, TypeVar

from ninja import Schema

Row = TypeVar("Row")


class Page(Schema, Generic[Row]):
    """A slice of the rows; total counts all that fit the filter."""

    items: list[Row]
    total: int
    offset: int
    limit: int


def page(items: Iterable[Any], total: int, offset: int, limit: int) -> dict[str, Any]:
    return {"items": list(items), "total": total, "offset": offset, "limit": limit}


def text(value: Decimal | None) -> str | None:
    """A figure without trailing zeros and without an exponent."""
    return None if value is None else f"{value.normalize():f}"
