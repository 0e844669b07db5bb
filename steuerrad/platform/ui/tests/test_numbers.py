import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.platform.ui.charts.numbers import figure, signed, tick_decimals, ticks, with_unit
from steuerrad.platform.ui.charts.svg import text_width, wrap


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (1234.5, 1, "de", "1.234,5"),
        (1234.5, 1, "en", "1,234.5"),
        (-0.04, 1, "de", "0,0"),
        (-12, None, "de", "−12"),
        (0.125, None, "de", "0,125"),
        (None, 1, "de", "–"),
        (math.nan, 1, "de", "–"),
        (2.5e20, None, "de", "2,5 × 10^20"),
    ],
)
def test_figure(value: float | None, decimals: int | None, language: str, text: str) -> None:
    assert figure(value, decimals, language) == text


def test_signed_figures_always_show_their_sign() -> None:
    assert [signed(value, 1) for value in (1.5, -2.0, 0.0, None)] == ["+1,5", "−2,0", "±0,0", "–"]


def test_percent_sign_follows_a_narrow_space() -> None:
    assert with_unit("45,2", "%") == "45,2\u202f%"


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12), st.integers(2, 9))
def test_ticks_enclose_their_range_and_rise(a: float, b: float, count: int) -> None:
    found = ticks(a, b, count)
    low, high = min(a, b), max(a, b)
    slack = max(abs(low), abs(high)) * 1e-6 + 1e-9
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert found == sorted(found)
    assert 2 <= len(found) <= count + 3


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_ticks_of_absurd_numbers_stay_finite(a: float, b: float) -> None:
    found = ticks(a, b)
    assert all(map(math.isfinite, found))
    assert 0 <= tick_decimals(found) <= 6


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.floats(20, 400), st.integers(1, 5))
def test_wrapped_lines_fit(text: str, width: float, lines: int) -> None:
    result = wrap(text, width, 14, lines)
    assert 1 <= len(result) <= lines
    assert all(text_width(line, 14) <= width or len(line) <= 4 for line in result)


def test_compounds_break_at_their_joints() -> None:
    assert wrap("Organisationsentwicklung", 110, 14, 3) == ["Organisations-", "entwicklung"]
    assert wrap("Daten-Infrastruktur", 100, 14, 3) == ["Daten-", "Infrastruktur"]
