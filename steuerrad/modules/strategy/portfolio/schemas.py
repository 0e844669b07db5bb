"""Shapes of the portfolio's API, to read. Amounts and days are strings, so that they stay exact; dates are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field as Item
from ninja import Schema

from steuerrad.modules.strategy import schemas as shapes

VERSION = Item(description="To be named by a change; it grows with each one")


class PartOut(Schema):
    part: str
    colour: str
    code: str
    text: str = Item(description="In English")


class LightOut(Schema):
    measure: str
    colour: str = Item(description="green, yellow, red or grey (not known); an override while it is in force")
    computed: str
    timeliness: str = Item(description="on_time, late or unknown")
    freshness: str = Item(description="Of the last report: fresh, due, stale or never")
    override_until: date | None
    override_reason: str
    report_published_on: date | None
    planned: str | None = Item(description="EUR over all years; null when not known or not to be read")
    spent: str | None
    demo: bool = Item(description="Rests on rows invented for trying out")


class MilestoneOut(shapes.Source):
    id: int
    version: int = VERSION
    title: str
    planned_on: date | None
    forecast_on: date | None
    done_on: date | None
    weight: int
    state: str
    note: str = Item(description="Empty for those who may not read the steering")
    as_printed: str
    after: list[int] = Item(description="Ids of milestones that must be reached first")
    after_measures: list[str] = Item(description="Numbers of measures that must be delivered first")
    demo: bool


class BudgetOut(Schema):
    id: int
    year: int
    programme: str | None = Item(description="Key of the funding programme; null: own funds")
    revision: int
    planned: str | None
    spent: str | None
    as_of: date | None
    source: str
    note: str
    reason: str = Item(description="Of the correction that made this revision")
    demo: bool


class StaffDaysOut(Schema):
    organisation: str
    year: int
    planned: str | None
    spent: str | None
    note: str
    version: int = VERSION
    demo: bool


class MeasureRiskOut(Schema):
    id: int
    version: int = VERSION
    title: str
    probability: int
    impact: int
    level: str
    response: str
    owner: str
    review_on: date | None
    state: str
    demo: bool


class MeasureDecisionOut(shapes.Source):
    id: int
    version: int = VERSION
    decided_on: date
    body: str
    text: str
    paper: str
    url: str
    demo: bool


class ReportOut(Schema):
    id: int
    measure: str
    period_start: date
    period_end: date
    published_on: date | None
    released_at: datetime | None
    text: str
    achievements: str
    next_steps: str
    problems: str
    snapshot: dict[str, Any] = Item(description="Milestones, money and light as frozen at the release")
    demo: bool


class DraftOut(Schema):
    """A status report that nobody has released yet."""

    id: int
    version: int = VERSION
    measure: str
    period_start: date
    period_end: date
    text: str
    achievements: str
    next_steps: str
    problems: str
    demo: bool


class DependencyOut(Schema):
    id: int
    source: str
    kind: str
    target: str
    note: str
    demo: bool


class SteeringOut(LightOut):
    """Staff days, risks, drafts and budget are empty for those who may not read them."""

    parts: list[PartOut]
    milestones: list[MilestoneOut]
    budget: list[BudgetOut] = Item(description="Valid lines")
    staff_days: list[StaffDaysOut]
    risks: list[MeasureRiskOut]
    decisions: list[MeasureDecisionOut]
    dependencies: list[DependencyOut]
    reports: list[ReportOut]
    drafts: list[DraftOut]


class ProgrammeOut(shapes.Source):
    key: str
    name: str
    mark: str
    funder: str
    rate: str | None
    rate_up_to: str | None
    cap: str | None
    cap_of: str = Item(description="What the cap limits: grant or costs")
    deadline: date | None
    spending_first: date | None
    spending_last: date | None
    conditions: str
    source: str
    url: str


class SuccessionOut(Schema):
    old: str
    new: str
    kind: str
    reason: str
    decided_at: datetime


class GradeOut(Schema):
    criterion: str
    grade: int | None = Item(description="0 to 4; null: cannot judge")
    comment: str
    rated_at: datetime
    demo: bool


class PortfolioQuery(Schema):
    q: shapes.Word = ""
    theme: shapes.Word = ""
    field: shapes.Word = ""
    status: shapes.Word = ""
    funding: shapes.Word = ""
    organisation: shapes.Word = ""
    period: shapes.Word = ""
    light: shapes.Word = ""
    timeliness: shapes.Word = ""
    report: shapes.Word = ""
    sort: shapes.Word = ""
