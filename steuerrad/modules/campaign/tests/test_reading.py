"""What people type and what is kept of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.campaign.reading import canonical, read_value
from steuerrad.modules.campaign.texts import figure

figures = st.decimals(min_value=-(10**15), max_value=10**15, places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("1.234,5", "decimal", "1234.5"),
        ("1,234.5", "decimal", "1234.5"),
        ("12,50", "decimal", "12.5"),
        ("-0", "decimal", "0"),
        ("12.345", "integer", "12345"),
        ("12,345", "integer", "12345"),
        ("1 234 567", "integer", "1234567"),
        ("45 %", "share", "45"),
        ("45,5%", "share", "45.5"),
        ("Ja", "yes_no", "yes"),
        ("nein", "yes_no", "no"),
        ("24.9.2020", "date", "2020-09-24"),
        ("  Text\r\nZeile ", "text", "Text\nZeile"),
        ("GELB", "choice", "gelb"),
        ("   ", "decimal", ""),
    ],
)
def test_read(text: str, type_: str, value: str) -> None:
    assert read_value(text, type_, ["rot", "gelb"]) == value


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("12.345", "decimal"),  # twelve thousand, or twelve and a bit?
        ("12,5", "integer"),
        ("viele", "decimal"),
        ("NaN", "decimal"),
        ("1e17", "decimal"),
        ("0,000000001", "decimal"),
        ("vielleicht", "yes_no"),
        ("31.02.2020", "date"),
        ("blau", "choice"),
        ("a\x00b", "text"),
        ("x" * 4001, "text"),
        ("5 %", "decimal"),
    ],
)
def test_refused(text: str, type_: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_value(text, type_, ["rot", "gelb"])


@given(figures)
def test_what_is_kept_reads_as_itself(value: Decimal) -> None:
    text = canonical(value)
    if "." in text and len(text.split(".")[1]) == 3:
        text += "0"  # three places could be thousands
    assert Decimal(read_value(text, "decimal")) == value


@given(figures)
def test_what_is_shown_is_the_same_figure(value: Decimal) -> None:
    """German print, read back by the German reading."""
    shown = figure(value)
    if shown.count(".") + shown.count(",") == 1 and len(shown.replace(",", ".").rpartition(".")[2]) == 3:
        return  # ambiguous on purpose
    assert Decimal(read_value(shown, "decimal")) == value


@given(
    st.text(max_size=200),
    st.sampled_from(["decimal", "integer", "share", "yes_no", "choice", "date", "text"]),
)
def test_anything_is_read_or_refused_and_reading_is_stable(text: str, type_: str) -> None:
    try:
        value = read_value(text, type_, ["rot", "gelb"])
    except ValueError:
        return
    if type_ not in {"decimal", "share"}:
        assert read_value(value, type_, ["rot", "gelb"]) == value
