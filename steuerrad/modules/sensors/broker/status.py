"""How the endpoint and the consumers fare, for people: a small file for each in the data folder."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from steuerrad.kernel import clock

#: Without a sign of life for so long (seconds), a process counts as gone.
ALIVE_S = 30.0


def folder() -> Path:
    return Path(settings.DATA_DIR) / "mqtt"


@dataclass
class Status:
    """Counts since the start. refusals: what could not be used; ignored: what says
    nothing about figures or devices (downlinks, logs); behind: submissions that the slowest session has not got."""

    name: str
    address: str = ""
    connected: bool = False
    clients: int = 0
    topics: int = 0
    taken: int = 0
    sent: int = 0
    refusals: int = 0
    ignored: int = 0
    behind: int = 0
    last_message_at: str = ""
    last_refusal: str = ""
    last_fault: str = ""
    fault_at: str = ""

    def took(self, messages: int = 1) -> None:
        self.taken += messages
        self.last_message_at = _now()

    def refused(self, reason: str, times: int = 1) -> None:
        self.refusals += times
        self.last_refusal = reason[:500]

    def fault(self, reason: str) -> None:
        self.last_fault, self.fault_at = reason[:500], _now()

    def save(self) -> None:
        """Raises OSError."""
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder() / f"{re.sub('[^A-Za-z0-9_-]', '_', self.name)[:100]}.json"
        own = path.with_suffix(".new")
        own.write_text(json.dumps({**asdict(self), "at": _now()}), encoding="utf-8")
        os.replace(own, path)


def _now() -> str:
    return clock.now().isoformat(timespec="seconds")


def read() -> list[dict[str, Any]]:
    """As they were saved last, by name; `alive`: whether that was a moment ago."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder().glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        age = clock.now() - datetime.fromisoformat(told["at"])
        found.append({**told, "alive": age.total_seconds() < ALIVE_S})
    return found
