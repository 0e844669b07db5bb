"""Shapes of the API. Scores are strings as printed, with a full stop; ranks are whole numbers."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import StringConstraints

#: No NUL: databases refuse it in text.
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]


class BreakOut(Schema):
    """A change of method against the edition before; category "" = the whole index."""

    category: str
    indicator: str
    note: str
    source: str


class CategoryOut(Schema):
    key: str
    name: str
    list_complete: bool


class EditionOut(Schema):
    """An edition; numbers are null while unknown."""

    year: int
    cities: int | None
    indicators: int | None
    parameters: int | None
    data_points: int | None
    collected: str
    categories: list[CategoryOut]
    breaks: list[BreakOut]


class CityOut(Schema):
    key: str
    name: str
    state: str
    population: int | None


class IndicatorOut(Schema):
    edition: int
    category: str
    key: str
    name: str
    kind: str
    maximum: str | None
    parameters: str


class ResultOut(Schema):
    """What one source prints for one city. category "" = total, indicator "" = whole category."""

    edition: int
    city: str
    category: str
    indicator: str
    score: str | None
    rank: int | None
    tendency: int | None
    source: str
    basis: str
    note: str


class Range(Schema):
    low: str
    high: str


class StandingOut(Schema):
    """A city in a ranking: printed figures, and the ranks and scores that what is known leaves possible."""

    city: str
    rank: int | None
    score: str | None
    possible_ranks: tuple[int, int]
    possible_scores: Range
    sources_disagree: bool
    sources: list[str]


class VerdictOut(Schema):
    """Whether a published score follows from published parts; right: what the parts allow."""

    city: str
    edition: int
    category: str | None
    printed: str
    outcome: Literal["reproduced", "contradicted", "not_checkable"]
    right: Range | None
    missing: list[str]
    source: str
