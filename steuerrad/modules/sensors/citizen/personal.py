"""What is kept of people who registered sensors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import PersonalData
from steuerrad.modules.sensors.citizen.actions import delete
from steuerrad.modules.sensors.citizen.models import CitizenSensor


def export(user: Any) -> list[dict[str, Any]]:
    rows = CitizenSensor.objects.filter(owner=user).select_related("thing")
    return [
        {"name": row.thing.name, "template": row.template, "hardware": row.hardware, "grid_m": row.grid_m,
         "registered": row.created_at.isoformat(), "last_sent": row.last_sent.isoformat() if row.last_sent else None,
         "places": [place.geometry for place in row.thing.locations.all()]}
        for row in rows
    ]  # fmt: skip


def erase(user: Any) -> None:
    """With everything that they sent."""
    for row in CitizenSensor.objects.filter(owner=user):
        delete(user, row)


PERSONAL = PersonalData(
    "sensors.citizen", _("Sensors of one's own"),
    _("To take the figures of sensors that people registered themselves, and to let them steer them"), None, export, erase,
)  # fmt: skip
