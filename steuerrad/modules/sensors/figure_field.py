"""A number in a form, as people write it in their language."""

from __future__ import annotations

from typing import Any

from django import forms


class FigureField(forms.FloatField):
    """Shows a comma in German and takes a comma or a point, and the minus sign of print."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(localize=True, **options)

    def to_python(self, value: Any) -> float | None:
        return super().to_python(value.replace("\N{MINUS SIGN}", "-") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        """30 instead of 30.0; a text that is a number (from an address) as a number."""
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                return value
        return int(value) if isinstance(value, float) and value.is_integer() else value
