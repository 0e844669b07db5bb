"""Reads of LoRaWAN devices: profiles, who may do what, lists and their filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet

from steuerrad.kernel import clock
from steuerrad.modules.sensors.codecs.profiles import Profile, library, read_fields
from steuerrad.modules.sensors.lorawan.models import DeadUplink, DeviceProfile, Gateway, LoraDevice
from steuerrad.modules.sensors.lorawan.rules import SILENT_AFTER
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.queries import own_organisations, visible

LOW_BATTERY = {"%": 20.0, "V": 2.7}
#: Weaker than this, and uplinks get lost (link budget of LoRa at 125 kHz, spreading factor 12: about -137 dBm, -20 dB).
WEAK_RSSI, WEAK_SNR = -120.0, -15.0
STATES = ("silent", "never", "battery", "weak", "warnings", "fine")


def profiles() -> dict[str, Profile]:
    """All kinds of devices by key: the library's and the city's own, which win over a library's of the same key."""
    return dict(library()) | {row.key: as_profile(row) for row in DeviceProfile.objects.all()}


def as_profile(row: DeviceProfile) -> Profile:
    sensor = {
        "name": str(row)[:300],
        "encoding_type": "text/html",
        "metadata": row.metadata or row.source or row.key,
    }
    return Profile(
        row.key, row.title, row.maker, row.codec, row.interval_s, read_fields(row.fields), sensor, row.source
    )


def may_send(user: Any, device: LoraDevice) -> bool:
    """Whether the holder of a key may send in for a device: everything, or the own organisation's."""
    return allowed(user, WRITE) or device.thing.organisation_id in own_organisations(user, WRITE)


def visible_devices(user: Any) -> QuerySet[LoraDevice]:
    things = visible(user, Thing)
    return LoraDevice.objects.filter(thing__in=things.values("pk")).select_related(
        "thing", "thing__organisation"
    )


@dataclass(frozen=True)
class DeviceFilter:
    q: str = ""
    profile: str = ""
    state: str = ""


def devices(user: Any, wanted: DeviceFilter, now: datetime | None = None) -> QuerySet[LoraDevice]:
    found = visible_devices(user).order_by("thing__name", "pk")
    if wanted.q:
        text = wanted.q.strip()
        squeezed = "".join(sign for sign in text.lower() if sign.isalnum())
        words = Q(thing__name__icontains=text)
        found = found.filter(words | Q(dev_eui__contains=squeezed) if squeezed else words)
    if wanted.profile:
        found = found.filter(profile=wanted.profile)
    return found.filter(_in_state(wanted.state, now or clock.now())) if wanted.state in STATES else found


def _in_state(state: str, now: datetime) -> Q:
    silent = _silent(now)
    weak = Q(rssi__lt=WEAK_RSSI) | Q(snr__lt=WEAK_SNR)
    battery = Q(battery_unit="%", battery__lt=LOW_BATTERY["%"]) | Q(
        battery_unit="V", battery__lt=LOW_BATTERY["V"]
    )
    never, warned = Q(last_seen__isnull=True), ~Q(warnings=[])
    return {
        "silent": silent, "never": never, "battery": battery, "weak": weak, "warnings": warned,
        "fine": ~silent & ~never & ~battery & ~weak & ~warned,
    }[state]  # fmt: skip


def _silent(now: datetime) -> Q:
    """Last seen before now minus three intervals, for each length of interval that there is (a handful)."""
    found = Q(pk__in=())
    for seconds in LoraDevice.objects.order_by().values_list("interval_s", flat=True).distinct():
        found |= Q(interval_s=seconds, last_seen__lt=now - timedelta(seconds=seconds * SILENT_AFTER))
    return found


def state_of(device: LoraDevice, now: datetime) -> str:
    """The worst that holds, as in STATES."""
    if device.last_seen is None:
        return "never"
    if now - device.last_seen > timedelta(seconds=device.interval_s * SILENT_AFTER):
        return "silent"
    if device.battery is not None and device.battery < LOW_BATTERY.get(device.battery_unit, float("-inf")):
        return "battery"
    if (device.rssi is not None and device.rssi < WEAK_RSSI) or (
        device.snr is not None and device.snr < WEAK_SNR
    ):
        return "weak"
    return "warnings" if device.warnings else "fine"


def unknown_devices() -> list[Mapping[str, Any]]:
    """Devices that send and that nobody has made known: number, what the network server calls them, how often."""
    found = DeadUplink.objects.filter(kind=DeadUplink.UNKNOWN, state=DeadUplink.WAITING).values("dev_eui")
    return list(found.annotate(
        uplinks=Count("pk"), first=Min("received_at"), last=Max("received_at"), name=Max("device_name"),
        device_kind=Max("device_kind"),
    ).order_by("-last"))  # fmt: skip


def dead(kind: str = "", state: str = DeadUplink.WAITING) -> QuerySet[DeadUplink]:
    found = DeadUplink.objects.filter(state=state).defer("raw")
    return found.filter(kind=kind) if kind else found.exclude(kind=DeadUplink.UNKNOWN)


def coverage(user: Any) -> list[Mapping[str, Any]]:
    """Receptions with both ends' places, for a map: device, its point, gateway with its point, strength."""
    found = []
    rows = visible_devices(user).prefetch_related("thing__locations", "receptions__gateway")
    for device in rows:
        point = next((spot.geometry["coordinates"] for spot in device.thing.locations.all()
                      if spot.geometry.get("type") == "Point"), None)  # fmt: skip
        for row in device.receptions.all():
            gateway = row.gateway
            place = None if gateway.latitude is None else [gateway.longitude, gateway.latitude]
            found.append({
                "device": device.dev_eui, "name": device.thing.name, "point": point, "gateway": gateway.gateway_id,
                "gateway_point": place, "uplinks": row.uplinks, "rssi": row.rssi, "snr": row.snr,
                "best_rssi": row.best_rssi, "last_seen": row.last_seen,
            })  # fmt: skip
    return found


def gateways() -> list[Mapping[str, Any]]:
    return list(Gateway.objects.values("gateway_id", "latitude", "longitude", "last_seen").annotate(
        devices=Count("receptions"), weakest=Min("receptions__rssi"), strongest=Max("receptions__best_rssi"),
    ).order_by(F("last_seen").desc()))  # fmt: skip
