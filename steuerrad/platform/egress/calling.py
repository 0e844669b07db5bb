"""One call over HTTP: to an allowed host, connected to the number that was checked, over within its time."""

from __future__ import annotations

import gzip
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from steuerrad import __version__
from steuerrad.platform.egress.doors import Destination, Door, RefusedError, destination, door, open_addresses

AGENT = f"Steuerrad/{__version__}"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 3
PIECE = 65_536
#: What may go along when a redirect leads to another host; all else could be a secret.
HARMLESS = frozenset({"accept", "if-modified-since"})


class CallError(Exception):
    """A call that did not come to an answer; the text says why, without address or secrets."""


@dataclass(frozen=True)
class Answer:
    """headers: names in lower case. body: empty when it went to a file. size: bytes of the body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    size: int
    url: str

    @property
    def retry_after_s(self) -> int | None:
        text = self.headers.get("retry-after", "")
        return min(int(text), 86_400) if text.isascii() and text.isdecimal() and len(text) < 9 else None


@dataclass
class Bounds:
    """timeout_s: for everything together, name look-up and redirects included. most_bytes: of the body, unpacked."""

    timeout_s: float = 30.0
    most_bytes: int = 16 * 1024**2
    until: float = field(init=False)

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.timeout_s

    def left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise CallError(_("no answer within %(seconds)g s") % {"seconds": self.timeout_s})
        return left


def allowed_hosts() -> tuple[Door, ...]:
    """The doors of this installation."""
    return tuple(door(text) for text in settings.EGRESS_HOSTS)


def may_call(url: str, *, anywhere: bool = False) -> str:
    """Empty when the address may be called as far as its text says; else the reason."""
    try:
        destination(url, allowed_hosts(), anywhere=anywhere)
    except RefusedError as error:
        return str(error)
    return ""


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_s: float = 30.0,
    most_bytes: int = 16 * 1024**2,
    anywhere: bool = False,
    follow: bool = True,
    to: Path | None = None,
) -> Answer:
    """Call an address and return its whole answer, whatever its status. to: the file that takes the body.

    anywhere: public hosts over https need not be allowed one by one (webhooks). follow: GET goes after redirects, each
    checked like the first address. Raises RefusedError before anything is sent to a place that must not be called, and
    CallError for no, a broken, a late or a too large answer.
    """
    bounds = Bounds(timeout_s, most_bytes)
    given = {name.lower(): value for name, value in (headers or {}).items()}
    given = {"user-agent": AGENT, "accept-encoding": "gzip", **given}
    for _unused in range(MOST_REDIRECTS + 1):
        where = destination(url, allowed_hosts(), anywhere=anywhere)
        answer = _once(method, where, url, given, body, bounds, to)
        next_url = answer.headers.get("location")
        if not follow or method != "GET" or answer.status not in REDIRECTS or not next_url:
            return answer
        url = urljoin(url, next_url)
        if destination(url, allowed_hosts(), anywhere=anywhere).origin != where.origin:
            given = {name: value for name, value in given.items() if name in HARMLESS}
            given |= {"user-agent": AGENT, "accept-encoding": "gzip"}
    raise CallError(_("more than %(count)d redirects") % {"count": MOST_REDIRECTS})


def _once(
    method: str, where: Destination, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds,
    to: Path | None,
) -> Answer:  # fmt: skip
    try:
        with _connected(where, bounds) as connection:
            connection.request(method, where.path, body=body, headers=dict(headers))
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            found, size = _body(response, told, bounds, to if response.status == 200 else None)
            return Answer(response.status, told, found, size, url)
    except (CallError, RefusedError):
        raise
    except TimeoutError:
        raise CallError(_("no answer within %(seconds)g s") % {"seconds": bounds.timeout_s}) from None
    except (OSError, http.client.HTTPException, EOFError, ValueError) as error:
        bounds.left()  # a connection that was cut because its time was over fails in many ways
        raise CallError(_("the connection failed: %(reason)s") % {"reason": type(error).__name__}) from error


@contextmanager
def _connected(where: Destination, bounds: Bounds) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when the time is over, however slowly the other side drips."""
    sock = _socket(where, bounds)
    guard = threading.Timer(bounds.left(), _cut, [sock])
    guard.daemon = True
    guard.start()
    try:
        if where.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(
                sock, server_hostname=where.host, do_handshake_on_connect=False
            )
            guard.args = [sock]  # the first object has let go of the connection
            sock.do_handshake()
        connection = http.client.HTTPConnection(_bracketed(where.host), where.port)
        connection.sock = sock
        connection.auto_open = 0
        connection.default_port = 443 if where.scheme == "https" else 80  # type: ignore[misc]  # for the Host header
        try:
            yield connection
        finally:
            connection.close()
    finally:
        guard.cancel()
        sock.close()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _socket(where: Destination, bounds: Bounds) -> socket.socket:
    try:
        found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallError(_("the name %(host)s cannot be looked up") % {"host": where.host}) from None
    addresses = open_addresses((str(one[4][0]) for one in found), private=where.private)
    trouble: OSError | None = None
    for address in addresses[:4]:
        try:
            return socket.create_connection((address, where.port), timeout=bounds.left())
        except TimeoutError:
            raise
        except OSError as error:
            trouble = error
    raise CallError(_("nobody answers at %(host)s") % {"host": f"{where.host}:{where.port}"}) from trouble


