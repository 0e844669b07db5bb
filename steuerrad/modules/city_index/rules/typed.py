"""A report of index results as somebody typed it: every figure still a string, nothing corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RowKind = Literal["indicator", "pilot", "score", "rank"]
ROW_KINDS: tuple[RowKind, ...] = ("indicator", "pilot", "score", "rank")

Quantity = Literal[
    "score",
    "rank",
    "rank_change",
    "score_change",
    "indicator",
    "pilot_of_maximum",
    "top",
    "cities",
    "indicators",
    "parameters",
    "data_points",
]
QUANTITIES: tuple[Quantity, ...] = (
    "score",
    "rank",
    "rank_change",
    "score_change",
    "indicator",
    "pilot_of_maximum",
    "top",
    "cities",
    "indicators",
    "parameters",
    "data_points",
)


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One row of a table that compares an edition with the one before.

    All figures as printed ("4,5", "+33,6", "0"), empty when not printed. A row may hold only the previous
    half (an indicator that was dropped) or only the present one (a new indicator).
    ``maximum`` is the printed scale of the row, empty for the usual one.
    """

    category: str
    kind: RowKind
    name: str = ""
    value: str = ""
    change: str = ""
    previous_name: str = ""
    previous_value: str = ""
    maximum: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TypedStatement:
    """A figure that running text claims.

    ``category`` empty = total or the whole edition; ``name`` the indicator where the quantity needs one.
    ``value`` as printed; ``pilot_of_maximum`` as "35/35"; ``top`` is the worst rank that "top 5" allows;
    a leading ">" means "more than" ("more than 11,000 data points" is ">11000").
    """

    line: int | None
    category: str
    quantity: Quantity
    name: str
    edition: int
    value: str


@dataclass(frozen=True, slots=True)
class TypedReport:
    """What one document prints about one city: a table of two editions and statements in its text."""

    city: str
    edition: int
    previous_edition: int | None
    rows: tuple[TypedRow, ...] = ()
    statements: tuple[TypedStatement, ...] = ()
    document: str = ""
