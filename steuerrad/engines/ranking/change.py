"""Own change against the change of the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from steuerrad.engines.scoring.interval import Number, exact


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Change of one competitor beside the changes of the others.

    ``others`` is the number of other competitors known both times, ``median`` the median of their changes,
    ``rank`` the competition rank of the own change among own and others (1 = rose most).
    ``against_field`` = own change minus median. Everything but ``own`` is None without others.
    """

    own: Fraction
    others: int
    median: Fraction | None
    rank: int | None

    @property
    def against_field(self) -> Fraction | None:
        return None if self.median is None else self.own - self.median


def field_change(before: Mapping[str, Number], now: Mapping[str, Number], own: str) -> FieldChange | None:
    """Compare the change of ``own`` with that of every competitor in both mappings.

    Returns None when ``own`` is not known both times. Scales of the two years must be comparable; the caller
    marks method breaks.
    """
    if own not in before or own not in now:
        return None
    change = exact(now[own]) - exact(before[own])
    others = [
        exact(now[name]) - exact(value) for name, value in before.items() if name in now and name != own
    ]
    if not others:
        return FieldChange(change, 0, None, None)
    middle = exact(median(others))
    return FieldChange(change, len(others), middle, 1 + sum(other > change for other in others))


Scorer = Callable[[Fraction, Sequence[Fraction]], Fraction]


@dataclass(frozen=True, slots=True)
class ChangeSplit:
    """A change of a relative score, split exactly: ``total`` = ``own`` + ``field``.

    ``own``: new raw value against the old field. ``field``: what the others' move did to the new raw value.
    """

    own: Fraction
    field: Fraction

    @property
    def total(self) -> Fraction:
        return self.own + self.field


def split_change(
    value_before: Number,
    value_now: Number,
    field_before: Sequence[Number],
    field_now: Sequence[Number],
    score: Scorer,
) -> ChangeSplit:
    """Split the change of ``score(value, field)`` between two years into own and field effect.

    ``field_*`` are the raw values of all other competitors of that year.
    """
    old, new = [exact(x) for x in field_before], [exact(x) for x in field_now]
    start, middle = score(exact(value_before), old), score(exact(value_now), old)
    return ChangeSplit(middle - start, score(exact(value_now), new) - middle)


def min_max_score(value: Fraction, others: Sequence[Fraction]) -> Fraction:
    """0 for the lowest, 100 for the highest raw value, linear between; 100 when all are equal."""
    low, high = min([value, *others]), max([value, *others])
    return Fraction(100) if low == high else 100 * (value - low) / (high - low)


def rank_score(value: Fraction, others: Sequence[Fraction]) -> Fraction:
    """100 * (N - rank) / (N - 1) with competition ranks; 100 for a single competitor."""
    if not others:
        return Fraction(100)
    return Fraction(100 * (len(others) - sum(other > value for other in others)), len(others))
