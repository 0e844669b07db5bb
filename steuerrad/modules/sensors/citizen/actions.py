"""Sensors of citizens: registered, given keys, listened to, withdrawn, deleted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.engines.observations import batch
from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.storing import submitted
from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.citizen.rules import rounded
from steuerrad.modules.sensors.onboarding.actions import make_streams, put
from steuerrad.modules.sensors.onboarding.kinds import own
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, FeatureOfInterest, Thing
from steuerrad.platform.observations.permissions import MANAGE, RELEASE

#: The beginning of the keys of their things.
NETWORK = "citizen:"
PREFIX = "stc_"
MOST_A_PERSON = 20
#: Devices without a clock send what is so now; a message sooner than this after the last is kept off.
LEAST_S = 5


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def register(
    user: Any,
    template: str,
    *,
    name: str,
    longitude: float,
    latitude: float,
    grid_m: int = 100,
    hardware: str = "",
) -> tuple[CitizenSensor, str]:
    """Make a sensor of the person's own; returns it with its key, which is shown once. The exact place is not kept.

    It is open to everyone once somebody who may open sensors says so. Raises ValidationError by field, PermissionDenied.
    """
    if user is None or not user.is_authenticated:
        raise PermissionDenied("citizen")
    kind = own().get(template)
    if kind is None or not kind.citizen:
        raise ValidationError({"template": _("There is no kind of device with this key.")})
    if grid_m not in dict(CitizenSensor.GRIDS):
        raise ValidationError({"grid_m": _("There is no grid of this width.")})
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValidationError({"latitude": _("This is no place on Earth.")})
    if CitizenSensor.objects.filter(owner=user).count() >= MOST_A_PERSON:
        raise ValidationError({"name": _("One person may register 20 sensors.")})
    key = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        thing = catalogue.save(
            None,
            Thing(name=name, key=NETWORK + secrets.token_hex(8), origin=Thing.CITIZEN,
                  source=_("measured by a citizen, not calibrated"), properties={"template": template, "grid_m": grid_m, "network": NETWORK.removesuffix(":")}),
        )  # fmt: skip
        put(None, thing, rounded(longitude, latitude, grid_m))
        make_streams(None, thing, kind, kind.interval_s)
        sensor = CitizenSensor.objects.create(
            thing=thing, owner=user, template=template, hardware=hardware.strip()[:80], grid_m=grid_m, digest=digest_of(key),
            created_at=clock.now(),
        )  # fmt: skip
        record(user, "sensors.citizen_register", f"citizen_sensor:{sensor.pk}", title=name)
    return sensor, key


def may_steer(user: Any, sensor: CitizenSensor) -> bool:
    """The owner, and whoever may describe everything."""
    return sensor.owner_id == getattr(user, "pk", None) or allowed(user, MANAGE)


def _require(user: Any, sensor: CitizenSensor) -> None:
    if not may_steer(user, sensor):
        raise PermissionDenied(MANAGE)


def renew_key(user: Any, sensor: CitizenSensor) -> str:
    """A new key; the old one is dead at once. Only the owner gets one."""
    if sensor.owner_id != user.pk:
        raise PermissionDenied("citizen")
    key = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        CitizenSensor.objects.filter(pk=sensor.pk).update(digest=digest_of(key))
        record(user, "sensors.citizen_key", f"citizen_sensor:{sensor.pk}", title=str(sensor))
    return key


def withdraw_key(user: Any, sensor: CitizenSensor) -> None:
    """Nothing more is taken from it; what it sent stays."""
    _require(user, sensor)
    with transaction.atomic():
        CitizenSensor.objects.filter(pk=sensor.pk).update(digest="")
        record(user, "sensors.citizen_withdraw", f"citizen_sensor:{sensor.pk}", title=str(sensor))


def delete(user: Any, sensor: CitizenSensor) -> None:
    """The sensor with everything that it sent."""
    _require(user, sensor)
    with transaction.atomic():
        thing, title = sensor.thing, str(sensor)
        where, places = f"citizen_sensor:{sensor.pk}", list(thing.locations.all())
        catalogue.remove(None, thing)
        for place in places:
            if not place.things.exists():
                for feature in FeatureOfInterest.objects.filter(thing_location=place):
                    catalogue.remove(None, feature)
                catalogue.remove(None, place)
        record(user, "sensors.citizen_delete", where, title=title)


def release(user: Any, sensor: CitizenSensor, public: bool) -> None:
    """Show it to everyone, or no longer: whoever may open sensors may; the owner may always close it."""
    if not (allowed(user, RELEASE) or (sensor.owner_id == user.pk and not public)):
        raise PermissionDenied(RELEASE)
    catalogue.release(user if allowed(user, RELEASE) else None, sensor.thing, public)


def sensor_of(key: str) -> CitizenSensor | None:
    """The sensor that a key stands for, when its owner's account still works."""
    if not key.startswith(PREFIX):
        return None
    found = CitizenSensor.objects.select_related("thing", "owner").filter(digest=digest_of(key)).first()
    return found if found is not None and found.owner.is_active else None


def sensor_by_hardware(hardware: str, key: str) -> CitizenSensor | None:
    """As sensor_of, and where the device says who it is (X-Sensor), it must be the one that was registered, if any was."""
    found = sensor_of(key)
    if found is None or (found.hardware and hardware and found.hardware.casefold() != hardware.casefold()):
        return None
    return found


class TooSoonError(Exception):
    """The sensor sends more often than it may."""


def take(sensor: CitizenSensor, values: Mapping[str, float], at: datetime | None = None) -> int:
    """Store the figures that the kind of device knows, as of now; returns how many. Raises TooSoonError, Busy.

    Figures that cannot be at all are stored, too: quality control flags them.
    """
    now = at or clock.now()
    if sensor.last_sent is not None and timedelta(0) <= now - sensor.last_sent < timedelta(seconds=LEAST_S):
        raise TooSoonError
    kind = own()[sensor.template]
    numbers = dict(Datastream.objects.filter(thing=sensor.thing).values_list("properties__column", "pk"))
    streams: list[int] = []
    figures: list[float] = []
    for name, value in values.items():
        stream = kind.pushed.get(name)
        if stream in numbers and stream is not None and numbers[stream] not in streams:
            streams.append(numbers[stream])
            figures.append(value * kind.streams[stream].factor)
    if streams:
        submitted(batch(streams, [now] * len(streams), figures))
    CitizenSensor.objects.filter(pk=sensor.pk).update(last_sent=now)
    return len(streams)
