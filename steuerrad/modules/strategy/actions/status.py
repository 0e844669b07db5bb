"""Changing the status of a measure."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Measure, MeasureStatus
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.modules.strategy.rules.states import Status, needs_reason
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record

CHANGE_STATUS = "strategy.change_status"


def may_change_status(user: Any, measure: Measure) -> bool:
    """Whether the person may change the status. People of an organisation may for the measures it takes part in."""
    return allowed(user, CHANGE_STATUS, organisation_ids(measure.pk))


def check_status(seen: Status, status: Status, since: date, reason: str) -> None:
    """Raise RefusedError when the rules forbid this step."""
    if status == seen:
        raise RefusedError(_("The measure has this status already."), "status")
    if needs_reason(seen, status) and not reason.strip():
        raise RefusedError(_("This change leaves the usual course and needs a reason."), "reason")
    if since > clock.today():
        raise RefusedError(_("The date lies in the future."), "since")


def change_status(
    user: Any, measure: Measure, *, status: Status, since: date, reason: str = "", source: str = "",
    before: str | None = None,
) -> MeasureStatus:  # fmt: skip
    """Add an entry to the history. before: the status that the person saw (None: the one in `measure`).

    Raises PermissionDenied, RefusedError when the rules forbid it, ConflictError when the status has changed
    since the person looked.
    """
    require(user, CHANGE_STATUS, organisation_ids(measure.pk))
    seen = Status(before or measure.status)
    return apply_status(user, measure, seen=seen, status=status, since=since, reason=reason, source=source)


def apply_status(
    user: Any, measure: Measure, *, seen: Status, status: Status, since: date, reason: str, source: str
) -> MeasureStatus:
    """As change_status, for callers that have checked the right themselves. user: who reports it."""
    check_status(seen, status, since, reason)
    with transaction.atomic():
        locked = Measure.objects.select_for_update().get(pk=measure.pk)
        if locked.status != seen:
            raise ConflictError(
                _("Somebody has changed the status in the meantime. Look at it and decide again.")
            )
        newest = locked.history.order_by("-since").first()  # type: ignore[attr-defined]
        if newest is not None and since < newest.since:
            raise RefusedError(_("The date lies before the newest entry of the history."), "since")
        entry = MeasureStatus.objects.create(
            measure=locked, status=status, since=since, reason=reason.strip(), source=source.strip(),
            recorded_at=clock.now(), recorded_by=user,
        )  # fmt: skip
        locked.status = status
        locked.save(update_fields=["status"])
        record(
            user, "strategy.change_status", locked.ref, title=locked.title,
            changes={"status": (seen.value, status.value)}, reason=reason.strip(),
        )  # fmt: skip
        publish("strategy.status_changed", measure=locked.number, before=seen.value, after=status.value)
    measure.status = status
    return entry
