"""Messages of network servers become observations: read, decoded, judged, stored, and only then answered.

Everything in one transaction around the store's acknowledgement: a crash in between leaves the message with the sender,
who delivers it again; the store knows the same row again, so nothing is there twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from steuerrad.engines.observations import batch, micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.actions import ensure_stream
from steuerrad.modules.sensors.codecs.decoding import CodecError, Decoded, decode, plain
from steuerrad.modules.sensors.codecs.profiles import BATTERY, RSSI, SIGNAL, SNR, FieldOf, Profile
from steuerrad.modules.sensors.lorawan import health
from steuerrad.modules.sensors.lorawan.messages import Message, MessageError, Other, State, Uplink, read
from steuerrad.modules.sensors.lorawan.models import DeadUplink, LoraDevice
from steuerrad.modules.sensors.lorawan.queries import may_send, profiles
from steuerrad.modules.sensors.lorawan.rules import Verdict, judge
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.store import observations

#: Messages of one unknown device that are kept for the day it is made known; older ones go.
MOST_UNKNOWN = 200
BATTERIES = {"battery_voltage": "V", "battery_level": "%"}


@dataclass(frozen=True)
class Delivery:
    """A message as it came. event: what ChirpStack says beside the body.

    counted: it was judged and counted when it came first, and is now tried again.
    """

    network: str
    raw: bytes
    event: str = "up"
    counted: bool = False


@dataclass(frozen=True)
class Result:
    """What became of one delivery: stored, again, noted (nothing to store), ignored (of a kind that says nothing about
    figures or devices) or dead; kind and reason of the latter two."""

    state: str
    kind: str = ""
    reason: str = ""
    figures: int = 0


@dataclass
class _Work:
    delivery: Delivery
    message: Message | None = None
    decoded: Decoded | None = None
    dead: tuple[str, str] | None = None
    dev_eui: str = ""
    result: Result = field(default_factory=lambda: Result("noted"))


def take(user: Any, deliveries: Sequence[Delivery]) -> list[Result]:
    """Store what the messages say; returns one result for each, in order. What it cannot use is kept as dead uplinks.

    user None is the program itself (the broker's messages). Raises PermissionDenied for a device that the sender may
    not write for, Busy when the store wants a pause; then nothing was written.
    """
    works = [_opened(one) for one in deliveries]
    known = profiles()
    devices = _devices(works, lock=False)
    for work in works:
        _may(user, work, devices)
        _decode(work, devices, known)
    with transaction.atomic():
        devices = _devices(works, lock=True)
        rows = _Rows(devices, known)
        notes = health.Notes(devices)
        for work in works:
            _settle(work, devices, rows, notes)
        rows.store()
        notes.save()
        _bury(works)
    return [work.result for work in works]


def refuse(delivery: Delivery, reason: str) -> Result:
    """Keep a message that take() cannot get through with, so that it does not hold up those behind it."""
    work = _opened(delivery)
    work.dead = (DeadUplink.UNREADABLE, reason)
    work.message = None  # its words may be what the database refuses
    work.dev_eui = ""
    _bury([work])
    return Result("dead", *work.dead)


def _opened(delivery: Delivery) -> _Work:
    work = _Work(delivery)
    try:
        work.message = read(delivery.network, delivery.raw, delivery.event)
        work.dev_eui = "" if isinstance(work.message, Other) else work.message.dev_eui
    except MessageError as error:
        work.dead, work.dev_eui = (DeadUplink.UNREADABLE, str(error)), error.dev_eui
    return work


def _devices(works: Iterable[_Work], lock: bool) -> dict[str, LoraDevice]:
    found = LoraDevice.objects.filter(dev_eui__in={work.dev_eui for work in works if work.dev_eui})
    found = found.order_by("pk").select_related("thing")
    return {row.dev_eui: row for row in (found.select_for_update(of=("self",)) if lock else found)}


def _may(user: Any, work: _Work, devices: dict[str, LoraDevice]) -> None:
    device = devices.get(work.dev_eui)
    if user is None:
        return
    if not (may_send(user, device) if device is not None else holds_anywhere(user, WRITE)):
        raise PermissionDenied(WRITE)


def _decode(work: _Work, devices: dict[str, LoraDevice], known: dict[str, Profile]) -> None:
    message, device = work.message, devices.get(work.dev_eui)
    if not isinstance(message, Uplink):
        return
    if device is None:
        work.dead = (DeadUplink.UNKNOWN, "The device is not known here.")
        return
    profile = known.get(device.profile)
    if profile is None:
        work.dead = (DeadUplink.PROFILE, f"There is no profile {device.profile!r}.")
        return
    if not message.payload:
        return  # says only that the device is alive
    try:
        if profile.codec:
            work.decoded = decode(profile.codec, message.payload, message.f_port, received=message.received,
                                  variables=device.variables)  # fmt: skip
        elif message.decoded is None:
            raise CodecError("The network server has not decoded the payload.")
        else:
            work.decoded = Decoded(message.decoded)
    except CodecError as error:
        work.dead = (DeadUplink.CODEC, str(error)[:600])


def _settle(work: _Work, devices: dict[str, LoraDevice], rows: _Rows, notes: health.Notes) -> None:
    """Judge one message with what is known by now, and note what follows."""
    message, device = work.message, devices.get(work.dev_eui)
    if work.dead is not None and (device is None or not isinstance(message, Uplink)):
        work.result = Result("dead", *work.dead)
        return
    if isinstance(message, Other):
        work.result = Result("ignored", message.kind, "Events of this kind say nothing about figures.")
    if device is None or message is None or isinstance(message, Other):
        return
    if not isinstance(message, Uplink):
        notes.told(device, message)
        if isinstance(message, State) and rows.battery(device, message.battery, message.time):
            work.result = Result("stored", figures=1)
        return
    verdict, missed = Verdict.LATE, 0
    if not work.delivery.counted:
        verdict, missed = judge(notes.counter(device), notes.marks(device), message)
    if verdict is Verdict.AGAIN:
        device.duplicates += 1
        notes.again(device, message)
        work.result = Result("again")
        return
    figures: dict[str, tuple[FieldOf, float]] = {}
    if work.decoded is not None:
        figures = rows.profile(device).figures(work.decoded.data)
        if work.decoded.data and not figures:
            names = ", ".join(sorted(map(str, work.decoded.data)))[:400]
            work.dead = (DeadUplink.EMPTY, f"The profile knows none of: {names}")
    if not work.delivery.counted:
        notes.heard(device, message, verdict, missed)
    if work.dead is not None:
        work.result = Result("dead", *work.dead)
        return
    battery = next((found for found in figures.values() if found[0].property in BATTERIES), None)
    if verdict is not Verdict.LATE:
        notes.warn(device, work.decoded)
        if battery is not None:
            device.battery, device.battery_unit = battery[1], BATTERIES[battery[0].property]
    work.result = Result("stored", figures=rows.add(device, message, figures))


class _Rows:
    """The observations of a batch, and the datastreams they go to."""

    def __init__(self, devices: dict[str, LoraDevice], known: dict[str, Profile]) -> None:
        self._known = known
        things = [device.thing_id for device in devices.values()]
        self._streams: dict[tuple[int, str], int] = {
            (thing, properties.get("column", "")): pk
            for pk, thing, properties in Datastream.objects.filter(thing__in=things).values_list(
                "pk", "thing", "properties"
            )
        }
        self._rows: list[tuple[int, int, float, int]] = []

    def profile(self, device: LoraDevice) -> Profile:
        return self._known[device.profile]

    def add(self, device: LoraDevice, uplink: Uplink, figures: dict[str, tuple[FieldOf, float]]) -> int:
        best = uplink.best
        found = dict(figures)
        if best is not None and best.rssi is not None:
            found[RSSI] = (SIGNAL[RSSI], best.rssi)
        if best is not None and best.snr is not None:
            found[SNR] = (SIGNAL[SNR], best.snr)
        at, received = micros(uplink.time), micros(uplink.received)
        for name, (one, value) in found.items():
            self._rows.append((self._stream(device, name, one), at, value, received))
        if uplink.battery_at is not None:
            self.battery(device, uplink.battery, uplink.battery_at)
        return len(figures)

    def battery(self, device: LoraDevice, level: float | None, at: datetime) -> bool:
        """As the network server has asked for it; told with many uplinks, it is one observation all the same."""
        if level is None or device.profile not in self._known:
            return False
        stream, time = self._stream(device, BATTERY, SIGNAL[BATTERY]), micros(at)
        self._rows.append((stream, time, level, time))
        return True

    def _stream(self, device: LoraDevice, name: str, one: FieldOf) -> int:
        place = (device.thing_id, name)
        if place not in self._streams:
            kind = _Kind(self.profile(device).sensor, device.interval_s)
            self._streams[place] = ensure_stream(None, kind, device.thing, name, one).pk
        return self._streams[place]

    def store(self) -> None:
        """Returns when all is on the disk."""
        if not self._rows:
            return
        stream, time, value, received = zip(*self._rows, strict=True)
        with observations() as store:
            store.submit(batch(list(stream), list(time), list(value), list(received)))


@dataclass(frozen=True)
class _Kind:
    sensor: Any
    interval_s: int


def _bury(works: Iterable[_Work]) -> None:
    """Keep what could not be used, each message once."""
    now = clock.now()
    dead = [work for work in works if work.dead is not None]
    DeadUplink.objects.bulk_create([_row(work, now) for work in dead], ignore_conflicts=True)
    for eui in {work.dev_eui for work in dead if work.dead and work.dead[0] == DeadUplink.UNKNOWN}:
        waiting = DeadUplink.objects.filter(dev_eui=eui, kind=DeadUplink.UNKNOWN, state=DeadUplink.WAITING)
        too_old = waiting.order_by("-received_at", "-pk")[MOST_UNKNOWN:].values_list("pk", flat=True)
        DeadUplink.objects.filter(pk__in=list(too_old)).delete()


def _row(work: _Work, now: Any) -> DeadUplink:
    assert work.dead is not None
    delivery, message = work.delivery, work.message
    uplink = message if isinstance(message, Uplink) else None
    whole = f"{delivery.network}|{delivery.event}|".encode() + delivery.raw
    return DeadUplink(
        network=delivery.network[:12], event=delivery.event[:20], mark=hashlib.sha256(whole).hexdigest(), raw=delivery.raw[: 256 * 1024],
        kind=work.dead[0], reason=plain(work.dead[1])[:600], dev_eui=work.dev_eui, received_at=now,
        device_name=uplink.name if uplink else "", device_kind=uplink.kind if uplink else "",
    )  # fmt: skip
