"""Messages of the network servers, ChirpStack v4 and The Things Stack v3, as one shape. Without Django.

Both leave out fields whose value is zero, false or empty, so a missing counter, port or payload is 0 or nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import orjson

from steuerrad.engines.observations import instants, moment

Network = Literal["chirpstack", "ttn"]
NETWORKS: tuple[Network, ...] = ("chirpstack", "ttn")
#: Events of ChirpStack v4 that say something about a device or its figures; of the others nothing is read.
EVENTS = ("up", "join", "status")
#: What The Things Stack v3 sends beside uplinks and joins, by the name of the part that holds it.
OTHERS = ("downlink_queued", "downlink_queue_invalidated", "downlink_sent", "downlink_ack", "downlink_nack", "downlink_failed",
          "location_solved", "service_data", "uplink_normalized")  # fmt: skip
#: Longest message that is read, in bytes; real ones have 1 to 10 KB.
MOST_MESSAGE = 256 * 1024
MOST_GATEWAYS = 64
EUI = re.compile(r"[0-9a-f]{16}")
#: A gateway's clock may be wrong; further than this from the network server's it does not count.
CLOCK_TOLERANCE = timedelta(minutes=10)


class MessageError(ValueError):
    """The message cannot be read; place and reason. dev_eui: as far as it was found."""

    def __init__(self, reason: str, dev_eui: str = "") -> None:
        super().__init__(reason)
        self.dev_eui = dev_eui


@dataclass(frozen=True)
class Heard:
    """One gateway's reception: dBm, dB, degrees (WGS 84)."""

    gateway: str
    rssi: float | None
    snr: float | None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Uplink:
    """key: the network server's own mark. time: when it was measured as far as is known (gateway, else server). battery: per
    cent that the network server knows of, from a status at battery_at (None: not told)."""

    dev_eui: str
    key: str
    session: str
    f_cnt: int
    f_port: int
    payload: bytes
    decoded: Mapping[str, Any] | None
    time: datetime
    received: datetime
    heard: tuple[Heard, ...]
    name: str = ""
    kind: str = ""
    spreading_factor: int | None = None
    battery: float | None = None
    battery_at: datetime | None = None

    @property
    def best(self) -> Heard | None:
        return max(self.heard, key=lambda one: -999.0 if one.rssi is None else one.rssi, default=None)


@dataclass(frozen=True)
class Joined:
    dev_eui: str
    time: datetime
    session: str


@dataclass(frozen=True)
class State:
    """battery: per cent, None where it is on mains or does not know; margin: dB by which a command was heard above what
    could just be demodulated (DevStatusAns, LoRaWAN 1.0.4, 5.5)."""

    dev_eui: str
    time: datetime
    battery: float | None
    margin: float | None = None


@dataclass(frozen=True)
class Other:
    """Nothing to store: acknowledgements, logs, downlinks, places that were computed. kind: what it is, for counting."""

    kind: str


Message = Uplink | Joined | State | Other


def read(network: str, raw: bytes, event: str = "up") -> Message:
    """event: what ChirpStack says beside the body (?event= or the last part of the topic). Raises MessageError."""
    if len(raw) > MOST_MESSAGE:
        raise MessageError(f"The message has more than {MOST_MESSAGE // 1024} KB.")
    if network == "chirpstack" and event not in EVENTS:
        return Other(event[:20])  # whatever it is encoded in
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MessageError(f"This is no JSON: {error}"[:300]) from error
    if not isinstance(body, dict):
        raise MessageError("A JSON object is expected.")
    if network == "chirpstack":
        return _chirpstack(body, event)
    if network == "ttn":
        return _things_stack(body)
    raise MessageError(f"There is no network server {network!r}.")


def _chirpstack(body: dict[str, Any], event: str) -> Message:
    info = _object(body, "deviceInfo", "")
    eui = _eui(info.get("devEui"), "deviceInfo.devEui")
    received = _time(body.get("time"), "time", eui)
    if event == "join":
        return Joined(eui, received, _text(body, "devAddr", eui))
    if event == "status":
        outside = body.get("externalPowerSource") or body.get("batteryLevelUnavailable")
        level = None if outside else _number(body.get("batteryLevel", 0), "batteryLevel", eui)
        if level is not None and not 0 <= level <= 100:
            raise MessageError("batteryLevel: a number from 0 to 100 is expected.", eui)
        return State(eui, received, level, _number(body.get("margin", 0), "margin", eui))
    heard, times = [], []
    for place, row in enumerate(_rows(body, "rxInfo", eui)):
        where = _position(row.get("location"))
        heard.append(Heard(_text(row, "gatewayId", eui)[:80], _number(row.get("rssi", 0), f"rxInfo[{place}].rssi", eui),
                           _number(row.get("snr", 0), f"rxInfo[{place}].snr", eui), *where))  # fmt: skip
        times.append(row.get("gwTime"))
    lora = _inside(body, "txInfo", "modulation", "lora")
    return Uplink(
        dev_eui=eui, key=_text(body, "deduplicationId", eui)[:80], session=_text(body, "devAddr", eui)[:80],
        f_cnt=_whole(body.get("fCnt", 0), "fCnt", eui), f_port=_whole(body.get("fPort", 0), "fPort", eui, 255),
        payload=_payload(body.get("data", ""), "data", eui), decoded=_decoded(body.get("object")),
        time=_measured(times, received), received=received, heard=tuple(heard),
        name=_text(info, "deviceName", eui)[:200], kind=_text(info, "deviceProfileName", eui)[:200],
        spreading_factor=_spreading(lora.get("spreadingFactor")),
    )  # fmt: skip


