"""Alerts over the API: to read and to acknowledge, for keys of those who may."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import override
from ninja import Field as Item
from ninja import Path, Query, Router, Schema
from ninja.errors import HttpError
from pydantic import StringConstraints

from steuerrad.modules.sensors.alerts import actions, queries
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule
from steuerrad.modules.sensors.alerts.telling import is_simulated
from steuerrad.modules.sensors.alerts.words import condition
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import signed_in
from steuerrad.platform.http_api.shapes import Page, page

router = Router(auth=signed_in)
Number = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=500)]
Note = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)]
State = Literal["open", "acknowledged", "escalated", "closed"]
Level = Literal["Minor", "Moderate", "Severe", "Extreme"]
READ: dict[int, Any] = {401: Error, 403: Error, 404: Error}


class AlertOut(Schema):
    """An episode. begin: the condition holds since then; certain: it had held for long enough; ended: None while it goes on.

    value: when it was certain; worst: the furthest one. told: None when nobody was told; held says why.
    """

    id: int
    uid: str
    rule: int
    rule_name: str
    datastream: int
    name: str
    unit: str
    level: Level
    state: State
    begin: datetime
    certain: datetime
    raised: datetime
    ended: datetime | None
    value: float | None
    worst: float | None
    told: datetime | None
    held: Literal["", "old", "quiet"]
    simulated: bool


class StepOut(Schema):
    verb: Literal["raise", "tell", "acknowledge", "escalate", "close"]
    at: datetime
    by: str | None
    note: str


class AlertDetailOut(AlertOut):
    steps: list[StepOut]


class AlertRuleOut(Schema):
    """Seconds throughout. kind "silent": for_s without a value. clear None: over at the threshold itself."""

    id: int
    name: str
    enabled: bool
    condition: str = Item(description="One sentence, in English")
    kind: Literal["above", "below", "silent"]
    threshold: float | None
    clear: float | None
    for_s: int
    clear_s: int
    level: Level
    max_age_s: int
    escalate_s: int | None
    public: bool
    demo: bool


class AcknowledgeIn(Schema):
    note: Note = ""


class AlertQuery(Schema):
    """state: only these. level: at least this one. rule: number of a rule."""

    state: State | None = None
    level: Level | None = None
    rule: Annotated[int, Item(ge=1, le=2**63 - 1)] | None = None


def alert_data(one: Alert) -> dict[str, Any]:
    return {
        "id": one.pk, "uid": str(one.uid), "rule": one.rule_id, "rule_name": one.rule.name, "datastream": one.stream,
        "name": one.stream_name, "unit": one.unit, "level": one.level, "state": one.state, "begin": one.began_at,
        "certain": one.certain_at, "raised": one.raised_at, "ended": one.ended_at, "value": one.value, "worst": one.worst,
        "told": one.told_at, "held": one.held, "simulated": is_simulated(one),
    }  # fmt: skip


def detail(one: Alert) -> dict[str, Any]:
    steps = [
        {"verb": step.verb, "at": step.at, "by": str(step.by) if step.by else None, "note": step.note}
        for step in one.steps.select_related("by")  # type: ignore[attr-defined]
    ]
    return alert_data(one) | {"steps": steps}


def found_alert(request: HttpRequest, id: int) -> Alert:  # noqa: A002 - as in the address
    found = queries.alerts(request.user).filter(pk=id).first()
    if found is None:
        raise HttpError(404, f"There is no alert {id}.")
    return found


@router.get("/alerts", response={200: Page[AlertOut], 401: Error}, summary="Alerts, what goes on first")
def alert_list(
    request: HttpRequest, wanted: Query[AlertQuery], offset: Offset = 0, limit: Limit = 100
) -> dict[str, Any]:
    found = queries.listed(
        request.user, queries.AlertFilter(wanted.state or "", wanted.level or "", wanted.rule)
    )
    return page(map(alert_data, found[offset : offset + limit]), found.count(), offset, limit)


@router.get("/alerts/{id}", response={200: AlertDetailOut, **READ}, summary="An alert with what happened")
def alert_detail(request: HttpRequest, id: Number) -> dict[str, Any]:  # noqa: A002 - the name in the address
    return detail(found_alert(request, id))


@router.post(
    "/alerts/{id}/acknowledge",
    response={200: AlertDetailOut, **READ, 409: Error, 422: Error},
    summary="Acknowledge an alert",
)
def acknowledge(request: HttpRequest, id: Number, given: AcknowledgeIn) -> dict[str, Any]:  # noqa: A002
    try:
        actions.acknowledge(request.user, found_alert(request, id), given.note)
    except actions.AlertError as error:
        raise HttpError(409, str(error)) from error
    return detail(found_alert(request, id))


@router.get("/alert-rules", response={200: list[AlertRuleOut], 401: Error}, summary="Alert rules")
def rule_list(request: HttpRequest) -> list[dict[str, Any]]:
    with override("en"):
        return [rule_data(one) for one in queries.rules(request.user)]


def rule_data(one: AlertRule) -> dict[str, Any]:
    names = (
        "name", "enabled", "kind", "threshold", "clear", "for_s", "clear_s", "level", "max_age_s", "escalate_s", "public",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names} | {
        "id": one.pk, "condition": condition(one), "demo": one.is_demo
    }  # fmt: skip
