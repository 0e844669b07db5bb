"""The portfolio over the API, to write: what the forms of the pages do, through the same actions.

A change names the version that was seen and is refused with 409 when somebody was faster. Each answers the row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Path, Router

from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.api_answers import REFUSALS, answered
from steuerrad.modules.strategy.models import (
    BudgetLine,
    Decision,
    Dependency,
    FundingProgramme,
    Measure,
    Milestone,
    Risk,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio import rows
from steuerrad.modules.strategy.portfolio import schemas as out
from steuerrad.modules.strategy.portfolio import schemas_in as given_as
from steuerrad.modules.strategy.portfolio.actions import milestones, money, reports, risks
from steuerrad.modules.strategy.portfolio.actions.rating import rate
from steuerrad.modules.strategy.portfolio.permissions import RATE, RELEASE_REPORT, STEER
from steuerrad.modules.strategy.portfolio.queries.rating import own_ratings
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.platform.accounts.access import require
from steuerrad.platform.http_api.auth import signed_in
from steuerrad.platform.organisations.models import Organisation

router = Router(auth=signed_in)
Number = Path[shapes.Code]
RowId = Path[given_as.RowId]


def measure_of(number: str) -> Measure:
    return get_object_or_404(Measure.objects.exclude(retired=True, replaced=False), number=number)


def steered(request: HttpRequest, number: str) -> Measure:
    """The measure for those who steer it, before anything is looked up in it. Raises Http404, PermissionDenied."""
    found = measure_of(number)
    require(request.user, STEER, organisation_ids(found.pk))
    return found


def row_of(request: HttpRequest, model: Any, number: str, pk: int, **scope: Any) -> Any:
    """One row of the measure for those who steer it. Raises Http404, PermissionDenied."""
    return get_object_or_404(
        model.objects.select_related("measure"), pk=pk, measure=steered(request, number), **scope
    )


def gone(act: Callable[[], Any]) -> Any:
    return answered(act, lambda _nothing: None, 204)


def needed(rows_found: Any, wanted: list[Any], column: str, field: str) -> list[Any]:
    """The rows that are named. Raises RefusedError at the field for one that is not there."""
    found = {getattr(item, column): item for item in rows_found.filter(**{f"{column}__in": wanted})}
    missing = [str(item) for item in wanted if item not in found]
    if missing:
        raise RefusedError(_("Not known here: %(names)s") % {"names": ", ".join(missing)}, field)
    return [found[item] for item in wanted]


def ordered(measure: Measure, values: dict[str, Any]) -> dict[str, Any]:
    """Milestones and measures in the place of the ids and numbers that name them."""
    own = Milestone.objects.filter(measure=measure, retired=False)
    if "after" in values:
        values["after"] = needed(own, values["after"], "pk", "after")
    if "after_measures" in values:
        values["after_measures"] = needed(
            steered_measures(), values["after_measures"], "number", "after_measures"
        )
    return values


@router.post("/{number}/milestones", response={201: out.MilestoneOut, **REFUSALS}, summary="Add a milestone")
def new_milestone(request: HttpRequest, number: Number, given: given_as.MilestoneIn) -> Any:
    measure = steered(request, number)
    return answered(
        lambda: milestones.add_milestone(request.user, measure, **ordered(measure, given.dict())),
        rows.milestone,
        201,
    )


@router.patch(
    "/{number}/milestones/{milestone_id}",
    response={200: out.MilestoneOut, **REFUSALS},
    summary="Change a milestone, or say that it is reached",
)
def changed_milestone(
    request: HttpRequest, number: Number, milestone_id: RowId, given: given_as.MilestoneChangeIn
) -> Any:
    row = row_of(request, Milestone, number, milestone_id, retired=False)
    return answered(
        lambda: milestones.change_milestone(
            request.user, row, version=given.version, **ordered(row.measure, given.changes())
        ),
        rows.milestone,
    )


@router.post(
    "/{number}/milestones/{milestone_id}/removal",
    response={204: None, **REFUSALS},
    summary="Remove a milestone",
)
def removed_milestone(
    request: HttpRequest, number: Number, milestone_id: RowId, given: given_as.ReasonIn
) -> Any:
    row = row_of(request, Milestone, number, milestone_id, retired=False)
    return gone(lambda: milestones.remove_milestone(request.user, row, reason=given.reason))


@router.post(
    "/{number}/budget",
    response={201: out.BudgetOut, **REFUSALS},
    summary="Enter the first line of a year and source",
)
def new_budget(request: HttpRequest, number: Number, given: given_as.BudgetIn) -> Any:
    measure, values = steered(request, number), given.dict()
    key = values.pop("programme")

    def act() -> BudgetLine:
        every = FundingProgramme.objects.filter(retired=False)
        programme = needed(every, [key], "key", "programme")[0] if key else None
        return money.plan_budget(request.user, measure, programme=programme, **values)

    return answered(act, rows.budget, 201)


@router.post(
    "/{number}/budget/{line_id}/correction",
    response={201: out.BudgetOut, **REFUSALS},
    summary="Replace a budget line by a new revision with a reason",
)
def corrected_budget(
    request: HttpRequest, number: Number, line_id: RowId, given: given_as.BudgetCorrectionIn
) -> Any:
    old = row_of(request, BudgetLine, number, line_id)
    return answered(lambda: money.correct_budget(request.user, old, **given.dict()), rows.budget, 201)


@router.put(
    "/{number}/staff-days/{organisation}/{year}",
    response={200: out.StaffDaysOut, **REFUSALS},
    summary="Set the staff days of an organisation in a year",
)
def set_staff_days(
    request: HttpRequest, number: Number, organisation: Path[shapes.Code], year: Path[given_as.Year],
    given: given_as.StaffDaysIn,
) -> Any:  # fmt: skip
    measure = steered(request, number)
    found = get_object_or_404(Organisation, key=organisation, retired=False)
    return answered(
        lambda: money.set_staff_days(request.user, measure, found, year, **given.dict()), rows.staff_days
    )


@router.post("/{number}/risks", response={201: out.MeasureRiskOut, **REFUSALS}, summary="Add a risk")
def new_risk(request: HttpRequest, number: Number, given: given_as.RiskIn) -> Any:
    measure = steered(request, number)
    return answered(lambda: risks.add_risk(request.user, measure, **given.dict()), rows.risk, 201)


@router.patch(
    "/{number}/risks/{risk_id}",
    response={200: out.MeasureRiskOut, **REFUSALS},
    summary="Change or close a risk",
)
def changed_risk(request: HttpRequest, number: Number, risk_id: RowId, given: given_as.RiskChangeIn) -> Any:
    row = row_of(request, Risk, number, risk_id)
    return answered(
        lambda: risks.change_risk(request.user, row, version=given.version, **given.changes()), rows.risk
    )


@router.post(
    "/{number}/decisions", response={201: out.MeasureDecisionOut, **REFUSALS}, summary="Add a decision"
)
def new_decision(request: HttpRequest, number: Number, given: given_as.MeasureDecisionIn) -> Any:
    measure = steered(request, number)
    return answered(lambda: risks.add_decision(request.user, measure, **given.dict()), rows.decision, 201)


@router.patch(
    "/{number}/decisions/{decision_id}",
    response={200: out.MeasureDecisionOut, **REFUSALS},
    summary="Change a decision",
)
def changed_decision(
    request: HttpRequest, number: Number, decision_id: RowId, given: given_as.MeasureDecisionChangeIn
) -> Any:
    row = row_of(request, Decision, number, decision_id)
    return answered(
        lambda: risks.change_decision(request.user, row, version=given.version, **given.changes()),
        rows.decision,
    )


@router.post(
    "/{number}/decisions/{decision_id}/removal", response={204: None, **REFUSALS}, summary="Remove a decision"
)
def removed_decision(
    request: HttpRequest, number: Number, decision_id: RowId, given: given_as.ReasonIn
) -> Any:
    row = row_of(request, Decision, number, decision_id)
    return gone(lambda: risks.remove_decision(request.user, row, reason=given.reason))


@router.post(
    "/{number}/dependencies", response={201: out.DependencyOut, **REFUSALS}, summary="Add a dependency"
)
def new_dependency(request: HttpRequest, number: Number, given: given_as.DependencyIn) -> Any:
    measure = steered(request, number)

    def act() -> Dependency:
        target = needed(steered_measures(), [given.target], "number", "target")[0]
        return milestones.add_dependency(request.user, measure, target, given.kind, note=given.note)

    return answered(act, rows.dependency, 201)


@router.post(
    "/{number}/dependencies/{dependency_id}/removal",
    response={204: None, **REFUSALS},
    summary="Remove a dependency",
)
def removed_dependency(
    request: HttpRequest, number: Number, dependency_id: RowId, given: given_as.ReasonIn
) -> Any:
    own = Dependency.objects.select_related("source", "target")
    row = get_object_or_404(own, pk=dependency_id, source=steered(request, number))
    return gone(lambda: milestones.remove_dependency(request.user, row, reason=given.reason))


@router.post("/{number}/reports", response={201: out.DraftOut, **REFUSALS}, summary="Begin a status report")
def new_report(request: HttpRequest, number: Number, given: given_as.DraftIn) -> Any:
    measure = steered(request, number)
    return answered(lambda: reports.begin_report(request.user, measure, **given.dict()), rows.draft, 201)


@router.patch(
    "/{number}/reports/{report_id}",
    response={200: out.DraftOut, **REFUSALS},
    summary="Go on with the draft of a status report; whoever writes on it cannot release it",
)
def changed_report(
    request: HttpRequest, number: Number, report_id: RowId, given: given_as.DraftChangeIn
) -> Any:
    row = row_of(request, StatusReport, number, report_id)
    return answered(
        lambda: reports.edit_report(request.user, row, version=given.version, **given.changes()), rows.draft
    )


@router.post(
    "/{number}/reports/{report_id}/removal", response={204: None, **REFUSALS}, summary="Throw a draft away"
)
def removed_report(request: HttpRequest, number: Number, report_id: RowId, given: given_as.ReasonIn) -> Any:
    row = row_of(request, StatusReport, number, report_id)
    return gone(lambda: reports.discard_report(request.user, row, reason=given.reason))


@router.post(
    "/{number}/reports/{report_id}/release",
    response={200: out.ReportOut, **REFUSALS},
    summary="Release and freeze a status report that others have written",
)
def released_report(request: HttpRequest, number: Number, report_id: RowId, given: given_as.ReleaseIn) -> Any:
    require(request.user, RELEASE_REPORT)
    every = StatusReport.objects.select_related("measure")
    row = get_object_or_404(every, pk=report_id, measure=measure_of(number))
    return answered(lambda: reports.release_report(request.user, row, **given.dict()), rows.report)


@router.get(
    "/{number}/rating",
    response={200: list[out.GradeOut], **REFUSALS},
    summary="Your own rating of a measure",
)
def own_rating(request: HttpRequest, number: Number) -> Any:
    require(request.user, RATE)
    return [rows.grade(item) for item in own_ratings(request.user, measure_of(number)).values()]


@router.put(
    "/{number}/rating",
    response={200: list[out.GradeOut], **REFUSALS},
    summary="Rate a measure by the criteria of the strategy",
)
def new_rating(request: HttpRequest, number: Number, given: given_as.RatingIn) -> Any:
    measure = measure_of(number)
    grades = {code: (item.grade, item.comment) for code, item in given.grades.items()}
    return answered(
        lambda: rate(request.user, measure, grades),
        lambda _made: [rows.grade(item) for item in own_ratings(request.user, measure).values()],
    )
