"""Numbers in forms: shown and read as people write them, in German and in English."""

from __future__ import annotations

import pytest
from django import forms
from django.utils import translation

from steuerrad.modules.sensors.figure_field import FigureField


class Form(forms.Form):
    low = FigureField(min_value=-90, max_value=1000)


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("de", 30.0, "30"),
        ("de", 30.5, "30,5"),
        ("en", 30.5, "30.5"),
        ("de", "30.5", "30,5"),
        ("de", -7.25, "-7,25"),
    ],
)
def test_a_number_is_shown_in_the_language(language, value, shown) -> None:
    with translation.override(language):
        assert f'value="{shown}"' in str(Form(initial={"low": value})["low"])


@pytest.mark.parametrize(
    ("text", "value"),
    [("30,5", 30.5), ("30.5", 30.5), ("30", 30.0), ("−7,25", -7.25), (" 1 ", 1.0), ("1e2", 100.0)],
)
def test_comma_and_point_are_read(text, value) -> None:
    with translation.override("de"):
        form = Form({"low": text})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["low"] == value


@pytest.mark.parametrize("text", ["", "a", "1,2,3", "1.000,5.2", "nan", "inf", "-91", "1001"])
def test_what_is_no_number_or_outside_is_refused(text) -> None:
    with translation.override("de"):
        assert "low" in Form({"low": text}).errors
