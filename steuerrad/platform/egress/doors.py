"""Where calls may go: read from STEUERRAD_EGRESS_HOSTS. No name is looked up here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

PRIVATE = "private:"
PORTS = {"http": 80, "https": 443}


class RefusedError(ValueError):
    """A call that is not made; the text says why, without anything secret."""


@dataclass(frozen=True)
class Door:
    """A host, or *.host for all below it. port None: 80 and 443. private: may lie in the own network or machine."""

    host: str
    port: int | None
    private: bool

    def fits(self, host: str, port: int) -> bool:
        wanted = port == self.port if self.port else port in PORTS.values()
        return wanted and fnmatchcase(host, self.host)


@dataclass(frozen=True)
class Destination:
    """path: with the query. private: the door allows addresses of the own network."""

    scheme: str
    host: str
    port: int
    path: str
    private: bool = False

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


def door(text: str) -> Door:
    """ "[private:]host[:port]"; host may begin with "*.". Raises ValueError."""
    private = text.startswith(PRIVATE)
    rest = text.removeprefix(PRIVATE)
    parts = urlsplit(f"//{rest}")
    host = (parts.hostname or "").lower()
    if (
        not host
        or parts.path
        or parts.username
        or "*" in host.removeprefix("*.")
        or host.startswith("*."[1:])
    ):
        raise ValueError(f"{text!r} is no host; write host, *.host or host:port")
    return Door(host, parts.port, private)


def doors(texts: Iterable[str]) -> tuple[Door, ...]:
    return tuple(door(text) for text in texts)


def destination(url: str, allowed: Iterable[Door], *, anywhere: bool = False) -> Destination:
    """The parts of an address that may be called. anywhere: every public host over https. Raises RefusedError."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedError(_("the address has characters that must be encoded"))
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise RefusedError(_("this is no address: %(reason)s") % {"reason": error}) from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise RefusedError(_("only http and https addresses are called"))
    if parts.username is not None or parts.password is not None:
        raise RefusedError(_("an address must not carry a name or password"))
    host = parts.hostname.lower().rstrip(".")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fitting = [one for one in allowed if one.fits(host, port)]
    if fitting:
        return Destination(parts.scheme, host, port, path, any(one.private for one in fitting))
    if anywhere and parts.scheme == "https":
        return Destination(parts.scheme, host, port, path)
    raise RefusedError(
        _("%(host)s is not among the hosts that the operator allows") % {"host": f"{host}:{port}"}
    )


def open_addresses(found: Iterable[str], *, private: bool) -> list[str]:
    """The numbers a name was resolved to. Raises RefusedError for one of the own machine or network, unless private.

    They are connected to as they are: a second look-up could answer otherwise (DNS rebinding).
    """
    told = list(dict.fromkeys(found))
    if not told:
        raise RefusedError(_("the name has no address"))
    for text in told:
        if not private and not is_public(text):
            raise RefusedError(
                _("%(address)s is an address of the own machine or network") % {"address": text}
            )
    return told


def is_public(text: str) -> bool:
    """Whether the number belongs to the open net; IPv4 inside of IPv6 counts as what it leads to."""
    one = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address):
        teredo = one.teredo[1] if one.teredo else None
        inner = one.ipv4_mapped or one.sixtofour or teredo or nat64(one)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return one.is_global and not one.is_multicast


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def nat64(one: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(one) & 0xFFFFFFFF) if one in NAT64 else None
