"""Measures as a timeline; drawn by platform.ui."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models.portfolio import KIND_LABELS
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.queries.timeline import Order
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Timeliness
from steuerrad.modules.strategy.portfolio.rules.milestones import MilestoneState, Point, state_of
from steuerrad.modules.strategy.portfolio.rules.timeline import late_until
from steuerrad.modules.strategy.rules.states import PeriodKind
from steuerrad.platform.ui.charts.specs_gantt import GanttChart, GanttLink, GanttPoint, GanttRow, PointState
from steuerrad.platform.ui.templatetags.ui import language

DONE = (MilestoneState.DONE, MilestoneState.DONE_LATE)
#: Years before and after this one that are shown unless somebody asks for others.
BEFORE, AFTER = 2, 3
MOST_BEFORE, MOST_AFTER = 15, 25


@dataclass(frozen=True)
class Years:
    """first, last: shown, inclusive. choices: all that there are."""

    first: int
    last: int
    choices: range


def years_of(
    states: Sequence[MeasureState], this: int, first: int | None = None, last: int | None = None
) -> Years:
    """What to show: the years asked for, else those around this year in which anything happens."""
    found = {this}
    for state in states:
        found |= {year for year in (state.measure.start_year, state.measure.end_year) if year is not None}
        found |= {item.point.expected.year for item in state.milestones if item.point.expected is not None}
    low, high = max(min(found), this - MOST_BEFORE), min(max(found), this + MOST_AFTER)
    choices = range(min(low, this), max(high, this) + 1)
    begin = max(choices.start, this - BEFORE) if first is None else first
    end = min(choices.stop - 1, this + AFTER) if last is None else last
    return Years(min(begin, end), max(begin, end), choices)


def timeline(
    states: Sequence[MeasureState], order: Order, years: Years, today: date, *, group: Callable[[MeasureState], str],
    group_name: str, title: str, description: str = "",
) -> GanttChart:  # fmt: skip
    """The chart of these measures, sorted by group; within a group as given."""
    names = [group(state) for state in states]
    rank = {name: place for place, name in enumerate(dict.fromkeys(names))}
    sorted_states = sorted(zip(states, names, strict=True), key=lambda pair: rank[pair[1]])
    first, last = date(years.first, 1, 1), date(years.last, 12, 31)
    rows = tuple(row_of(state, order, name, first, today) for state, name in sorted_states)
    links = tuple(
        GanttLink(link.before, link.after, link.finished.day, link.begins.day, link.broken)
        for link in order.links
    )
    return GanttChart(
        title=title, description=description, language=language(), rows=rows, links=links, first=first, last=last,
        today=today, label_name=_("Measure"), group_name=group_name,
    )  # fmt: skip


def theme_of(state: MeasureState) -> str:
    return state.measure.field.theme.title


def row_of(state: MeasureState, order: Order, group: str, first: date, today: date) -> GanttRow:
    measure = state.measure
    points = [item.point for item in state.milestones]
    start = date(measure.start_year, 1, 1) if measure.start_year else None
    end = date(measure.end_year, 12, 31) if measure.end_year else None
    if measure.period_kind == PeriodKind.ONGOING and start is None and end is None:
        start = first
    late = state.light.timeliness == Timeliness.LATE
    invented = state.demo or any(row.demo for row in order.depends[measure.number])
    return GanttRow(
        measure.number, f"{measure.number} {measure.title}", group, start, end, period_text(state), measure.status,
        measure.get_status_display(), late, late_until(points, measure.end_year, today) if late else None,
        tuple(point_of(item.point, today) for item in state.milestones), tuple(needs_of(state, order)),
        _("Demo") if invented else "",
    )  # fmt: skip


def point_of(point: Point, today: date) -> GanttPoint:
    state = state_of(point, today)
    word: PointState = "done" if state in DONE else "late" if state == MilestoneState.LATE else "open"
    return GanttPoint(point.title, point.expected, word, point.planned)


def period_text(state: MeasureState) -> str:
    measure = state.measure
    if measure.period_as_printed:
        return measure.period_as_printed
    if measure.start_year and measure.end_year:
        return f"{measure.start_year}–{measure.end_year}"
    return str(measure.start_year or measure.end_year or measure.get_period_kind_display())


def needs_of(state: MeasureState, order: Order) -> list[str]:
    """What has to be finished before, and other dependencies with their kind."""
    number = state.measure.number
    found = [f"{KIND_LABELS[Kind(row.kind)]} {row.target}" for row in order.depends[number]]
    after = KIND_LABELS[Kind.FINISH_TO_START]
    return [*found, *dict.fromkeys(f"{after} {name}" for name in order.waits[number])]
