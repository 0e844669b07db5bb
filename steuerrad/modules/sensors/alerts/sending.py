"""Webhooks: signed, with back-off, and never to an address of the own network. Pure functions."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

#: Seconds until the next try, by the number of tries made; after the last one it is given up and shown as failed.
BACK_OFF_S = (30, 120, 600, 3600, 4 * 3600, 12 * 3600)


class AddressError(ValueError):
    """The address may not be called; the text says why."""


def signature(secret: bytes, at: int, body: bytes) -> str:
    """ "t=<seconds>,v1=<HMAC-SHA-256 over "seconds.body">": the receiver refuses old times, so that nothing can be replayed."""
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def verified(secret: bytes, told: str, body: bytes, now: int, within: int = 300) -> bool:
    """What a receiver does with the header."""
    at = told.partition(",")[0].removeprefix("t=")
    if not (at.isascii() and at.isdecimal()) or abs(now - int(at)) > within:
        return False
    return hmac.compare_digest(signature(secret, int(at), body).encode(), told.encode())


def next_try(tries: int) -> int | None:
    """Seconds to wait after so many failed tries; None when there is no further one."""
    return BACK_OFF_S[tries - 1] if 1 <= tries <= len(BACK_OFF_S) else None


def host_of(url: str) -> tuple[str, int]:
    """Host and port of an https address. Raises AddressError."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:
        raise AddressError(f"no address: {error}") from None
    if parts.scheme != "https" or not parts.hostname:
        raise AddressError("only https addresses are called")
    if parts.username or parts.password:
        raise AddressError("an address must not carry a name or password")
    return parts.hostname, port


def public(addresses: Iterable[str]) -> list[str]:
    """The numbers a name was resolved to, all of them public, to be connected to as they are (a second resolution could
    answer otherwise). Raises AddressError for none, or for one of the own machine or network.
    """
    found = []
    for text in addresses:
        one = ipaddress.ip_address(text)
        inner = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None) or one
        if (
            not (one.is_global or getattr(one, "ipv4_mapped", None))
            or not inner.is_global
            or inner.is_multicast
        ):
            raise AddressError(f"{text} is not a public address")
        found.append(text)
    if not found:
        raise AddressError("the name has no address")
    return found
