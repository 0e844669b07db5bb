from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.scoring import (
    Interval,
    NotAFigureError,
    OutsideScaleError,
    figures_agree,
    parse_figure,
    printed_interval,
)
from steuerrad.engines.scoring.printed import shown


@given(st.decimals(min_value=0, max_value=100, places=5), st.integers(0, 3), st.booleans(), st.booleans())
def test_the_interval_holds_the_true_value(true: Decimal, places: int, even: bool, comma: bool) -> None:
    rounded = true.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN if even else ROUND_HALF_UP)
    text = str(rounded).replace(".", "," if comma else ".")
    interval = printed_interval(text, low=0, high=100)
    assert interval.contains(true)
    assert interval.width <= Fraction(1, 10**places)


@pytest.mark.parametrize(
    ("text", "value", "decimals", "signed"),
    [
        ("4,5", Fraction(9, 2), 1, False),
        ("66.80", Fraction(334, 5), 2, False),
        ("+33,6", Fraction(168, 5), 1, True),
        ("−4,0", Fraction(-4), 1, True),
        (" – 4,0", Fraction(-4), 1, True),
        ("0", Fraction(0), 0, False),
    ],
)
def test_parses_printed_decimals(text: str, value: Fraction, decimals: int, signed: bool) -> None:
    figure = parse_figure(text)
    assert (figure.value, figure.decimals, figure.signed) == (value, decimals, signed)


@pytest.mark.parametrize("text", ["", "35/35", "1.200,5", "4,", ",5", "abc", "1e3", "٣,٥", "nan"])
def test_refuses_what_is_not_a_decimal(text: str) -> None:
    with pytest.raises(NotAFigureError):
        parse_figure(text)


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("66,9", "66.9", True),
        ("66,9", "67", True),
        ("70.25", "70,3", True),
        ("66,9", "66,8", False),
        ("70.25", "70,4", False),
        ("100", "99,4", False),
    ],
)
def test_two_prints_of_one_figure(first: str, second: str, agree: bool) -> None:
    assert figures_agree(parse_figure(first), parse_figure(second)) is agree
    assert figures_agree(parse_figure(second), parse_figure(first)) is agree


def test_an_integer_is_read_wide_unless_the_caller_knows_the_decimals() -> None:
    assert printed_interval("30") == Interval.of(Decimal("29.5"), Decimal("30.5"))
    assert printed_interval("30", decimals=1) == Interval.of(Decimal("29.95"), Decimal("30.05"))


def test_clips_to_the_scale() -> None:
    assert printed_interval("100,0", low=0, high=100) == Interval.of(Decimal("99.95"), 100)
    assert printed_interval("0,0", low=0, high=100) == Interval.of(0, Decimal("0.05"))
    assert printed_interval("100,04", low=0, high=Decimal("100.04")).hi == Fraction("100.04")
    with pytest.raises(OutsideScaleError):
        printed_interval("100,1", low=0, high=100)


@given(st.fractions(min_value=-100, max_value=100, max_denominator=2000), st.integers(0, 2))
def test_shown_rounds_half_away_from_zero(value: Fraction, places: int) -> None:
    result = shown(value, places)
    assert abs(Fraction(result) - value) <= Fraction(1, 2 * 10**places)
    assert shown(-value, places) == -result


def test_shown_keeps_trailing_zeros() -> None:
    assert str(shown(Fraction(30), 1)) == "30.0"
    assert str(shown(Fraction(5, 100), 1)) == "0.1"
