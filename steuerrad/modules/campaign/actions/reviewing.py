"""The second pair of eyes: checking, releasing, sending back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel.events import publish
from steuerrad.modules.campaign.actions.refusal import FaultsError, RefusedError
from steuerrad.modules.campaign.actions.writing import (
    decide,
    ensure_open,
    locked,
    needed,
    optional,
    put_state,
    standing,
)
from steuerrad.modules.campaign.models import Answer, Assignment
from steuerrad.modules.campaign.models.labels import STATES
from steuerrad.modules.campaign.queries.access import CHECK, RELEASE
from steuerrad.modules.campaign.queries.checking import standing_findings
from steuerrad.modules.campaign.queries.review import contributors
from steuerrad.modules.campaign.rules.states import after
from steuerrad.platform.accounts.access import require


@dataclass(slots=True)
class Bulk:
    """What became of many: how many were done, and why the others were not, by id of the question."""

    done: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def check_answer(actor: Any, question_id: int, *, revision: int, note: str = "") -> Assignment:
    """Say that the answer is right. revision: the one that the person looked at.

    Raises PermissionDenied, RefusedError (own work, wrong state), FaultsError when a rule does not hold by now,
    ConflictError, Assignment.DoesNotExist.
    """
    require(actor, CHECK)
    with transaction.atomic():
        assignment, answer, state = _step(actor, question_id, revision, "checked")
        _refuse_own_work(actor, answer)
        errors = [item for item in standing_findings(assignment) if item.severity == "error"]
        if errors:
            raise FaultsError(_("The answer breaks a rule; send it back."), errors)
        decide(actor, assignment, "checked", answer=answer, reason=optional(note),
               changes={"state": (assignment.state, state)})  # fmt: skip
        put_state(assignment, state)
    return assignment


def release_answer(actor: Any, question_id: int, *, revision: int) -> Assignment:
    """Release a checked answer.

    Raises PermissionDenied, RefusedError (own work, not checked), ConflictError, Assignment.DoesNotExist.
    """
    require(actor, RELEASE)
    with transaction.atomic():
        assignment, answer, state = _step(actor, question_id, revision, "released")
        _refuse_own_work(actor, answer)
        before = assignment.released.value if assignment.released else None
        decide(actor, assignment, "released", answer=answer,
               changes={"state": (assignment.state, state), "value": (before, answer.value)})  # fmt: skip
        put_state(assignment, state, released=answer)
        publish("campaign.released", question_id=question_id, revision=revision)
    return assignment


def send_back(actor: Any, question_id: int, *, revision: int, reason: str) -> Assignment:
    """Ask for another answer, with the reason. Raises PermissionDenied, RefusedError, ConflictError."""
    require(actor, CHECK)
    with transaction.atomic():
        assignment, answer, state = _step(actor, question_id, revision, "sent_back")
        decide(actor, assignment, "sent_back", answer=answer, reason=needed(reason),
               changes={"state": (assignment.state, state)})  # fmt: skip
        put_state(assignment, state)
        publish("campaign.sent_back", question_id=question_id, revision=revision)
    return assignment


def check_many(actor: Any, wanted: Iterable[tuple[int, int]]) -> Bulk:
    """Check (question, revision) pairs, each for itself. Raises PermissionDenied."""
    require(actor, CHECK)
    return _many(wanted, lambda question, revision: check_answer(actor, question, revision=revision))


def release_many(actor: Any, wanted: Iterable[tuple[int, int]]) -> Bulk:
    """Release (question, revision) pairs, each for itself. Raises PermissionDenied."""
    require(actor, RELEASE)
    return _many(wanted, lambda question, revision: release_answer(actor, question, revision=revision))


def _many(wanted: Iterable[tuple[int, int]], act: Callable[[int, int], Any]) -> Bulk:
    result = Bulk()
    with transaction.atomic():
        for question_id, revision in sorted(set(wanted)):
            try:
                with transaction.atomic():
                    act(question_id, revision)
                result.done += 1
            except (RefusedError, Assignment.DoesNotExist) as error:
                result.refused.append((question_id, str(error)))
    return result


def _step(actor: Any, question_id: int, revision: int, kind: str) -> tuple[Assignment, Answer, str]:
    """The locked assignment, the answer that stands, and the state that the decision leads to."""
    assignment = locked(question_id)
    ensure_open(assignment.question.round)
    answer = standing(assignment, revision)
    state = after(kind, assignment.state)
    if state is None:
        raise RefusedError(
            _("Not possible while the question is “%(state)s”.") % {"state": STATES[assignment.state]}
        )
    return assignment, answer, state


def _refuse_own_work(actor: Any, answer: Answer) -> None:
    if actor.pk in contributors(answer):
        raise RefusedError(_("Four eyes: whoever contributed to an answer cannot check or release it."))
