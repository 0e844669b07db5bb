"""Reporting a value or a status, and deciding on what others have reported: four eyes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.actions.status import CHANGE_STATUS, apply_status, check_status
from steuerrad.modules.strategy.actions.values import (
    RECORD_VALUE,
    check,
    check_new,
    check_share,
    fitting,
    store_collected,
)
from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure, StatusProposal, ValueProposal
from steuerrad.modules.strategy.models.proposals import Proposal
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record

RELEASE_VALUE = "strategy.release_value"
REPORT_STATUS = "strategy.report_status"
LONGEST_REASON = 500


def may_report_status(user: Any, measure: Measure) -> bool:
    """Whether the person may report a status; it counts once somebody with the right to change it releases it."""
    return allowed(user, REPORT_STATUS, organisation_ids(measure.pk))


def may_decide(user: Any, proposal: Proposal) -> bool:
    """Whether the person may release or send back: holds the right and is not the author."""
    if proposal.proposed_by_id is not None and proposal.proposed_by_id == getattr(user, "pk", None):
        return False
    if isinstance(proposal, StatusProposal):
        return allowed(user, CHANGE_STATUS, organisation_ids(proposal.measure_id))
    return allowed(user, RELEASE_VALUE)


def propose_value(
    user: Any, kpi: Kpi, *, day: date, value: Decimal, quality: str, source: str, note: str = ""
) -> ValueProposal:
    """Report the first value of a date; it counts once somebody else releases it. value: in the KPI's unit.

    Raises PermissionDenied, RefusedError for a date in the future, a value that does not fit or a KPI that is
    computed here, ConflictError when the date has a value or a waiting proposal already.
    """
    check_new(user, kpi, day=day, value=value, quality=quality, source=source)
    if KpiValue.objects.filter(kpi=kpi, date=day, superseded=False).exists():
        raise ConflictError(_("There is already a value for this date. Correct it instead."), "date")
    new = ValueProposal(
        kpi=kpi, date=day, value=fitting(value), quality=quality, source=source, note=note,
        proposed_by=user, proposed_at=clock.now(),
    )  # fmt: skip
    return _propose(user, new, kpi.ref, kpi.name, {str(day): (None, new.value)})


def propose_correction(
    user: Any, old: KpiValue, *, value: Decimal, quality: str, source: str, reason: str, note: str = ""
) -> ValueProposal:
    """Report that a value is to be replaced; the old one counts until somebody else releases the correction.

    Raises PermissionDenied, RefusedError without a reason or change, ConflictError when `old` has been
    corrected by somebody else or a correction of it waits already.
    """
    require(user, RECORD_VALUE, organisation_ids(old.kpi.measure_id))
    if not reason.strip():
        raise RefusedError(_("A correction needs a reason."), "reason")
    check(old.date, value, quality, source)
    check_share(old.kpi, value)
    if not KpiValue.objects.filter(pk=old.pk, superseded=False).exists():
        raise ConflictError(
            _("Somebody has corrected this value in the meantime. Look at the new value and decide again.")
        )
    new = ValueProposal(
        kpi=old.kpi, date=old.date, value=fitting(value), quality=quality, source=source, note=note,
        replaces=old, reason=reason.strip(), proposed_by=user, proposed_at=clock.now(),
    )  # fmt: skip
    if (new.value, new.quality, new.source, new.note) == (old.value, old.quality, old.source, old.note):
        raise RefusedError(_("Nothing has changed."), "value")
    return _propose(user, new, old.kpi.ref, old.kpi.name, {str(old.date): (old.value, new.value)})


def propose_status(
    user: Any, measure: Measure, *, status: Status, since: date, reason: str = "", source: str = "",
    before: str | None = None,
) -> StatusProposal:  # fmt: skip
    """Report the next status of a measure. before: the status that the person saw (None: the one in `measure`).

    Raises PermissionDenied, RefusedError when the rules forbid it, ConflictError when one waits already.
    """
    require(user, REPORT_STATUS, organisation_ids(measure.pk))
    seen = Status(before or measure.status)
    check_status(seen, status, since, reason)
    new = StatusProposal(
        measure=measure, seen=seen, status=status, since=since, reason=reason.strip(), source=source.strip(),
        proposed_by=user, proposed_at=clock.now(),
    )  # fmt: skip
    return _propose(user, new, measure.ref, measure.title, {"status": (seen.value, status.value)})


def release(user: Any, proposal: Proposal) -> Any:
    """Let a proposal count. Returns the KpiValue or MeasureStatus that it became.

    Raises PermissionDenied (also for the author), ConflictError when it is decided already or no longer fits.
    """
    if not may_decide(user, proposal):
        raise PermissionDenied(RELEASE_VALUE)
    with transaction.atomic():
        held = _held(proposal)
        if isinstance(held, StatusProposal):
            became: Any = apply_status(
                held.proposed_by, held.measure, seen=Status(held.seen), status=Status(held.status),
                since=held.since, reason=held.reason, source=held.source,
            )  # fmt: skip
        else:
            became = store_collected(
                held.proposed_by, held.kpi, day=held.date, value=held.value, quality=held.quality,
                source=held.source, note=held.note, old=held.replaces, reason=held.reason,
            )  # fmt: skip
        held.became = became
        _decide(user, held, Proposal.RELEASED, "")
    return became


def send_back(user: Any, proposal: Proposal, reason: str) -> None:
    """Return a proposal to its author. Raises PermissionDenied, RefusedError without a reason, ConflictError."""
    if not may_decide(user, proposal):
        raise PermissionDenied(RELEASE_VALUE)
    text = reason.strip()
    if not text:
        raise RefusedError(_("Say what is to be changed."), "decision")
    if len(text) > LONGEST_REASON:
        raise RefusedError(_("The reason is too long."), "decision")
    with transaction.atomic():
        _decide(user, _held(proposal), Proposal.SENT_BACK, text)


def withdraw(user: Any, proposal: Proposal) -> None:
    """Take an own proposal back. Raises PermissionDenied for others, ConflictError when it is decided already."""
    if proposal.proposed_by_id is None or proposal.proposed_by_id != getattr(user, "pk", None):
        raise PermissionDenied(RECORD_VALUE)
    with transaction.atomic():
        _decide(user, _held(proposal), Proposal.WITHDRAWN, "")


def _propose(user: Any, new: Any, ref: str, title: str, changes: dict[str, Any]) -> Any:
    try:
        with transaction.atomic():
            new.save(force_insert=True)
            record(user, f"strategy.propose_{new.kind}", ref, title=title, changes=changes, reason=new.reason)
            publish("strategy.proposed", kind=new.kind, proposal_id=new.pk)
    except IntegrityError as error:
        place = {"value": "date", "status": "status"}[new.kind]
        waits = _("Something reported earlier waits for its release already.")
        raise ConflictError(waits, place) from error
    return new


def _held(proposal: Any) -> Any:
    """The proposal, locked. Raises ConflictError when it waits no longer."""
    held = type(proposal).objects.select_for_update().get(pk=proposal.pk)
    if held.state != Proposal.WAITING:
        raise ConflictError(_("This has been decided already."))
    return held


def _decide(user: Any, held: Any, state: str, decision: str) -> None:
    held.state, held.decided_by, held.decided_at, held.decision = state, user, clock.now(), decision
    held.save(update_fields=["state", "decided_by", "decided_at", "decision", "became"])
    about = held.measure if isinstance(held, StatusProposal) else held.kpi
    record(
        user, f"strategy.{state}_{held.kind}", about.ref, title=str(about),
        changes={"state": ("waiting", state)}, reason=decision,
    )  # fmt: skip
    publish("strategy.proposal_decided", kind=held.kind, proposal_id=held.pk, state=state)
