"""Writes of LoRaWAN: devices made known, profiles added, unread uplinks replayed or put away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.sensors.codecs import pool
from steuerrad.modules.sensors.codecs.profiles import ProfileError, library, read_fields
from steuerrad.modules.sensors.lorawan.intake import Delivery, Result, take
from steuerrad.modules.sensors.lorawan.messages import eui_of
from steuerrad.modules.sensors.lorawan.models import DeadUplink, DeviceProfile, LoraDevice
from steuerrad.modules.sensors.lorawan.queries import profiles
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Location, Thing
from steuerrad.platform.observations.permissions import MANAGE

AT_ONCE = 200
KEPT_DAYS = 30
MOST_INTERVAL = 31 * 24 * 3600


def register(
    user: Any,
    dev_eui: str,
    profile: str,
    *,
    name: str,
    organisation: Any = None,
    point: tuple[float, float] | None = None,
    interval_s: int | None = None,
    variables: Mapping[str, str] | None = None,
    origin: str = Thing.CITY,
    public: bool = False,
    thing: Thing | None = None,
) -> LoraDevice:
    """Make a device known: its thing and place in the catalogue, its profile. What it has sent before is replayed.

    point: longitude, latitude in degrees. thing: an existing one instead of a new one. Raises ValidationError by field,
    PermissionDenied.
    """
    eui = _eui(dev_eui)
    known = profiles()
    if profile not in known:
        raise ValidationError({"profile": _("There is no profile with this key.")})
    interval = known[profile].interval_s if interval_s is None else interval_s
    if not 1 <= interval <= MOST_INTERVAL:
        raise ValidationError({"interval_s": _("The interval is a number of seconds, at most 31 days.")})
    if point is not None and not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise ValidationError({"latitude": _("This is no place on Earth.")})
    if LoraDevice.objects.filter(dev_eui=eui).exists():
        raise ValidationError({"dev_eui": _("A device with this DevEUI is known already.")})
    with transaction.atomic():
        if thing is None:
            thing = catalogue.save(
                user, Thing(name=name, key=f"lora:{eui}", organisation=organisation, origin=origin)
            )
        elif not catalogue.may_manage(user, thing):
            raise PermissionDenied(MANAGE)
        if point is not None:
            spot = Location(name=name, geometry={"type": "Point", "coordinates": list(point)})
            catalogue.place(user, thing, [catalogue.save(user, spot)])
        if public and not thing.public:
            catalogue.release(user, thing)
        device = LoraDevice(
            dev_eui=eui, thing=thing, profile=profile, interval_s=interval, variables=dict(variables or {}),
            created_at=clock.now(),
        )  # fmt: skip
        device.save()
        record(user, "sensors.device_register", f"lora_device:{device.pk}", title=f"{name} ({eui})",
               changes={"profile": (None, profile)})  # fmt: skip
    replay_all(
        None, DeadUplink.objects.filter(dev_eui=eui, kind=DeadUplink.UNKNOWN, state=DeadUplink.WAITING)
    )
    return LoraDevice.objects.select_related("thing").get(pk=device.pk)


def _eui(text: str) -> str:
    try:
        return eui_of(text)
    except ValueError:
        raise ValidationError({"dev_eui": _("A DevEUI has 16 hexadecimal digits.")}) from None


def change_device(user: Any, device: LoraDevice, profile: str, interval_s: int) -> None:
    """Another profile or interval. What the old profile could not use is replayed. Raises as register."""
    if not catalogue.may_manage(user, device.thing):
        raise PermissionDenied(MANAGE)
    if profile not in profiles():
        raise ValidationError({"profile": _("There is no profile with this key.")})
    if not 1 <= interval_s <= MOST_INTERVAL:
        raise ValidationError({"interval_s": _("The interval is a number of seconds, at most 31 days.")})
    with transaction.atomic():
        changes = {
            "profile": (device.profile, profile), "interval_s": (device.interval_s, interval_s),
        }  # fmt: skip
        changes = {field: pair for field, pair in changes.items() if pair[0] != pair[1]}
        LoraDevice.objects.filter(pk=device.pk).update(profile=profile, interval_s=interval_s)
        if changes:
            record(
                user,
                "sensors.device_change",
                f"lora_device:{device.pk}",
                title=str(device.thing),
                changes=changes,
            )
    if "profile" in changes:
        replay_all(None, DeadUplink.objects.filter(dev_eui=device.dev_eui, state=DeadUplink.WAITING))


def save_profile(
    user: Any,
    key: str,
    *,
    title: str,
    maker: str,
    codec: str,
    fields: Mapping[str, Any],
    interval_s: int = 3600,
    source: str = "",
    metadata: str = "",
) -> DeviceProfile:
    """Add or change a kind of device of the city's own. Raises ValidationError by field, PermissionDenied."""
    if user is not None and not allowed(user, MANAGE):
        raise PermissionDenied(MANAGE)
    try:
        read_fields(fields)
    except ProfileError as error:
        raise ValidationError({"fields": str(error)}) from error
    if len(codec) > pool.MOST_CODE:
        raise ValidationError({"codec": _("A codec may have 512 KB.")})
    if key in library():
        raise ValidationError({"key": _("The library has a profile with this key.")})
    with transaction.atomic():
        row = DeviceProfile.objects.select_for_update().filter(key=key).first()
        before = None if row is None else (row.title, row.codec, row.fields)
        row = row or DeviceProfile(key=key)
        row.title, row.maker, row.codec, row.fields = title, maker, codec, dict(fields)
        row.interval_s, row.source, row.metadata, row.changed_at = interval_s, source, metadata, clock.now()
        row.full_clean()
        row.save()
        if before != (row.title, row.codec, row.fields):
            verb = "change" if before else "create"
            record(user, f"sensors.profile_{verb}", f"device_profile:{row.pk}", title=str(row))
    return row


