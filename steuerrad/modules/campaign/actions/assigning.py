"""Who answers what: the coordinator splits the questions, an organisation hands one on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel.events import publish
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.writing import decide, ensure_open, locked, needed, optional
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import ANSWER, COORDINATE, organisations_of
from steuerrad.modules.campaign.rules.states import UNANSWERED
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record
from steuerrad.platform.organisations.models import Organisation


def assign(
    actor: Any,
    question_ids: Iterable[int],
    *,
    organisation: Organisation,
    person: Any = None,
    deputy: Any = None,
    due_on: date | None = None,
    reason: str = "",
) -> int:
    """Give questions to an organisation, and there to a person with a deputy. Returns how many changed.

    due_on: None = the day of the round. Raises PermissionDenied, RefusedError, Assignment.DoesNotExist; then none
    has changed.
    """
    require(actor, COORDINATE)
    if organisation.retired:
        raise RefusedError(_("This organisation does not exist any more."), "organisation")
    for name, who in (("person", person), ("deputy", deputy)):
        if who is not None and not allowed(who, ANSWER, {organisation.pk}):
            raise RefusedError(_("%(person)s may not answer for this organisation.") % {"person": who}, name)
    if person is not None and person == deputy:
        raise RefusedError(_("The deputy must be somebody else."), "deputy")
    wanted = {"organisation": organisation, "person": person, "deputy": deputy, "due_on": due_on}
    changed: list[int] = []
    why = optional(reason)
    with transaction.atomic():
        for question_id in sorted(set(question_ids)):
            if _assign_one(actor, locked(question_id), wanted, why):
                changed.append(question_id)
        if changed:
            publish("campaign.assigned", question_ids=changed)
    return len(changed)


def _assign_one(actor: Any, assignment: Assignment, wanted: dict[str, Any], reason: str) -> bool:
    question, round_ = assignment.question, assignment.question.round
    if round_.state != Round.DRAFT:
        ensure_open(round_)
    due_on = wanted["due_on"]
    if due_on is not None and due_on < round_.opens_on:
        raise RefusedError(_("Answers cannot be due before the round opens."), "due_on")
    changes = {
        name: (getattr(assignment, name), value)
        for name, value in wanted.items()
        if getattr(assignment, name) != value
    }
    if not changes:
        return False
    if round_.state == Round.OPEN and "organisation" in changes:
        decide(actor, assignment, "assigned", reason=reason, to=wanted["organisation"], changes=changes)
    else:
        record(
            actor, "campaign.assign", question.reference, title=str(question), changes=changes, reason=reason
        )
    for name, (_before, value) in changes.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=list(changes))
    return True


def hand_over(actor: Any, question_id: int, *, organisation: Organisation, reason: str) -> Assignment:
    """Pass a question that is not yet answered to the organisation that can answer it.

    Raises PermissionDenied, RefusedError, Assignment.DoesNotExist.
    """
    with transaction.atomic():
        assignment = locked(question_id)
        require(actor, ANSWER, organisations_of(assignment))
        ensure_open(assignment.question.round)
        if assignment.state not in UNANSWERED:
            raise RefusedError(_("This question is answered; withdraw the answer before you hand it over."))
        if organisation.retired or organisation.pk == assignment.organisation_id:
            raise RefusedError(_("Choose another organisation."), "organisation")
        before = assignment.organisation_id
        decide(actor, assignment, "handed_over", reason=needed(reason), to=organisation,
               changes={"organisation": (assignment.organisation, organisation)})  # fmt: skip
        assignment.organisation, assignment.person, assignment.deputy = organisation, None, None
        assignment.save(update_fields=["organisation", "person", "deputy"])
        publish("campaign.handed_over", question_id=question_id, from_id=before, to_id=organisation.pk)
    return assignment
