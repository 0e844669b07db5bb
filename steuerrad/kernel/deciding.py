"""What decisions are made about: index fields to simulate and candidates to choose from, contributed by modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from steuerrad.engines.ranking.field import Field
from steuerrad.kernel.terms import Text


@dataclass(frozen=True)
class Candidate:
    """Something a city may do or leave: a measure with what it takes.

    ref: link reference ("strategy.measure:..."). own_funds, grants: EUR by year, as planned and not yet spent;
    staff_days by year. requires, excludes: refs. group: theme. Empty mappings mean "not known", never "free".
    """

    ref: str
    code: str
    title: str
    url: str
    group: str
    group_title: str
    state: str = ""
    state_label: Text = ""
    own_funds: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    grants: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    staff_days: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ends: date | None = None


@dataclass(frozen=True)
class CandidateSource:
    """The candidates that this person may see, in the order of their register."""

    id: str
    title: Text
    candidates: Callable[[Any], Iterable[Candidate]]


@dataclass(frozen=True)
class Lever:
    """A candidate that works on an indicator of an index; basis says where this is known from."""

    candidate: str
    indicator: str
    basis: str = ""


@dataclass(frozen=True)
class FieldEdition:
    """An edition of an index whose field can be loaded; year is that of its publication."""

    key: str
    title: str
    year: int
    own_city: str = ""


@dataclass(frozen=True)
class FieldSource:
    """Fields of one index, oldest edition first. load(key) gives the field; levers(key) which candidate moves what.

    stamp() changes whenever a field may have changed, so that others need not load all to see it; "" = not known.
    load_all(keys) gives several fields at once, in the order of the keys, where that is cheaper than one by one.
    """

    id: str
    title: Text
    editions: Callable[[], Iterable[FieldEdition]]
    load: Callable[[str], Field]
    levers: Callable[[str], Iterable[Lever]] = lambda key: ()
    stamp: Callable[[], str] = lambda: ""
    load_all: Callable[[Sequence[str]], list[Field]] | None = None
