"""A table as it leaves the product: what it is, its columns, its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from steuerrad.kernel.contributions import Column

__all__ = ["Column", "Table", "Value"]

Value = str | int | float | Decimal | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its origin. ``rows`` is read once, in order, each row one value per column.

    ``created`` is an aware time; it is data of the caller, so that equal input gives equal bytes.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Value]]
    source: str = ""
    licence: str = ""
    created: datetime | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"table {self.id}: columns are missing or not unique: {names}")
