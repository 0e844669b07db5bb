"""How an index makes one score of many, described as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from steuerrad.engines.scoring.interval import Interval, Number, exact, total

RuleKind = Literal["sum_over_max", "mean", "weighted_mean"]
PartKind = Literal["indicator", "bonus"]


@dataclass(frozen=True, slots=True)
class AggregationRule:
    """A rule that makes a score of parts.

    ``sum_over_max``: points of all parts over the attainable points, times ``scale``. Attainable are ``scale``
    per indicator plus ``bonus_share`` of that for bonus parts, attainable whether or not a bonus part exists.
    With scale 100 and bonus_share 1/20: score = sum / (100 * n * 1.05) * 100 for n indicators.
    ``mean``: unweighted mean of the parts. ``weighted_mean``: by the weights of the parts.
    """

    kind: RuleKind
    bonus_share: Fraction = Fraction(0)
    scale: Fraction = Fraction(100)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bonus_share", exact(self.bonus_share))
        object.__setattr__(self, "scale", exact(self.scale))
        if self.scale <= 0 or self.bonus_share < 0:
            raise ValueError("scale must be positive and bonus_share not negative")

    def bonus_maximum(self, indicators: int) -> Fraction:
        """Most points that the bonus parts of a category with so many indicators can bring together."""
        return self.scale * indicators * self.bonus_share


# Smart City Index: category = points with pilots over attainable points, total = mean of the five categories.
SUM_WITH_BONUS = AggregationRule("sum_over_max", Fraction(1, 20))
MEAN = AggregationRule("mean")


@dataclass(frozen=True, slots=True)
class Part:
    """One summand: its possible values, its scale from 0 to ``maximum`` and its weight."""

    name: str
    value: Interval
    kind: PartKind = "indicator"
    maximum: Fraction = Fraction(100)
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with what it was made of: score = sum of weight * part / divisor."""

    score: Interval
    parts: tuple[Part, ...]
    sum: Interval
    divisor: Fraction
    indicators: int


def weighted_mean(values: Sequence[Interval], weights: Sequence[Number]) -> Interval:
    """Mean of ``values`` with non-negative ``weights`` that are not all zero. Raises ValueError."""
    factors = [exact(weight) for weight in weights]
    if len(factors) != len(values) or any(factor < 0 for factor in factors) or not any(factors):
        raise ValueError("as many non-negative weights as values, not all zero, are needed")
    return total([value * factor for value, factor in zip(values, factors, strict=True)]) / sum(factors)


def divisor_of(parts: Sequence[Part], rule: AggregationRule, indicators: int | None = None) -> Fraction:
    """Return what the sum of points is divided by. Raises ValueError when nothing can be scored."""
    count = sum(part.kind == "indicator" for part in parts) if indicators is None else indicators
    if rule.kind == "sum_over_max":
        divisor = Fraction(count) * (1 + rule.bonus_share)
    elif rule.kind == "mean":
        divisor = Fraction(len(parts) if indicators is None else indicators)
    else:
        divisor = sum((part.weight for part in parts), Fraction(0))
    if divisor <= 0:
        raise ValueError("a score needs at least one indicator")
    return divisor


def explain(parts: Sequence[Part], rule: AggregationRule, *, indicators: int | None = None) -> Explanation:
    """Return the score of ``parts`` with its sum and divisor.

    ``indicators`` replaces the counted number of indicators, to try another year's count.
    Points are in units of the scale, so that the score of ``sum_over_max`` has the scale of one indicator.
    """
    divisor = divisor_of(parts, rule, indicators)
    weighted = rule.kind == "weighted_mean"
    points = total([part.value * part.weight if weighted else part.value for part in parts])
    count = sum(part.kind == "indicator" for part in parts) if indicators is None else indicators
    return Explanation(points / divisor, tuple(parts), points, divisor, count)


def category_score(
    parts: Sequence[Interval], maxima: Sequence[Number], rule: AggregationRule = SUM_WITH_BONUS
) -> Interval:
    """Return the score of parts given by value and maximum.

    A part whose maximum is the scale of the rule counts as an indicator, every other one as a bonus part.
    """
    return explain(
        [
            Part(str(number), value, "indicator" if exact(most) == rule.scale else "bonus", exact(most))
            for number, (value, most) in enumerate(zip(parts, maxima, strict=True))
        ],
        rule,
    ).score
