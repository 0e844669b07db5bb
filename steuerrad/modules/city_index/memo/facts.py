"""The facts of a memo: one frozen structure that goes to JSON and back, free of Django.

Points are Decimals as printed or as shown to one decimal; None is always "not known", never zero.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """A document or page that figures come from; url "" where there is none."""

    key: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What stood in the edition before in place of an indicator."""

    name: str
    value: Decimal | None
    maximum: Decimal | None
    relation: str
    comparable: bool
    basis: str = ""


@dataclass(frozen=True, slots=True)
class OtherValue:
    """What another city reached on the same indicator, in this or in another edition."""

    city: str
    edition: int
    value: Decimal
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class RawFact:
    """A quantity behind an indicator: own value against the mean of all cities."""

    own: Decimal
    mean: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class MeasureFact:
    """A measure that answers an indicator. state "": not resolved, so its status is not known here."""

    ref: str
    number: str
    title: str
    state: str
    state_label: str
    url: str
    basis: str


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator of this edition. change: only where the counterpart is one, comparable and known."""

    key: str
    name: str
    kind: str
    value: Decimal | None
    maximum: Decimal | None
    source: str = ""
    relation: str = ""
    counterparts: tuple[Counterpart, ...] = ()
    change: Decimal | None = None
    others: tuple[OtherValue, ...] = ()
    raw: RawFact | None = None
    measures: tuple[MeasureFact, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """Reached share of the maximum, 0 to 1."""
        if self.value is None or not self.maximum:
            return None
        return self.value / self.maximum


@dataclass(frozen=True, slots=True)
class Score:
    """A score with all that is said of it.

    value as published (the better supported one where sources disagree), conflicting: what others print.
    low, nominal, high: what follows from the parts; outcome: reproduced, contradicted, not_checkable.
    """

    value: Decimal | None
    source: str = ""
    conflicting: tuple[tuple[Decimal, str], ...] = ()
    outcome: str = "not_checkable"
    low: Decimal | None = None
    nominal: Decimal | None = None
    high: Decimal | None = None

    @property
    def best(self) -> Decimal | None:
        """The published value, else what follows from the parts."""
        return self.nominal if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Place:
    """A rank; low and high bound it where it is not published."""

    rank: int | None
    source: str = ""
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Another city's published place."""

    city: str
    rank: int | None
    score: Decimal | None
    source: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class FieldFact:
    """Own change of score against other cities known in both editions."""

    own: Decimal
    others: int
    median: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Score and rank in two editions, beside the field. key "" is the total."""

    key: str
    name: str
    score: Score
    place: Place
    previous_score: Score
    previous_place: Place
    known: tuple[Ranked, ...] = ()
    field: FieldFact | None = None
    mean: Decimal | None = None
    mean_group: str = ""
    mean_source: str = ""

    @property
    def places_won(self) -> int | None:
        """Rank of last year minus rank of this year: plus is better."""
        if self.place.rank is None or self.previous_place.rank is None:
            return None
        return self.previous_place.rank - self.place.rank

    @property
    def score_change(self) -> Decimal | None:
        now, before = self.score.best, self.previous_score.best
        return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """A category: its standing, the indicators of this edition, and what was dropped since the last."""

    standing: Standing
    rows: tuple[Row, ...]
    dropped: tuple[Counterpart, ...]
    indicators: int
    previous_indicators: int
    list_complete: bool
    breaks: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.standing.key

    @property
    def name(self) -> str:
        return self.standing.name


@dataclass(frozen=True, slots=True)
class Correction:
    """A finding of the audit of a typed document. params: text values of the message's placeholders.

    kind_of_score: the row is the score of the category itself, not an indicator.
    """

    id: str
    rule: str
    edition: int
    category: str
    row: str
    column: str
    line: int | None
    printed: str
    follows: str
    severity: str
    certainty: str
    basis: str
    message: str
    params: tuple[tuple[str, str], ...]
    caused_by: str
    kind_of_score: bool


@dataclass(frozen=True, slots=True)
class MemoFacts:
    """All that a memo rests on. cities: how many take part in the edition (None: not known)."""

    index: str
    publisher: str
    city: str
    city_key: str
    edition: int
    previous: int | None
    cities: int | None
    previous_cities: int | None
    bonus_share: Decimal
    rule: str
    total: Standing
    categories: tuple[CategoryFacts, ...]
    breaks: tuple[str, ...] = ()
    document: str = ""
    document_title: str = ""
    corrections: tuple[Correction, ...] = ()
    sources: tuple[Source, ...] = ()

    def source(self, key: str) -> Source | None:
        return next((item for item in self.sources if item.key == key), None)


def to_data(value: Any) -> Any:
    """Facts as plain JSON data; Decimals as strings, so that nothing is rounded on the way."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_data(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple | list):
        return [to_data(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def from_data(kind: type[T], data: Any) -> T:
    """The facts that ``to_data`` wrote. Raises TypeError, KeyError or ValueError for anything else."""
    return _read(kind, data)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        return _read(next(option for option in get_args(kind) if option is not type(None)), data)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], item) for item in data)
        return tuple(_read(part, item) for part, item in zip(inner, data, strict=True))
    if kind is Decimal:
        return Decimal(data)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{item.name: _read(hints[item.name], data[item.name]) for item in fields(kind)})
    if not isinstance(data, kind):
        raise TypeError(f"{kind.__name__} expected, {type(data).__name__} found")
    return data


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of plain data, independent of the order of its keys."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
