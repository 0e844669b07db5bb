"""The data campaign over the API: rounds, questions and answers, and giving answers with their revision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema, Status

from steuerrad.modules.campaign import schemas as shapes
from steuerrad.modules.campaign.actions.answers import save_draft, submit_answer
from steuerrad.modules.campaign.actions.moves import Words, make_move
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.models import Answer, Assignment, Decision, Round
from steuerrad.modules.campaign.queries import rounds as reads
from steuerrad.modules.campaign.queries.access import require_sight
from steuerrad.modules.campaign.queries.checking import findings
from steuerrad.modules.campaign.queries.progress import Line, board
from steuerrad.modules.campaign.texts import Said
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import signed_in
from steuerrad.platform.http_api.shapes import Page, page, text

router = Router(auth=signed_in)
RoundId = Path[Annotated[int, shapes.Item(ge=1, le=2**63 - 1)]]
QuestionId = Path[Annotated[int, shapes.Item(ge=1, le=2**63 - 1)]]
READ: dict[int, Any] = {401: Error, 403: Error, 404: Error}
WRITE: dict[int, Any] = READ | {409: shapes.Conflict, 422: shapes.Faults}


class QuestionQuery(Schema):
    """state: one or more states, separated by commas."""

    q: shapes.Word = ""
    state: shapes.Word = ""
    organisation: shapes.Word = ""
    group: shapes.Word = ""
    late: bool = False
    changed: bool = False
    live: bool = False


# reading


def round_row(round_: Round) -> dict[str, Any]:
    names = (
        "id",
        "source",
        "title",
        "period",
        "note",
        "state",
        "opens_on",
        "due_on",
        "check_by",
        "release_by",
        "demo",
    )
    return {name: getattr(round_, name) for name in names} | {"set": round_.set_key}


@router.get("/rounds", response={200: list[shapes.RoundOut], **READ}, summary="Rounds that you may see")
def round_list(request: HttpRequest) -> list[dict[str, Any]]:
    require_sight(request.user)
    return [round_row(item) for item in reads.rounds(request.user)]


@router.get("/rounds/{round_id}", response={200: shapes.RoundOut, **READ}, summary="One round")
def round_detail(request: HttpRequest, round_id: RoundId) -> dict[str, Any]:
    return round_row(reads.round_for(request.user, round_id))


def line_row(line: Line) -> dict[str, Any]:
    row = asdict(line)
    return row | {name: text(row[name]) for name in ("points_open", "points_late")}


@router.get(
    "/rounds/{round_id}/progress", response={200: shapes.BoardOut, **READ}, summary="How a round stands"
)
def round_progress(request: HttpRequest, round_id: RoundId) -> dict[str, Any]:
    found = board(request.user, reads.round_for(request.user, round_id))
    return {
        "total": line_row(found.total), "by_organisation": [line_row(item) for item in found.by_organisation],
        "by_group": [line_row(item) for item in found.by_group],
    }  # fmt: skip


@router.get(
    "/rounds/{round_id}/snapshots",
    response={200: list[shapes.SnapshotOut], **READ},
    summary="Frozen snapshots",
)
def snapshot_list(request: HttpRequest, round_id: RoundId) -> list[dict[str, Any]]:
    found = reads.round_for(request.user, round_id)
    return [
        {"number": row.number, "at": row.at, "person": row.author_name, "reason": row.reason, "sha256": row.sha256,
         "previous_sha256": row.previous_sha256}
        for row in found.snapshots.defer("content")  # type: ignore[attr-defined]
    ]  # fmt: skip


@router.get(
    "/rounds/{round_id}/questions",
    response={200: Page[shapes.QuestionOut], **READ},
    summary="Questions of a round, filtered",
)
def question_list(
    request: HttpRequest,
    round_id: RoundId,
    wanted: Query[QuestionQuery],
    offset: shapes.Offset = 0,
    limit: shapes.Limit = 100,
) -> dict[str, Any]:
    round_ = reads.round_for(request.user, round_id)
    found = reads.table(request.user, round_, reads.QuestionFilter(**wanted.dict()))
    return page(map(question_row, found[offset : offset + limit]), found.count(), offset, limit)


def question_row(row: Assignment) -> dict[str, Any]:
    question = row.question
    names = ("id", "code", "group", "title", "guidance", "type", "unit", "choices")
    released = row.released if row.state == "released" else None
    return {name: getattr(question, name) for name in names} | {
        "round": question.round_id, "minimum": text(question.minimum), "maximum": text(question.maximum),
        "points": text(question.points), "state": row.state,
        "organisation": row.organisation.key if row.organisation else None, "due_on": row.due, "late": row.late,
        "newest": row.newest, "current": row.current.value if row.current else None,
        "released": released.value if released and not released.declined else None,
        "previous": {
            "value": question.previous_value, "period": question.previous_period, "source": question.previous_source,
            "quality": question.previous_quality, "note": question.previous_note,
        } if question.previous_value else None,
        "live": {
            "value": question.live_value, "kpi": question.kpi, "as_of": question.live_as_of, "note": question.live_note,
        } if question.live_value else None,
    }  # fmt: skip


def answer_row(answer: Answer) -> dict[str, Any]:
    names = (
        "revision", "submitted", "declined", "value", "comment", "source", "quality", "as_of", "carried", "live", "at",
    )  # fmt: skip
    return {name: getattr(answer, name) for name in names} | {
        "author": answer.author_name,
        "evidence": [
            {"title": item.title, "url": item.file.get_absolute_url() if item.file else item.url,
             "sha256": item.file.sha256 if item.file else None}
            for item in answer.evidence.all()
        ],
        "waivers": [
            {"rule": item.rule, "text": item.text, "comment": item.comment} for item in answer.waivers.all()
        ],
    }  # fmt: skip


def decision_row(row: Decision) -> dict[str, Any]:
    return {
        "kind": row.kind, "revision": row.answer.revision if row.answer else None, "person": row.actor_name, "at": row.at,
        "reason": row.reason, "from_organisation": row.from_organisation.key if row.from_organisation else None,
        "to_organisation": row.to_organisation.key if row.to_organisation else None,
    }  # fmt: skip


@router.get(
    "/questions/{question_id}",
    response={200: shapes.QuestionDetail, **READ},
    summary="One question with all revisions and decisions",
)
def question_detail(request: HttpRequest, question_id: QuestionId) -> dict[str, Any]:
    row = reads.assignment_for(request.user, question_id)
    question = row.question
    answers = question.answers.prefetch_related("evidence__file", "waivers")
    decisions = question.decisions.select_related("answer", "from_organisation", "to_organisation")
    return question_row(row) | {
        "answers": [answer_row(item) for item in answers],
        "decisions": [decision_row(item) for item in decisions],
    }


# writing


def finding_row(item: Said) -> dict[str, Any]:
    return {"key": item.key, "code": item.code, "severity": item.severity, "text": item.text}


def refused(error: RefusedError) -> Status[Any]:
    """409 with what stands now when somebody else was faster, 422 with the findings when a rule forbids it."""
    if isinstance(error, ConflictError):
        theirs = answer_row(error.theirs) if error.theirs else None
        return Status(409, {"detail": str(error.message), "theirs": theirs})
    errors = [{"field": error.field, "messages": [str(error.message)]}] if error.field else []
    found = [finding_row(item) for item in error.findings] if isinstance(error, FaultsError) else []
    return Status(422, {"detail": str(error.message), "errors": errors, "findings": found})


def written(request: HttpRequest, question_id: int, act: Callable[[], Any]) -> Any:
    """Do it and answer with the question as it stands then; 404 for a question that the person may not see."""
    reads.ensure_visible(request.user, question_id)
    try:
        act()
    except RefusedError as error:
        return refused(error)
    return Status(200, question_row(reads.assignment_for(request.user, question_id)))


@router.post(
    "/questions/{question_id}/findings",
    response={200: list[shapes.AnswerFindingOut], **READ, 422: Error},
    summary="What the rules say about an answer that is being typed",
)
def typed_findings(
    request: HttpRequest, question_id: QuestionId, given: shapes.TypedIn
) -> list[dict[str, Any]]:
    question = reads.assignment_for(request.user, question_id).question
    fields = given.dict()
    submit = fields.pop("submit")
    return [finding_row(item) for item in findings(question, AnswerInput(**fields), submit=submit)]


@router.post(
    "/questions/{question_id}/answer",
    response={200: shapes.QuestionOut, **WRITE},
    summary="Answer a question, on top of the revision that you saw",
)
def new_answer(request: HttpRequest, question_id: QuestionId, given: shapes.AnswerIn) -> Any:
    fields = given.dict()
    based_on, draft = fields.pop("based_on"), fields.pop("draft")
    evidence = tuple(EvidenceInput(**item) for item in fields.pop("evidence"))
    answer = AnswerInput(**fields, evidence=evidence)
    save = save_draft if draft else submit_answer
    return written(request, question_id, lambda: save(request.user, question_id, answer, based_on=based_on))


def moved(request: HttpRequest, question_id: int, name: str, seen: int = 0, **said: str) -> Any:
    return written(
        request, question_id, lambda: make_move(name, request.user, question_id, Words(seen, **said))
    )


@router.post(
    "/questions/{question_id}/refusal",
    response={200: shapes.QuestionOut, **WRITE},
    summary="Say why there will be no answer",
)
def new_refusal(request: HttpRequest, question_id: QuestionId, given: shapes.DeclineIn) -> Any:
    return moved(request, question_id, "decline", given.based_on, reason=given.reason)


@router.post(
    "/questions/{question_id}/check", response={200: shapes.QuestionOut, **WRITE}, summary="Check an answer"
)
def new_check(request: HttpRequest, question_id: QuestionId, given: shapes.ReviewIn) -> Any:
    return moved(request, question_id, "check", given.revision)


@router.post(
    "/questions/{question_id}/release",
    response={200: shapes.QuestionOut, **WRITE},
    summary="Release an answer",
)
def new_release(request: HttpRequest, question_id: QuestionId, given: shapes.ReviewIn) -> Any:
    return moved(request, question_id, "release", given.revision)


@router.post(
    "/questions/{question_id}/return",
    response={200: shapes.QuestionOut, **WRITE},
    summary="Send an answer back",
)
def new_return(request: HttpRequest, question_id: QuestionId, given: shapes.ReasonedIn) -> Any:
    return moved(request, question_id, "send_back", given.revision, reason=given.reason)


@router.post(
    "/questions/{question_id}/withdrawal",
    response={200: shapes.QuestionOut, **WRITE},
    summary="Take a submitted answer back",
)
def new_withdrawal(request: HttpRequest, question_id: QuestionId, given: shapes.ReasonedIn) -> Any:
    return moved(request, question_id, "withdraw", given.revision, reason=given.reason)


@router.post(
    "/questions/{question_id}/organisation",
    response={200: shapes.HandedOver, **WRITE},
    summary="Hand a question over to the organisation that can answer it",
)
def new_organisation(request: HttpRequest, question_id: QuestionId, given: shapes.HandOverIn) -> Any:
    """The answer names the question only: the one who hands it over may not see it any more."""
    reads.ensure_visible(request.user, question_id)
    said = Words(reason=given.reason, organisation=given.organisation)
    try:
        found = make_move("hand_over", request.user, question_id, said)
    except RefusedError as error:
        return refused(error)
    return Status(200, {"id": question_id, "organisation": found.organisation.key})
