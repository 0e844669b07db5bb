"""The portfolio over the API, to read: what visitors may see, and more for those who hold the right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import override
from ninja import Path, Query, Router

from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.models import FundingProgramme, Measure
from steuerrad.modules.strategy.portfolio import rows
from steuerrad.modules.strategy.portfolio.api_writes import router as writes_router
from steuerrad.modules.strategy.portfolio.queries.measure import steering_part
from steuerrad.modules.strategy.portfolio.queries.overview import PortfolioFilter, table
from steuerrad.modules.strategy.portfolio.queries.snapshot import amount
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState, published
from steuerrad.modules.strategy.portfolio.queries.succession import in_force
from steuerrad.modules.strategy.portfolio.schemas import (
    LightOut,
    PortfolioQuery,
    ProgrammeOut,
    ReportOut,
    SteeringOut,
    SuccessionOut,
)
from steuerrad.modules.strategy.portfolio.texts import explain
from steuerrad.modules.strategy.queries.measures import MeasureFilter
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader
from steuerrad.platform.http_api.shapes import Page, page, text

router = Router(auth=reader)
router.add_router("", writes_router)
CodePath = Path[shapes.Code]
READ: dict[int, Any] = {404: Error}


@router.get("", response=Page[LightOut], summary="The measures with their lights, filtered and sorted")
def light_list(
    request: HttpRequest, wanted: Query[PortfolioQuery], offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    values = wanted.dict()
    own = {name: values.pop(name) for name in ("light", "timeliness", "report", "sort")}
    found = table(request.user, PortfolioFilter(MeasureFilter(**values), **own))
    return page(map(light_row, found[offset : offset + limit]), len(found), offset, limit)


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
    return page(map(rows.report, found[offset : offset + limit]), found.count(), offset, limit)


@router.get("/{number}", response={200: SteeringOut, **READ}, summary="The steering of one measure")
def steering_detail(request: HttpRequest, number: CodePath) -> dict[str, Any]:
    found = get_object_or_404(Measure.objects.select_related("field__theme"), number=number, retired=False)
    part = steering_part(found, request.user)
    names = dict(FundingProgramme.objects.values_list("key", "name"))
    with override("en"):
        parts = [
            {"part": item.part, "colour": item.colour.value, "code": item.code, "text": explain(item, names)}
            for item in part.state.light.parts
        ]
    return light_row(part.state) | {
        "parts": parts,
        "milestones": [rows.milestone(item, inside=part.reads) for item in part.milestones],
        "budget": [rows.budget(item) for item in part.lines],
        "staff_days": [rows.staff_days(item) for item in part.staff],
        "risks": [rows.risk(item) for item in part.risks],
        "decisions": [rows.decision(item) for item in part.decisions],
        "dependencies": [rows.dependency(item) for item in (*part.depends, *part.awaited)],
        "reports": [rows.report(item) for item in part.reports],
        "drafts": [rows.draft(item) for item in part.drafts],
    }
