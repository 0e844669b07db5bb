"""Everything that the files say about a choice of measures, as far as a person may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from steuerrad.modules.strategy.models import (
    BudgetLine,
    Decision,
    Dependency,
    Measure,
    MeasureOrganisation,
    Milestone,
    Risk,
    StaffDays,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.overview import YearMoney, money_rows
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState, published
from steuerrad.modules.strategy.portfolio.queries.timeline import relations


@dataclass(frozen=True)
class Content:
    """reads: ids of the measures that the person reads in full; of the others there is only what is published."""

    states: list[MeasureState]
    reads: frozenset[int]
    milestones: list[Milestone]
    lines: list[BudgetLine]
    money: list[YearMoney]
    staff: list[StaffDays]
    risks: list[Risk]
    dependencies: list[Dependency]
    decisions: list[Decision]
    reports: list[StatusReport]
    drafts: list[StatusReport]

    def of(self, rows: Iterable[Any], measure: Measure) -> list[Any]:
        return [row for row in rows if row.measure_id == measure.pk]


def gather(user: Any, states: Sequence[MeasureState]) -> Content:
    """About ten queries whatever the number of measures."""
    ids = [state.measure.pk for state in states]
    readable = readable_ids(user)
    reads = frozenset(ids if readable is None else readable & set(ids))
    inside = Q(measure__in=reads)
    lines = [line for state in states for line in state.lines]
    reports = StatusReport.objects.filter(inside, state="released") | published().filter(measure__in=ids)
    return Content(
        list(states), reads, [item for state in states for item in state.milestones], lines, money_rows(lines),
        list(standing(StaffDays, inside).select_related("measure", "organisation").order_by("measure__order", "year", "pk")),
        list(standing(Risk, inside).select_related("measure").order_by("measure__order", "pk")),
        relations(user, [state.measure.number for state in states]),
        list(standing(Decision, inside | Q(measure__in=ids) & ~Q(document="")).select_related("measure").order_by("measure__order", "-decided_on")),
        list(reports.select_related("measure").order_by("measure__order", "-period_end", "-pk").distinct()),
        list(StatusReport.objects.filter(inside, state="draft").select_related("measure").order_by("measure__order", "pk")),
    )  # fmt: skip


def standing(model: Any, wanted: Q) -> Any:
    return model.objects.filter(wanted, retired=False)


def organisations(state: MeasureState, role: str) -> str:
    """Names of the organisations in this role."""
    rows = state.measure.participations  # type: ignore[attr-defined]
    return ", ".join(item.organisation.name for item in rows if item.role == role)


def leads(state: MeasureState) -> str:
    return organisations(state, MeasureOrganisation.LEAD)


def partners(state: MeasureState) -> str:
    return organisations(state, MeasureOrganisation.PARTNER)
