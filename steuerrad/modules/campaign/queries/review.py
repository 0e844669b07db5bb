"""Four eyes: who contributed to what is to be checked. The database's triggers say the same."""

from __future__ import annotations

from typing import Any

from steuerrad.modules.campaign.models import Answer, Assignment, Decision

UNDOING = ("sent_back", "withdrawn")


def checked_before(answer: Answer) -> int:
    """The newest earlier revision that somebody checked and nobody undid, 0 = none."""
    rows = (
        Decision.objects.filter(question=answer.question_id, kind__in=["checked", *UNDOING])
        .filter(answer__revision__lt=answer.revision)
        .order_by("pk")
        .values_list("answer__revision", "kind")
    )
    standing: set[int] = set()
    for revision, kind in rows:
        if kind == "checked":
            standing.add(revision)
        else:
            standing.discard(revision)
    return max(standing, default=0)


def contributors(answer: Answer) -> set[int]:
    """Ids of everyone with a part in this revision that nobody else has checked yet."""
    rows = Answer.objects.filter(
        question=answer.question_id, revision__lte=answer.revision, revision__gt=checked_before(answer)
    )
    return set(rows.values_list("author_id", flat=True))


def is_own_work(user: Any, assignment: Assignment) -> bool:
    """Whether the person may not check this, because part of it is theirs."""
    return assignment.current is not None and user.pk in contributors(assignment.current)
