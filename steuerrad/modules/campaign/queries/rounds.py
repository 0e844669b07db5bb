"""Rounds and their questions, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from steuerrad.kernel import clock
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import own_organisations, visible, visible_rounds
from steuerrad.modules.campaign.rules.states import TO_CHECK, UNANSWERED


@dataclass(frozen=True, slots=True)
class QuestionFilter:
    """What a table of questions is narrowed by; "" = all. state may name several, separated by commas.

    late: only what should have been answered. changed: only what was released and is open again.
    """

    q: str = ""
    state: str = ""
    organisation: str = ""
    group: str = ""
    late: bool = False
    changed: bool = False
    live: bool = False


def rounds(user: Any) -> QuerySet[Round]:
    """All rounds that the person has something to do with, the newest first."""
    return visible_rounds(user)


def round_for(user: Any, round_id: int) -> Round:
    """Raises Http404 for a round that the person may not see."""
    return get_object_or_404(visible_rounds(user), pk=round_id)


def with_due(found: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Adds due_day: the last day in time, and late: still unanswered after it."""
    due_day = Coalesce("due_on", "question__round__due_on", output_field=DateField())
    return found.annotate(
        due_day=due_day,
        late=Case(
            When(
                Q(state__in=UNANSWERED) & Q(question__round__state=Round.OPEN) & Q(due_day__lt=clock.today()),
                then=Value(True),
            ),
            default=Value(False),
        ),
    )


def narrowed(found: QuerySet[Assignment], wanted: QuestionFilter) -> QuerySet[Assignment]:
    """The rows that fit the filter; an unknown state fits nothing."""
    found = with_due(found)
    if wanted.q:
        found = found.filter(Q(question__title__icontains=wanted.q) | Q(question__code__icontains=wanted.q))
    if wanted.state:
        found = found.filter(state__in=wanted.state.split(","))
    if wanted.organisation:
        found = found.filter(organisation__key=wanted.organisation)
    if wanted.group:
        found = found.filter(question__group=wanted.group)
    if wanted.late:
        found = found.filter(late=True)
    if wanted.changed:
        found = found.filter(released__isnull=False).exclude(state="released")
    if wanted.live:
        found = found.exclude(question__live_value="")
    return found


def table(user: Any, round_: Round, wanted: QuestionFilter | None = None) -> QuerySet[Assignment]:
    """The questions of a round with organisation, person, standing and released answer. One query when read."""
    found = visible(user).filter(question__round=round_).select_related("person", "deputy")
    return narrowed(found, wanted or QuestionFilter()).order_by("question__order", "question")


def assignment_for(user: Any, question_id: int) -> Assignment:
    """One question with all that its page needs. Raises Http404."""
    found = with_due(visible(user)).select_related("person", "deputy", "question__previous_answer")
    row = found.filter(question=question_id).first()
    if row is None:
        raise Http404
    return row


def ensure_visible(user: Any, question_id: int) -> None:
    """Raises Http404 for a question that the person may not see; cheaper than reading it."""
    if not visible(user).select_related(None).filter(question=question_id).exists():
        raise Http404


def tasks(user: Any, organisations: set[int] | None = None) -> QuerySet[Assignment]:
    """What the person may answer in open rounds, the most urgent first.

    organisations: None = those in which the person is a contributor.
    """
    own = own_organisations(user) if organisations is None else organisations
    found = with_due(visible(user)).select_related("person", "deputy")
    return found.filter(question__round__state=Round.OPEN, organisation__in=own).order_by(
        F("due_day"), "question__round", "question__order"
    )


def to_check(user: Any, round_: Round | None = None) -> QuerySet[Assignment]:
    """What waits for a second pair of eyes or for its release, the oldest first, without what is too early."""
    found = with_due(visible(user)).filter(
        question__round__state=Round.OPEN, state__in=[*TO_CHECK, "checked"]
    )
    if round_ is not None:
        found = found.filter(question__round=round_)
    return found.select_related("question__previous_answer").order_by("since", "question__order")
