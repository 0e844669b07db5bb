"""Processes of the product that start at once: a parent has imported everything, each of them is forked from it.

Importing takes seconds of computing time; where a process is killed hundreds of times, that would be most of the time. Each is
a process of its own with its own number, does what `steuerrad sensors …` does, and is killed like any other.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """The parent. env: of all its processes; settings are read from it once."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.support.readied"],
            env={**env, "OPENBLAS_NUM_THREADS": "1"}, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()

    def _ask(self, *words: object) -> str:
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(words) + "\n")
        self._parent.stdin.flush()
        return self._answer()

    def start(self, *words: str) -> Forked:
        """`steuerrad sensors WORDS`"""
        with self._lock:
            return Forked(self, int(self._ask("start", *words)))

    def ended(self, pid: int) -> int:
        """Waits; the exit code, negative the signal."""
        with self._lock:
            return int(self._ask("wait", pid))

    def close(self) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(30)


class Forked:
    """Speaks like subprocess.Popen, as far as it is needed."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self._code: int | None = None

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self._code is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """timeout: seconds, after which the process is killed."""
        if self._code is None:
            late = threading.Timer(timeout, self.kill) if timeout is not None else None
            if late is not None:
                late.start()
            self._code = self._nursery.ended(self.pid)
            if late is not None:
                late.cancel()
        return self._code


def main() -> None:
    """Reads what to do line by line from standard input, as lists in JSON; ends with it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steuerrad.config.settings")
    django.setup()
    from steuerrad.config import cli

    for name in ("lorawan.mqtt", "server.running"):  # what the commands load when they run
        importlib.import_module(f"steuerrad.modules.sensors.{name}")
    cli.build_parser()
    assert threading.active_count() == 1, "threads are not forked"
    tell = os.dup(1)
    os.dup2(2, 1)
    os.write(tell, b"ready\n")
    while line := sys.stdin.readline():
        act, *words = json.loads(line)
        if act == "start":
            pid = os.fork()
            if pid == 0:
                os.close(tell)
                _run([str(word) for word in words])
            os.write(tell, f"{pid}\n".encode())
        else:
            _pid, status = os.waitpid(words[0], 0)
            os.write(tell, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _run(words: list[str]) -> None:
    from steuerrad.config import cli

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    with contextlib.suppress(SystemExit):
        code = cli.main(["sensors", *words])
    os._exit(code)


if __name__ == "__main__":
    main()