def replay_all(user: Any, waiting: QuerySet[DeadUplink]) -> dict[str, int]:
    """Try unread uplinks again, oldest first; returns {"replayed": n, "waiting": n}. What works counts as settled."""
    if user is not None and not allowed(user, MANAGE):
        raise PermissionDenied(MANAGE)
    numbers = list(waiting.order_by("received_at", "pk").values_list("pk", flat=True))
    found = {"replayed": 0, "waiting": 0}
    for start in range(0, len(numbers), AT_ONCE):
        rows = list(
            DeadUplink.objects.filter(pk__in=numbers[start : start + AT_ONCE]).order_by("received_at", "pk")
        )
        results = take(None, [_again(row) for row in rows])
        for row, result in zip(rows, results, strict=True):
            _settle(row, result)
            found["waiting" if result.state == "dead" else "replayed"] += 1
    if user is not None and numbers:
        record(user, "sensors.uplinks_replay", "dead_uplinks", title=_("Unread uplinks"),
               changes={"replayed": (0, found["replayed"])})  # fmt: skip
    return found


def _again(row: DeadUplink) -> Delivery:
    """Those of unknown devices, and those that could not be read at all, were not counted before."""
    counted = row.kind not in (DeadUplink.UNKNOWN, DeadUplink.UNREADABLE)
    return Delivery(row.network, bytes(row.raw), row.event, counted)


def _settle(row: DeadUplink, result: Result) -> None:
    row.tries += 1
    if result.state == "dead":
        row.kind, row.reason = result.kind, result.reason[:600]
    else:
        row.state, row.settled_at = DeadUplink.REPLAYED, clock.now()
    row.save(update_fields=["tries", "kind", "reason", "state", "settled_at"])


def discard_all(user: Any, waiting: QuerySet[DeadUplink], reason: str) -> int:
    """Put unread uplinks away for good; they are deleted with the settled ones."""
    if user is not None and not allowed(user, MANAGE):
        raise PermissionDenied(MANAGE)
    with transaction.atomic():
        count = waiting.update(state=DeadUplink.DISCARDED, settled_at=clock.now())
        record(user, "sensors.uplinks_discard", "dead_uplinks", title=_("Unread uplinks"),
               changes={"discarded": (0, count)}, reason=reason)  # fmt: skip
    return count


def tidy() -> None:
    """Settled uplinks, and those of devices that nobody made known, go after thirty days."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    DeadUplink.objects.exclude(state=DeadUplink.WAITING).filter(settled_at__lt=old).delete()
    DeadUplink.objects.filter(kind=DeadUplink.UNKNOWN, received_at__lt=old).delete()
