"""The state of measures: milestones, money, KPIs and reports brought together into the light. Bounded queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import (
    BudgetLine,
    FundingProgramme,
    Kpi,
    KpiValue,
    LightOverride,
    Measure,
    MeasureStatus,
    Milestone,
    StatusReport,
    Target,
)
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.rules import light as lights
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.modules.strategy.portfolio.rules.light import Colour, KpiCourse, Light, Override, Steering
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState
from steuerrad.modules.strategy.rules.states import PeriodKind, Status


@dataclass(frozen=True)
class MeasureState:
    """A measure as the portfolio shows it. colour: the overridden one while that is in force, else the computed."""

    measure: Measure
    light: Light
    colour: Colour
    override: LightOverride | None
    milestones: tuple[Milestone, ...]
    lines: tuple[BudgetLine, ...]
    faults: tuple[money.MoneyFault, ...]
    report: StatusReport | None
    demo: bool

    @property
    def sums(self) -> money.Sum:
        return money.total(line.rules for line in self.lines)

    @property
    def next_milestone(self) -> Milestone | None:
        """The open milestone that is expected first."""
        still = [item for item in self.milestones if item.done_on is None and item.point.expected is not None]
        return min(still, key=lambda item: item.point.expected or date.max, default=None)


def milestones(*, public: bool = False, demo: bool = True) -> QuerySet[Milestone]:
    """public: only those that a document of the city prints. demo: whether invented ones count."""
    rows = Milestone.objects.filter(retired=False).select_related("measure")
    if public:
        rows = rows.exclude(document="")
    return rows if demo else rows.filter(demo=False)


def as_released(item: Milestone, report: StatusReport | None) -> Milestone:
    """A milestone of a document as everybody may know it. The row in memory is changed; it must not be saved.

    What people have entered since it was loaded (expected, reached, note) is theirs until a report with it is
    published. report: the newest published one.
    """
    if item.changed_at is None:
        return item
    planned = item.planned_on.isoformat() if item.planned_on else None
    frozen = report.snapshot.get("milestones", ()) if report else ()
    said: dict[str, Any] = next(
        (entry for entry in frozen if (entry["title"], entry["planned_on"]) == (item.title, planned)), {}
    )
    item.forecast_on = date.fromisoformat(said["forecast_on"]) if said.get("forecast_on") else None
    item.done_on = date.fromisoformat(said["done_on"]) if said.get("done_on") else item.printed_done_on
    item.note, item.changed_at = "", None
    return item


def visible_milestones(user: Any, rows: QuerySet[Milestone]) -> list[Milestone]:
    """In the order of the rows: all of measures that the person may read, of others those that are public."""
    readable = readable_ids(user)
    if readable is None:
        return list(rows)
    seen = [item for item in rows if item.measure_id in readable or (item.document and not item.demo)]
    outside = {item.measure_id: item.measure for item in seen if item.measure_id not in readable}
    reports = newest_reports(list(outside.values()), public=True, demo=False, today=clock.today())
    return [
        as_released(item, reports.get(item.measure_id)) if item.measure_id in outside else item
        for item in seen
    ]


def valid_lines(*, demo: bool = True) -> QuerySet[BudgetLine]:
    """The valid revisions."""
    rows = BudgetLine.objects.filter(superseded=False, measure__retired=False)
    rows = rows.select_related("measure", "programme")
    return rows if demo else rows.filter(demo=False)


def published(today: date | None = None) -> QuerySet[StatusReport]:
    """Reports that everybody may read, the newest first; invented ones are only for those who steer."""
    public = StatusReport.objects.filter(
        state=ReportState.RELEASED, demo=False, published_on__lte=today or clock.today()
    )
    return public.order_by("-period_end", "-released_at")


def programmes() -> dict[str, money.Programme]:
    """The rules of all programmes by key. One query."""
    return {item.key: item.rules for item in FundingProgramme.objects.filter(retired=False)}


def courses(measures: Sequence[Measure], today: date) -> dict[int, list[KpiCourse]]:
    """KPIs with values and a target in the same unit, by measure. Three queries.

    One value alone gives no course, unless the target is reached or its day has passed.
    """
    rows = Kpi.objects.filter(retired=False, measure__in=[item.pk for item in measures])
    kpis = {item.pk: item for item in rows}
    values: dict[int, list[KpiValue]] = defaultdict(list)
    for value in KpiValue.objects.filter(superseded=False, kpi__in=kpis).order_by("date"):
        values[value.kpi_id].append(value)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(retired=False, type="target", value__isnull=False, kpi__in=kpis):
        targets[target.kpi_id].append(target)
    found: dict[int, list[KpiCourse]] = defaultdict(list)
    for pk, own in values.items():
        kpi = kpis[pk]
        fitting = [item for item in targets[pk] if item.unit == kpi.unit]
        if not fitting:
            continue
        target = max(fitting, key=lambda item: item.year)
        if target.value is None:  # kept out by the query already
            continue
        due = date(int(target.year), 12, 31) if target.year.isdigit() and len(target.year) == 4 else None
        course = KpiCourse(
            kpi.code, own[0].value, own[0].date, own[-1].value, own[-1].date, target.value, due, kpi.direction
        )
        if len(own) > 1 or course.reached or (due is not None and due < today):
            found[kpi.measure_id].append(course)
    return found


def overrides(measures: Iterable[Measure], today: date) -> dict[int, LightOverride]:
    """Overrides in force, by measure. One query."""
    ids = [item.pk for item in measures]
    rows = LightOverride.objects.filter(withdrawn_at=None, until__gte=today, measure__in=ids)
    return {item.measure_id: item for item in rows.select_related("set_by")}


def states(
    measures: Iterable[Measure], *, public: bool = False, demo: bool = True, today: date | None = None
) -> list[MeasureState]:
    """The state of each measure in the order given. Ten queries whatever their number.

    public: only what is published counts: milestones of documents (as_released), KPI values, published reports; no
    money, no override. demo: whether invented rows count.
    """
    every, day = list(measures), today or clock.today()
    reports = newest_reports(every, public=public, demo=demo, today=day)
    points: dict[int, list[Milestone]] = defaultdict(list)
    for item in milestones(public=public, demo=demo).filter(measure__in=[one.pk for one in every]):
        known = as_released(item, reports.get(item.measure_id)) if public else item
        points[item.measure_id].append(known)
    lines: dict[int, list[BudgetLine]] = defaultdict(list)
    faults: dict[str, list[money.MoneyFault]] = defaultdict(list)
    if not public:
        all_lines = list(valid_lines(demo=demo))
        for line in all_lines:
            lines[line.measure_id].append(line)
        for fault in money.faults([line.rules for line in all_lines], programmes()):
            faults[fault.measure].append(fault)
    ways, held = courses(every, day), {} if public else overrides(every, day)
    said = last_said(every)
    found = []
    for measure in every:
        facts = Steering(
            Status(measure.status), PeriodKind(measure.period_kind), measure.start_year, measure.end_year,
            [item.point for item in points[measure.pk]], faults[measure.number], bool(lines[measure.pk]),
            ways.get(measure.pk, ()), reported_on(reports.get(measure.pk)),
            confirmed_on(said.get(measure.pk), points[measure.pk], reports.get(measure.pk)),
        )  # fmt: skip
        own = held.get(measure.pk)
        if own is not None and own.demo and not demo:
            own = None
        found.append(_state(measure, facts, own, points, lines, reports.get(measure.pk), day))
    return found


def _state(
    measure: Measure, facts: Steering, override: LightOverride | None, points: dict[int, list[Milestone]],
    lines: dict[int, list[BudgetLine]], report: StatusReport | None, today: date,
) -> MeasureState:  # fmt: skip
    computed = lights.light(facts, today)
    by_hand = None if override is None else Override(Colour(override.colour), override.until, override.reason)
    demo = [
        *points[measure.pk],
        *lines[measure.pk],
        *([report] if report else []),
        *([override] if override else []),
    ]
    return MeasureState(
        measure, computed, lights.shown(computed.colour, by_hand, today), override, tuple(points[measure.pk]),
        tuple(lines[measure.pk]), tuple(facts.money), report, any(item.demo for item in demo),
    )  # fmt: skip


def reported_on(report: StatusReport | None) -> date | None:
    """The local day of the release."""
    if report is None or report.released_at is None:
        return None
    return report.released_at.astimezone(clock.LOCAL).date()


def last_said(measures: Iterable[Measure]) -> dict[int, date]:
    """The day of the newest status entry of each measure. One query."""
    rows = MeasureStatus.objects.filter(measure__in=[item.pk for item in measures]).order_by()
    return dict(rows.values_list("measure_id").annotate(Max("since")))


def confirmed_on(said: date | None, points: Iterable[Milestone], report: StatusReport | None) -> date | None:
    """The last day on which somebody said how the measure stands."""
    changed = [item.changed_at.astimezone(clock.LOCAL).date() for item in points if item.changed_at]
    days = [said, reported_on(report), *changed]
    return max((day for day in days if day is not None), default=None)


def newest_reports(
    measures: Sequence[Measure], *, public: bool, demo: bool, today: date
) -> dict[int, StatusReport]:
    """The newest released report of each measure (public: published). One query."""
    rows = StatusReport.objects.filter(state=ReportState.RELEASED, measure__in=[item.pk for item in measures])
    if public:
        rows = rows.filter(published_on__lte=today)
    if not demo:
        rows = rows.filter(demo=False)
    found: dict[int, StatusReport] = {}
    for report in rows.select_related("author", "released_by").order_by("period_end", "released_at"):
        found[report.measure_id] = report
    return found


def state(measure: Measure, *, public: bool = False, demo: bool = True) -> MeasureState:
    """One measure."""
    return states([measure], public=public, demo=demo)[0]


def steered_measures(wanted: Q | None = None) -> QuerySet[Measure]:
    """Measures that are neither retired nor replaced, with field and theme."""
    rows = Measure.objects.filter(retired=False).select_related("field__theme")
    return rows if wanted is None else rows.filter(wanted)
