"""The questions before and after one, as the person works through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steuerrad.modules.campaign.models import Assignment
from steuerrad.modules.campaign.queries.access import visible
from steuerrad.modules.campaign.rules.states import UNANSWERED


@dataclass(frozen=True)
class Neighbours:
    """Keys of questions; None at the ends. number counts from 1."""

    before: int | None
    after: int | None
    next_open: int | None
    number: int
    total: int
    open: int


def neighbours(user: Any, assignment: Assignment) -> Neighbours:
    """Among the questions of the same organisation in the same round. One query."""
    rows = list(
        visible(user)
        .select_related(None)
        .filter(question__round=assignment.question.round_id, organisation=assignment.organisation_id)
        .order_by("question__order", "question")
        .values_list("question", "state")
    )
    keys = [key for key, _state in rows]
    here = keys.index(assignment.question_id) if assignment.question_id in keys else 0
    waiting = [key for key, state in rows if state in UNANSWERED and key != assignment.question_id]
    later = [key for key in waiting if keys.index(key) > here]
    return Neighbours(
        keys[here - 1] if here > 0 else None, keys[here + 1] if here + 1 < len(keys) else None,
        (later or waiting or [None])[0], here + 1, len(keys), sum(state in UNANSWERED for _key, state in rows),
    )  # fmt: skip
