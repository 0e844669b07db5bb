"""Lists over all measures: the table, what is due, money by year and source, load of the organisations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Q

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import (
    BudgetLine,
    FundingProgramme,
    Measure,
    Risk,
    StaffDays,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.steering import (
    MeasureState,
    milestones,
    states,
    valid_lines,
    visible_milestones,
)
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.rules.milestones import MilestoneState, state_of
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState
from steuerrad.modules.strategy.queries.measures import MeasureFilter, measures
from steuerrad.platform.organisations.models import Organisation

DUE_DAYS = 90
COLOUR_ORDER = {Colour.RED: 0, Colour.YELLOW: 1, Colour.GREEN: 2, Colour.GREY: 3}
SORTS = ("light", "milestone", "report", "planned", "spent")


@dataclass(frozen=True)
class PortfolioFilter:
    """Empty text = no filter. light: colour; report: freshness."""

    measures: MeasureFilter
    light: str = ""
    timeliness: str = ""
    report: str = ""
    sort: str = ""


def visible_states(user: Any, found: Iterable[Measure], *, demo: bool = True) -> list[MeasureState]:
    """The state of each measure as far as this person may see it, in the order given. At most 22 queries."""
    every, readable = list(found), readable_ids(user)
    if readable is None:
        return states(every, demo=demo)
    inside = [item for item in every if item.pk in readable]
    outside = [item for item in every if item.pk not in readable]
    by_id = {item.measure.pk: item for item in states(outside, public=True, demo=False)}
    if inside:
        by_id |= {item.measure.pk: item for item in states(inside, demo=demo)}
    return [by_id[item.pk] for item in every]


def table(user: Any, wanted: PortfolioFilter) -> list[MeasureState]:
    """The measures that fit the filter, with their states."""
    found = visible_states(user, measures(wanted.measures))
    if wanted.light:
        found = [item for item in found if item.colour.value == wanted.light]
    if wanted.timeliness:
        found = [item for item in found if item.light.timeliness.value == wanted.timeliness]
    if wanted.report:
        found = [item for item in found if item.light.freshness.value == wanted.report]
    name, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    if name not in SORTS:
        return found
    known = [item for item in found if _key(item, name) is not None]
    unknown = [item for item in found if _key(item, name) is None]
    return [*sorted(known, key=lambda item: _key(item, name), reverse=down), *unknown]


def _key(item: MeasureState, name: str) -> Any:
    if name == "light":
        return COLOUR_ORDER[item.colour]
    if name == "milestone":
        following = item.next_milestone
        return None if following is None else following.point.expected
    if name == "report":
        return None if item.report is None else item.report.published_on
    return getattr(item.sums, name)


def colour_counts(found: Iterable[MeasureState]) -> dict[str, int]:
    """How many measures have each colour; every colour is there, also with 0."""
    counts = {colour.value: 0 for colour in (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)}
    for item in found:
        counts[item.colour.value] += 1
    return counts


@dataclass(frozen=True)
class Due:
    """Something with a day. what: milestone, report, risk, deadline (application) or spending (end of the period)."""

    day: date
    what: Literal["milestone", "report", "risk", "deadline", "spending"]
    title: str
    measure: Measure | None
    url: str
    late: bool
    demo: bool = False
    planned: date | None = None  # of a milestone that is expected on another day than planned


def due(user: Any, *, days: int = DUE_DAYS, today: date | None = None) -> list[Due]:
    """What is overdue or falls into the next days, the earliest first, as far as the person may see it."""
    now = today or clock.today()
    last, readable = now + timedelta(days=days), readable_ids(user)
    found: list[Due] = []
    for item in visible_milestones(user, milestones().filter(measure__retired=False)):
        day = item.point.expected
        if item.done_on is None and day is not None and min(day, item.planned_on or day) <= last:
            late = state_of(item.point, now) == MilestoneState.LATE
            found.append(
                Due(
                    day,
                    "milestone",
                    item.title,
                    item.measure,
                    item.measure.get_absolute_url(),
                    late,
                    item.demo,
                    item.planned_on if item.planned_on != day else None,
                )
            )
    if readable is None or readable:
        scope = Q() if readable is None else Q(measure__in=readable)
        risks = Risk.objects.filter(scope, review_on__lte=last, measure__retired=False).exclude(
            state="closed"
        )
        found += [
            Due(risk.review_on, "risk", risk.title, risk.measure, risk.measure.get_absolute_url(), risk.review_on < now, risk.demo)
            for risk in risks.select_related("measure")
            if risk.review_on is not None
        ]  # fmt: skip
    return sorted([*found, *_programme_days(now, last)], key=lambda item: (item.day, item.title))


def _programme_days(now: date, last: date) -> list[Due]:
    """Deadlines and ends of spending periods that are still to come."""
    found = []
    for item in FundingProgramme.objects.filter(retired=False):
        for what, day in (("deadline", item.deadline), ("spending", item.spending_last)):
            if day is not None and now <= day <= last:
                found.append(Due(day, what, item.name, None, "", False, item.demo))  # type: ignore[arg-type]
    return found


@dataclass(frozen=True)
class YearMoney:
    """EUR of one year and source; programme None = own funds."""

    year: int
    programme: FundingProgramme | None
    sums: money.Sum
    measures: int
    demo: bool


def money_by_year(user: Any, *, demo: bool = True) -> list[YearMoney]:
    """Planned and spent by year and source, of the measures that the person may read. Three queries.

    Invented lines make rows of their own and are never added to real ones.
    """
    readable = readable_ids(user)
    lines = valid_lines(demo=demo)
    if readable is not None:
        lines = lines.filter(measure__in=readable)
    return money_rows(lines)


def money_rows(lines: Iterable[BudgetLine]) -> list[YearMoney]:
    """The lines by year and source; invented ones apart. Programmes must be loaded."""
    grouped: dict[tuple[int, int, str, bool], list[BudgetLine]] = defaultdict(list)
    for line in lines:
        order = -1 if line.programme is None else line.programme.order
        grouped[line.year, order, line.source_key, line.demo].append(line)
    return [
        YearMoney(
            year, rows[0].programme, money.total(row.rules for row in rows), len({row.measure_id for row in rows}), demo_rows
        )
        for (year, _order, _key_, demo_rows), rows in sorted(grouped.items())
    ]  # fmt: skip


@dataclass(frozen=True)
class Load:
    """Days of one organisation by year: planned and spent; None = not known."""

    organisation: Organisation
    years: dict[int, tuple[Decimal | None, Decimal | None]]
    measures: int
    demo: bool


def load(user: Any) -> tuple[list[int], list[Load]]:
    """(years, organisations with their days), the most loaded first. Two queries."""
    readable = readable_ids(user)
    rows = StaffDays.objects.filter(retired=False, measure__retired=False).select_related("organisation")
    if readable is not None:
        rows = rows.filter(measure__in=readable)
    grouped: dict[tuple[int, bool], list[StaffDays]] = defaultdict(list)
    for row in rows:
        grouped[row.organisation_id, row.demo].append(row)
    found = []
    for (_organisation, demo), own in grouped.items():
        by_year: dict[int, list[StaffDays]] = defaultdict(list)
        for row in own:
            by_year[row.year].append(row)
        years = {
            year: (_add(item.planned for item in items), _add(item.spent for item in items))
            for year, items in by_year.items()
        }
        found.append(Load(own[0].organisation, years, len({row.measure_id for row in own}), demo))
    found.sort(
        key=lambda item: (
            -sum((days or Decimal(0) for days, _ in item.years.values()), Decimal(0)),
            item.organisation.name,
        )
    )
    return sorted({year for item in found for year in item.years}), found


def _add(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def waiting_reports() -> list[StatusReport]:
    """Drafts that wait for somebody else than their author, the oldest first. One query."""
    rows = StatusReport.objects.filter(state=ReportState.DRAFT, measure__retired=False)
    return list(rows.select_related("measure", "author").order_by("changed_at", "pk"))
