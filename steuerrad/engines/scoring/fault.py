"""Which single fault could explain that a score does not follow from its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steuerrad.engines.scoring.aggregation import AggregationRule, Part, divisor_of, explain
from steuerrad.engines.scoring.interval import Interval


@dataclass(frozen=True, slots=True)
class PartFault:
    """The part ``name`` could be wrong: ``required`` are the values inside its scale that would fit."""

    name: str
    stated: Interval
    required: Interval


@dataclass(frozen=True, slots=True)
class Fault:
    """All single faults that could explain a contradicted score.

    ``parts``: one part alone is wrong. ``missing``: one more indicator with a value in this interval was left
    out. ``counts``: the score was divided by another number of indicators.
    ``left_out``: the score was made without this part. ``implied``: the score that the parts give.
    """

    score: Interval
    implied: Interval
    parts: tuple[PartFault, ...]
    missing: Interval | None
    counts: tuple[int, ...]
    left_out: tuple[str, ...]

    def part(self, name: str) -> PartFault | None:
        return next((fault for fault in self.parts if fault.name == name), None)


def required_value(score: Interval, parts: Sequence[Part], rule: AggregationRule, index: int) -> Interval:
    """Return which values of part ``index`` make the score fall into ``score``, whatever its scale allows.

    The other parts may take any of their values. Raises ValueError for a part without weight.
    """
    weight = parts[index].weight if rule.kind == "weighted_mean" else 1
    if weight == 0:
        raise ValueError("a part without weight cannot explain anything")
    others = explain(parts, rule)
    own = parts[index].value * weight
    # Sums of independent intervals can be taken apart end by end.
    rest = Interval(others.sum.lo - own.lo, others.sum.hi - own.hi)
    return (score * others.divisor - rest) / weight


def _part_faults(score: Interval, parts: Sequence[Part], rule: AggregationRule) -> tuple[PartFault, ...]:
    found: list[PartFault] = []
    for index, part in enumerate(parts):
        if rule.kind == "weighted_mean" and part.weight == 0:
            continue
        fits = required_value(score, parts, rule, index).intersection(Interval.of(0, part.maximum))
        if fits is not None:
            found.append(PartFault(part.name, part.value, fits))
    return tuple(found)


def _missing_indicator(score: Interval, parts: Sequence[Part], rule: AggregationRule) -> Interval | None:
    if rule.kind == "weighted_mean":
        return None  # an unknown weight can explain anything
    stated = explain(parts, rule)
    unit = divisor_of([*parts, Part("", Interval.of(0))], rule)
    return (score * unit - stated.sum).intersection(Interval.of(0, rule.scale))


def locate_fault(
    score: Interval, parts: Sequence[Part], rule: AggregationRule, *, other_counts: Sequence[int] = ()
) -> Fault:
    """Return every single fault that would make ``parts`` give ``score``.

    ``other_counts``: numbers of indicators to try as divisor, for example last year's.
    The call makes sense for a contradicted score; for a consistent one every part fits as it stands.
    """
    here = explain(parts, rule)
    counts = tuple(
        count
        for count in dict.fromkeys(other_counts)
        if count != here.indicators and explain(parts, rule, indicators=count).score.meets(score)
    )
    left_out = tuple(
        part.name
        for index, part in enumerate(parts)
        if len(parts) > 1 and _without(parts, index, rule, score, here.indicators)
    )
    return Fault(
        score,
        here.score,
        _part_faults(score, parts, rule),
        _missing_indicator(score, parts, rule),
        counts,
        left_out,
    )


def _without(
    parts: Sequence[Part], index: int, rule: AggregationRule, score: Interval, indicators: int
) -> bool:
    rest = [part for number, part in enumerate(parts) if number != index]
    if not any(part.kind == "indicator" for part in rest):
        return False
    tries = [explain(rest, rule)]
    if rule.kind == "sum_over_max":
        tries.append(explain(rest, rule, indicators=indicators))
        if parts[index].kind == "bonus":  # left out of the sum and of the attainable points
            tries.append(explain(rest, AggregationRule(rule.kind, 0 * rule.bonus_share, rule.scale)))
    return any(attempt.score.meets(score) for attempt in tries)
