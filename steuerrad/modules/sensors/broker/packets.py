"""Packets of MQTT 3.1.1 and 5.0 as bytes (OASIS standards of 2014 and 2019), for the side of the server. Without input
or output; paho-mqtt reads and writes the properties."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14
#: Levels of the protocol; the bit of 128 marks a bridge of Mosquitto.
V3, V5 = 4, 5
#: Packets other than a publication are small.
MOST_CONTROL = 64 * 1024


class MalformedError(ValueError):
    """Bytes that are no packet; the connection ends."""


class TooLargeError(MalformedError):
    """A packet beyond what the server has said it takes."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the server publishes for a client that is lost."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Connect:
    """expiry_s: how long the session shall outlive the connection. most_open: publications before the first PUBACK."""

    version: int
    client: str
    clean: bool
    keep_alive_s: int
    user: str
    password: str
    will: Will | None
    expiry_s: int
    most_open: int
    largest: int


@dataclass(frozen=True, slots=True)
class Publish:
    topic: str
    payload: bytes
    qos: int
    number: int
    again: bool
    alias: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One filter of a SUBSCRIBE. state: whether the present state is to be sent (0 yes, 1 to new ones, 2 no)."""

    topic: str
    qos: int
    state: int


class Reader:
    """Takes a packet's body apart. Raises MalformedError beyond its end."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def bytes(self, size: int) -> bytes:
        found = self._body[self._at : self._at + size]
        if len(found) < size:
            raise MalformedError("a packet ends early")
        self._at += size
        return found

    def byte(self) -> int:
        return self.bytes(1)[0]

    def word(self) -> int:
        return int.from_bytes(self.bytes(2), "big")

    def binary(self) -> bytes:
        return self.bytes(self.word())

    def text(self) -> str:
        try:
            found = self.binary().decode()
        except UnicodeDecodeError as error:
            raise MalformedError("a text is not UTF-8") from error
        if "\0" in found:
            raise MalformedError("a text holds U+0000")
        return found

    def properties(self, kind: int) -> Any:
        if self._body[self._at : self._at + 1] == b"\0":
            self._at += 1
            return _NONE
        try:
            found, size = Properties(kind).unpack(self._body[self._at :])
        except Exception as error:  # paho raises whatever its slices give
            raise MalformedError("properties cannot be read") from error
        self.bytes(size)
        return found

    def rest(self) -> bytes:
        return self._body[self._at :]

    @property
    def more(self) -> bool:
        return self._at < len(self._body)


class _None:
    """No properties."""


_NONE = _None()


def size_of(head: bytes) -> int | None:
    """Remaining length in the bytes behind the first; None when they are not whole. Raises MalformedError."""
    size = 0
    for at, byte in enumerate(head[:4]):
        size |= (byte & 0x7F) << (7 * at)
        if not byte & 0x80:
            return size
    if len(head) >= 4:
        raise MalformedError("the length of a packet is wrong")
    return None


def connect(body: bytes) -> Connect:
    """Raises MalformedError; a level of the protocol that is not known is in version all the same."""
    reader = Reader(body)
    name, level, flags, keep_alive = reader.text(), reader.byte(), reader.byte(), reader.word()
    version = level & 0x7F
    if name != "MQTT" or version not in (V3, V5):
        return Connect(version if name == "MQTT" else 0, "", True, 0, "", "", None, 0, 0, 0)
    if flags & 1:
        raise MalformedError("a reserved flag is set")
    given = reader.properties(PacketTypes.CONNECT) if version == V5 else _NONE
    client = reader.text()
    will = None
    if flags & 4:
        if version == V5:
            reader.properties(PacketTypes.WILLMESSAGE)
        will = Will(reader.text(), reader.binary())
    user = reader.text() if flags & 0x80 else ""
    password = reader.binary().decode(errors="replace") if flags & 0x40 else ""
    clean = bool(flags & 2)
    lasting = 0xFFFFFFFF if version == V3 and not clean else 0
    return Connect(
        version, client, clean, keep_alive, user, password, will,
        getattr(given, "SessionExpiryInterval", lasting), getattr(given, "ReceiveMaximum", 65535),
        getattr(given, "MaximumPacketSize", 2**28),
    )  # fmt: skip


