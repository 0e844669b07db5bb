"""Writing the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.encoding import force_str

from steuerrad.kernel import clock
from steuerrad.platform.audit.models import AuditEntry

SYSTEM = "Steuerrad"


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):  # 1250, not 1250.00000000 and not 1.25E+3
        return f"{value.normalize():f}"
    if isinstance(value, (date, datetime)):
        return str(value)
    return force_str(value)


def record(
    actor: Any,
    action: str,
    ref: str,
    *,
    title: str = "",
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one entry, in the caller's transaction, so that a write without its entry cannot happen.

    actor: the account, or None for the program itself. changes: {field: (before, after)}.
    """
    signed_in = actor is not None and getattr(actor, "is_authenticated", False)
    return AuditEntry.objects.create(
        at=clock.now(),
        actor=actor if signed_in else None,
        actor_name=str(actor)[:200] if signed_in else SYSTEM,
        action=action,
        ref=ref,
        title=title[:300],
        changes={name: [plain(before), plain(after)] for name, (before, after) in (changes or {}).items()},
        reason=reason,
    )
