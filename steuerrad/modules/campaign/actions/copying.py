"""Copying the questions of a source into a round, so that a later change of the source does not change the round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import CrossCheck, Question
from steuerrad.modules.campaign.models import Answer, Assignment, Round, RoundCheck, RoundQuestion
from steuerrad.modules.campaign.queries.sources import released_before, source_of
from steuerrad.modules.campaign.reading import read_value
from steuerrad.platform.organisations.models import Organisation


def copy_questions(round_: Round, held: Mapping[str, Assignment] | None = None) -> int:
    """Write questions, rules and assignments of a draft. held: earlier assignments by code, whose people stay.

    A bounded number of queries, however many questions there are.
    """
    source = source_of(round_.source)
    assert source is not None
    asked = list(source.questions(round_.set_key))
    before = released_before(round_)
    rows = RoundQuestion.objects.bulk_create(
        question_row(round_, order, item, before.get(item.code)) for order, item in enumerate(asked)
    )
    known = proposed(asked)
    Assignment.objects.bulk_create(
        assignment_row(row, item, known, (held or {}).get(item.code))
        for row, item in zip(rows, asked, strict=True)
    )
    RoundCheck.objects.bulk_create(check_row(round_, item) for item in source.checks(round_.set_key))
    return len(rows)


def proposed(asked: list[Question]) -> dict[str, Organisation]:
    """The organisations that the source names, by key, without those that are retired."""
    keys = {key for item in asked for key in item.responsible}
    return {item.key: item for item in Organisation.objects.filter(key__in=keys, retired=False)}


def question_row(round_: Round, order: int, item: Question, before: Answer | None) -> RoundQuestion:
    return RoundQuestion(
        round=round_, order=order, code=item.code, group=item.group, title=item.title[:500], guidance=item.guidance,
        type=item.type, unit=item.unit, minimum=item.minimum, maximum=item.maximum, choices=list(item.choices),
        responsible=list(item.responsible), kpi=item.kpi, points=item.points, ref=item.ref,
        **previous_fields(item, before),
    )  # fmt: skip


def previous_fields(item: Question, before: Answer | None) -> dict[str, Any]:
    """Last time's answer: as the source knows it, else as an earlier round released it.

    When both say the same, the evidence of the earlier round goes with it. A value of the source that does not fit
    the question's type is no proposal.
    """
    previous = item.previous
    value = fitting(previous.value, item) if previous else ""
    if previous is not None and value:
        same = before is not None and before.value == value
        return {
            "previous_value": value, "previous_period": previous.period, "previous_source": previous.source[:500],
            "previous_quality": previous.quality, "previous_note": previous.note[:1000],
            "previous_answer": before if same else None,
        }  # fmt: skip
    if before is None or not fitting(before.value, item):
        return {}
    return {
        "previous_value": before.value, "previous_period": before.question.round.period,
        "previous_source": before.source, "previous_quality": before.quality,
        "previous_note": before.comment[:1000], "previous_answer": before,
    }  # fmt: skip


def fitting(value: str, item: Question) -> str:
    """The canonical value, "" when it is none for this question."""
    try:
        return read_value(value, item.type, item.choices)
    except ValueError:
        return ""


def assignment_row(
    row: RoundQuestion, item: Question, known: Mapping[str, Organisation], held: Assignment | None
) -> Assignment:
    if held is not None and held.organisation_id is not None:
        return Assignment(
            question=row, organisation_id=held.organisation_id, person_id=held.person_id, deputy_id=held.deputy_id,
            due_on=held.due_on, since=clock.now(),
        )  # fmt: skip
    first = next((known[key] for key in item.responsible if key in known), None)
    return Assignment(question=row, organisation=first, since=clock.now())


def check_row(round_: Round, item: CrossCheck) -> RoundCheck:
    left, right = ({code: str(factor) for code, factor in side.items()} for side in (item.left, item.right))
    return RoundCheck(
        round=round_, code=item.code, left=left, relation=item.relation, right=right, text=item.text,
        severity=item.severity, source=item.source,
    )  # fmt: skip
