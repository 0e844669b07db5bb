"""What every write needs: the locked row, the open round, the decision with its entry in the log."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.campaign.models import Answer, Assignment, Decision, Round
from steuerrad.modules.campaign.reading import read_text
from steuerrad.platform.audit.log import record
from steuerrad.platform.organisations.models import Organisation

LONGEST_REASON = 1000


def locked(question_id: int) -> Assignment:
    """The assignment of a question, locked until the transaction ends. Raises Assignment.DoesNotExist.

    It is read after the lock is held, so that it is what the last writer left.
    """
    pk = Assignment.objects.select_for_update().values_list("pk", flat=True).get(question=question_id)
    return Assignment.objects.select_related(
        "question__round", "question__previous_answer", "organisation", "current", "released"
    ).get(pk=pk)


def locked_round(round_id: int) -> Round:
    """The round, locked. Raises Round.DoesNotExist."""
    return Round.objects.select_for_update().get(pk=round_id)


def ensure_open(round_: Round) -> None:
    """Raise RefusedError unless the round takes answers."""
    if round_.state != Round.OPEN:
        raise RefusedError(_("This round is not open; nothing can be changed in it."))


def needed(reason: str) -> str:
    """The reason, cleaned. Raises RefusedError when it is empty, too long, or cannot be printed."""
    cleaned = optional(reason)
    if not cleaned:
        raise RefusedError(_("A reason is needed."), "reason")
    return cleaned


def optional(reason: str) -> str:
    """A reason or note that may be missing, cleaned. Raises RefusedError as needed() does, except for none at all."""
    try:
        cleaned = read_text(reason)
    except ValueError as error:
        raise RefusedError(_("The text %(fault)s.") % {"fault": error}, "reason") from error
    if len(cleaned) > LONGEST_REASON:
        raise RefusedError(
            _("The reason is longer than %(most)d characters.") % {"most": LONGEST_REASON}, "reason"
        )
    return cleaned


def standing(assignment: Assignment, revision: int) -> Answer:
    """The submitted answer that stands. Raises ConflictError when it is another one than the person saw."""
    current = assignment.current
    if current is None or current.revision != revision:
        raise ConflictError(
            _("The answer has been changed in the meantime. Look at what stands now and decide again."),
            theirs=current,
        )
    return current


def decide(
    actor: Any,
    assignment: Assignment,
    kind: str,
    *,
    answer: Answer | None = None,
    reason: str = "",
    to: Organisation | None = None,
    changes: dict[str, tuple[Any, Any]] | None = None,
) -> Decision:
    """Write the decision and its entry in the log, in the running transaction."""
    question = assignment.question
    decision = Decision.objects.create(
        question=question, kind=kind, answer=answer, actor=actor, actor_name=str(actor)[:200], at=clock.now(),
        reason=reason, from_organisation=assignment.organisation if to else None, to_organisation=to,
    )  # fmt: skip
    record(
        actor,
        f"campaign.{kind}",
        question.reference,
        title=str(question),
        changes=changes or {},
        reason=reason,
    )
    return decision


def put_state(assignment: Assignment, state: str, **fields: Any) -> None:
    """Move the question on. The decision that proves the state must be written before."""
    for name, value in {"state": state, "since": clock.now(), **fields}.items():
        setattr(assignment, name, value)
    assignment.save(update_fields=["state", "since", *fields])
