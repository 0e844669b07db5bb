"""The journal: a mailbox that gets a blind copy of every mail in the same SMTP transaction.

One 250 covers all recipients of a transaction, so a copy in the journal proves that the mail was taken, and its absence,
after the server had time to deliver, that it was not. STEUERRAD_EMAIL_JOURNAL names the mailbox and how to look in:
imaps://user:password@host/INBOX?to=address (imap:// on loopback only) or maildir:///folder?to=address.
"""

from __future__ import annotations

import email
import imaplib
import mailbox
import ssl
from collections.abc import Iterable
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings

PATIENCE_SECONDS = 30
SAFE = set("<>@-.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


class JournalError(Exception):
    """The journal cannot be read now; nothing may be concluded."""


def address() -> str:
    """Where the blind copy goes; "" without a journal. Raises JournalError for an option that cannot be read."""
    if not settings.EMAIL_JOURNAL:
        return ""
    parts = urlsplit(settings.EMAIL_JOURNAL)
    to = dict(parse_qsl(parts.query)).get("to", "")
    if parts.scheme not in {"imaps", "imap", "maildir"} or "@" not in to:
        raise JournalError(
            "STEUERRAD_EMAIL_JOURNAL: use imaps://…?to=address or maildir:///folder?to=address"
        )
    return to


def present(message_ids: Iterable[str]) -> set[str]:
    """Which of these mails are in the journal. Raises JournalError."""
    wanted = {item for item in message_ids if set(item) <= SAFE}
    parts = urlsplit(settings.EMAIL_JOURNAL)
    try:
        if parts.scheme == "maildir":
            return _in_maildir(Path(unquote(parts.path)), wanted)
        return _in_imap(parts, wanted)
    except (OSError, mailbox.Error, imaplib.IMAP4.error, ValueError) as error:
        raise JournalError(str(error)) from error


def _in_maildir(folder: Path, wanted: set[str]) -> set[str]:
    if not (folder / "new").is_dir():
        raise JournalError(f"{folder} is no maildir")
    found: set[str] = set()
    for part in ("new", "cur"):
        for path in (folder / part).iterdir():
            with path.open("rb") as stream:
                head = b"".join(iter(lambda: _header_line(stream), b""))
            found.add(str(email.message_from_bytes(head, policy=default)["Message-ID"] or "").strip())
    return found & wanted


def _header_line(stream: Any) -> bytes:
    """The next line of the head; empty at its end."""
    line = stream.readline(65536)
    return b"" if line in (b"\r\n", b"\n") else line


def _in_imap(parts: SplitResult, wanted: set[str]) -> set[str]:
    host, user, secret = parts.hostname or "", unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        link: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            host, parts.port or 993, ssl_context=context, timeout=PATIENCE_SECONDS
        )
    elif host in {"127.0.0.1", "::1", "localhost"}:
        link = imaplib.IMAP4(host, parts.port or 143, timeout=PATIENCE_SECONDS)
    else:
        raise JournalError("imap:// without TLS is for this machine only; use imaps://")
    with link:
        link.login(user, secret)
        state, _data = link.select(f'"{folder}"', readonly=True)
        if state != "OK":
            raise JournalError(f"no folder {folder!r}")
        found = set()
        for item in wanted:
            state, data = link.uid("SEARCH", "HEADER", "Message-ID", f'"{item}"')
            if state != "OK":
                raise JournalError(f"SEARCH answered {state}")
            if data and data[0]:
                found.add(item)
    return found
