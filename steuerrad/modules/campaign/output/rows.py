"""What a file says about each question of a round: the working state, or what a snapshot or release fixed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch

from steuerrad.modules.campaign.models import (
    Answer,
    Assignment,
    Decision,
    Evidence,
    Round,
    RoundQuestion,
    Snapshot,
)
from steuerrad.modules.campaign.rules.checks import NUMERIC
from steuerrad.platform.files.models import StoredFile


@dataclass(frozen=True)
class EvidenceRow:
    """One piece of evidence. file: None for a link."""

    title: str
    url: str
    file: StoredFile | None

    @property
    def name(self) -> str:
        return self.title or (self.file.name if self.file else self.url)


@dataclass(frozen=True)
class Step:
    """Who decided when; name "" = not yet."""

    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """A question with the answer that the file is about; answer None = there is none.

    state: of the question now. revision: of `answer`, 0 without one; newest: of all, what an import is based on.
    """

    question: RoundQuestion
    organisation: str
    organisation_key: str
    state: str
    due: date
    newest: int
    answer: Answer | None
    evidence: tuple[EvidenceRow, ...] = ()
    waivers: tuple[tuple[str, str], ...] = ()
    checked: Step = Step()
    released: Step = Step()

    @property
    def revision(self) -> int:
        return self.answer.revision if self.answer else 0

    @property
    def value(self) -> str:
        return self.answer.value if self.answer else ""

    @property
    def typed(self) -> str | int | Decimal | date | None:
        return typed_value(self.value, self.question.type)


def typed_value(value: str, type_: str) -> str | int | Decimal | date | None:
    """Canonical text as what a cell can hold: numbers and dates as such, yes and no as words."""
    if not value:
        return None
    if type_ == "integer":
        return int(value)
    if type_ in NUMERIC:
        return Decimal(value)
    if type_ == "date":
        return date.fromisoformat(value)
    return value


def assignments_of(round_: Round) -> list[Assignment]:
    """All questions of a round in order, with what the rows need. Eight queries whatever their number."""
    answers = Answer.objects.prefetch_related(evidence_prefetch(), "waivers")
    decisions = Decision.objects.filter(kind__in=("checked", "released")).order_by("pk")
    return list(
        Assignment.objects.filter(question__round=round_)
        .select_related("question__round", "organisation")
        .prefetch_related(
            Prefetch("current", answers), Prefetch("released", answers),
            Prefetch("question__decisions", decisions, to_attr="looked_at"),
        )
        .order_by("question__order", "question__pk")
    )  # fmt: skip


def working_rows(round_: Round) -> list[Row]:
    """What stands now, released or not: for those who work on the round."""
    return [row_of(item, item.current) for item in assignments_of(round_)]


def released_rows(round_: Round) -> list[Row]:
    """Only what is released right now; all other questions are left out."""
    return [row_of(item, item.released) for item in assignments_of(round_) if item.state == "released"]


def snapshot_rows(snapshot: Snapshot) -> list[Row]:
    """What a snapshot fixed, whatever has become of the answers since: revisions never change."""
    fixed = {
        question["code"]: question["answer"]["revision"]
        for question in json.loads(snapshot.content)["questions"] if question["answer"]
    }  # fmt: skip
    wanted = Answer.objects.filter(question__round=snapshot.round_id, question__code__in=fixed)
    found = {
        (answer.question_id, answer.revision): answer
        for answer in wanted.prefetch_related(evidence_prefetch(), "waivers")
    }
    rows = []
    for item in assignments_of(snapshot.round):
        answer = found.get((item.question_id, fixed.get(item.question.code, 0)))
        if answer is not None:
            rows.append(row_of(item, answer))
    return rows


def evidence_prefetch() -> Prefetch[Any]:
    return Prefetch("evidence", Evidence.objects.select_related("file").order_by("order", "pk"))


def row_of(item: Assignment, answer: Answer | None) -> Row:
    steps: dict[str, Step] = {}
    for decision in item.question.looked_at:  # type: ignore[attr-defined]
        if answer is not None and decision.answer_id == answer.pk:
            steps[decision.kind] = Step(decision.actor_name, decision.at)
    organisation = item.organisation
    return Row(
        item.question, organisation.name if organisation else "", organisation.key if organisation else "",
        item.state, item.due, item.newest, answer,
        tuple(EvidenceRow(one.title, one.url, one.file) for one in answer.evidence.all()) if answer else (),
        tuple((one.text, one.comment) for one in answer.waivers.all()) if answer else (),
        steps.get("checked", Step()), steps.get("released", Step()),
    )  # fmt: skip


def by_group(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by category, in the order of the questionnaire."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.question.group, []).append(row)
    return groups


def snapshots_of(round_: Round) -> list[Snapshot]:
    """The newest first, without their content."""
    return list(Snapshot.objects.filter(round=round_).defer("content").order_by("-number"))
