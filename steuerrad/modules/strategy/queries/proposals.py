"""Reading proposals: what waits for whom. Nobody sees one who has no part in it."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from steuerrad.modules.strategy.models import Kpi, Measure, StatusProposal, ValueProposal
from steuerrad.modules.strategy.models.proposals import Proposal
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.platform.accounts.access import allowed, holds_anywhere, memberships

CHANGE_STATUS, REPORT_STATUS = "strategy.change_status", "strategy.report_status"
RECORD_VALUE, RELEASE_VALUE = "strategy.record_value", "strategy.release_value"
KINDS: dict[str, type[Any]] = {"value": ValueProposal, "status": StatusProposal}
DECIDED_SHOWN = 50


def has_part(user: Any) -> bool:
    """Whether the person reports or releases anything at all."""
    return any(
        holds_anywhere(user, name) for name in (CHANGE_STATUS, REPORT_STATUS, RECORD_VALUE, RELEASE_VALUE)
    )


def waiting(user: Any) -> list[Proposal]:
    """What waits, oldest first: everything for those who release, else what the own organisations have to do with."""
    values = ValueProposal.objects.filter(state=Proposal.WAITING).select_related(
        "kpi__field", "replaces", "proposed_by"
    )
    statuses = StatusProposal.objects.filter(state=Proposal.WAITING).select_related("measure", "proposed_by")
    own = {organisation for _, organisation in memberships(user) if organisation is not None}
    if not (allowed(user, RELEASE_VALUE) or allowed(user, RECORD_VALUE)):
        values = values.filter(kpi__measure__organisations__organisation__in=own).distinct()
    if not allowed(user, CHANGE_STATUS):
        statuses = statuses.filter(measure__organisations__organisation__in=own).distinct()
    return sorted([*values, *statuses], key=lambda item: item.proposed_at)


def decided(user: Any) -> list[Proposal]:
    """The newest decisions on what this person has reported."""
    if getattr(user, "pk", None) is None:
        return []
    rows = [
        *ValueProposal.objects.filter(proposed_by=user)
        .exclude(state=Proposal.WAITING)
        .select_related("kpi", "decided_by")[:DECIDED_SHOWN],
        *StatusProposal.objects.filter(proposed_by=user)
        .exclude(state=Proposal.WAITING)
        .select_related("measure", "decided_by")[:DECIDED_SHOWN],
    ]
    return sorted(rows, key=lambda item: item.decided_at, reverse=True)[:DECIDED_SHOWN]  # type: ignore[arg-type,return-value]


def waiting_for_kpi(kpi: Kpi, user: Any) -> list[Any]:
    """Reported values of a KPI, for those who may report or release them."""
    part = allowed(user, RELEASE_VALUE) or allowed(user, RECORD_VALUE, organisation_ids(kpi.measure_id))
    rows = ValueProposal.objects.filter(kpi=kpi, state=Proposal.WAITING)
    return list(rows.select_related("proposed_by", "replaces")) if part else []


def waiting_for_measure(measure: Measure, user: Any) -> list[Any]:
    """The reported status of a measure, for those who may report or change it."""
    own = organisation_ids(measure.pk) if getattr(user, "is_authenticated", False) else set()
    part = allowed(user, CHANGE_STATUS, own) or allowed(user, REPORT_STATUS, own)
    rows = StatusProposal.objects.filter(measure=measure, state=Proposal.WAITING)
    return list(rows.select_related("proposed_by")) if part else []


def proposal(kind: str, pk: int, user: Any) -> Any:
    """One proposal that this person has a part in. Raises Http404."""
    model = KINDS.get(kind)
    found = model.objects.filter(pk=pk).first() if model else None
    if found is None:
        raise Http404
    if found.proposed_by_id is not None and found.proposed_by_id == getattr(user, "pk", None):
        return found
    if isinstance(found, StatusProposal):
        own = organisation_ids(found.measure_id)
        part = allowed(user, CHANGE_STATUS, own) or allowed(user, REPORT_STATUS, own)
    else:
        part = allowed(user, RELEASE_VALUE) or allowed(
            user, RECORD_VALUE, organisation_ids(found.kpi.measure_id)
        )
    if not part:
        raise Http404
    return found
