"""The whole product as a person starts it: ./dev up on a free port, with a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STOP_SECONDS = 30.0


class EndedError(RuntimeError):
    """./dev up ended before it said what was waited for; the text is all that it printed."""


class Running:
    """A ./dev up that runs until it is stopped."""

    def __init__(self, port: int, data: Path) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "dev", "up", "--port", str(port)],
            env=os.environ | {"STEUERRAD_DATA_DIR": str(data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, text: str) -> float:
        """Read until a line holds the text; answers the seconds since the start. Raises EndedError."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return time.monotonic() - self.started
        raise EndedError("".join(self.lines))

    def logins(self) -> dict[str, tuple[str, str]]:
        """Role -> address and password, as printed below the address of the product."""
        found: dict[str, tuple[str, str]] = {}
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            login = re.match(r"(\w+)(@\S+)\s+(\S+)", line)
            if login:
                found[login[1]] = (login[1] + login[2], login[3])
            elif found:
                break
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does; answers its exit code."""
        self.process.send_signal(number)
        assert self.process.stdout
        self.lines += self.process.stdout.readlines()
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """For a test that failed half-way: end it at least politely enough that its server ends, too."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
