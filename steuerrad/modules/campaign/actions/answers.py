"""Answering: drafts, submission, refusal, withdrawal. Every save is a new revision on top of the one that was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.campaign.actions.evidence import checked_evidence, write_evidence
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.actions.writing import (
    decide,
    ensure_open,
    locked,
    needed,
    put_state,
    standing,
)
from steuerrad.modules.campaign.models import Answer, Assignment, RoundQuestion, Shelved, Waiver
from steuerrad.modules.campaign.queries.access import ANSWER, organisations_of
from steuerrad.modules.campaign.queries.checking import judge, read
from steuerrad.modules.campaign.queries.proposals import live_input, previous_input
from steuerrad.modules.campaign.reading import read_text
from steuerrad.modules.campaign.rules.checks import Finding, unwaived
from steuerrad.modules.campaign.rules.periods import default_as_of
from steuerrad.modules.campaign.rules.states import after
from steuerrad.modules.campaign.texts import say
from steuerrad.modules.campaign.typed import AnswerInput, to_data
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

LONGEST_SOURCE = 500
LONGEST_WAIVER = 1000


def save_draft(actor: Any, question_id: int, given: AnswerInput, *, based_on: int) -> Answer:
    """Keep what is typed so far; nothing is submitted. based_on: the newest revision that the person saw, 0 = none.

    Raises PermissionDenied, RefusedError for a value that cannot be read, ConflictError, Assignment.DoesNotExist.
    """
    return _save(actor, question_id, given, based_on=based_on, kind="")


def submit_answer(actor: Any, question_id: int, given: AnswerInput, *, based_on: int) -> Answer:
    """Submit an answer for checking. Whatever was checked or released before is open again.

    Raises PermissionDenied, FaultsError with all findings, ConflictError, RefusedError, Assignment.DoesNotExist.
    """
    return _save(actor, question_id, given, based_on=based_on, kind="submitted")


def decline(actor: Any, question_id: int, *, reason: str, based_on: int) -> Answer:
    """Say why there will be no answer; this is checked and released like an answer.

    Raises PermissionDenied, RefusedError, ConflictError, Assignment.DoesNotExist.
    """
    return _save(actor, question_id, AnswerInput(comment=needed(reason)), based_on=based_on, kind="declined")


def take_over(actor: Any, question_id: int, *, based_on: int) -> Answer:
    """Make last time's answer a draft, to be looked at and submitted. Raises as save_draft does."""
    question = RoundQuestion.objects.select_related("round", "previous_answer").get(pk=question_id)
    return save_draft(actor, question_id, previous_input(question), based_on=based_on)


def fill_live(actor: Any, question_id: int, *, based_on: int) -> Answer:
    """Make the value that the platform computed a draft. Raises as save_draft does."""
    question = RoundQuestion.objects.select_related("round").get(pk=question_id)
    return save_draft(actor, question_id, live_input(question), based_on=based_on)


def confirm_carried(
    actor: Any, question_id: int, *, based_on: int, waivers: dict[str, str] | None = None
) -> Answer:
    """Say that last time's answer still holds, and submit it. Raises as submit_answer does."""
    question = RoundQuestion.objects.select_related("round", "previous_answer").get(pk=question_id)
    given = replace(previous_input(question), waivers=waivers or {})
    return _save(actor, question_id, given, based_on=based_on, kind="confirmed")


def withdraw(actor: Any, question_id: int, *, reason: str, revision: int) -> Assignment:
    """Take a submitted answer back; the question is open again, the answer stays readable.

    Raises PermissionDenied, RefusedError, ConflictError, Assignment.DoesNotExist.
    """
    with transaction.atomic():
        assignment = locked(question_id)
        require(actor, ANSWER, organisations_of(assignment))
        ensure_open(assignment.question.round)
        answer = standing(assignment, revision)
        state = after("withdrawn", assignment.state)
        if state is None:
            raise RefusedError(_("There is no submitted answer to withdraw."))
        decide(actor, assignment, "withdrawn", answer=answer, reason=needed(reason))
        put_state(assignment, state)
        return assignment


def drop_shelved(actor: Any, shelved_id: int) -> None:
    """Throw away what was put aside after a conflict; only its author can. Raises RefusedError."""
    with transaction.atomic():
        row = Shelved.objects.filter(pk=shelved_id, author=actor).select_related("question").first()
        if row is None:
            raise RefusedError(_("There is no such text put aside."))
        record(actor, "campaign.drop_shelved", row.question.reference, title=str(row.question))
        row.delete()


