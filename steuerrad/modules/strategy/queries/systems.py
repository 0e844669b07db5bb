"""The systems that the strategy names, and which of them run here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.models import Measure, System


@dataclass(frozen=True)
class SystemState:
    """A system, the running module's start page (empty: it has none) and its measures."""

    system: System
    runs: bool
    url: str
    measures: list[Measure]


def runs_here(system: System) -> bool:
    """A module of the system's name is registered. This says that its module runs, not that all of the job is done."""
    return bool(system.module) and system.module in registry


def systems() -> list[SystemState]:
    """All systems in the order of their codes. Two queries."""
    own = Measure.objects.filter(retired=False).only("number", "title")
    rows = System.objects.filter(retired=False).prefetch_related(
        Prefetch("measures", own, to_attr="answered")
    )
    return [SystemState(row, runs_here(row), start_page(row.module), row.answered) for row in rows]  # type: ignore[attr-defined]


def start_page(slug: str) -> str:
    """URL name of the module's first navigation entry; empty when it does not run or has none."""
    module = registry.get(slug) if slug else None
    return module.navigation[0].url_name if module and module.navigation else ""
