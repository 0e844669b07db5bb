"""What stands beside an empty field: last time's answer, or what the platform computes."""

from __future__ import annotations

from steuerrad.modules.campaign.models import Answer, RoundQuestion
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput


def evidence_of(answer: Answer | None) -> tuple[EvidenceInput, ...]:
    """The evidence of a revision, to be given again."""
    if answer is None:
        return ()
    return tuple(EvidenceInput(row.title, row.url, row.file_id) for row in answer.evidence.all())


def as_input(answer: Answer) -> AnswerInput:
    """A revision as somebody would have to type it, without its waivers."""
    return AnswerInput(
        value=answer.value, comment=answer.comment, source=answer.source, quality=answer.quality,
        as_of=answer.as_of, evidence=evidence_of(answer), carried=answer.carried, live=answer.live,
    )  # fmt: skip


def previous_input(question: RoundQuestion) -> AnswerInput:
    """Last time's answer with its evidence; the day that it is true for is not carried over."""
    return AnswerInput(
        value=question.previous_value, comment=question.previous_note, source=question.previous_source,
        quality=question.previous_quality, evidence=evidence_of(question.previous_answer), carried=True,
    )  # fmt: skip


def live_input(question: RoundQuestion) -> AnswerInput:
    """What the platform computed."""
    return AnswerInput(
        value=question.live_value, comment=question.live_note, source=f"Steuerrad: {question.kpi}",
        quality=question.live_quality, as_of=question.live_as_of, live=True,
    )  # fmt: skip
