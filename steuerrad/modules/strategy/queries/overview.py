"""The figures at the top of the home page and of the strategy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from steuerrad.modules.strategy.queries.findings import shown
from steuerrad.modules.strategy.queries.kpis import state_counts
from steuerrad.modules.strategy.queries.structure import RUNNING_OR_DONE, ThemeState
from steuerrad.modules.strategy.rules.audit.finding import Severity


@dataclass(frozen=True)
class Figures:
    """Counts of measures by status and of KPIs by where their values come from."""

    measures: int
    running: int
    statuses: dict[str, int]
    kpis: int
    kpi_states: Counter[str]
    findings: int
    contradictions: int


def figures(themes: list[ThemeState]) -> Figures:
    """Key figures from the wheel that is already read; four more queries, and the audit when something has changed."""
    statuses: Counter[str] = Counter()
    for theme in themes:
        statuses.update(theme.counts)
    states = state_counts()
    found = [item for item in shown() if item.accepted is None]
    return Figures(
        measures=statuses.total(),
        running=sum(statuses[name] for name in RUNNING_OR_DONE),
        statuses=dict(statuses),
        kpis=states.total(),
        kpi_states=states,
        findings=len(found),
        contradictions=sum(item.finding.severity == Severity.ERROR for item in found),
    )
