"""Computing all KPIs that modules running here supply, and keeping the figures of the day."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation

from steuerrad.kernel.contributions import KpiResult
from steuerrad.modules.strategy.actions.values import store_computed
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.modules.strategy.queries.kpis import contribution

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Computed:
    """One KPI of the strategy: what its function said, what was stored, and the error if it failed."""

    kpi: Kpi
    result: KpiResult | None
    stored: KpiValue | None
    error: str = ""


def compute_all() -> list[Computed]:
    """Compute and store every KPI that is tied to a function. A function that fails does not stop the others."""
    done = []
    for kpi in Kpi.objects.filter(retired=False).exclude(supplied_by=""):
        supplier = contribution(kpi)
        if supplier is None:
            done.append(Computed(kpi, None, None, f"no module here computes {kpi.supplied_by!r}"))
            continue
        try:
            with translation.override(
                settings.LANGUAGE_CODE
            ):  # what is stored reads the same whoever runs it
                result = supplier.compute()
        except Exception as error:
            log.exception("computing %s failed", kpi.supplied_by)
            done.append(Computed(kpi, None, None, f"{type(error).__name__}: {error}"))
            continue
        done.append(Computed(kpi, result, store_computed(kpi, result)))
    return done
