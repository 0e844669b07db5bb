"""Devices made known by their kind, and changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.modules.sensors.codecs.profiles import FieldOf
from steuerrad.modules.sensors.describing import stream_of
from steuerrad.modules.sensors.lorawan import actions as lorawan
from steuerrad.modules.sensors.lorawan.models import LoraDevice
from steuerrad.modules.sensors.onboarding.kinds import LORAWAN, StreamKind, Template, templates
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.permissions import MANAGE

Point = tuple[float, float]
MOST_INTERVAL = 31_622_400


def register(
    user: Any, template: str, *, name: str, key: str = "", description: str = "", organisation: Any = None,
    point: Point | None = None, origin: str = Thing.CITY, dev_eui: str = "", interval_s: int | None = None,
) -> Thing:  # fmt: skip
    """Make a device of a kind with its place and datastreams. point: longitude, latitude in degrees.

    Raises ValidationError by field, PermissionDenied; then nothing is made.
    """
    kind = templates().get(template)
    if kind is None:
        raise ValidationError({"template": _("There is no kind of device with this key.")})
    _check(kind, dev_eui, point, interval_s)
    if key and Thing.objects.filter(key=key).exists():
        raise ValidationError({"key": _("Another thing has this key.")})
    interval = interval_s or kind.interval_s
    with transaction.atomic():
        if kind.kind == LORAWAN:
            device = lorawan.register(
                user,
                dev_eui,
                template,
                name=name,
                organisation=organisation,
                point=point,
                interval_s=interval,
                origin=origin,
            )
            thing = device.thing
            thing.description, thing.properties = description, {"template": template}
            thing = catalogue.save(user, thing)
        else:
            thing = catalogue.save(
                user,
                Thing(name=name, key=key or None, description=description, organisation=organisation, origin=origin,
                      properties={"template": template}),
            )  # fmt: skip
            if point is not None:
                put(user, thing, point)
        make_streams(user, thing, kind, interval)
    return thing


def _check(kind: Template, dev_eui: str, point: Point | None, interval_s: int | None) -> None:
    if kind.kind == LORAWAN and not dev_eui:
        raise ValidationError({"dev_eui": _("A device of this kind has a DevEUI of 16 hexadecimal digits.")})
    if kind.kind != LORAWAN and dev_eui:
        raise ValidationError({"dev_eui": _("A device of this kind has no DevEUI.")})
    if point is not None and not (abs(point[0]) <= 180 and abs(point[1]) <= 90):
        raise ValidationError({"latitude": _("This is no place on Earth.")})
    if interval_s is not None and not 1 <= interval_s <= MOST_INTERVAL:
        raise ValidationError({"interval_s": _("The interval is a number of seconds, at most 366 days.")})


def make_streams(user: Any, thing: Thing, kind: Template, interval_s: int) -> None:
    """Those of its kind that the thing does not have yet."""
    there = set(Datastream.objects.filter(thing=thing).values_list("properties__column", flat=True))
    for name, one in kind.streams.items():
        if name not in there:
            stream_of(
                user, thing, one.property, one.unit, kind.sensor, label=one.label, low=one.low, high=one.high,
                interval_s=interval_s, properties=_properties(name, one),
            )  # fmt: skip


def _properties(name: str, one: FieldOf) -> dict[str, Any]:
    depth = one.depth_m if isinstance(one, StreamKind) else None
    return {"column": name} | ({} if depth is None else {"depth_m": depth})


def put(user: Any, thing: Thing, point: Point) -> None:
    """Where it stands from now on; nothing happens when it stands there already."""
    geometry = {"type": "Point", "coordinates": list(point)}
    if not thing.locations.filter(geometry=geometry).exists():
        catalogue.place(user, thing, [catalogue.save(user, Location(name=thing.name, geometry=geometry))])


def change(user: Any, thing: Thing, given: Mapping[str, Any]) -> Thing:
    """Change what `given` names: name, description, key, organisation, origin, source, point, public, profile, interval_s.

    profile and interval_s are those of a LoRaWAN device. Raises as register.
    """
    if not catalogue.may_manage(user, thing):
        raise PermissionDenied(MANAGE)
    with transaction.atomic():
        for name in ("name", "description", "organisation", "origin", "source", "key"):
            if name in given:
                setattr(thing, name, given[name])
        thing.key = thing.key or None
        if "key" in given and thing.key and Thing.objects.filter(key=thing.key).exclude(pk=thing.pk).exists():
            raise ValidationError({"key": _("Another thing has this key.")})
        catalogue.save(user, thing)
        if given.get("point") is not None:
            put(user, thing, given["point"])
        _change_device(user, thing, given)
        if given.get("public") is not None:
            catalogue.release(user, thing, given["public"])
    return thing


def _change_device(user: Any, thing: Thing, given: Mapping[str, Any]) -> None:
    if given.get("profile") is None and given.get("interval_s") is None:
        return
    device = LoraDevice.objects.select_related("thing").filter(thing=thing).first()
    if device is None:
        raise ValidationError({"profile": _("This is no LoRaWAN device.")})
    lorawan.change_device(
        user, device, given.get("profile") or device.profile, given.get("interval_s") or device.interval_s
    )


def change_stream(user: Any, stream: Datastream, given: Mapping[str, Any]) -> Datastream:
    """name, low, high, interval_s. Raises ValidationError, PermissionDenied."""
    for name in ("name", "low", "high", "interval_s"):
        if name in given:
            setattr(stream, name, given[name])
    if stream.low is not None and stream.high is not None and stream.low >= stream.high:
        raise ValidationError({"low": _("The lowest possible value must be below the highest.")})
    if stream.interval_s is not None and not 1 <= stream.interval_s <= MOST_INTERVAL:
        raise ValidationError({"interval_s": _("The interval is a number of seconds, at most 366 days.")})
    return catalogue.save(user, stream)
