"""Statements as data: values by kind, each with the cell of the document that holds it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from steuerrad.modules.city_index.memo.rules import Lever


@dataclass(frozen=True, slots=True)
class Points:
    """A value; maximum is written where it is not 100."""

    value: Decimal
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Rank:
    rank: int
    cities: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    count: int


@dataclass(frozen=True, slots=True)
class Instead:
    """A corrected figure and what was printed; right "" stands for an open contradiction with its parts."""

    right: str
    printed: str
    parts: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity behind an indicator beside the mean of all cities."""

    own: Decimal
    mean: Decimal
    unit: str


Plain = str | int | Decimal | Points | Change | Rank | Places | Instead | Quantity


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    detail: Plain | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list in running text; more: how many are left out."""

    items: tuple[Item, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure with the place in the document that holds it."""

    value: Plain
    anchor: str


Param = Plain | Items | Ref


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. section: summary, total, levers, corrections, or "category:<key>"; rule: its template."""

    id: str
    section: str
    rule: str
    params: Mapping[str, Param]

    @property
    def anchors(self) -> tuple[str, ...]:
        """Where its figures stand, each once."""
        found: dict[str, None] = {}
        for param in self.params.values():
            if isinstance(param, Ref):
                found[param.anchor] = None
            elif isinstance(param, Items):
                found |= {item.anchor: None for item in param.items if item.anchor}
        return tuple(found)


# Anchors: the ids of cells in the document; "" is the total.
def row_anchor(category: str, row: str) -> str:
    return f"row-{category}-{row}"


def score_anchor(category: str, *, previous: bool = False) -> str:
    return f"{'previous-' if previous else ''}score-{category or 'total'}"


def rank_anchor(category: str, *, previous: bool = False) -> str:
    return f"{'previous-' if previous else ''}rank-{category or 'total'}"


def lever_anchor(lever: Lever) -> str:
    return f"lever-{lever.category}-{lever.row.key}"


def correction_anchor(number: int) -> str:
    return f"correction-{number}"


def table_anchor(category: str) -> str:
    return f"table-{category}"
