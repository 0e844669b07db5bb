"""What was released, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from steuerrad.kernel.clock import LOCAL
from steuerrad.kernel.collecting import ReleasedAnswer
from steuerrad.modules.campaign.models import Assignment, Round


def released(rounds: Iterable[int]) -> QuerySet[Assignment]:
    """The questions whose answer is released right now, with their answers, evidence and waivers. Three queries."""
    return (
        Assignment.objects.filter(question__round__in=list(rounds), state="released")
        .select_related("question__round", "organisation", "released")
        .prefetch_related("released__evidence__file", "released__waivers")
        .order_by("question__round", "question__order")
    )


def released_answers(round_: Round) -> list[ReleasedAnswer]:
    """As the source of the questions takes them. A declined question has no value, and its note is the reason."""
    found: list[ReleasedAnswer] = []
    for row in released([round_.pk]):
        answer = row.released
        assert answer is not None
        found.append(
            ReleasedAnswer(
                code=row.question.code, value=None if answer.declined else answer.value,
                as_of=answer.as_of or answer.at.astimezone(LOCAL).date(),
                quality=answer.quality or "unknown", source=answer.source or round_.title, note=answer.comment,
                organisation=row.organisation.key if row.organisation else "",
            )
        )  # fmt: skip
    return found
