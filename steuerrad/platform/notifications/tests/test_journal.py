"""The journal over IMAP, against a server on a real socket that answers as Dovecot does."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from steuerrad.platform.notifications.journal import JournalError, present

HELD = "<held@city.example>"


def answer(line: str) -> list[str]:
    """What Dovecot 2.3 says to the commands that the journal sends."""
    tag, _space, command = line.partition(" ")
    if command.startswith("CAPABILITY"):
        return ["* CAPABILITY IMAP4rev1 AUTH=PLAIN", f"{tag} OK done"]
    if command.startswith("LOGIN"):
        good = command.endswith(('"secret"', " secret"))
        return [f"{tag} OK Logged in" if good else f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed."]
    if command.startswith("EXAMINE"):
        return (
            ["* 1 EXISTS", f"{tag} OK [READ-ONLY] done"]
            if "INBOX" in command
            else [f"{tag} NO no such mailbox"]
        )
    if command.startswith("UID SEARCH"):
        found = "* SEARCH 7" if HELD in command else "* SEARCH"
        return [found, f"{tag} OK Search completed"]
    if command.startswith("LOGOUT"):
        return ["* BYE", f"{tag} OK Logout completed"]
    return [f"{tag} BAD unknown"]


@pytest.fixture
def imap() -> Iterator[tuple[int, list[str]]]:
    """(port, the lines that it was sent)"""
    server = socket.create_server(("127.0.0.1", 0))
    lines: list[str] = []

    def serve() -> None:
        while True:
            try:
                link, _address = server.accept()
            except OSError:
                return
            with link, link.makefile("rb") as stream:
                link.sendall(b"* OK ready\r\n")
                while line := stream.readline():
                    lines.append(line.decode().strip())
                    link.sendall("".join(f"{item}\r\n" for item in answer(lines[-1])).encode())

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], lines
    server.close()


def test_what_is_in_the_mailbox_is_found(imap: tuple[int, list[str]], settings: Any) -> None:
    settings.EMAIL_JOURNAL = f"imap://journal:secret@127.0.0.1:{imap[0]}/INBOX?to=j@city.example"
    assert present([HELD, "<other@city.example>"]) == {HELD}
    assert not any(re.search(r"SELECT|STORE|EXPUNGE", line) for line in imap[1]), "nothing is changed there"


@pytest.mark.parametrize(
    "part", ["journal:wrong@127.0.0.1:{port}/INBOX", "journal:secret@127.0.0.1:{port}/Nix"]
)
def test_a_mailbox_that_does_not_open_decides_nothing(
    imap: tuple[int, list[str]], settings: Any, part: str
) -> None:
    settings.EMAIL_JOURNAL = f"imap://{part.format(port=imap[0])}?to=j@city.example"
    with pytest.raises(JournalError):
        present([HELD])


def test_an_id_cannot_carry_a_command(imap: tuple[int, list[str]], settings: Any) -> None:
    settings.EMAIL_JOURNAL = f"imap://journal:secret@127.0.0.1:{imap[0]}/INBOX?to=j@city.example"
    assert present(['<a" DELETED "@b>', "<a\r\nx EXPUNGE@b>"]) == set()
    assert not any("DELETED" in line or "EXPUNGE" in line for line in imap[1])
