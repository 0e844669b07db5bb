"""How an edition of an index is built, and how its indicators relate to those of the edition before."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from steuerrad.engines.scoring import MEAN, SUM_WITH_BONUS, AggregationRule
from steuerrad.modules.city_index.rules.names import category_key, name_key

PartKind = Literal["indicator", "pilot"]
Relation = Literal["same", "renamed", "split", "merged", "narrower", "broader", "different"]
# Relations under which a difference of two values is a change of the same thing.
COMPARABLE: frozenset[Relation] = frozenset({"same", "renamed"})


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """One indicator of an edition; ``maximum`` None = as the rule gives it (100, or the share for pilots)."""

    name: str
    kind: PartKind = "indicator"
    maximum: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CategoryStructure:
    """A category with its indicators; ``complete`` False = the list of indicators is known only in part."""

    name: str
    indicators: tuple[IndicatorSpec, ...] = ()
    complete: bool = True

    @property
    def count(self) -> int:
        """Number of normal indicators, pilots left out."""
        return sum(indicator.kind == "indicator" for indicator in self.indicators)

    def find(self, name: str) -> IndicatorSpec | None:
        key = name_key(name)
        return next((one for one in self.indicators if name_key(one.name) == key), None)


@dataclass(frozen=True, slots=True)
class EditionStructure:
    """An edition: its categories, the rule of a category and of the total, and what it says of its size.

    ``indicator_count`` counts pilots as indicators, as the publisher does. None = unknown.
    """

    edition: int
    categories: tuple[CategoryStructure, ...]
    rule: AggregationRule = SUM_WITH_BONUS
    total_rule: AggregationRule = MEAN
    cities: int | None = None
    indicator_count: int | None = None

    def category(self, name: str) -> CategoryStructure | None:
        key = category_key(name)
        return next((one for one in self.categories if category_key(one.name) == key), None)


@dataclass(frozen=True, slots=True)
class IndicatorMapping:
    """One line from an indicator of ``edition`` to one of ``previous_edition``; merges and splits have several.

    ``relation`` says what the newer one is to the older: renamed, merged (from several), split (of one),
    narrower, broader, different (only listed side by side).
    """

    edition: int
    previous_edition: int
    category: str
    name: str
    previous_name: str
    relation: Relation
