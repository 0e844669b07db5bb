"""Closed intervals of exact rational numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal


def exact(number: Number) -> Fraction:
    """Return ``number`` as a fraction.

    A float is refused: 0.1 is not one tenth, and the audit must not find errors that it made itself.
    """
    if type(number) is Fraction:
        return number
    if isinstance(number, bool) or not isinstance(number, int | Fraction | Decimal):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"an exact number is needed, not {type(number).__name__}")
    return Fraction(number)


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from ``lo`` to ``hi``, both included.

    Arithmetic is exact (fractions), so nothing has to be rounded outward. Operands are taken as independent
    of each other: ``x - x`` is as wide as twice ``x``.
    """

    lo: Fraction
    hi: Fraction

    def __post_init__(self) -> None:
        if type(self.lo) is not Fraction or type(self.hi) is not Fraction:
            object.__setattr__(self, "lo", exact(self.lo))
            object.__setattr__(self, "hi", exact(self.hi))
        if self.lo > self.hi:
            raise ValueError(f"empty interval: {self.lo} > {self.hi}")

    @classmethod
    def of(cls, lo: Number, hi: Number | None = None) -> Interval:
        """The interval from ``lo`` to ``hi``; a single number without ``hi``."""
        return cls(exact(lo), exact(lo if hi is None else hi))

    @property
    def width(self) -> Fraction:
        return self.hi - self.lo

    @property
    def middle(self) -> Fraction:
        return (self.lo + self.hi) / 2

    def contains(self, other: Interval | Number) -> bool:
        if isinstance(other, Interval):
            return self.lo <= other.lo and other.hi <= self.hi
        return self.lo <= exact(other) <= self.hi

    def meets(self, other: Interval) -> bool:
        """Whether the two have at least one number in common."""
        return self.lo <= other.hi and other.lo <= self.hi

    def intersection(self, other: Interval) -> Interval | None:
        """The common part, or None when there is none."""
        return Interval(max(self.lo, other.lo), min(self.hi, other.hi)) if self.meets(other) else None

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.lo, other.lo), max(self.hi, other.hi))

    def gap(self, other: Interval) -> Fraction:
        """The distance between the two; 0 when they meet."""
        return max(Fraction(0), self.lo - other.hi, other.lo - self.hi)

    def __add__(self, other: Interval | Number) -> Interval:
        right = _interval(other)
        return Interval(self.lo + right.lo, self.hi + right.hi)

    def __radd__(self, other: Number) -> Interval:
        return self + other

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __sub__(self, other: Interval | Number) -> Interval:
        return self + (-_interval(other))

    def __rsub__(self, other: Number) -> Interval:
        return -self + other

    def __mul__(self, factor: Number) -> Interval:
        ends = (self.lo * exact(factor), self.hi * exact(factor))
        return Interval(min(ends), max(ends))

    def __rmul__(self, factor: Number) -> Interval:
        return self * factor

    def __truediv__(self, divisor: Number) -> Interval:
        """Raise ZeroDivisionError when ``divisor`` is 0."""
        return self * (1 / exact(divisor))


def _interval(value: Interval | Number) -> Interval:
    return value if isinstance(value, Interval) else Interval.of(value)


def total(intervals: list[Interval] | tuple[Interval, ...]) -> Interval:
    """The sum of independent intervals; [0, 0] for none."""
    return Interval(sum((x.lo for x in intervals), Fraction(0)), sum((x.hi for x in intervals), Fraction(0)))
