"""The data server waits for a command that holds the folder for a moment; another data server it does not wait for."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from steuerrad.engines.observations import InUse
from steuerrad.modules.sensors.server import running
from steuerrad.platform.observations.store import folder

HOLD = """
import sys, time
from pathlib import Path
from steuerrad.engines.observations import open_folder
with open_folder(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextlib.contextmanager
def held(path: Path, seconds: float):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.kill()


def test_it_opens_once_the_command_is_through() -> None:
    with held(folder(), 0.5), contextlib.ExitStack() as opened:
        assert running._opened(opened)


def test_it_refuses_beside_another_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "reachable", lambda _path: True)
    begun = time.monotonic()
    with held(folder(), 30), contextlib.ExitStack() as opened, pytest.raises(InUse):
        running._opened(opened)
    assert time.monotonic() - begun < 20
