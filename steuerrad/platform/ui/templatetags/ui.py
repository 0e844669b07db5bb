"""Template tags and filters of the shared look: `{% load ui %}`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.specs import Chart
from steuerrad.platform.ui.charts.states import glyph
from steuerrad.platform.ui.charts.wheel import WheelSpec, draw_wheel, swatch

register = template.Library()

INPUT_CLASSES = ((Select, "kern-form-input__select"), (Textarea, "kern-form-input__input"))


def language() -> str:
    """ "de" or "en": the language that figures are written in."""
    return "en" if (get_language() or "de").startswith("en") else "de"


def _number(value: Any) -> float | None:
    try:
        return None if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        return None


@register.filter(name="figure")
def figure_filter(value: Any, decimals: int | None = None) -> str:
    """`{{ 1234.5|figure:1 }}` is 1.234,5 in German, 1,234.5 in English; what is no number is a dash."""
    return numbers.figure(_number(value), decimals, language())


@register.filter
def percent(value: Any, decimals: int | None = None) -> str:
    """A value already in percent, with its sign: `{{ 45.2|percent:1 }}` is 45,2 %."""
    number = _number(value)
    text = numbers.figure(number, decimals, language())
    return text if number is None else numbers.with_unit(text, "%")


@register.filter
def change(value: Any, decimals: int | None = None) -> str:
    """A difference, always with its sign: +1,5, −2, ±0."""
    return numbers.signed(_number(value), decimals, language())


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in words of the current language; a time is shown in the city's time zone."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_format(value, "DATE_FORMAT")


@register.filter
def at(sequence: Sequence[Any] | None, index: int) -> Any:
    """`{{ row|at:forloop.counter0 }}`: one item, or nothing when there is none."""
    return sequence[index] if sequence is not None and 0 <= index < len(sequence) else ""


@register.simple_tag
def status_badge(state: str, label: str) -> SafeString:
    """A state as glyph, colour and words: `{% status_badge measure.status measure.get_status_display %}`."""
    html = render_to_string(
        "ui/_badge.html", {"state": state, "label": label, "glyph": _drawing(glyph(state))}
    )
    return _drawing(html.strip())


def _drawing(markup: str) -> SafeString:
    """Markup that our own code built, all text in it escaped when it was built."""
    return mark_safe(markup)  # noqa: S308


def _place(context: template.Context) -> str:
    """A number that grows with each picture of a page, so that two equal ones have different ids."""
    count = int(context.render_context.get("ui_pictures") or 0) + 1
    context.render_context["ui_pictures"] = count
    return str(count)


@register.simple_tag(takes_context=True)
def chart(context: template.Context, spec: Chart | None) -> str:
    """Picture for wide and for narrow places, caption and table of a chart specification."""
    if spec is None:
        return ""
    key = _place(context)
    wide, narrow = (_drawing(draw(spec, width, key)) for width in (WIDE, NARROW))
    values = {"spec": spec, "wide": wide, "narrow": narrow, "table": spec.table(), "open": True}
    return render_to_string("ui/_chart.html", values)


@register.simple_tag(takes_context=True)
def wheel(context: template.Context, spec: WheelSpec) -> str:
    """The wheel with its legend and the same as a nested list."""
    key = _place(context)
    legend = [
        {"label": label, "count": count, "swatch": _drawing(swatch(state, f"swatch-{key}-{number}"))}
        for number, (state, label, count) in enumerate(spec.legend())
    ]
    wide, narrow = (_drawing(draw_wheel(spec, width, key)) for width in (800.0, 360.0))
    return render_to_string(
        "ui/_wheel.html", {"spec": spec, "wide": wide, "narrow": narrow, "legend": legend}
    )


@register.inclusion_tag("ui/_source.html")
def source(text: str, url: str = "", when: Any = "") -> dict[str, Any]:
    """Where a figure or a sentence comes from: `{% source "Bitkom 2020" url %}`."""
    return {"text": text, "url": url if url.startswith(("https://", "http://", "/")) else "", "when": when}


@register.inclusion_tag("ui/_field.html")
def form_field(field: BoundField) -> dict[str, Any]:
    """One form field the KERN way; label, hint and errors are tied to it."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        several = isinstance(widget, CheckboxSelectMultiple)  # which is a RadioSelect, too
        css = "kern-form-check__checkbox" if several else "kern-form-check__radio"
        widget.attrs["class"] = css
        return {"field": field, "kind": "group"}
    if isinstance(widget, CheckboxInput):
        return {"field": field, "kind": "check", "widget": _drawn(field, "kern-form-check__checkbox")}
    css = next((css for kind, css in INPUT_CLASSES if isinstance(widget, kind)), "kern-form-input__input")
    kind = "file" if isinstance(widget, FileInput) else "select" if isinstance(widget, Select) else "input"
    return {"field": field, "kind": kind, "widget": _drawn(field, css)}


def _drawn(field: BoundField, css: str) -> SafeString:
    attrs = {"class": f"{css} {css}--error" if field.errors else css}
    if field.field.required and not isinstance(field.field.widget, CheckboxInput):
        attrs["aria-required"] = "true"
    return field.as_widget(attrs=attrs)  # pyright: ignore[reportArgumentType] - the stubs know only None
