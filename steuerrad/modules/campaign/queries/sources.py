"""Who offers questions."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from steuerrad.kernel.collecting import QuestionSet, QuestionSource
from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.models import Answer, Round


@dataclass(frozen=True, slots=True)
class Offer:
    """A questionnaire that can be asked."""

    source: QuestionSource
    set: QuestionSet


def source_of(source_id: str) -> QuestionSource | None:
    return next((item for item in registry.all("question_sources") if item.id == source_id), None)


def question_set(source: QuestionSource, key: str) -> QuestionSet | None:
    return next((item for item in source.sets() if item.key == key), None)


def offers() -> list[Offer]:
    """All questionnaires of all sources."""
    return [Offer(source, item) for source in registry.all("question_sources") for item in source.sets()]


def released_before(round_: Round) -> dict[str, Answer]:
    """By code of the question: the answer that was released last in an earlier round of the same source.

    Rounds about the same period are left out: they ask the same thing again, not the year before.
    """
    rows = (
        Answer.objects.filter(
            question__round__source=round_.source, question__round__demo=round_.demo, declined=False,
            question__assignment__released_id=F("pk"), question__assignment__state="released",
        )
        .exclude(question__round=round_.pk)
        .exclude(question__round__period=round_.period)
        .select_related("question__round")
        .order_by("question__round__period", "at")
    )  # fmt: skip
    return {
        row.question.code: row
        for row in rows
        if not round_.period or row.question.round.period < round_.period
    }
