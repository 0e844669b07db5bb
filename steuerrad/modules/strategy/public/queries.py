"""Reading what is released, for everybody; the same for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import (
    Kpi,
    KpiValue,
    Measure,
    MeasureOrganisation,
    MeasureStatus,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.queries.steering import published
from steuerrad.modules.strategy.public import facts
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import measures as measure_queries
from steuerrad.modules.strategy.rules.progress import Attention, attention
from steuerrad.modules.strategy.rules.states import PeriodKind, Status

REPORT = ("period_end", "published_on", "text", "achievements", "next_steps")
NEWS_SHOWN = 12
FEED_ITEMS = 50


def newest_reports(measure_ids: list[int]) -> dict[int, facts.Published]:
    """The newest public report by measure. One query."""
    newest = published().filter(measure=OuterRef("measure")).order_by("-period_end", "-published_on", "-pk")
    rows = published().filter(measure__in=measure_ids, pk=Subquery(newest.values("pk")[:1]))
    return {
        row["measure_id"]: facts.published(row, row["snapshot"] or {})
        for row in rows.values("measure_id", "snapshot", *REPORT)
    }


@dataclass(frozen=True)
class MeasureState:
    """A measure with what its newest public report says and why it needs attention."""

    measure: Measure
    report: facts.Published | None
    why: Attention | None
    leads: list[str]


def measures(theme: str = "") -> list[MeasureState]:
    """All measures (of a theme) in the order of the strategy. Three queries."""
    return states_of(list(measure_queries.measures(measure_queries.MeasureFilter(theme=theme))))


def states_of(found: list[Measure]) -> list[MeasureState]:
    reports = newest_reports([item.pk for item in found])
    year = clock.today().year
    return [
        MeasureState(
            item,
            reports.get(item.pk),
            attention(
                Status(item.status), PeriodKind(item.period_kind), item.start_year, item.end_year, year
            ),
            [p.organisation.name for p in item.participations if p.role == MeasureOrganisation.LEAD],  # type: ignore[attr-defined]
        )
        for item in found
    ]


@dataclass(frozen=True)
class Standing:
    """Where a KPI stands: all valid values in order of time, the change, the target and the way to it in per cent."""

    kpi: Kpi
    values: list[KpiValue]
    change: facts.Change | None
    target: Any
    way: Decimal | None

    @property
    def newest(self) -> KpiValue | None:
        return self.values[-1] if self.values else None


def standings(theme: str = "", codes: list[str] | None = None) -> list[Standing]:
    """KPIs (of a theme, or those named) with their released values. Three queries."""
    query = kpi_queries.kpis(kpi_queries.KpiFilter(theme=theme)).prefetch_related("targets")
    if codes is not None:
        query = query.filter(code__in=codes)
    found = list(query)
    values: dict[int, list[KpiValue]] = defaultdict(list)
    for value in kpi_queries.valid_values().filter(kpi__in=found).order_by("date"):
        values[value.kpi_id].append(value)
    return [standing(kpi, values[kpi.pk]) for kpi in found]


def standing(kpi: Kpi, values: list[KpiValue]) -> Standing:
    kpi.own_targets = [item for item in kpi.targets.all() if not item.retired]  # type: ignore[attr-defined]
    change = facts.changed(kpi, values)
    target = kpi_queries.comparable_target(kpi)
    return Standing(kpi, values, change, target, kpi_queries.progress_of(kpi, values))


@dataclass(frozen=True)
class News:
    """Something that became public. key: stable for feed readers; when: the moment of its release."""

    key: str
    kind: str
    when: datetime
    ref: Any
    detail: Any


def news(*, theme: str = "", measure: str = "", kpi: str = "", limit: int = FEED_ITEMS) -> list[News]:
    """The newest first. Values that the platform computes by itself every day are left out: they are no news."""
    found = [
        *([] if kpi else _measure_news(theme, measure, limit)),
        *([] if measure else _kpi_news(theme, kpi, limit)),
    ]
    return sorted(found, key=lambda item: (item.when, item.key), reverse=True)[:limit]


def _measure_news(theme: str, number: str, limit: int) -> list[News]:
    only = Q(measure__retired=False)
    if theme:
        only &= Q(measure__field__theme__code=theme)
    if number:
        only &= Q(measure__number=number)
    statuses = MeasureStatus.objects.filter(only).select_related("measure").order_by("-recorded_at", "-pk")
    if not number:  # where a measure began is no news
        statuses = statuses.filter(
            Exists(MeasureStatus.objects.filter(measure=OuterRef("measure"), pk__lt=OuterRef("pk")))
        )
    reports = published().filter(only).select_related("measure").order_by("-published_on", "-pk")[:limit]
    return [
        *(News(f"status:{row.pk}", "status", row.recorded_at, row.measure, row) for row in statuses[:limit]),
        *(News(f"report:{row.pk}", "report", _morning(row), row.measure, row) for row in reports),
    ]


def _morning(report: StatusReport) -> datetime:
    """The moment from which a report is public: its release, or the start of its publication day when later."""
    assert report.released_at is not None
    assert report.published_on is not None
    return max(report.released_at, clock.start_of(report.published_on))


def _kpi_news(theme: str, code: str, limit: int) -> list[News]:
    rows = kpi_queries.valid_values().filter(kpi__retired=False).exclude(origin=KpiValue.COMPUTED)
    if theme:
        rows = rows.filter(kpi__field__theme__code=theme)
    if code:
        rows = rows.filter(kpi__code=code)
    else:  # a series that was loaded on one day is one piece of news: its newest value
        later = kpi_queries.valid_values().filter(origin=KpiValue.LOADED).filter(
            kpi=OuterRef("kpi"), date__gt=OuterRef("date"), origin=OuterRef("origin"),
            recorded_at__date=OuterRef("recorded_at__date"),
        )  # fmt: skip
        rows = rows.exclude(Exists(later))
    rows = rows.select_related("kpi", "proposal").order_by("-recorded_at", "-pk")[:limit]
    return [News(f"value:{row.pk}", "value", _released(row), row.kpi, row) for row in rows]


def _released(value: KpiValue) -> datetime:
    proposal = getattr(value, "proposal", None)
    return proposal.decided_at if proposal is not None and proposal.decided_at else value.recorded_at


def newest_entry() -> date | None:
    """The day of the newest status of any measure."""
    row = (
        MeasureStatus.objects.filter(measure__retired=False)
        .order_by("-since")
        .values_list("since", flat=True)
    )
    return row.first()
