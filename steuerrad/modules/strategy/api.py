"""The strategy over the API: everything to read, and reporting values and statuses."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Item
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from steuerrad.kernel.contributions import KpiResult
from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.actions.proposals import propose_correction, propose_status, propose_value
from steuerrad.modules.strategy.actions.status import change_status, may_change_status
from steuerrad.modules.strategy.api_answers import REFUSALS, answered
from steuerrad.modules.strategy.api_findings import router as findings_router
from steuerrad.modules.strategy.api_proposals import proposal_row
from steuerrad.modules.strategy.api_proposals import router as proposals_router
from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure, Target
from steuerrad.modules.strategy.portfolio.api import router as portfolio_router
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import measures as measure_queries
from steuerrad.modules.strategy.queries import structure
from steuerrad.modules.strategy.queries.computing import compute_now
from steuerrad.modules.strategy.queries.systems import runs_here, systems
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader, signed_in
from steuerrad.platform.http_api.shapes import Page, page, text
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.organisations.queries import organisations

router = Router(auth=reader)
router.add_router("/findings", findings_router)
router.add_router("/portfolio", portfolio_router)
router.add_router("/proposals", proposals_router)
CodePath = Path[shapes.Code]
ValueId = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]
READ: dict[int, Any] = {404: Error}


class MeasureQuery(Schema):
    q: shapes.Word = ""
    theme: shapes.Word = ""
    field: shapes.Word = ""
    status: shapes.Word = ""
    funding: shapes.Word = ""
    organisation: shapes.Word = ""
    period: shapes.Word = ""
    sort: shapes.Word = "number"


class KpiQuery(Schema):
    q: shapes.Word = ""
    state: shapes.Word = ""
    theme: shapes.Word = ""
    field: shapes.Word = ""
    kind: shapes.Word = ""
    reference: shapes.Word = ""
    sdg: shapes.Word = ""
    sort: shapes.Word = "code"


def columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*names, "document", "line")}


# reading


@router.get("/themes", response=list[shapes.ThemeOut], summary="All themes")
def theme_list(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        columns(state.theme, "code", "name", "name_en", "goal")
        | {"fields": [item.field.code for item in state.fields], "measures": state.counts}
        for state in structure.wheel()
    ]


@router.get("/themes/{code}", response={200: shapes.ThemeOut, **READ}, summary="One theme")
def theme_detail(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    return one(theme_list(request), "code", code)


@router.get("/fields", response=list[shapes.FieldOut], summary="All fields of action")
def field_list(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        columns(item.field, "code", "name", "name_en") | {"theme": state.theme.code, "measures": item.counts}
        for state in structure.wheel()
        for item in state.fields
    ]


@router.get("/fields/{code}", response={200: shapes.FieldOut, **READ}, summary="One field of action")
def field_detail(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    return one(field_list(request), "code", code)


def one(rows: list[dict[str, Any]], key: str, wanted: str) -> dict[str, Any]:
    found = next((row for row in rows if row[key] == wanted), None)
    if found is None:
        raise HttpError(404, "Not Found")
    return found


@router.get("/measures", response=Page[shapes.MeasureOut], summary="Measures, filtered and sorted")
def measure_list(
    request: HttpRequest, wanted: Query[MeasureQuery], offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    found = measure_queries.measures(measure_queries.MeasureFilter(**wanted.dict()))
    return page(map(measure_row, found[offset : offset + limit]), found.count(), offset, limit)


def measure_row(measure: Measure) -> dict[str, Any]:
    row = columns(
        measure, "number", "title", "status", "period_kind", "start_year", "end_year", "funding", "summary"
    )
    return row | {
        "field": measure.field.code,
        "period": measure.period_as_printed,
        "organisations": [
            {"organisation": item.organisation.key, "name": item.organisation.name, "role": item.role}
            for item in measure.participations  # type: ignore[attr-defined]
        ],
    }


@router.get("/measures/{number}", response={200: shapes.MeasureDetail, **READ}, summary="One measure")
def measure_detail(request: HttpRequest, number: CodePath) -> dict[str, Any]:
    found = measure_queries.measure(number)
    return measure_row(found) | {
        "history": list(found.history.all()),  # type: ignore[attr-defined]
        "kpis": [kpi.code for kpi in found.own_kpis],  # type: ignore[attr-defined]
        "systems": [system.code for system in found.own_systems],  # type: ignore[attr-defined]
        "targets": [target.code for target in found.targets.all() if not target.retired],  # type: ignore[attr-defined]
    }


@router.get(
    "/kpis", response=Page[shapes.KpiOut], summary="KPIs with their newest values, filtered and sorted"
)
def kpi_list(
    request: HttpRequest, wanted: Query[KpiQuery], offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    found = kpi_queries.kpis(kpi_queries.KpiFilter(**wanted.dict()))
    rows = kpi_queries.with_newest(list(found[offset : offset + limit]))
    return page(map(kpi_row, rows), found.count(), offset, limit)


def kpi_row(state: kpi_queries.KpiState) -> dict[str, Any]:
    kpi = state.kpi
    return columns(kpi, "code", "name", "unit", "direction", "kind") | {
        "references": kpi_queries.parts(kpi.references),
        "sdg": kpi_queries.parts(kpi.sdg),
        "field": kpi.field.code,
        "measure": kpi.measure.number if kpi.measure else None,
        "state": state.state,
        "newest": value_row(state.newest) if state.newest else None,
    }


def value_row(value: KpiValue) -> dict[str, Any]:
    names = (
        "id",
        "date",
        "revision",
        "quality",
        "origin",
        "source",
        "note",
        "reason",
        "superseded",
        "recorded_at",
    )
    return columns(value, *names) | {"value": text(value.value)}


def kpi_of(code: str) -> Kpi:
    own = Prefetch("targets", Target.objects.filter(retired=False), to_attr="own_targets")
    return get_object_or_404(kpi_queries.kpis().prefetch_related(own), code=code)


@router.get(
    "/kpis/{code}", response={200: shapes.KpiDetail, **READ}, summary="One KPI, computed now where possible"
)
def kpi_detail(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    found = kpi_of(code)
    supplier = kpi_queries.contribution(found)
    result = compute_now(supplier)
    return kpi_row(kpi_queries.with_newest([found])[0]) | {
        "computed": computed_row(supplier.id, result) if supplier and result else None,
        "targets": [target.code for target in found.own_targets],  # type: ignore[attr-defined]
    }


def computed_row(function: str, result: KpiResult) -> dict[str, Any]:
    return {
        "function": function, "value": text(result.value), "as_of": result.as_of, "note": str(result.note),
        "quality": result.quality,
    }  # fmt: skip


@router.get(
    "/kpis/{code}/values", response={200: Page[shapes.ValueOut], **READ}, summary="Values with all revisions"
)
def value_list(
    request: HttpRequest, code: CodePath, offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    found: QuerySet[KpiValue] = kpi_of(code).values.order_by("date", "revision")  # type: ignore[attr-defined]
    return page(map(value_row, found[offset : offset + limit]), found.count(), offset, limit)


@router.get(
    "/targets", response=Page[shapes.TargetOut], summary="Targets, plans and facts that the documents state"
)
def target_list(request: HttpRequest, offset: shapes.Offset = 0, limit: shapes.Limit = 100) -> dict[str, Any]:
    found = Target.objects.filter(retired=False).select_related("kpi", "measure", "field")
    return page(map(target_row, found[offset : offset + limit]), found.count(), offset, limit)


def target_row(target: Target) -> dict[str, Any]:
    row = columns(target, "code", "type", "subject", "unit", "year", "qualifier", "as_printed")
    return row | {
        "kpi": target.kpi.code if target.kpi else None,
        "measure": target.measure.number if target.measure else None,
        "field": target.field.code if target.field else None,
        "value": text(target.value),
        "value_high": text(target.value_high),
    }


@router.get("/targets/{code}", response={200: shapes.TargetOut, **READ}, summary="One stated figure")
def target_detail(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    rows = Target.objects.filter(retired=False).select_related("kpi", "measure", "field")
    return target_row(get_object_or_404(rows, code=code))


@router.get("/systems", response=list[shapes.SystemOut], summary="Systems and whether their module runs here")
def system_list(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "code": row.system.code, "name": row.system.name, "module": row.system.module,
            "runs": runs_here(row.system), "measures": [measure.number for measure in row.measures],
        }
        for row in systems()
    ]  # fmt: skip


@router.get("/systems/{code}", response={200: shapes.SystemOut, **READ}, summary="One system")
def system_detail(request: HttpRequest, code: CodePath) -> dict[str, Any]:
    return one(system_list(request), "code", code)


@router.get("/organisations", response=Page[shapes.OrganisationOut], summary="Organisations")
def organisation_list(
    request: HttpRequest, offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    found = organisations()
    return page(map(organisation_row, found[offset : offset + limit]), found.count(), offset, limit)


def organisation_row(item: Organisation) -> dict[str, Any]:
    return columns(item, "key", "name", "short", "kind") | {
        "part_of": item.part_of.key if item.part_of else None
    }


@router.get(
    "/organisations/{key}", response={200: shapes.OrganisationOut, **READ}, summary="One organisation"
)
def organisation_detail(request: HttpRequest, key: CodePath) -> dict[str, Any]:
    return organisation_row(get_object_or_404(organisations(), key=key))


# writing


@router.post(
    "/kpis/{code}/values",
    response={202: shapes.ProposalOut, **REFUSALS},
    auth=signed_in,
    summary="Report a value; it counts once somebody else has released it",
)
def new_value(request: HttpRequest, code: CodePath, given: shapes.ValueIn) -> Any:
    found, values = kpi_of(code), given.dict()
    day = values.pop("date")
    return answered(lambda: propose_value(request.user, found, day=day, **values), proposal_row, 202)


@router.post(
    "/kpis/{code}/values/{value_id}/correction",
    response={202: shapes.ProposalOut, **REFUSALS},
    auth=signed_in,
    summary="Report a correction with a reason; released, it is a new revision",
)
def new_correction(
    request: HttpRequest, code: CodePath, value_id: ValueId, given: shapes.CorrectionIn
) -> Any:
    old = get_object_or_404(KpiValue.objects.select_related("kpi"), pk=value_id, kpi=kpi_of(code))
    return answered(lambda: propose_correction(request.user, old, **given.dict()), proposal_row, 202)


@router.post(
    "/measures/{number}/status",
    response={201: shapes.StatusOut, 202: shapes.ProposalOut, **REFUSALS},
    auth=signed_in,
    summary="Change the status of a measure, or report it for release",
)
def new_status(request: HttpRequest, number: CodePath, given: shapes.StatusIn) -> Any:
    found = measure_queries.measure(number)
    if may_change_status(request.user, found):
        return answered(lambda: change_status(request.user, found, **given.dict()), lambda row: row, 201)
    return answered(lambda: propose_status(request.user, found, **given.dict()), proposal_row, 202)