def _things_stack(body: dict[str, Any]) -> Message:
    if "uplink_message" not in body and "join_accept" not in body:
        other = next((name for name in OTHERS if name in body), "")
        if other:
            return Other(other)
        raise MessageError("Neither an uplink_message nor anything else that is known is in it.")
    ids = _object(body, "end_device_ids", "")
    eui = _eui(ids.get("dev_eui"), "end_device_ids.dev_eui")
    if "join_accept" in body:
        accepted = _object(body, "join_accept", eui)
        return Joined(
            eui,
            _time(body.get("received_at"), "received_at", eui),
            _text(accepted, "session_key_id", eui)[:80],
        )
    up = _object(body, "uplink_message", eui)
    session, count = _text(up, "session_key_id", eui)[:60], _whole(up.get("f_cnt", 0), "f_cnt", eui)
    received = _time(up.get("received_at") or body.get("received_at"), "received_at", eui)
    heard, times = [], []
    for place, row in enumerate(_rows(up, "rx_metadata", eui)):
        gateway = _inside(row, "gateway_ids")
        name = str(gateway.get("gateway_id") or gateway.get("eui") or "")
        rssi = row.get("rssi", row.get("channel_rssi", 0))
        heard.append(Heard(name[:80], _number(rssi, f"rx_metadata[{place}].rssi", eui),
                           _number(row.get("snr", 0), f"rx_metadata[{place}].snr", eui), *_position(row.get("location"))))  # fmt: skip
        times += [row.get("gps_time"), row.get("time")]
    lora, versions = _inside(up, "settings", "data_rate", "lora"), _inside(up, "version_ids")
    status = _inside(up, "last_battery_percentage")
    battery, told = status.get("value"), status.get("received_at")
    return Uplink(
        dev_eui=eui, key=f"{session}:{count}" if session else "", session=session or _text(ids, "dev_addr", eui)[:80],
        f_cnt=count, f_port=_whole(up.get("f_port", 0), "f_port", eui, 255),
        payload=_payload(up.get("frm_payload", ""), "frm_payload", eui), decoded=_decoded(up.get("decoded_payload")),
        time=_measured(times, received), received=received, heard=tuple(heard),
        name=_text(ids, "device_id", eui)[:200],
        kind=" ".join(str(versions[part]) for part in ("brand_id", "model_id") if versions.get(part))[:200],
        spreading_factor=_spreading(lora.get("spreading_factor")),
        battery=_level(battery),
        battery_at=_moment(told),
    )  # fmt: skip


def _object(body: Mapping[str, Any], name: str, eui: str) -> dict[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict):
        raise MessageError(f"{name}: an object is expected.", eui)
    return found


def _inside(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object at the end of the names; empty when one is missing or no object."""
    found: Any = body
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _rows(body: Mapping[str, Any], name: str, eui: str) -> list[dict[str, Any]]:
    rows = body.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MessageError(f"{name}: a list of objects is expected.", eui)
    return rows[:MOST_GATEWAYS]


def _text(body: Mapping[str, Any], name: str, eui: str) -> str:
    found = body.get(name) or ""
    if not isinstance(found, str):
        raise MessageError(f"{name}: a text is expected.", eui)
    return found.replace("\0", "")


def eui_of(text: str) -> str:
    """A DevEUI as 16 small hexadecimal digits, from any usual way of writing it. Raises ValueError."""
    found = re.sub(r"[\s:.-]", "", text).lower()
    if not EUI.fullmatch(found):
        raise ValueError("A DevEUI has 16 hexadecimal digits.")
    return found


def _eui(found: Any, place: str) -> str:
    try:
        return eui_of(found if isinstance(found, str) else "")
    except ValueError:
        raise MessageError(f"{place}: 16 hexadecimal digits are expected.") from None


def _number(found: Any, place: str, eui: str) -> float | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise MessageError(f"{place}: a number is expected.", eui)
    return float(found)


def _whole(found: Any, place: str, eui: str, most: int = 2**32 - 1) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= most:
        raise MessageError(f"{place}: a whole number from 0 to {most} is expected.", eui)
    return found


def _payload(found: Any, place: str, eui: str) -> bytes:
    if not isinstance(found, str):
        raise MessageError(f"{place}: base64 is expected.", eui)
    try:
        return base64.b64decode(found, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MessageError(f"{place}: this is no base64.", eui) from error


def _time(found: Any, place: str, eui: str) -> datetime:
    if not isinstance(found, str):
        raise MessageError(f"{place}: a time is expected.", eui)
    try:
        return moment(instants([found])[0].as_py())
    except (ValueError, OverflowError) as error:
        raise MessageError(f"{place}: this is no time with a zone: {found[:40]!r}.", eui) from error


def _measured(times: list[Any], received: datetime) -> datetime:
    """The earliest credible time of a gateway, else the server's: the same for every delivery of the message."""
    found = [one for one in map(_moment, times) if one is not None]
    credible = [one for one in found if abs(one - received) <= CLOCK_TOLERANCE]
    return min(credible, default=received).astimezone(UTC)


def _level(found: Any) -> float | None:
    """Per cent beside the point: none where it is none."""
    known = isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= 100
    return float(found) if known else None


def _moment(found: Any) -> datetime | None:
    """A time beside the point: none where it cannot be read."""
    try:
        return _time(found, "", "")
    except MessageError:
        return None


def _position(found: Any) -> tuple[float | None, float | None]:
    if not isinstance(found, dict):
        return None, None
    latitude, longitude = found.get("latitude", 0), found.get("longitude", 0)
    for value, most in ((latitude, 90), (longitude, 180)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
            return None, None
    return (float(latitude), float(longitude)) if latitude or longitude else (None, None)


def _decoded(found: Any) -> Mapping[str, Any] | None:
    return found if isinstance(found, dict) else None


def _spreading(found: Any) -> int | None:
    return found if isinstance(found, int) and 5 <= found <= 12 else None
