"""Specifications of the strategy's charts; drawn by platform.ui."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models import Kpi, KpiValue, Target
from steuerrad.modules.strategy.queries.structure import FieldState, ThemeState
from steuerrad.platform.ui.charts.specs import LineChart, Series, TimePoint
from steuerrad.platform.ui.charts.specs import Target as TargetLine
from steuerrad.platform.ui.charts.wheel import WheelField, WheelSpec, WheelTheme


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def value_chart(kpi: Kpi, values: list[KpiValue], target: Target | None) -> LineChart:
    """The valid values of a KPI over time, with the target where it has the same unit."""
    points = tuple(TimePoint(value.date, float(value.value)) for value in values)
    line = None
    if target is not None and target.value is not None:
        year = int(target.year) if target.year.isdigit() else None
        line = TargetLine(float(target.value), year, _("Target"))
    sources = sorted({value.source for value in values})
    return LineChart(
        title=kpi.name,
        unit=kpi.unit,
        language=language(),
        series=(Series(_("Value"), points),),
        target=line,
        from_zero=all(value.value >= 0 for value in values),
        source="; ".join(sources[:3]) + (" …" if len(sources) > 3 else ""),
    )


def wheel_spec(themes: list[ThemeState]) -> WheelSpec:
    """The wheel of this city's strategy."""
    return WheelSpec(
        title=_("The strategy as a wheel"),
        themes=tuple(
            WheelTheme(
                state.theme.code, state.theme.title, state.theme.get_absolute_url(),
                tuple(wheel_field(item) for item in state.fields),
            )
            for state in themes
        ),
        language=language(),
    )  # fmt: skip


def wheel_field(item: FieldState) -> WheelField:
    counts = tuple((key, str(label), number) for key, label, number in item.parts)
    return WheelField(item.field.code, item.field.title, item.field.get_absolute_url(), counts)