def _save(actor: Any, question_id: int, given: AnswerInput, *, based_on: int, kind: str) -> Answer:
    """kind: the decision that goes with it, "" for a draft."""
    with transaction.atomic():
        assignment = locked(question_id)
        require(actor, ANSWER, organisations_of(assignment))
        ensure_open(assignment.question.round)
        if based_on == assignment.newest:
            return _insert(actor, assignment, given, kind)
        conflict = _shelve(actor, assignment, given, based_on)
    raise conflict  # after the commit, or the text put aside would be rolled back with it


def _shelve(actor: Any, assignment: Assignment, given: AnswerInput, based_on: int) -> ConflictError:
    """Keep what the slower one typed."""
    question = assignment.question
    seen = {row.revision: row for row in question.answers.filter(revision__in=[based_on, assignment.newest])}
    row = Shelved.objects.create(
        question=question, author=actor, at=clock.now(), based_on=max(0, based_on), content=to_data(given)
    )
    record(actor, "campaign.shelve", question.reference, title=str(question))
    return ConflictError(
        _("Somebody else has changed this answer in the meantime. Compare both before you save yours."),
        theirs=seen.get(assignment.newest), base=seen.get(based_on), mine=given, shelved_id=row.pk,
    )  # fmt: skip


def _insert(actor: Any, assignment: Assignment, given: AnswerInput, kind: str) -> Answer:
    question, declined = assignment.question, kind == "declined"
    facts = read(question, given)
    found = [] if declined else judge(question, facts, submit=bool(kind))
    _refuse_faults(question, given, found, submit=bool(kind))
    files = checked_evidence(actor, question, given.evidence)
    value = facts.value
    answer = Answer.objects.create(
        question=question, revision=assignment.newest + 1, based_on=assignment.newest, submitted=bool(kind),
        declined=declined, value=value, comment=_plain(given.comment, "comment"), source=_source(given.source),
        quality=given.quality, as_of=_as_of(question, given, kind),
        carried=given.carried and value == question.previous_value != "",
        live=given.live and value == question.live_value != "",
        author=actor, author_name=str(actor)[:200], at=clock.now(),
    )  # fmt: skip
    write_evidence(answer, given.evidence, files)
    _write_waivers(question, answer, given, found)
    Shelved.objects.filter(question=question, author=actor).delete()
    if not kind:
        assignment.newest = answer.revision
        assignment.save(update_fields=["newest"])
        record(actor, "campaign.save_draft", question.reference, title=str(question),
               changes={"revision": (answer.based_on, answer.revision), "value": (None, value)})  # fmt: skip
        return answer
    before = assignment.current.value if assignment.current else None
    decide(actor, assignment, kind, answer=answer, reason=needed(given.comment) if declined else "",
           changes={"value": (before, value), "state": (assignment.state, kind)})  # fmt: skip
    put_state(assignment, "declined" if declined else "answered", newest=answer.revision, current=answer)
    publish("campaign.answered", question_id=question.pk, revision=answer.revision)
    return answer


def _refuse_faults(
    question: RoundQuestion, given: AnswerInput, found: list[Finding], *, submit: bool
) -> None:
    """Raise for what stands in the way: of a submission every finding, of a draft only what cannot be read."""
    if not submit:
        fault = next((item for item in found if item.code == "type"), None)
        if fault is not None:
            raise RefusedError(say(fault, question.type).text, "value")
        return
    left = unwaived(found, given.waivers)
    if left:
        raise FaultsError(
            _("The answer cannot be submitted like that."), [say(item, question.type) for item in left]
        )


def _write_waivers(question: RoundQuestion, answer: Answer, given: AnswerInput, found: list[Finding]) -> None:
    """Keep each warning that was overridden, in the words that were shown, with the comment."""
    Waiver.objects.bulk_create(
        Waiver(answer=answer, rule=item.key, text=say(item, question.type).text[:LONGEST_WAIVER], comment=comment)
        for item in found
        if item.waivable and (comment := _plain(given.waivers.get(item.key, ""), "waivers")[:LONGEST_WAIVER])
    )  # fmt: skip


def _as_of(question: RoundQuestion, given: AnswerInput, kind: str) -> Any:
    return given.as_of or (default_as_of(question.round.period, clock.today()) if kind else None)


def _plain(text: str, field: str) -> str:
    try:
        return read_text(text)
    except ValueError as error:
        raise RefusedError(_("The text %(fault)s.") % {"fault": error}, field) from error


def _source(text: str) -> str:
    cleaned = " ".join(_plain(text, "source").split())
    if len(cleaned) > LONGEST_SOURCE:
        raise RefusedError(
            _("The source is longer than %(most)d characters.") % {"most": LONGEST_SOURCE}, "source"
        )
    return cleaned
