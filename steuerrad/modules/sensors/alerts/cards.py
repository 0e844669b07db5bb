"""Alerts on the home page of those who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.sensors.alerts.permissions import ACKNOWLEDGE
from steuerrad.modules.sensors.alerts.queries import AlertFilter, listed
from steuerrad.modules.sensors.alerts.telling import is_simulated

SHOWN = 5


def alert_card(user: Any) -> Mapping[str, Any]:
    """The newest alerts that go on."""
    found = listed(user, AlertFilter())
    return {"count": found.count(), "alerts_shown": [(one, is_simulated(one)) for one in found[:SHOWN]]}


CARDS = (
    Card(
        "sensors.alerts",
        _("Alerts"),
        "sensors/alerts/_card.html",
        alert_card,
        order=55,
        permission=ACKNOWLEDGE,
    ),
)
