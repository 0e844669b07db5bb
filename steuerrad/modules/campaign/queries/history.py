"""What happened to one question, and what differs between two answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steuerrad.modules.campaign.models import Answer, Decision, RoundQuestion, Shelved
from steuerrad.modules.campaign.queries.proposals import as_input
from steuerrad.modules.campaign.typed import AnswerInput, from_data

FIELDS = ("value", "comment", "source", "quality", "as_of", "evidence")
TOLD_BY_REVISION = ("submitted", "confirmed", "declined")


@dataclass(frozen=True, slots=True)
class Event:
    """A revision or a decision, in order of time."""

    at: datetime
    person: str
    answer: Answer | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. For evidence, the items as tuples."""

    field: str
    before: Any
    after: Any


def history(question: RoundQuestion) -> list[Event]:
    """All revisions and decisions of a question, the oldest first. Four queries.

    That a revision was submitted, confirmed or declined is told by the revision itself.
    """
    answers = question.answers.prefetch_related("evidence__file", "waivers").order_by("revision")
    decisions = question.decisions.select_related("answer", "from_organisation", "to_organisation")
    found = [Event(row.at, row.author_name, answer=row) for row in answers]
    found += [
        Event(row.at, row.actor_name, decision=row)
        for row in decisions.exclude(kind__in=TOLD_BY_REVISION).order_by("pk")
    ]
    return sorted(found, key=lambda item: (item.at, item.decision is not None))


def difference(before: AnswerInput, after: AnswerInput) -> list[Difference]:
    """The fields in which two answers differ."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in FIELDS)
    return [Difference(name, old, new) for name, old, new in pairs if old != new]


def difference_of(before: Answer | None, after: Answer) -> list[Difference]:
    """What a revision changed against another one; None = an empty answer."""
    return difference(as_input(before) if before else AnswerInput(), as_input(after))


def shelved(user: Any, question: RoundQuestion) -> list[tuple[Shelved, AnswerInput]]:
    """What the person had typed when somebody else was faster, the newest first."""
    rows = Shelved.objects.filter(question=question, author=user).order_by("-pk")
    return [(row, from_data(row.content)) for row in rows]
