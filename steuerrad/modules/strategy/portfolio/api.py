"""The portfolio over the API, to read: what visitors may see, and more for those who hold the right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import override
from ninja import Field as Item
from ninja import Path, Query, Router, Schema

from steuerrad.kernel import clock
from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.models import FundingProgramme, Measure, StatusReport
from steuerrad.modules.strategy.portfolio.queries.measure import steering_part
from steuerrad.modules.strategy.portfolio.queries.overview import PortfolioFilter, table
from steuerrad.modules.strategy.portfolio.queries.snapshot import amount
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState, published
from steuerrad.modules.strategy.portfolio.queries.succession import in_force
from steuerrad.modules.strategy.portfolio.rules.milestones import state_of
from steuerrad.modules.strategy.portfolio.texts import explain
from steuerrad.modules.strategy.queries.measures import MeasureFilter
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader
from steuerrad.platform.http_api.shapes import Page, page, text

router = Router(auth=reader)
CodePath = Path[shapes.Code]
READ: dict[int, Any] = {404: Error}


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
    title: str
    planned_on: date | None
    forecast_on: date | None
    done_on: date | None
    weight: int
    state: str
    as_printed: str
    after: list[int] = Item(description="Ids of milestones that must be reached first")
    demo: bool


class BudgetOut(Schema):
    year: int
    programme: str | None = Item(description="Key of the funding programme; null: own funds")
    revision: int
    planned: str | None
    spent: str | None
    as_of: date | None
    source: str
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


class DependencyOut(Schema):
    source: str
    kind: str
    target: str
    demo: bool


class SteeringOut(LightOut):
    parts: list[PartOut]
    milestones: list[MilestoneOut]
    budget: list[BudgetOut] = Item(description="Valid lines; empty for those who may not read them")
    dependencies: list[DependencyOut]
    reports: list[ReportOut]


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


@router.get("", response=Page[LightOut], summary="The measures with their lights, filtered and sorted")
def light_list(
    request: HttpRequest, wanted: Query[PortfolioQuery], offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    values = wanted.dict()
    own = {name: values.pop(name) for name in ("light", "timeliness", "report", "sort")}
    found = table(request.user, PortfolioFilter(MeasureFilter(**values), **own))
    rows = [light_row(item) for item in found[offset : offset + limit]]
    return page(rows, len(found), offset, limit)


def light_row(state: MeasureState) -> dict[str, Any]:
    held, sums = state.override, state.sums
    return {
        "measure": state.measure.number, "colour": state.colour.value, "computed": state.light.colour.value,
        "timeliness": state.light.timeliness.value, "freshness": state.light.freshness.value,
        "override_until": held.until if held else None, "override_reason": held.reason if held else "",
        "report_published_on": state.report.published_on if state.report else None,
        "planned": amount(sums.planned), "spent": amount(sums.spent), "demo": state.demo,
    }  # fmt: skip


@router.get("/programmes", response=list[ProgrammeOut], summary="Funding programmes with their rules")
def programme_list(request: HttpRequest) -> list[dict[str, Any]]:
    names = (
        "key", "name", "mark", "funder", "deadline", "spending_first", "spending_last", "conditions", "source", "url",
        "document", "line",
    )  # fmt: skip
    return [
        {name: getattr(item, name) for name in names}
        | {
            "rate": text(item.rate), "rate_up_to": text(item.rate_up_to), "cap": amount(item.cap),
            "cap_of": "costs" if item.cap_of_costs else "grant",
        }
        for item in FundingProgramme.objects.filter(retired=False)
    ]  # fmt: skip


@router.get("/successions", response=list[SuccessionOut], summary="Measures that went on as others")
def succession_list(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"old": item.old.number, "new": item.new.number, "kind": item.kind, "reason": item.reason, "decided_at": item.decided_at}
        for item in in_force()
    ]  # fmt: skip


@router.get("/reports", response=Page[ReportOut], summary="Published status reports, the newest first")
def report_list(request: HttpRequest, offset: shapes.Offset = 0, limit: shapes.Limit = 100) -> dict[str, Any]:
    found = published().filter(measure__retired=False).select_related("measure")
    rows = [report_row(item) for item in found[offset : offset + limit]]
    return page(rows, found.count(), offset, limit)


def report_row(item: StatusReport) -> dict[str, Any]:
    names = (
        "id", "period_start", "period_end", "published_on", "released_at", "text", "achievements", "next_steps",
        "problems", "snapshot", "demo",
    )  # fmt: skip
    return {name: getattr(item, name) for name in names} | {"measure": item.measure.number}


@router.get("/{number}", response={200: SteeringOut, **READ}, summary="The steering of one measure")
def steering_detail(request: HttpRequest, number: CodePath) -> dict[str, Any]:
    found = get_object_or_404(Measure.objects.select_related("field__theme"), number=number, retired=False)
    part, today = steering_part(found, request.user), clock.today()
    names = dict(FundingProgramme.objects.values_list("key", "name"))
    ids = {item.pk: [other.pk for other in item.after.all()] for item in part.milestones}
    with override("en"):
        parts = [
            {"part": item.part, "colour": item.colour.value, "code": item.code, "text": explain(item, names)}
            for item in part.state.light.parts
        ]
    milestone = (
        "id",
        "title",
        "planned_on",
        "forecast_on",
        "done_on",
        "weight",
        "as_printed",
        "demo",
        "document",
        "line",
    )
    line = ("year", "revision", "as_of", "source", "demo")
    return light_row(part.state) | {
        "parts": parts,
        "milestones": [
            {name: getattr(item, name) for name in milestone}
            | {"state": state_of(item.point, today).value, "after": ids[item.pk]}
            for item in part.milestones
        ],
        "budget": [
            {name: getattr(item, name) for name in line}
            | {
                "programme": item.source_key or None,
                "planned": amount(item.planned),
                "spent": amount(item.spent),
            }
            for item in part.lines
        ],
        "dependencies": [
            {"source": item.source.number, "kind": item.kind, "target": item.target.number, "demo": item.demo}
            for item in (*part.depends, *part.awaited)
        ],
        "reports": [report_row(item) for item in part.reports],
    }
