"""What a batch of uplinks says about devices and gateways, gathered and written at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from steuerrad.modules.sensors.codecs.decoding import Decoded
from steuerrad.modules.sensors.lorawan.messages import Heard, Joined, State, Uplink
from steuerrad.modules.sensors.lorawan.models import Gateway, LoraDevice, Reception
from steuerrad.modules.sensors.lorawan.rules import REMEMBERED, Counter, Mark, Verdict, mark_of

FIELDS = ("last_seen", "joined_at", "session", "f_cnt", "recent", "uplinks", "missed", "duplicates", "late", "resets",
          "rssi", "snr", "spreading_factor", "battery", "battery_unit", "margin", "warnings")  # fmt: skip
MOST_WARNINGS = 10


@dataclass
class _Heard:
    count: int
    last: Heard
    at: datetime
    best: float | None
    only_newer: bool = False


class Notes:
    """Changes the devices given; save() writes them and the gateways."""

    def __init__(self, devices: dict[str, LoraDevice]) -> None:
        self._touched: dict[int, LoraDevice] = {}
        self._heard: dict[tuple[int, str], _Heard] = {}
        self._marks = {device.pk: [_mark(row) for row in device.recent] for device in devices.values()}

    def counter(self, device: LoraDevice) -> Counter:
        return Counter(device.session, device.f_cnt, device.last_seen)

    def marks(self, device: LoraDevice) -> list[Mark]:
        return self._marks[device.pk]

    def touch(self, device: LoraDevice) -> None:
        self._touched[device.pk] = device

    def told(self, device: LoraDevice, message: Joined | State) -> None:
        self.touch(device)
        if isinstance(message, State):
            if message.battery is not None:
                device.battery, device.battery_unit = message.battery, "%"
            device.margin = message.margin
        elif device.joined_at is None or message.time > device.joined_at:
            device.joined_at = message.time
            if device.last_seen is None or message.time >= device.last_seen:
                device.session, device.f_cnt = message.session, None

    def heard(self, device: LoraDevice, uplink: Uplink, verdict: Verdict, missed: int) -> None:
        self.touch(device)
        marks = self._marks[device.pk]
        marks.insert(0, mark_of(uplink))
        del marks[REMEMBERED:]
        device.uplinks += 1
        device.missed += missed
        if verdict is Verdict.LATE:
            device.late += 1
            if uplink.session == device.session and device.f_cnt is not None and uplink.f_cnt < device.f_cnt:
                device.missed = max(0, device.missed - 1)  # it had been taken for lost
        device.resets += verdict is Verdict.RESET
        if verdict is not Verdict.LATE:
            device.session, device.f_cnt, device.last_seen = uplink.session, uplink.f_cnt, uplink.time
            device.spreading_factor = uplink.spreading_factor
            best = uplink.best
            device.rssi, device.snr = (best.rssi, best.snr) if best else (None, None)
            if uplink.battery is not None:
                device.battery, device.battery_unit = uplink.battery, "%"
        for one in uplink.heard:
            self._hear(device, one, uplink.time)

    def again(self, device: LoraDevice, uplink: Uplink) -> None:
        """The same uplink came by another way: gateways that were not named the first time have heard it, too."""
        self.touch(device)
        for one in uplink.heard:
            if (device.pk, one.gateway) not in self._heard:
                self._hear(device, one, uplink.time, only_newer=True)

    def _hear(self, device: LoraDevice, one: Heard, at: datetime, *, only_newer: bool = False) -> None:
        if not one.gateway:
            return
        known = self._heard.get((device.pk, one.gateway))
        if known is None or (known.only_newer and not only_newer):
            self._heard[device.pk, one.gateway] = _Heard(1, one, at, one.rssi, only_newer)
            return
        known.count += 1
        known.best = _larger(known.best, one.rssi)
        if at >= known.at:
            known.last, known.at = one, at

    def warn(self, device: LoraDevice, decoded: Decoded | None) -> None:
        device.warnings = list(decoded.warnings[:MOST_WARNINGS]) if decoded else []

    def save(self) -> None:
        for device in self._touched.values():
            device.recent = [
                [mark.key, mark.print_, mark.time.isoformat()] for mark in self._marks[device.pk]
            ]
        LoraDevice.objects.bulk_update(self._touched.values(), FIELDS, batch_size=50)
        if self._heard:
            self._save_gateways()

    def _save_gateways(self) -> None:
        names = sorted({name for _device, name in self._heard})
        newest: dict[str, _Heard] = {}
        for (_device, name), heard in self._heard.items():
            if name not in newest or heard.at > newest[name].at:
                newest[name] = heard
        Gateway.objects.bulk_create(
            [Gateway(gateway_id=name, last_seen=newest[name].at) for name in names], ignore_conflicts=True
        )
        gateways = {row.gateway_id: row for row in Gateway.objects.select_for_update().filter(
            gateway_id__in=names).order_by("pk")}  # fmt: skip
        for name, row in gateways.items():
            row.last_seen = max(row.last_seen, newest[name].at)
            if newest[name].last.latitude is not None:
                row.latitude, row.longitude = newest[name].last.latitude, newest[name].last.longitude
        Gateway.objects.bulk_update(gateways.values(), ("last_seen", "latitude", "longitude"), batch_size=100)
        self._save_receptions({name: row.pk for name, row in gateways.items()})

    def _save_receptions(self, gateways: dict[str, int]) -> None:
        wanted = {(device, gateways[name]): heard for (device, name), heard in self._heard.items()}
        Reception.objects.bulk_create(
            [Reception(device_id=device, gateway_id=gateway, last_seen=heard.at)
             for (device, gateway), heard in wanted.items()], ignore_conflicts=True,
        )  # fmt: skip
        rows = [row for row in Reception.objects.filter(device__in={device for device, _gateway in wanted},
                                                         gateway__in=set(gateways.values()))
                if (row.device_id, row.gateway_id) in wanted]  # fmt: skip
        for row in rows:
            heard = wanted[row.device_id, row.gateway_id]
            if heard.only_newer and row.uplinks and row.last_seen >= heard.at:
                continue  # this gateway's reception of it is counted
            row.uplinks += heard.count
            row.best_rssi = _larger(row.best_rssi, heard.best)
            if heard.at >= row.last_seen:
                row.rssi, row.snr, row.last_seen = heard.last.rssi, heard.last.snr, heard.at
        Reception.objects.bulk_update(
            rows, ("uplinks", "best_rssi", "rssi", "snr", "last_seen"), batch_size=100
        )


def _mark(row: list[str]) -> Mark:
    return Mark(row[0], row[1], datetime.fromisoformat(row[2]))


def _larger(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
