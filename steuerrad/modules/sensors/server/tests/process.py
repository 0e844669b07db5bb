"""A data server as a process of its own, to be killed, filled up and started again."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[5]
STA = "/sta/v1.1"
START_S = 180.0


@dataclass
class Process:
    """folder: its data; key: that of an account that may write; env: besides that of this process."""

    folder: Path
    key: str
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    running: subprocess.Popen[bytes] | None = None

    def start(self, fault: str = "", count: int = 0, *, wait: bool = True) -> None:
        """fault: see failing.py. The port stays the same, so that senders find it again."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        plain = [sys.executable, "-c", "from steuerrad.config.cli import main; raise SystemExit(main())"]
        failing = [sys.executable, str(Path(__file__).with_name("failing.py")), fault, str(count)]
        command = [*(failing if fault else plain), "sensors", "serve", "--bind", f"127.0.0.1:{self.port}"]
        env = {
            **os.environ,
            "STEUERRAD_DATA_DIR": str(self.folder),
            "STEUERRAD_ALLOWED_HOSTS": "*",
            **self.env,
        }
        self.running = subprocess.Popen(command, env=env, cwd=ROOT)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> bool:
        """Whether it answers; False when it has ended before."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.running is None or self.running.poll() is not None:
                return False
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.ask("GET", STA, timeout=10.0)[0] == 200
            time.sleep(0.05)
        self.running.send_signal(signal.SIGABRT)  # tells on standard error where it stands
        raise AssertionError("the data server does not answer")

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.running is not None
        if self.running.poll() is None:
            self.running.send_signal(number)
        return self.running.wait(60)

    def ask(
        self, method: str, path: str, body: Any = None, timeout: float = 60.0, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            link.request(method, path, content, {"Authorization": f"Bearer {self.key}", **headers})
            answer = link.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            link.close()

    def raw(self, *parts: bytes, timeout: float = 60.0) -> bytes:
        """What comes back when these bytes are sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as link:
            with contextlib.suppress(OSError):  # it may have refused already
                for part in parts:
                    link.sendall(part)
            found = b""
            with contextlib.suppress(OSError):
                while piece := link.recv(65536):
                    found += piece
            return found

    def memory_mb(self, name: str = "VmRSS") -> float:
        assert self.running is not None
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        return int(status.partition(f"{name}:")[2].split()[0]) / 1024

    def limit_files(self, size: int) -> None:
        """No file may grow beyond size bytes from now on (-1: any): to a program, a disk that is full."""
        assert self.running is not None
        resource.prlimit(self.running.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