def publish(flags: int, body: bytes, version: int) -> Publish:
    """Raises MalformedError."""
    reader = Reader(body)
    qos, topic = (flags >> 1) & 3, reader.text()
    if qos == 3:
        raise MalformedError("there is no QoS 3")
    number = reader.word() if qos else 0
    given = reader.properties(PacketTypes.PUBLISH) if version == V5 else _NONE
    return Publish(topic, reader.rest(), qos, number, bool(flags & 8), getattr(given, "TopicAlias", 0))


def subscribe(body: bytes, version: int) -> tuple[int, list[Wanted]]:
    """Number of the packet and filters. Raises MalformedError."""
    reader = Reader(body)
    number, found = reader.word(), []
    if version == V5:
        reader.properties(PacketTypes.SUBSCRIBE)
    while reader.more:
        topic, options = reader.text(), reader.byte()
        found.append(Wanted(topic, options & 3, (options >> 4) & 3 if version == V5 else 2))
    if not found:
        raise MalformedError("a SUBSCRIBE without a filter")
    return number, found


def unsubscribe(body: bytes, version: int) -> tuple[int, list[str]]:
    reader = Reader(body)
    number, found = reader.word(), []
    if version == V5:
        reader.properties(PacketTypes.UNSUBSCRIBE)
    while reader.more:
        found.append(reader.text())
    return number, found


def number_of(body: bytes) -> int:
    """Of PUBACK, PUBREC, PUBREL and PUBCOMP."""
    return Reader(body).word()


def _packet(kind: int, body: bytes, flags: int = 0) -> bytes:
    size, head = len(body), bytearray([kind << 4 | flags])
    while True:
        size, low = divmod(size, 128)
        head.append(low | 0x80 if size else low)
        if not size:
            return bytes(head) + body


def _properties(kind: int, version: int, **given: Any) -> bytes:
    if version != V5:
        return b""
    if not given:
        return b"\0"
    found = Properties(kind)
    for name, value in given.items():
        setattr(found, name, value)
    return found.pack()


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("!H", len(encoded)) + encoded


def connack(version: int, code: int, *, known: bool = False, **given: Any) -> bytes:
    return _packet(CONNACK, bytes([known, code]) + _properties(PacketTypes.CONNACK, version, **given))


def suback(version: int, number: int, codes: Iterable[int]) -> bytes:
    head = struct.pack("!H", number) + _properties(PacketTypes.SUBACK, version)
    return _packet(SUBACK, head + bytes(codes))


def unsuback(version: int, number: int, codes: Iterable[int]) -> bytes:
    body = struct.pack("!H", number) + _properties(PacketTypes.UNSUBACK, version)
    return _packet(UNSUBACK, body + (bytes(codes) if version == V5 else b""))


def acknowledgment(version: int, kind: int, number: int, code: int = 0, reason: str = "") -> bytes:
    """PUBACK, PUBREC, PUBREL or PUBCOMP. code, reason: only MQTT 5.0 can say them."""
    body = struct.pack("!H", number)
    if version == V5 and code:
        types = {PUBACK: PacketTypes.PUBACK, PUBREC: PacketTypes.PUBREC, PUBCOMP: PacketTypes.PUBCOMP}
        body += bytes([code]) + _properties(
            types[kind], version, **({"ReasonString": reason} if reason else {})
        )
    return _packet(kind, body, 2 if kind == PUBREL else 0)


def publication(
    version: int, topic: str, payload: bytes, *, number: int = 0, again: bool = False, state: bool = False
) -> bytes:
    """A PUBLISH of QoS 1 with a number, of QoS 0 without. state: what is there already (retained), nothing new."""
    flags = (8 if again else 0) | (2 if number else 0) | (1 if state else 0)
    head = _text(topic) + (struct.pack("!H", number) if number else b"")
    return _packet(PUBLISH, head + (b"\0" if version == V5 else b"") + payload, flags)


def disconnect(code: int, reason: str = "") -> bytes:
    """Of the server; MQTT 5.0 only."""
    given = {"ReasonString": reason} if reason else {}
    return _packet(DISCONNECT, bytes([code]) + _properties(PacketTypes.DISCONNECT, V5, **given))


PONG = _packet(PINGRESP, b"")
