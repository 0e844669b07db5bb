"""Accepting findings of the audit, with a reason, and taking that back."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.audit_queries import finding_by_fingerprint
from steuerrad.modules.strategy.models import AcceptedFinding
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

ACCEPT_FINDING = "strategy.accept_finding"
LONGEST_REASON = 500


def accept_finding(user: Any, fingerprint: str, reason: str) -> AcceptedFinding:
    """Keep a finding quiet until its facts change.

    Raises PermissionDenied, RefusedError without a reason or when the finding is not there (any more),
    ConflictError when it is accepted already.
    """
    require(user, ACCEPT_FINDING)
    text = reason.strip()
    if not text:
        raise RefusedError(_("Say why this finding is accepted."), "reason")
    if len(text) > LONGEST_REASON:
        raise RefusedError(_("The reason is too long."), "reason")
    found = finding_by_fingerprint(fingerprint)
    if found is None:
        raise RefusedError(_("This finding is gone: what it speaks of has changed."))
    try:
        with transaction.atomic():
            accepted = AcceptedFinding.objects.create(
                fingerprint=fingerprint, rule=found.rule, object=found.object[:160], reason=text,
                accepted_at=clock.now(), accepted_by=user,
            )  # fmt: skip
            record(
                user, "strategy.accept_finding", ref_of(accepted), title=found.title,
                changes={"accepted": (False, True)}, reason=text,
            )  # fmt: skip
    except IntegrityError:
        raise ConflictError(_("Somebody has accepted this finding already.")) from None
    return accepted


def withdraw_acceptance(user: Any, fingerprint: str, reason: str = "") -> None:
    """Let a finding speak again. Raises PermissionDenied, RefusedError when it was not accepted."""
    require(user, ACCEPT_FINDING)
    with transaction.atomic():
        accepted = AcceptedFinding.objects.select_for_update().filter(fingerprint=fingerprint).first()
        if accepted is None:
            raise ConflictError(_("This finding is not accepted."))
        record(
            user, "strategy.withdraw_acceptance", ref_of(accepted), title=accepted.object,
            changes={"accepted": (True, False)}, reason=reason.strip() or accepted.reason,
        )  # fmt: skip
        accepted.delete()


def ref_of(accepted: AcceptedFinding) -> str:
    """Stable reference for the audit log: "strategy.finding:<rule>/<object>"."""
    return f"strategy.finding:{accepted.rule}/{accepted.object}"[:160]
