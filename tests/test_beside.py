"""What ./dev up runs beside the web server: started again when it ends by itself, gone when ./dev up ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools import up

PROGRAM = """#!/bin/sh
echo $$ >> {pids}
exec sleep 60
"""


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_killed_is_started_again_until_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pids, program = tmp_path / "pids", tmp_path / "program"
    program.write_text(PROGRAM.format(pids=pids))
    program.chmod(0o755)
    for name, value in (("STEUERRAD", program), ("LOGS", tmp_path), ("AGAIN_SECONDS", 0.1)):
        monkeypatch.setattr(up, name, value)

    def started() -> list[int]:
        return [int(line) for line in pids.read_text().split()] if pids.exists() else []

    with up.beside(8000, "sensors", "sensors", "serve"):
        for count in (1, 2):
            assert within(20, lambda count=count: len(started()) == count)
            os.kill(started()[-1], signal.SIGKILL)
        assert within(20, lambda: len(started()) == 3)
        assert "sensors ended with exit code -9 and is started again" in capsys.readouterr().out
        assert lives(started()[-1])
    assert len(started()) == 3
    assert not any(lives(pid) for pid in started())
