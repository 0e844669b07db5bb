"""The board: measures by status, as far as a person may see them, and who may move which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steuerrad.modules.strategy.actions.proposals import REPORT_STATUS
from steuerrad.modules.strategy.actions.status import CHANGE_STATUS
from steuerrad.modules.strategy.models import MeasureOrganisation
from steuerrad.modules.strategy.models.measures import STATUS_LABELS
from steuerrad.modules.strategy.portfolio.queries.overview import COLOUR_ORDER
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.access import allowed, holds_anywhere, memberships


@dataclass(frozen=True)
class Column:
    """title: of the status. cards: the most urgent first."""

    status: Status
    title: Any
    cards: list[MeasureState]


def columns(states: Sequence[MeasureState]) -> list[Column]:
    """A column for each status from idea to completed, also the empty ones; stopped only when something was."""
    found = []
    for status in Status:
        cards = [state for state in states if state.measure.status == status]
        if cards or status != Status.STOPPED:
            cards.sort(key=lambda state: COLOUR_ORDER[state.colour])
            found.append(Column(status, STATUS_LABELS[status], cards))
    return found


def movable_ids(user: Any) -> set[int] | None:
    """Ids of the measures whose status the person may change or report; None = all. Two queries at most."""
    rights = (CHANGE_STATUS, REPORT_STATUS)
    if any(allowed(user, right) for right in rights):
        return None
    if not any(holds_anywhere(user, right) for right in rights):
        return set()
    own = {organisation for _role, organisation in memberships(user) if organisation is not None}
    found: set[int] = set()
    rows = MeasureOrganisation.objects.filter(organisation_id__in=own, retired=False)
    for measure, organisation in rows.values_list("measure_id", "organisation_id"):
        if any(allowed(user, right, {organisation}) for right in rights):
            found.add(measure)
    return found
