"""How the endpoint fares, for people: counts since the start, and what went wrong last; kept in a file beside the store."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from steuerrad.kernel import clock


def file() -> Path:
    return Path(settings.DATA_DIR) / "observations" / "mqtt-status.json"


@dataclass
class Status:
    """taken, sent: messages; refusals: publications and subscriptions that were refused."""

    clients: int = 0
    topics: int = 0
    taken: int = 0
    sent: int = 0
    refusals: int = 0
    last_refusal: str = ""
    last_fault: str = ""
    fault_at: str = ""

    def refused(self, reason: str) -> None:
        self.refusals += 1
        self.last_refusal = reason[:500]

    def fault(self, reason: str) -> None:
        self.last_fault, self.fault_at = reason[:500], clock.now().isoformat(timespec="seconds")

    def save(self) -> None:
        told = {**asdict(self), "at": clock.now().isoformat(timespec="seconds")}
        own = file().with_suffix(".new")
        own.write_text(json.dumps(told), encoding="utf-8")
        os.replace(own, file())


def read() -> dict[str, Any] | None:
    """As it was saved last, with `at`; None when there was never an endpoint."""
    try:
        return json.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
