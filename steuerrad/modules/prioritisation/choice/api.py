"""Studies over the API, for keys of those who may read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field as Item
from ninja import Path, Router, Schema
from ninja.errors import HttpError

from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.permissions import READ
from steuerrad.modules.prioritisation.models import Study
from steuerrad.platform.accounts.access import require
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import signed_in

router = Router(auth=signed_in)
StudyId = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]


class StudyOut(Schema):
    """A study. caution: weight of the worst tenth, 0 to 1. state: of the newest computation, "" when there is none."""

    id: int
    title: str
    note: str
    edition: str
    survey_day: date | None
    caution: float
    demo: bool
    made: datetime
    effects: int
    state: str


class ChosenOut(Schema):
    """The newest result: references of the chosen measures, index points, EUR. All effects are assumptions.

    worst_tenth_error: standard error of the mean of the worst tenth; gap: relative distance from what nothing can pass.
    """

    number: int
    computed: datetime | None
    chosen: list[str]
    points: float
    points_low: float
    points_high: float
    worst_tenth: float
    worst_tenth_error: float | None
    net_cost: float
    gap: float
    inputs_sha256: str
    result_sha256: str


class StudyDetailOut(StudyOut):
    result: ChosenOut | None


def study_data(study: Any) -> dict[str, Any]:
    return {
        "id": study.pk, "title": study.title, "note": study.note,
        "edition": f"{study.field}/{study.edition}" if study.field else "", "survey_day": study.survey_day,
        "caution": float(study.caution), "demo": study.is_demo, "made": study.created_at,
        "effects": study.effect_count, "state": study.newest_state or "",
    }  # fmt: skip


@router.get("/studies", response={200: list[StudyOut], 401: Error, 403: Error}, summary="Studies of choice")
def studies(request: HttpRequest) -> Any:
    require(request.user, READ)
    return [study_data(one) for one in queries.studies(request.user)]


@router.get(
    "/studies/{id}",
    response={200: StudyDetailOut, 401: Error, 403: Error, 404: Error},
    summary="A study with its newest result",
)
def study(request: HttpRequest, id: StudyId) -> Any:  # noqa: A002 - the name in the address
    require(request.user, READ)
    found: Study | None = queries.studies(request.user).filter(pk=id).first()
    if found is None:
        raise HttpError(404, f"There is no study {id}.")
    return {**study_data(found), "result": result_data(found)}


def result_data(study: Study) -> dict[str, Any] | None:
    choice = queries.newest_done(study)
    if choice is None or "solution" not in choice.result:
        return None
    solution = choice.result["solution"]
    return {
        "number": choice.number, "computed": choice.finished_at, "chosen": choice.result["chosen"],
        "points": solution["mean"], "points_low": solution["low"], "points_high": solution["high"],
        "worst_tenth": solution["cvar"], "worst_tenth_error": solution.get("cvar_error"), "net_cost": solution["net"], "gap": solution["gap"],
        "inputs_sha256": choice.inputs_hash, "result_sha256": choice.result_hash,
    }  # fmt: skip
