"""What the strategy adds to pages of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steuerrad.kernel.contributions import Panel
from steuerrad.modules.strategy.models import MeasureOrganisation
from steuerrad.modules.strategy.queries.measures import MeasureFilter, measures


def measures_of(organisation: Any, user: Any) -> Mapping[str, Any]:
    """The measures that an organisation leads, and those it takes part in otherwise."""
    lead, partner = [], []
    for measure in measures(MeasureFilter(organisation=organisation.key)):
        own = [item for item in measure.participations if item.organisation_id == organisation.pk]  # type: ignore[attr-defined]
        leads = any(item.role == MeasureOrganisation.LEAD for item in own)
        (lead if leads else partner).append(measure)
    return {"lead": lead, "partner": partner}


PANELS = (
    Panel(
        "strategy.measures", "organisation", "strategy/_organisation_panel.html", measures_of, order=10,
        styles=("strategy/strategy.css",),
    ),
)  # fmt: skip
