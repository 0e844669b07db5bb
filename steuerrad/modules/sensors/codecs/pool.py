"""Runs codecs in worker processes: starts them, ends them when they hang, and never trusts what they say."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Wall-clock seconds after which a worker counts as hanging; scripts are ended after 0.25 s of CPU time before that.
PATIENCE_S = 5.0
MOST_ANSWER = 1024 * 1024
MOST_CODE = 512 * 1024


class WorkerError(RuntimeError):
    """The worker hung or died over this call; a new one is there for the next."""


class Worker:
    """One process; not for several threads at once."""

    def __init__(self, patience: float = PATIENCE_S) -> None:
        self.patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._known: set[str] = set()

    def ask(self, code: str, given: str) -> dict[str, Any]:
        """{"answer": JSON text} or {"error": text}. Raises WorkerError."""
        key = hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
        for _attempt in range(2):
            request: dict[str, Any] = {"key": key, "input": given}
            if self._process is None or self._process.poll() is not None:
                self._start()
                request["prelude"] = (HERE / "prelude.js").read_text(encoding="utf-8")
            if key not in self._known:
                request["code"] = code
            found = self._exchange(json.dumps(request).encode())
            if not found.get("unknown"):
                self._known.add(key)
                return found
            self._known.discard(key)  # its memory was full
        raise WorkerError("The worker does not keep the codec.")

    def _start(self) -> None:
        self.close()
        self._known = set()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-u", str(HERE / "worker.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            cwd="/", env={}, close_fds=True, start_new_session=True,
        )  # fmt: skip

    def _exchange(self, body: bytes) -> dict[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = time.monotonic() + self.patience
        try:
            message = memoryview(struct.pack(">I", len(body)) + body)
            while message:
                if not select.select([], [process.stdin], [], max(0.0, deadline - time.monotonic()))[1]:
                    raise TimeoutError
                message = message[os.write(process.stdin.fileno(), message[:65536]) :]
            size = struct.unpack(">I", self._read(process.stdout.fileno(), 4, deadline))[0]
            if size > MOST_ANSWER:
                raise OSError("too much")
            found = json.loads(self._read(process.stdout.fileno(), size, deadline))
        except TimeoutError:
            self.close()
            raise WorkerError("The codec did not come to an end; it was stopped.") from None
        except (OSError, ValueError, struct.error):
            self.close()
            raise WorkerError("The codec ended its process, for too much memory or time.") from None
        if not isinstance(found, dict):
            self.close()
            raise WorkerError("The worker does not answer as it should.")
        return found

    def _read(self, number: int, size: int, deadline: float) -> bytes:
        found = b""
        while len(found) < size:
            if not select.select([number], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(number, size - len(found))
            if not part:
                raise OSError("ended")
            found += part
        return found

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_lock = threading.Lock()
_worker: tuple[int, Worker] | None = None


def ask(code: str, given: str) -> dict[str, Any]:
    """Through the one worker of this process; a fork starts its own. Raises WorkerError."""
    global _worker
    with _lock:
        if _worker is None or _worker[0] != os.getpid():
            _worker = (os.getpid(), Worker())
        return _worker[1].ask(code, given)
