"""Holds for every test below tests/: nobody outside this machine is spoken to."""

from __future__ import annotations

import socket
from typing import Any

import pytest

LOOPBACK = ("127.", "localhost", "::1", "0:0:0:0:0:0:0:1")


class OutsideConnectionError(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections leave this process only to loopback addresses and to sockets in the file system."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise OutsideConnectionError(f"a test must not connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
