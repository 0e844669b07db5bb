"""What all writes about a measure share: the right, the lock, the version that the person saw, the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.models.portfolio import Steered
from steuerrad.modules.strategy.portfolio.permissions import STEER
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record

Row = TypeVar("Row", bound=Steered)


def may_steer(user: Any, measure: Measure) -> bool:
    """Whether the person may steer this measure; people of an organisation those that it leads or takes part in."""
    return allowed(user, STEER, organisation_ids(measure.pk)) and not measure.replaced


def require_steering(user: Any, measure: Measure) -> None:
    """Raises PermissionDenied, RefusedError for a measure that went on as another."""
    require(user, STEER, organisation_ids(measure.pk))
    if measure.replaced:
        raise RefusedError(_("This measure went on as another one; steer that one."))


def lock(measure_id: int) -> Measure:
    """The measure, with one writer at a time. In a transaction only."""
    return Measure.objects.select_for_update().get(pk=measure_id)


def lock_all() -> None:
    """One writer for all orders: two halves of a circle could else be added at the same moment."""
    list(Measure.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def text(value: str, field: str, longest: int, *, needed: bool = True) -> str:
    """The text without spaces around it. Raises RefusedError when it is missing or too long."""
    words = value.strip()
    if needed and not words:
        raise RefusedError(_("This is needed."), field)
    if len(words) > longest:
        raise RefusedError(
            _("This is too long: %(most)d characters are possible.") % {"most": longest}, field
        )
    return words


def insert(user: Any, row: Row, action: str, title: str) -> Row:
    """Save a new row and its entry in the log. In a transaction only."""
    row.changed_at, row.changed_by = clock.now(), user
    row.save(force_insert=True)
    record(user, action, row.ref, title=row.measure.title, changes={title: (None, str(row))})
    return row


def change(
    user: Any, row: Steered, version: int, values: Mapping[str, Any], action: str, reason: str = ""
) -> dict[str, Any]:
    """Write the values that differ; returns {field: (before, after)}.

    version: the one that the person saw. Raises ConflictError when somebody has changed the row since.
    """
    with transaction.atomic():
        lock(row.measure_id)  # type: ignore[attr-defined]
        now = type(row)._default_manager.select_related("measure").get(pk=row.pk)
        if now.version != version:
            raise ConflictError(
                _("Somebody has changed this in the meantime. Look at what stands now and decide again.")
            )
        different = {
            name: (getattr(now, name), value) for name, value in values.items() if getattr(now, name) != value
        }
        if different:
            for name, (_before, after) in different.items():
                setattr(now, name, after)
            now.version, now.changed_at, now.changed_by = version + 1, clock.now(), user
            now.save()
            logged = {f"{now}: {name}": pair for name, pair in different.items()}
            record(user, action, now.ref, title=now.measure.title, changes=logged, reason=reason)
        row.refresh_from_db()
    return different


def remove(user: Any, row: Steered, reason: str, action: str) -> None:
    """Delete a row that was entered by mistake; the log keeps what it said. Raises RefusedError without a reason."""
    words = text(reason, "reason", 500)
    if row.document:
        raise RefusedError(_("This comes from a document of the city and goes only with its entry there."))
    with transaction.atomic():
        lock(row.measure_id)  # type: ignore[attr-defined]
        record(
            user, action, row.ref, title=row.measure.title, changes={str(row): (str(row), None)}, reason=words
        )
        row.delete()
