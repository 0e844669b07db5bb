"""Rows of the steering as the API says them."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import (
    BudgetLine,
    Decision,
    Dependency,
    Milestone,
    Rating,
    Risk,
    StaffDays,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.queries.snapshot import amount
from steuerrad.modules.strategy.portfolio.rules.milestones import state_of
from steuerrad.platform.http_api.shapes import text

PERIOD = ("period_start", "period_end", "text", "achievements", "next_steps", "problems", "demo")


def taken(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def milestone(item: Milestone, *, inside: bool = True) -> dict[str, Any]:
    """inside: for those who may read the steering; others do not get the note."""
    names = (
        "id", "version", "title", "planned_on", "forecast_on", "done_on", "weight", "as_printed", "demo", "document", "line",
    )  # fmt: skip
    return taken(item, *names) | {
        "state": state_of(item.point, clock.today()).value,
        "note": item.note if inside else "",
        "after": [other.pk for other in item.after.all()],
        "after_measures": [other.number for other in item.after_measures.all()],
    }


def budget(item: BudgetLine) -> dict[str, Any]:
    names = ("id", "year", "revision", "as_of", "source", "note", "reason", "demo")
    return taken(item, *names) | {
        "programme": item.source_key or None, "planned": amount(item.planned), "spent": amount(item.spent),
    }  # fmt: skip


def staff_days(item: StaffDays) -> dict[str, Any]:
    return taken(item, "year", "note", "version", "demo") | {
        "organisation": item.organisation.key, "planned": text(item.planned), "spent": text(item.spent),
    }  # fmt: skip


def risk(item: Risk) -> dict[str, Any]:
    names = (
        "id", "version", "title", "probability", "impact", "level", "response", "owner", "review_on", "state", "demo",
    )  # fmt: skip
    return taken(item, *names)


def decision(item: Decision) -> dict[str, Any]:
    names = ("id", "version", "decided_on", "body", "text", "paper", "url", "demo", "document", "line")
    return taken(item, *names)


def dependency(item: Dependency) -> dict[str, Any]:
    return taken(item, "id", "kind", "note", "demo") | {
        "source": item.source.number,
        "target": item.target.number,
    }


def report(item: StatusReport) -> dict[str, Any]:
    return taken(item, "id", "published_on", "released_at", "snapshot", *PERIOD) | {
        "measure": item.measure.number
    }


def draft(item: StatusReport) -> dict[str, Any]:
    return taken(item, "id", "version", *PERIOD) | {"measure": item.measure.number}


def grade(item: Rating) -> dict[str, Any]:
    return taken(item, "grade", "comment", "rated_at", "demo") | {"criterion": item.criterion.code}
