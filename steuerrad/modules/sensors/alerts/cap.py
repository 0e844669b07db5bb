"""Alerts as Common Alerting Protocol 1.2 (OASIS Standard, 1 July 2010).

One alert message, its update and its cancellation share the address of the episode: a receiver that knows the first finds
the others by `references`. Times carry their offset and never "Z" (section 3.3.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM: Final = "http://www.w3.org/2005/Atom"
STATUS: Final = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGES: Final = ("Alert", "Update", "Cancel")
CATEGORIES: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
#: 3.2.1: an identifier and a sender have no space, comma or restricted character.
TOKEN: Final = re.compile(r"[^\s,<&]+")


class CapError(ValueError):
    """The message would not be valid; the text names the element."""


@dataclass(frozen=True)
class Circle:
    """Degrees (WGS 84) and kilometres."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True)
class Reference:
    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True)
class Message:
    """texts as people read them, in `language` (RFC 3066). sent, onset, expires: aware. references: for Update and Cancel."""

    identifier: str
    sender: str
    sent: datetime
    event: str
    headline: str
    description: str
    area: str
    severity: str
    category: str = "Env"
    kind: str = "Alert"
    status: str = "Actual"
    urgency: str = "Immediate"
    certainty: str = "Observed"
    language: str = "de-DE"
    onset: datetime | None = None
    expires: datetime | None = None
    circle: Circle | None = None
    web: str = ""
    references: tuple[Reference, ...] = ()


def stamp(moment: datetime) -> str:
    """2026-11-22T14:00:00-00:00 for UTC, else with the offset, without fractions of seconds. Raises CapError."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise CapError("a time needs its offset")
    text = moment.replace(microsecond=0).isoformat()
    return text[:-6] + "-00:00" if text.endswith("+00:00") else text


def cap(message: Message) -> bytes:
    """The message as XML (UTF-8). Raises CapError where the standard would be broken."""
    _check(message)
    ElementTree.register_namespace("", CAP)
    alert = ElementTree.Element(f"{{{CAP}}}alert")
    head = [
        ("identifier", message.identifier), ("sender", message.sender), ("sent", stamp(message.sent)),
        ("status", message.status), ("msgType", message.kind), ("scope", "Public"),
        ("references", " ".join(f"{one.sender},{one.identifier},{stamp(one.sent)}" for one in message.references)),
    ]  # fmt: skip
    _fill(alert, head)
    info = ElementTree.SubElement(alert, f"{{{CAP}}}info")
    _fill(info, [
        ("language", message.language), ("category", message.category), ("event", message.event),
        ("urgency", message.urgency), ("severity", message.severity), ("certainty", message.certainty),
        ("onset", stamp(message.onset) if message.onset else ""),
        ("expires", stamp(message.expires) if message.expires else ""),
        ("headline", message.headline), ("description", message.description), ("web", message.web),
    ])  # fmt: skip
    area = ElementTree.SubElement(info, f"{{{CAP}}}area")
    spot = message.circle
    _fill(area, [
        ("areaDesc", message.area),
        ("circle", f"{spot.latitude:.5f},{spot.longitude:.5f} {spot.radius_km:g}" if spot else ""),
    ])  # fmt: skip
    return _xml(alert)


def _check(message: Message) -> None:
    for name, value, allowed in (
        ("status", message.status, STATUS), ("msgType", message.kind, MESSAGES),
        ("category", message.category, CATEGORIES), ("severity", message.severity, SEVERITIES),
        ("urgency", message.urgency, URGENCIES), ("certainty", message.certainty, CERTAINTIES),
    ):  # fmt: skip
        if value not in allowed:
            raise CapError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
    for name, value in (("identifier", message.identifier), ("sender", message.sender)):
        if not TOKEN.fullmatch(value):
            raise CapError(f"{name}: must not be empty nor hold spaces, commas, < or &")
    for name, value in (("event", message.event), ("areaDesc", message.area)):
        if not value.strip():
            raise CapError(f"{name}: is empty")
    if message.kind != "Alert" and not message.references:
        raise CapError(f"references: a message of the kind {message.kind} names the one it follows")
    spot = message.circle
    if spot and not (-90 <= spot.latitude <= 90 and -180 <= spot.longitude <= 180 and spot.radius_km >= 0):
        raise CapError("circle: outside of the globe")


def _fill(parent: ElementTree.Element, rows: Sequence[tuple[str, str]]) -> None:
    """Elements in the order of the schema; empty ones are left out."""
    for name, text in rows:
        if text:
            ElementTree.SubElement(parent, f"{{{CAP}}}{name}").text = CONTROL.sub("", text)


#: What XML 1.0 cannot hold.
CONTROL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _xml(element: ElementTree.Element) -> bytes:
    return ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)


@dataclass(frozen=True)
class Entry:
    """An entry of the feed: the message and where it can be read as CAP."""

    message: Message
    url: str


def feed(address: str, title: str, author: str, updated: datetime, entries: Sequence[Entry]) -> bytes:
    """Atom (RFC 4287) with a link to each CAP message, the newest first."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = CONTROL.sub("", text) or None
        return element

    add(root, "id", address)
    add(root, "title", title)
    add(root, "updated", updated.isoformat())
    add(root, "link", rel="self", href=address, type="application/atom+xml")
    add(add(root, "author"), "name", author)
    for one in sorted(entries, key=lambda each: each.message.sent, reverse=True):
        entry = add(root, "entry")
        add(entry, "id", one.url)
        add(entry, "title", one.message.headline or one.message.event)
        add(entry, "updated", one.message.sent.isoformat())
        add(entry, "summary", one.message.description)
        add(entry, "link", rel="alternate", href=one.url, type="application/cap+xml")
    return _xml(root)
