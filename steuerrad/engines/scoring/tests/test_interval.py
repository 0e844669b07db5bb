from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.scoring import Interval, total, weighted_mean

numbers = st.fractions(min_value=-200, max_value=200, max_denominator=1000)


@st.composite
def interval_and_member(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    lo, member, hi = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Interval(lo, hi), member


@given(interval_and_member(), interval_and_member(), numbers)
def test_arithmetic_keeps_every_member(
    first: tuple[Interval, Fraction], second: tuple[Interval, Fraction], factor: Fraction
) -> None:
    (a, x), (b, y) = first, second
    assert (a + b).contains(x + y)
    assert (a - b).contains(x - y)
    assert (a * factor).contains(x * factor)
    assert (factor - a).contains(factor - x)
    assert total([a, b]) == a + b
    if factor:
        assert (a / factor).contains(x / factor)
    if factor > 0:
        assert weighted_mean([a, b], [factor, 1]).contains((x * factor + y) / (factor + 1))


@given(interval_and_member(), interval_and_member())
def test_gap_hull_and_intersection_agree(
    first: tuple[Interval, Fraction], second: tuple[Interval, Fraction]
) -> None:
    a, b = first[0], second[0]
    common = a.intersection(b)
    assert (common is None) == (a.gap(b) > 0) == (not a.meets(b))
    assert a.hull(b).contains(a)
    assert a.hull(b).contains(b)
    assert common is None or (a.contains(common) and b.contains(common))


def test_touching_intervals_meet_since_rounding_half_may_go_either_way() -> None:
    assert Interval.of(1, 2).meets(Interval.of(2, 3))


def test_refuses_floats_and_empty_intervals() -> None:
    with pytest.raises(TypeError):
        Interval.of(0.1)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError):
        Interval.of(2, 1)
    assert Interval.of(Decimal("0.1")).lo == Fraction(1, 10)
