from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.platform.tables.fields import (
    parse_bool,
    parse_choice,
    parse_date,
    parse_decimal,
    parse_int,
    parse_year,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("66,9", "66.9"),
        ("66.9", "66.9"),
        ("0.123", "0.123"),
        ("0,125", "0.125"),
        ("12.3450", "12.3450"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1 234,5", "1234.5"),
        ("1\u202f234\u202f567", "1234567"),
        ("1'234.50", "1234.50"),
        ("1'234.567", "1234.567"),
        ("-4,0", "-4.0"),
        ("−15,8", "-15.8"),
        ("+50,0", "50.0"),
        (" 7 ", "7"),
        (",5", "0.5"),
        ("1.5e-7", "0.00000015"),
        ("1234.567", "1234.567"),
    ],
)
def test_decimals_german_and_english(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1,2,3",
        "12a",
        "NaN",
        "inf",
        "-inf",
        "1e999",
        "1e31",
        "--1",
        "1.2.3,4",
        "12%",
        "1.234,567.8",
        "1,234.567,8",
        "1 23",
        "1..2",
        ".",
        ",",
        "+",
        "1_000",
        "１２",
        "٣",
        "0x10",
        "1" * 61,
        "1 234.567,8",
        "1e",
    ],
)
def test_what_is_no_decimal(text: str) -> None:
    with pytest.raises(ValueError):
        parse_decimal(text)


def test_the_ambiguous_number_needs_a_word_from_the_caller() -> None:
    for text in ("12.345", "1,234", "-12.345"):
        with pytest.raises(ValueError, match="ambiguous"):
            parse_decimal(text)
    assert parse_decimal("12.345", decimal=".") == Decimal("12.345")
    assert parse_decimal("12.345", decimal=",") == 12345
    assert parse_decimal("12,345", decimal=",") == Decimal("12.345")
    with pytest.raises(ValueError):
        parse_decimal("1.234,5", decimal=".")


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=4))
def test_german_and_english_spelling_mean_the_same(number: Decimal) -> None:
    english = f"{number:,.4f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert parse_decimal(english) == number == parse_decimal(german)


def refused(parser: Callable[[str], object], text: str) -> str | None:
    try:
        parser(text)
    except ValueError as error:
        return str(error)
    return None


@given(st.text(max_size=80))
def test_any_text_parses_or_is_refused_with_a_reason(text: str) -> None:
    for parser in (parse_decimal, parse_int, parse_year, parse_date, parse_bool):
        reason = refused(parser, text)
        assert reason is None or (reason and "\n" not in reason)


@given(st.text(alphabet="0123456789.,' +-eE", max_size=20))
def test_what_parses_as_a_number_is_finite(text: str) -> None:
    try:
        value = parse_decimal(text)
    except ValueError:
        return
    assert value.is_finite()


def test_whole_numbers_and_years() -> None:
    assert parse_int("1.234.567") == 1234567
    assert parse_int("5,0") == 5
    assert parse_int("364.920", decimal=",") == 364920
    assert parse_int("-3") == -3
    assert parse_year(" 2020 ") == 2020
    for text in ("20", "2020.0", "1899", "2101", "2.020", "abcd"):
        with pytest.raises(ValueError):
            parse_year(text)
    for text, reason in (("0", "below 1"), ("82", "above 81"), ("1,5", "whole")):
        with pytest.raises(ValueError, match=reason):
            parse_int(text, low=1, high=81)


@pytest.mark.parametrize(
    "text",
    ["2020-09-24", "24.9.2020", "24.09.2020", "24. September 2020", "24. Sep. 2020", "2020-09-24 00:00:00"],
)
def test_dates(text: str) -> None:
    assert parse_date(text) == date(2020, 9, 24)


@pytest.mark.parametrize(
    "text", ["", "24.9.20", "09/24/2020", "2020-02-30", "31.04.2020", "1. Foo 2020", "0000-01-01"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError):
        parse_date(text)


def test_march_has_an_umlaut() -> None:
    assert parse_date("3. März 2021") == parse_date("3. Maerz 2021") == date(2021, 3, 3)


def test_yes_and_no() -> None:
    assert [parse_bool(t) for t in ("Ja", "nein", "TRUE", "falsch", "1", "0")] == [True, False] * 3
    with pytest.raises(ValueError):
        parse_bool("vielleicht")


def test_choice_suggests_the_nearest() -> None:
    cities = ("Bochum", "Dortmund", "Essen")
    assert parse_choice(" bochum ", cities) == "Bochum"
    with pytest.raises(ValueError, match="did you mean 'Dortmund'"):
        parse_choice("Dortmnd", cities)
    with pytest.raises(ValueError, match="one of: Bochum, Dortmund, Essen"):
        parse_choice("Xyz", cities)
