"""Asking ClamAV, where the operator has one (STEUERRAD_CLAMD). Without it files are marked as not scanned.

Protocol: INSTREAM of clamd(8): chunks with a 4-byte length in network order, ended by a length of 0.
"""

from __future__ import annotations

import socket
import struct
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from steuerrad.platform.files.types import FileRefusedError

CHUNK = 64 * 1024
PATIENCE_SECONDS = 60.0


class ScannerError(Exception):
    """The scanner is configured, but does not answer."""


def connect(place: str) -> socket.socket:
    """place: "host:port" or the path of a socket."""
    if place.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(PATIENCE_SECONDS)
        link.connect(place)
        return link
    host, _colon, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)


def ask(place: str, stream: IO[bytes]) -> str:
    """clamd's answer: "" when nothing was found, else the name of what was. Raises ScannerError."""
    try:
        with connect(place) as link:
            link.sendall(b"zINSTREAM\0")
            stream.seek(0)
            while chunk := stream.read(CHUNK):
                link.sendall(struct.pack("!L", len(chunk)) + chunk)
            link.sendall(struct.pack("!L", 0))
            answer = b""
            while part := link.recv(4096):
                answer += part
    except (OSError, ValueError) as error:
        raise ScannerError(str(error)) from error
    text = answer.decode("utf-8", "replace").strip("\0\n ")
    if text.endswith("OK"):
        return ""
    if text.endswith("FOUND"):
        return text.removeprefix("stream: ").removesuffix("FOUND").strip()
    raise ScannerError(text or "no answer")


def scan(stream: IO[bytes]) -> bool:
    """True when a scanner found nothing, False when there is none. Raises FileRefusedError for a find, and when the
    scanner that should be there does not answer: an unchecked file must not pass for a checked one."""
    if not settings.CLAMD:
        return False
    try:
        found = ask(settings.CLAMD, stream)
    except ScannerError as error:
        raise FileRefusedError(
            _("The virus scanner does not answer, so nothing can be uploaded now.")
        ) from error
    if found:
        raise FileRefusedError(
            _("The virus scanner found “%(name)s”. The file was not kept.") % {"name": found}
        )
    return True
