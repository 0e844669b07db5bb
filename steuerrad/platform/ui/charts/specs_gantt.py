"""Specification of a timeline: one row per undertaking, with its period, milestones and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from steuerrad.platform.ui.charts.specs import Chart, Table, when_text
from steuerrad.platform.ui.charts.words import capital

PointState = Literal["done", "open", "late"]
POINT_WORDS: dict[PointState, str] = {
    "done": "point_done",
    "open": "point_open",
    "late": "point_late",
}


@dataclass(frozen=True)
class GanttPoint:
    """A milestone. day: when it was or will be reached; planned: the first plan, where the day differs from it."""

    label: str
    day: date | None
    state: PointState = "open"
    planned: date | None = None


@dataclass(frozen=True)
class GanttRow:
    """An undertaking. start, end: None = not known or without end; both None: no bar.

    state: key of a state (see states.py). until: a late one is drawn as late up to this day. needs: what it waits
    for, in words ("only after A"). note: stands behind the label, e.g. that the data are invented.
    """

    key: str
    label: str
    group: str = ""
    start: date | None = None
    end: date | None = None
    period: str = ""
    state: str = "unknown"
    state_name: str = ""
    late: bool = False
    until: date | None = None
    points: tuple[GanttPoint, ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.label} ({self.note})" if self.note else self.label


@dataclass(frozen=True)
class GanttLink:
    """Finish to start: `after` begins when `before` is finished. broken: the two days contradict that."""

    before: str
    after: str
    finished: date
    begins: date
    broken: bool = False


@dataclass(frozen=True, kw_only=True)
class GanttChart(Chart):
    """Rows in the order given; neighbours of one group share a heading. first, last: the days that are shown."""

    rows: tuple[GanttRow, ...]
    first: date
    last: date
    links: tuple[GanttLink, ...] = ()
    today: date | None = None
    label_name: str = ""
    group_name: str = ""

    def point_text(self, point: GanttPoint) -> str:
        """Title, day and state of a milestone: "Vertrag (31.12.2026, überfällig)"."""
        day = self.say("undated") if point.day is None else when_text(point.day, self.language)
        return f"{point.label} ({day}, {self.say(POINT_WORDS[point.state])})"

    def state_text(self, row: GanttRow) -> str:
        late = self.say("late") if row.late else ""
        return ", ".join(text for text in (row.state_name, late) if text) or "–"

    def table(self) -> Table:
        grouped = any(row.group for row in self.rows)
        header = [self.label_name or capital(self.say("name"))]
        header += [self.group_name or capital(self.say("theme"))] if grouped else []
        header += [capital(self.say(key)) for key in ("period", "state", "milestones", "depends_on")]
        rows = []
        for row in self.rows:
            cells = [
                row.name,
                *([row.group or "–"] if grouped else []),
                row.period or "–",
                self.state_text(row),
            ]
            cells += ["; ".join(map(self.point_text, row.points)) or "–", "; ".join(row.needs) or "–"]
            rows.append(tuple(cells))
        return Table(self.title, tuple(header), tuple(rows), (False,) * len(header))

    def summary(self) -> str:
        """The description, or how many rows there are, how many late, and over which days."""
        if self.description:
            return self.description
        late = sum(row.late for row in self.rows)
        days = (
            f"{when_text(self.first, self.language)} {self.say('to')} {when_text(self.last, self.language)}"
        )
        return f"{len(self.rows)} {self.say('rows')}, {late} {self.say('late')}; {days}."
