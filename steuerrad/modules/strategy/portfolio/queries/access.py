"""Who may read what is not released."""

from __future__ import annotations

from typing import Any

from steuerrad.modules.strategy.models import Measure, MeasureOrganisation
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.platform.accounts.access import allowed, holds_anywhere, memberships


def may_read(user: Any, measure: Measure) -> bool:
    """Whether the person sees money, risks, drafts and the live light of this measure."""
    return allowed(user, READ_STEERING, organisation_ids(measure.pk))


def readable_ids(user: Any) -> set[int] | None:
    """Ids of the measures that the person may read in full; None = all of them. Two queries at most."""
    if allowed(user, READ_STEERING):
        return None
    if not holds_anywhere(user, READ_STEERING):
        return set()
    own = {organisation for _, organisation in memberships(user) if organisation is not None}
    rows = MeasureOrganisation.objects.filter(organisation_id__in=own, retired=False)
    return set(rows.values_list("measure_id", flat=True))