def _body(
    response: http.client.HTTPResponse, headers: Mapping[str, str], bounds: Bounds, to: Path | None
) -> tuple[bytes, int]:
    """The body, unpacked, in memory or in the file. Raises CallError when it is too large or ends in the middle."""
    stated = headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > bounds.most_bytes:
        raise CallError(_too_large(bounds))
    coding = headers.get("content-encoding", "identity").lower()
    if coding not in ("identity", "gzip", ""):
        raise CallError(
            _("the answer is packed as %(coding)s, which was not asked for") % {"coding": coding[:20]}
        )
    source: Any = gzip.GzipFile(fileobj=response) if coding == "gzip" else response
    if to is None:
        kept = io.BytesIO()
        size = _copied(source, kept, bounds)
        _whole(response)
        return kept.getvalue(), size
    with to.open("wb") as file:
        size = _copied(source, file, bounds)
    _whole(response)
    return b"", size


def _whole(response: http.client.HTTPResponse) -> None:
    """http.client takes a connection that is closed early for the end, whatever length was told; half a table is none."""
    if response.length:
        raise CallError(_("the answer ends in the middle"))


def _copied(source: Any, target: BinaryIO, bounds: Bounds) -> int:
    size = 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > bounds.most_bytes:
            raise CallError(_too_large(bounds))
        target.write(piece)
        bounds.left()
    return size


def _too_large(bounds: Bounds) -> str:
    return _("the answer has more than %(size)g MB") % {"size": bounds.most_bytes / 1024**2}


def header_lines(texts: Sequence[str]) -> dict[str, str]:
    """ "Name: value" lines as headers. Raises ValueError that names the line by its number only, for it may be secret."""
    found = {}
    for number, text in enumerate(texts, 1):
        name, colon, value = text.partition(":")
        token = name.strip()
        if (
            not colon
            or not token
            or not token.replace("-", "").replace("_", "").isalnum()
            or not token.isascii()
        ):
            raise ValueError(_("line %(line)d: write Name: value") % {"line": number})
        if not value.strip().isascii() or not value.strip().isprintable():
            raise ValueError(_("line %(line)d: a header has plain characters only") % {"line": number})
        if token.lower() in ("host", "content-length", "transfer-encoding", "connection", "accept-encoding"):
            raise ValueError(
                _("line %(line)d: %(name)s is set by the program") % {"line": number, "name": token}
            )
        found[token] = value.strip()
    return found
