"""What a person has to answer, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import CHECK
from steuerrad.modules.campaign.queries.rounds import tasks as task_rows
from steuerrad.modules.campaign.rules.states import UNANSWERED
from steuerrad.modules.campaign.views.parts import crumbs, members_only
from steuerrad.platform.accounts.access import allowed


@dataclass
class TaskRound:
    """One round with the person's questions by category. done: those that are answered."""

    round: Round
    organisations: list[str] = field(default_factory=list[str])
    groups: dict[str, list[Assignment]] = field(default_factory=dict[str, list[Assignment]])
    total: int = 0
    done: int = 0
    late: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done


def by_round(rows: list[Assignment]) -> list[TaskRound]:
    found: dict[int, TaskRound] = {}
    for row in rows:
        entry = found.setdefault(row.question.round_id, TaskRound(row.question.round))
        entry.groups.setdefault(row.question.group, []).append(row)
        entry.total += 1
        entry.done += row.state not in UNANSWERED
        entry.late += bool(row.late)  # type: ignore[attr-defined]
        name = row.organisation.name if row.organisation else ""
        if name and name not in entry.organisations:
            entry.organisations.append(name)
    for entry in found.values():
        for group in entry.groups.values():
            group.sort(key=lambda row: row.question.order)
    return list(found.values())


@members_only
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    rows = list(task_rows(request.user))
    found = by_round(rows)
    left = [row for row in rows if row.state in UNANSWERED]
    context: dict[str, Any] = {
        "heading": _("My questions"),
        "breadcrumbs": crumbs((_("My questions"), "")),
        "rounds": found, "left": len(left), "first": left[0] if left else None,
        "checks": allowed(request.user, CHECK),
    }  # fmt: skip
    return render(request, "campaign/tasks.html", context)
