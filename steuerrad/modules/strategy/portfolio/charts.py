"""Charts of the portfolio; drawn by platform.ui."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from steuerrad.modules.strategy.portfolio.queries.overview import YearMoney
from steuerrad.platform.ui.charts.specs import Bar, BarChart
from steuerrad.platform.ui.templatetags.ui import language


def money_chart(rows: Sequence[YearMoney]) -> BarChart:
    """Planned and spent by year and source, in EUR."""
    bars = tuple(
        Bar(
            f"{row.year} · {row.programme.name if row.programme else _('own funds')}",
            _float(row.sums.planned),
            _float(row.sums.spent),
        )
        for row in rows
    )
    return BarChart(
        title=_("Money by year and source"), unit="EUR", decimals=0, language=language(), bars=bars,
        value_name=_("Planned"), comparison_name=_("Spent"), label_name=_("Year and source"),
    )  # fmt: skip


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
