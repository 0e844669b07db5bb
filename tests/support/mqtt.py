"""A throw-away Mosquitto on loopback, started, killed and removed by the tests themselves.

Usage: `with broker() as running: running.port; running.kill(); running.start()`. What it holds for clients survives a kill.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

PLACES = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto")
START_SECONDS = 30.0
#: Kept on the disk after every change, nothing held back from a client that is there.
CAREFUL = "autosave_on_changes true\nautosave_interval 1\n"
SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_on_changes true
autosave_interval 1
max_inflight_messages 0
max_queued_messages 0
log_type error
log_type warning
log_type notice
{more}
"""


class BrokerError(RuntimeError):
    """The broker is missing or did not start; the text says why."""


def find() -> str | None:
    """The program: from PATH, else where the system puts it."""
    return shutil.which("mosquitto") or next((place for place in PLACES if Path(place).exists()), None)


class Broker:
    def __init__(
        self, program: str, folder: Path, more: str = "", anonymous: bool = True, careful: bool = True
    ) -> None:
        self._program, self.folder = program, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        base = SETTINGS if careful else SETTINGS.replace(CAREFUL, "")
        told = base.format(port=self.port, folder=folder, more=more.format(folder=folder))
        (folder / "conf").write_text(told if anonymous else told.replace("anonymous true", "anonymous false"))

    def start(self) -> None:
        """Returns when it takes connections. Raises BrokerError."""
        with (self.folder / "log").open("ab") as log:
            command = [self._program, "-c", str(self.folder / "conf")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.05)
        raise BrokerError(
            f"the broker did not start: {(self.folder / 'log').read_text(errors='replace')[-2000:]}"
        )

    def kill(self) -> None:
        """As the kernel does it: at once, with nothing put in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


@contextlib.contextmanager
def broker(
    more: str = "", files: Mapping[str, bytes] | None = None, anonymous: bool = True, careful: bool = True
) -> Iterator[Broker]:
    """Run a fresh broker while the block runs. Raises BrokerError.

    more: further lines of its settings; files: by name, found as {folder}/name there. careful: it writes its whole memory
    down at every change, which makes it slow; otherwise every half hour, as it does by default.
    """
    program = find()
    if program is None:
        raise BrokerError("no Mosquitto was found; ./dev test installs one")
    with tempfile.TemporaryDirectory(prefix="mqtt-") as name:
        if os.geteuid() == 0:  # the broker gives root up for its own user
            Path(name).chmod(0o777)
        for file, content in (files or {}).items():
            (Path(name) / file).write_bytes(content)
            (Path(name) / file).chmod(0o644)
        running = Broker(program, Path(name), more, anonymous, careful)
        running.start()
        try:
            yield running
        finally:
            running.kill()
