"""Measures and KPIs as objects that other modules may link to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Linkable, LinkTarget
from steuerrad.modules.strategy.models import Kpi, Measure
from steuerrad.modules.strategy.portfolio.queries.succession import final_measures
from steuerrad.modules.strategy.queries.kpis import kpis, with_newest

STATE_GLYPHS = {"computed": "in_operation", "collected": "in_progress", "missing": "unknown"}
STATE_LABELS = {"computed": _("computed"), "collected": _("collected"), "missing": _("missing")}


def measure_targets(numbers: Iterable[str], user: Any) -> Mapping[str, LinkTarget]:
    """A number that went on as another leads to the first measure at its end."""
    wanted = set(numbers)
    found = {item.number: item for item in Measure.objects.filter(retired=False, number__in=wanted)}
    gone = wanted - set(found)
    ends = final_measures(gone) if gone else {}
    found |= {number: items[0] for number, items in ends.items() if items and not items[0].retired}
    return {
        number: LinkTarget(
            str(item), item.get_absolute_url(), _("Measure"), item.status, item.get_status_display()  # type: ignore[attr-defined]
        )
        for number, item in found.items()
    }  # fmt: skip


def kpi_targets(codes: Iterable[str], user: Any) -> Mapping[str, LinkTarget]:
    found = with_newest(list[Kpi](kpis().filter(code__in=list(codes))))
    return {
        item.kpi.code: LinkTarget(
            str(item.kpi), item.kpi.get_absolute_url(), _("KPI"),
            STATE_GLYPHS[item.state], STATE_LABELS[item.state],
        )
        for item in found
    }  # fmt: skip


LINKABLES = (
    Linkable("strategy.measure", _("Measures"), measure_targets),
    Linkable("strategy.kpi", _("KPIs"), kpi_targets),
)
