"""Where the LoRaWAN network is proven to reach: the surroundings of the places from which it was heard well.

A gateway's place alone proves nothing, for hills and houses decide; so only places count at which a device stood that was
heard. The figure is a lower bound: where no device stands, nothing is known. Models of propagation are left to planners.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from steuerrad.kernel import clock
from steuerrad.modules.sensors.lorawan.models import Gateway, LoraDevice
from steuerrad.modules.sensors.lorawan.queries import WEAK_RSSI, WEAK_SNR
from steuerrad.platform.observations.models import Thing

#: Metres around a device that was heard well for which this is taken to hold, too: an assumption of this program, small
#: against the kilometres over which LoRa is heard in towns.
RADIUS_M = 500.0
#: What was heard longer ago says nothing about the network of today.
RECENT = timedelta(days=30)
#: Simulated devices and those of citizens are not the city's network.
COUNTED = (Thing.CITY, Thing.PUBLISHED)


@dataclass(frozen=True)
class Heard:
    """A device with its place (degrees), how strongly its best gateway heard it last, and which gateways did lately."""

    device: LoraDevice
    point: tuple[float, float] | None
    rssi: float | None
    well: bool
    gateways: tuple[Gateway, ...]

    @property
    def counted(self) -> bool:
        return self.device.thing.origin in COUNTED


def heard(devices: QuerySet[LoraDevice], now: datetime | None = None) -> list[Heard]:
    """Devices with a reception within RECENT. A bounded number of queries."""
    since = (now or clock.now()) - RECENT
    rows = devices.select_related("thing").prefetch_related("thing__locations", "receptions__gateway")
    found = []
    for device in rows:
        lately = [row for row in device.receptions.all() if row.last_seen >= since]
        if not lately:
            continue
        best = max((row.rssi for row in lately if row.rssi is not None), default=None)
        well = any(_well(row) for row in lately)
        found.append(Heard(device, _point(device.thing), best, well, tuple(row.gateway for row in lately)))
    return found


def _well(row: Any) -> bool:
    """Not weak by signal strength, nor by its distance to the noise where that is told."""
    return row.rssi is not None and row.rssi >= WEAK_RSSI and (row.snr is None or row.snr >= WEAK_SNR)


def _point(thing: Thing) -> tuple[float, float] | None:
    for spot in thing.locations.all():
        if spot.geometry.get("type") == "Point":
            longitude, latitude = spot.geometry["coordinates"][:2]
            return float(longitude), float(latitude)
    return None


def proven(found: Iterable[Heard]) -> list[tuple[float, float]]:
    """Places from which a device of the city was heard well."""
    return [one.point for one in found if one.point and one.well and one.counted]


def project_of(thing: Thing) -> str:
    """What the device is for, as its owner says in the property "project"; empty where nothing is said."""
    return " ".join(str(thing.properties.get("project") or "").split())
