"""The strategy audit over the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field as Item
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError

from steuerrad.modules.strategy import schemas as shapes
from steuerrad.modules.strategy.actions.findings import accept_finding, withdraw_acceptance
from steuerrad.modules.strategy.api_answers import REFUSALS, answered
from steuerrad.modules.strategy.audit_queries import ShownFinding
from steuerrad.modules.strategy.queries import findings as queries
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import reader, signed_in
from steuerrad.platform.http_api.shapes import Page

router = Router(auth=reader)
Fingerprint = Path[Annotated[str, Item(pattern=r"^[0-9a-f]{64}$")]]


class FindingQuery(Schema):
    """accepted: empty for open findings, "only" for accepted ones, "all" for both."""

    q: shapes.Word = ""
    severity: shapes.Word = ""
    rule: shapes.Word = ""
    kind: shapes.Word = ""
    accepted: shapes.Word = ""


def row(item: ShownFinding) -> dict[str, Any]:
    finding = item.finding
    return {
        "fingerprint": finding.fingerprint, "rule": finding.rule, "severity": finding.severity.value,
        "object": finding.object, "title": finding.title, "message": item.message, "proposal": item.proposal,
        "evidence": [
            {"document": part.document, "line": part.line, "printed": part.printed} for part in finding.evidence
        ],
        "members": [member.ref for member in finding.members],
        "accepted": item.accepted is not None, "reason": item.accepted.reason if item.accepted else "",
    }  # fmt: skip


def found(fingerprint: str) -> ShownFinding:
    item = queries.finding(fingerprint)
    if item is None:
        raise HttpError(404, "Not Found")
    return item


@router.get("/", response=Page[shapes.FindingOut], summary="Findings of the strategy audit")
def finding_list(
    request: HttpRequest, wanted: Query[FindingQuery], offset: shapes.Offset = 0, limit: shapes.Limit = 100
) -> dict[str, Any]:
    items = queries.filtered(queries.shown(), queries.FindingFilter(**wanted.dict()))
    rows = [row(item) for item in items[offset : offset + limit]]
    return {"items": rows, "total": len(items), "offset": offset, "limit": limit}


@router.get("/{fingerprint}", response={200: shapes.FindingOut, 404: Error}, summary="One finding")
def finding_detail(request: HttpRequest, fingerprint: Fingerprint) -> dict[str, Any]:
    return row(found(fingerprint))


@router.put(
    "/{fingerprint}/acceptance",
    response={200: shapes.FindingOut, **REFUSALS},
    auth=signed_in,
    summary="Accept a finding",
)
def accept(request: HttpRequest, fingerprint: Fingerprint, given: shapes.AcceptIn) -> Any:
    found(fingerprint)
    return answered(
        lambda: accept_finding(request.user, fingerprint, given.reason), lambda _made: row(found(fingerprint))
    )


@router.delete(
    "/{fingerprint}/acceptance",
    response={200: shapes.FindingOut, **REFUSALS},
    auth=signed_in,
    summary="Let an accepted finding speak again",
)
def withdraw(request: HttpRequest, fingerprint: Fingerprint) -> Any:
    found(fingerprint)
    return answered(
        lambda: withdraw_acceptance(request.user, fingerprint), lambda _made: row(found(fingerprint))
    )
