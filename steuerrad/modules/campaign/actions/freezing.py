"""Freezing a round: an immutable snapshot of what is released, delivered to the source of the questions."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import ReleasedAnswer
from steuerrad.kernel.events import publish
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.writing import locked_round, needed, optional
from steuerrad.modules.campaign.models import Assignment, Round, Snapshot
from steuerrad.modules.campaign.queries.access import COORDINATE
from steuerrad.modules.campaign.queries.released import released_answers
from steuerrad.modules.campaign.queries.snapshots import contents, digest
from steuerrad.modules.campaign.queries.sources import source_of
from steuerrad.modules.campaign.rules.states import may_step
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

log = logging.getLogger(__name__)
LONGEST_CAUSE = 300


def freeze_round(actor: Any, round_id: int, *, reason: str = "") -> Snapshot:
    """Freeze what is released. With questions that are not released a reason is needed.

    Released answers go to the source in the same transaction. Raises PermissionDenied, RefusedError,
    Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _step(round_id, Round.FROZEN)
        rows = Assignment.objects.select_for_update().filter(question__round=round_).order_by("pk")
        states = list(rows.values_list("state", flat=True))  # whoever is saving an answer is waited for
        left = sum(state != "released" for state in states)
        reason = optional(reason)
        if left and not reason:
            message = _("%(count)d of %(total)d questions are not released; freezing now needs a reason.")
            raise RefusedError(message % {"count": left, "total": len(states)}, "reason")
        last = round_.snapshots.order_by("-number").first()
        number, previous = (last.number + 1, last.sha256) if last else (1, "")
        now = clock.now()
        content = contents(round_, number=number, previous=previous, at=now, by=str(actor), reason=reason)
        snapshot = Snapshot.objects.create(
            round=round_, number=number, at=now, author=actor, author_name=str(actor)[:200], reason=reason,
            content=content, sha256=digest(content), previous_sha256=previous,
        )  # fmt: skip
        _deliver(actor, round_, released_answers(round_))
        _put(round_, Round.FROZEN)
        record(actor, "campaign.freeze_round", round_.ref, title=round_.title, reason=reason,
               changes={"state": (Round.OPEN, Round.FROZEN), "sha256": (previous or None, snapshot.sha256),
                        "not_released": (None, left)})  # fmt: skip
        publish("campaign.frozen", round_id=round_.pk, snapshot_id=snapshot.pk)
    return snapshot


def _deliver(actor: Any, round_: Round, answers: list[ReleasedAnswer]) -> None:
    """Give the answers back to where the questions came from. Demo answers go nowhere.

    Raises RefusedError when the source is gone or does not take them: what was collected must not be lost on the way.
    """
    if round_.demo:
        return
    source = source_of(round_.source)
    if source is None:
        raise RefusedError(_("The source of the questions is not installed any more."))
    try:
        source.deliver(round_.set_key, answers, actor)
    except (
        Exception
    ) as error:  # another module's code: whatever it is, the person must read what became of the round
        log.exception("delivering the answers of round %s failed", round_.pk)
        cause = str(getattr(error, "message", error)).strip() or type(error).__name__
        raise RefusedError(
            _(
                "“%(source)s” did not take the answers, so nothing was frozen and nothing is lost. The reason given: %(cause)s"
            )
            % {"source": source.title, "cause": cause[:LONGEST_CAUSE]}
        ) from error


def reopen_round(actor: Any, round_id: int, *, reason: str) -> Round:
    """Let people answer again; the snapshots stay, the next one is chained to the last.

    Raises PermissionDenied, RefusedError, Round.DoesNotExist.
    """
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _step(round_id, Round.OPEN, before=Round.FROZEN)
        _put(round_, Round.OPEN)
        record(actor, "campaign.reopen_round", round_.ref, title=round_.title, reason=needed(reason),
               changes={"state": (Round.FROZEN, Round.OPEN)})  # fmt: skip
        publish("campaign.reopened", round_id=round_.pk)
    return round_


def close_round(actor: Any, round_id: int) -> Round:
    """End a frozen round for good. Raises PermissionDenied, RefusedError, Round.DoesNotExist."""
    require(actor, COORDINATE)
    with transaction.atomic():
        round_ = _step(round_id, Round.CLOSED)
        _put(round_, Round.CLOSED)
        record(actor, "campaign.close_round", round_.ref, title=round_.title,
               changes={"state": (Round.FROZEN, Round.CLOSED)})  # fmt: skip
    return round_


def _step(round_id: int, wanted: str, *, before: str = "") -> Round:
    round_ = locked_round(round_id)
    if not may_step(round_.state, wanted) or (before and round_.state != before):
        raise RefusedError(
            _("Not possible while the round is “%(state)s”.") % {"state": round_.get_state_display()}
        )
    return round_


def _put(round_: Round, state: str) -> None:
    round_.state = state
    round_.save(update_fields=["state"])
