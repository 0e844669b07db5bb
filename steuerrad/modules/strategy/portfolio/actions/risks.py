"""Risks and decisions of a measure."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Decision, Measure, Risk
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.modules.strategy.portfolio.rules.risks import SCALE, RiskState

WEB = re.compile(r"https?://[^\s<>\"]+\Z")


def add_risk(
    user: Any, measure: Measure, *, title: str, probability: int, impact: int, response: str = "", owner: str = "",
    review_on: date | None = None, demo: bool = False,
) -> Risk:  # fmt: skip
    """probability, impact: 1 to 5. Raises PermissionDenied, RefusedError."""
    steered.require_steering(user, measure)
    values = _risk(
        {"title": title, "probability": probability, "impact": impact, "response": response, "owner": owner}
    )
    with transaction.atomic():
        steered.lock(measure.pk)
        row = Risk(measure=measure, review_on=review_on, demo=demo, **values)
        return steered.insert(user, row, "strategy.add_risk", "risk")


def change_risk(user: Any, risk: Risk, *, version: int, **values: Any) -> Risk:
    """values: title, probability, impact, response, owner, review_on, state.

    Raises PermissionDenied, RefusedError, ConflictError when somebody has changed it since `version`.
    """
    steered.require_steering(user, risk.measure)
    if "state" in values:
        values["state"] = RiskState(values["state"]).value
    steered.change(user, risk, version, _risk(values), "strategy.change_risk")
    return risk


def _risk(values: dict[str, Any]) -> dict[str, Any]:
    for name, longest in (("title", 200), ("response", 2000), ("owner", 120)):
        if name in values:
            values[name] = steered.text(values[name], name, longest, needed=name == "title")
    for name in ("probability", "impact"):
        if name in values and values[name] not in SCALE:
            raise RefusedError(_("Probability and impact go from 1 to 5."), name)
    return values


def add_decision(
    user: Any, measure: Measure, *, decided_on: date, body: str, text: str, paper: str = "", url: str = "",
    demo: bool = False,
) -> Decision:  # fmt: skip
    """paper: number or title of the paper, url: where it can be read. Raises PermissionDenied, RefusedError."""
    steered.require_steering(user, measure)
    values = _decision({"decided_on": decided_on, "body": body, "text": text, "paper": paper, "url": url})
    with transaction.atomic():
        steered.lock(measure.pk)
        row = Decision(measure=measure, demo=demo, **values)
        return steered.insert(user, row, "strategy.add_decision", "decision")


def change_decision(user: Any, decision: Decision, *, version: int, **values: Any) -> Decision:
    """Raises PermissionDenied, RefusedError, ConflictError when somebody has changed it since `version`."""
    steered.require_steering(user, decision.measure)
    if decision.document:
        raise RefusedError(_("This comes from a document of the city and is changed only there."))
    steered.change(user, decision, version, _decision(values), "strategy.change_decision")
    return decision


def _decision(values: dict[str, Any]) -> dict[str, Any]:
    for name, longest in (("body", 120), ("text", 2000), ("paper", 200), ("url", 500)):
        if name in values:
            values[name] = steered.text(values[name], name, longest, needed=name in {"body", "text"})
    if values.get("url") and not WEB.match(values["url"]):
        raise RefusedError(_("An address begins with http:// or https:// and holds no spaces."), "url")
    if values.get("decided_on") and values["decided_on"] > clock.today():
        raise RefusedError(_("The date lies in the future."), "decided_on")
    return values


def remove_decision(user: Any, decision: Decision, *, reason: str) -> None:
    """Raises PermissionDenied, RefusedError without a reason or for one that comes from a document."""
    steered.require_steering(user, decision.measure)
    steered.remove(user, decision, reason, "strategy.remove_decision")
