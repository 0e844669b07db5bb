"""What a $filter or $orderby says, as a tree of frozen data; the compilers know nothing of its text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

Comparison = Literal["eq", "ne", "gt", "ge", "lt", "le"]
Arithmetic = Literal["add", "sub", "mul", "div", "mod"]


@dataclass(frozen=True, slots=True)
class Value:
    """A text, number, truth value or null as written."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, aware, in UTC. offset_min: minutes by which it was written away from UTC."""

    value: datetime
    offset_min: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """An interval of time, both ends in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Day:
    value: date


@dataclass(frozen=True, slots=True)
class Clock:
    value: time


@dataclass(frozen=True, slots=True)
class Duration:
    value: timedelta


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry in degrees (WGS 84): the well-known text and the shapely object."""

    text: str
    value: Any


@dataclass(frozen=True, slots=True)
class Field:
    """A property of the entity or of one that it leads to: ("Datastream", "Thing", "name"). at: column in the text."""

    parts: tuple[str, ...]
    at: int = 0

    def __str__(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expression, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Sum:
    """left operator right, for all five operators of arithmetic."""

    operator: Arithmetic
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    operator: Comparison
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Logic:
    """All ("and") or one ("or") of the operands; chains are flat."""

    operator: Literal["and", "or"]
    operands: tuple[Expression, ...]


Literal_ = Value | Moment | Period | Day | Clock | Duration | Shape
Expression = Literal_ | Field | Call | Negative | Sum | Compare | Not | Logic


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside of one."""
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Logic):
        return node.operands
    if isinstance(node, Not | Negative):
        return (node.operand,)
    if isinstance(node, Sum | Compare):
        return (node.left, node.right)
    return ()


def fields(node: Expression) -> Iterator[Field]:
    """All properties that an expression names."""
    if isinstance(node, Field):
        yield node
    for child in children(node):
        yield from fields(child)


def size(node: Expression) -> tuple[int, int]:
    """Number of nodes and depth."""
    parts = [size(child) for child in children(node)]
    return 1 + sum(part[0] for part in parts), 1 + max((part[1] for part in parts), default=0)
