"""Making, changing and opening a round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import QuestionSource
from steuerrad.kernel.events import publish
from steuerrad.modules.campaign.actions.copying import copy_questions
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.writing import locked_round
from steuerrad.modules.campaign.live import fill_questions
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import COORDINATE
from steuerrad.modules.campaign.queries.sources import question_set, source_of
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

CHANGEABLE = (
    "title", "note", "opens_on", "due_on", "check_by", "release_by", "jump_percent", "jump_points",
)  # fmt: skip


def _known_source(source: str) -> QuestionSource:
    found = source_of(source)
    if found is None:
        raise RefusedError(_("There is no source of questions “%(source)s”.") % {"source": source}, "source")
    return found


def _check_dates(round_: Round) -> None:
    """Raise RefusedError for dates in the wrong order, and for thresholds that no answer could keep."""
    if round_.due_on < round_.opens_on:
        raise RefusedError(_("Answers cannot be due before the round opens."), "due_on")
    if round_.check_by and round_.check_by < round_.due_on:
        raise RefusedError(_("Checking cannot end before answers are due."), "check_by")
    if round_.release_by and round_.release_by < (round_.check_by or round_.due_on):
        raise RefusedError(_("The release cannot come before checking ends."), "release_by")
    for name in ("jump_percent", "jump_points"):
        if getattr(round_, name) <= 0:
            raise RefusedError(_("A threshold must be above 0."), name)


def create_round(
    actor: Any,
    *,
    source: str,
    set_key: str,
    title: str = "",
    opens_on: date,
    due_on: date,
    check_by: date | None = None,
    release_by: date | None = None,
    note: str = "",
    demo: bool = False,
) -> Round:
    """Make a draft: the questions of the set are copied, with the organisations that their source proposes.

    Raises PermissionDenied, RefusedError.
    """
    require(actor, COORDINATE)
    wanted = question_set(_known_source(source), set_key)
    if wanted is None:
        raise RefusedError(_("This source does not offer that questionnaire."), "set_key")
    round_ = Round(
        source=source, set_key=set_key, title=title.strip() or wanted.title, period=wanted.period, note=note.strip(),
        opens_on=opens_on, due_on=due_on, check_by=check_by, release_by=release_by, demo=demo,
        created_at=clock.now(), created_by=actor,
    )  # fmt: skip
    _check_dates(round_)
    with transaction.atomic():
        round_.save()
        count = copy_questions(round_)
        record(
            actor, "campaign.create_round", round_.ref, title=round_.title, changes={"questions": (0, count)}
        )
    return round_


def refresh_questions(actor: Any, round_id: int) -> int:
    """Copy the questions of a draft anew from their source; who was assigned stays. Returns their number.

    Raises PermissionDenied, RefusedError, Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _draft(round_id)
        held = {
            row.question.code: row
            for row in Assignment.objects.select_related("question").filter(question__round=round_)
        }
        round_.questions.all().delete()
        round_.checks.all().delete()
        count = copy_questions(round_, held)
        record(actor, "campaign.refresh_questions", round_.ref, title=round_.title,
               changes={"questions": (len(held), count)})  # fmt: skip
    return count


def _draft(round_id: int) -> Round:
    round_ = locked_round(round_id)
    if round_.state != Round.DRAFT:
        raise RefusedError(_("This is possible only while the round is in preparation."))
    return round_


def discard_round(actor: Any, round_id: int) -> None:
    """Throw a draft away. Raises PermissionDenied, RefusedError, Round.DoesNotExist."""
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _draft(round_id)
        record(actor, "campaign.discard_round", round_.ref, title=round_.title)
        round_.delete()


def change_round(actor: Any, round_id: int, fields: Mapping[str, Any]) -> Round:
    """Change title, note, dates or thresholds of a round that is not frozen.

    fields: by name, only those in CHANGEABLE. Raises PermissionDenied, RefusedError, Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    unknown = set(fields) - set(CHANGEABLE)
    if unknown:
        raise RefusedError(_("This cannot be changed: %(names)s") % {"names": ", ".join(sorted(unknown))})
    with transaction.atomic():
        round_ = locked_round(round_id)
        if round_.state not in {Round.DRAFT, Round.OPEN}:
            raise RefusedError(_("This round is not open; nothing can be changed in it."))
        changes = {
            name: (getattr(round_, name), value)
            for name, value in fields.items()
            if getattr(round_, name) != value
        }
        for name, (_before, value) in changes.items():
            setattr(round_, name, value)
        if not round_.title.strip():
            raise RefusedError(_("A title is needed."), "title")
        _check_dates(round_)
        if changes:
            round_.save(update_fields=list(changes))
            record(actor, "campaign.change_round", round_.ref, title=round_.title, changes=changes)
    return round_


def open_round(actor: Any, round_id: int) -> Round:
    """Let people answer. Every question needs its organisation; values that the platform computes are filled in.

    Raises PermissionDenied, RefusedError, Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _draft(round_id)
        _refuse_unassigned(round_)
        now = clock.now()
        round_.state, round_.opened_at, round_.opened_by = Round.OPEN, now, actor
        round_.save(update_fields=["state", "opened_at", "opened_by"])
        questions = Assignment.objects.filter(question__round=round_)
        questions.filter(question__previous_value="").update(since=now)
        questions.exclude(question__previous_value="").update(since=now, state="carried")
        fill_questions(round_.questions.exclude(kpi=""))
        record(actor, "campaign.open_round", round_.ref, title=round_.title,
               changes={"state": (Round.DRAFT, Round.OPEN)})  # fmt: skip
        publish("campaign.round_opened", round_id=round_.pk)
    return round_


def _refuse_unassigned(round_: Round) -> None:
    if not round_.questions.exists():
        raise RefusedError(_("The round has no questions."))
    codes = list(
        round_.questions.filter(assignment__organisation=None)
        .values_list("code", flat=True)
        .order_by("order")
    )
    if codes:
        raise RefusedError(
            _("%(count)d questions have no organisation yet: %(codes)s")
            % {"count": len(codes), "codes": ", ".join(codes[:10]) + (" …" if len(codes) > 10 else "")}
        )


def refresh_live(actor: Any, round_id: int) -> int:
    """Compute again what the platform fills in itself. Returns how many questions got another value.

    Raises PermissionDenied, RefusedError, Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = locked_round(round_id)
        if round_.state != Round.OPEN:
            raise RefusedError(_("This round is not open; nothing can be changed in it."))
        changed = fill_questions(round_.questions.exclude(kpi=""))
        record(
            actor,
            "campaign.refresh_live",
            round_.ref,
            title=round_.title,
            changes={"changed": (None, changed)},
        )
    return changed
