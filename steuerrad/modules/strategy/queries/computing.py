"""What the functions of running modules say at this moment."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from steuerrad.kernel.contributions import Kpi as Contribution
from steuerrad.kernel.contributions import KpiResult
from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.models import Kpi

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """A registered function, what it says now (None: it failed), and the KPIs of the city that it supplies."""

    supplier: Contribution
    result: KpiResult | None
    supplies: list[Kpi]


def compute_now(supplier: Contribution | None) -> KpiResult | None:
    """The result of a function; one that fails is logged and must not take the page down."""
    if supplier is None:
        return None
    try:
        return supplier.compute()
    except Exception:
        log.exception("computing %s failed", supplier.id)
        return None


def all_computed() -> list[Live]:
    """Every function that modules register, computed now."""
    supplied: dict[str, list[Kpi]] = {}
    for kpi in Kpi.objects.filter(retired=False).exclude(supplied_by=""):
        supplied.setdefault(kpi.supplied_by, []).append(kpi)
    return [Live(item, compute_now(item), supplied.get(item.id, [])) for item in registry.all("kpis")]
