"""What waits for release, over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Field as Item
from ninja import Path, Router

from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.actions.proposals import release, send_back, withdraw
from steuerrad.modules.strategy.api_answers import REFUSALS, answered
from steuerrad.modules.strategy.models import StatusProposal
from steuerrad.modules.strategy.models.proposals import Proposal
from steuerrad.modules.strategy.queries import proposals as queries
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import signed_in
from steuerrad.platform.http_api.shapes import text

router = Router(auth=signed_in)
Kind = Path[Literal["value", "status"]]
ProposalId = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]


def proposal_row(item: Any) -> dict[str, Any]:
    names = ("id", "kind", "state", "source", "reason", "proposed_at", "decision")
    row = {name: getattr(item, name) for name in names} | {"became": item.became_id}
    if isinstance(item, StatusProposal):
        own = {"measure": item.measure.number, "kpi": None, "date": item.since, "status": item.status}
        return row | own | {"value": None, "quality": None, "note": ""}
    own = {"kpi": item.kpi.code, "measure": None, "date": item.date, "value": text(item.value)}
    return row | own | {"quality": item.quality, "note": item.note, "status": None}


@router.get(
    "", response={200: list[shapes.ProposalOut], 401: Error, 403: Error}, summary="What waits for release"
)
def proposal_list(request: HttpRequest) -> list[dict[str, Any]]:
    if not queries.has_part(request.user):
        raise PermissionDenied
    return [proposal_row(item) for item in queries.waiting(request.user)]


@router.post(
    "/{kind}/{proposal_id}/release",
    response={200: shapes.ProposalOut, **REFUSALS},
    summary="Release, never the own",
)
def release_proposal(request: HttpRequest, kind: Kind, proposal_id: ProposalId) -> Any:
    return _decide(request, kind, proposal_id, lambda item: release(request.user, item))


@router.post(
    "/{kind}/{proposal_id}/send-back",
    response={200: shapes.ProposalOut, **REFUSALS},
    summary="Return to the author with a reason",
)
def send_back_proposal(
    request: HttpRequest, kind: Kind, proposal_id: ProposalId, given: shapes.DecisionIn
) -> Any:
    return _decide(request, kind, proposal_id, lambda item: send_back(request.user, item, given.reason))


@router.post(
    "/{kind}/{proposal_id}/withdraw",
    response={200: shapes.ProposalOut, **REFUSALS},
    summary="Take the own back",
)
def withdraw_proposal(request: HttpRequest, kind: Kind, proposal_id: ProposalId) -> Any:
    return _decide(request, kind, proposal_id, lambda item: withdraw(request.user, item))


def _decide(request: HttpRequest, kind: str, proposal_id: int, write: Callable[[Any], Any]) -> Any:
    item: Proposal = queries.proposal(kind, proposal_id, request.user)

    def row(_made: Any) -> dict[str, Any]:
        item.refresh_from_db()
        return proposal_row(item)

    return answered(lambda: write(item), row)
