"""A real SMTP server on loopback, in a process of its own, that puts what it takes into maildirs.

python -m tests.support.smtp_server FOLDER [PORT]: writes FOLDER/port when it listens, keeps a copy for each recipient in
FOLDER/inbox (header X-Rcpt-To), and what goes to journal@… in FOLDER/journal. A mail is on the disk before its 250.
Recipients whose name begins with "never" get 550, with "later" 451, "dot-never" 554 after the dot. FOLDER/delay holds
seconds to wait at most, at random, before and after a mail is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import mailbox
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

JOURNAL = "journal@city.example"


class Handler:
    """Answers by the recipient's name; stores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inbox = mailbox.Maildir(str(folder / "inbox"))
        self.journal = mailbox.Maildir(str(folder / "journal"))

    def wait(self) -> float:
        path = self.folder / "delay"
        return random.random() * float(path.read_text() or 0) if path.exists() else 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("never"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if any(address.startswith("dot-never") for address in envelope.rcpt_tos):
            return "554 5.7.1 not wanted"
        await asyncio.sleep(self.wait())
        for address in envelope.rcpt_tos:
            box = self.journal if address == JOURNAL else self.inbox
            box.add(b"X-Rcpt-To: " + address.encode() + b"\r\n" + envelope.original_content)
        await asyncio.sleep(self.wait())
        return "250 2.0.0 taken"


async def serve(folder: Path, port: int) -> None:
    loop = asyncio.get_running_loop()
    handler = Handler(folder)
    listening = await loop.create_server(lambda: SMTP(handler), "127.0.0.1", port)
    taken = listening.sockets[0].getsockname()[1]
    beside = folder / "port.part"
    beside.write_text(str(taken))
    beside.rename(folder / "port")
    await listening.serve_forever()


@contextlib.contextmanager
def smtp_server(folder: Path) -> Iterator[int]:
    """Run the server while the block runs; yields its port."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "port").unlink(missing_ok=True)
    root = Path(__file__).resolve().parent.parent.parent
    process = subprocess.Popen([sys.executable, "-m", "tests.support.smtp_server", str(folder)], cwd=root)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "port").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the SMTP server did not start")
            time.sleep(0.02)
        yield int((folder / "port").read_text())
    finally:
        process.kill()
        process.wait()


def mails(folder: Path, box: str = "inbox") -> list[Message]:
    """What was taken, in no order."""
    found = []
    for part in ("new", "cur"):
        for path in (folder / box / part).iterdir():
            found.append(message_from_bytes(path.read_bytes(), policy=default))
    return found


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
