"""Who sends, and where they may: remembered for seconds, so that an observation costs no query."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections

from steuerrad.modules.sensors.citizen.sensorthings import own_sender
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.doors import enter
from steuerrad.platform.http_api.tokens import user_of

#: A key that was withdrawn, or a right, may still work for so long.
KEPT_S = 10.0
MOST = 100_000
VISITOR = AnonymousUser()

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Answers for KEPT_S seconds. Used by the event loop only."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key) -> Value | None:
        found = self._kept.get(key)
        return found[1] if found and found[0] > time.monotonic() else None

    def keep(self, key: Key, value: Value) -> None:
        if len(self._kept) >= MOST:  # somebody tries keys: forget all rather than grow
            self._kept.clear()
        self._kept[key] = (time.monotonic() + KEPT_S, value)


def sender_of(token: str) -> Any:
    """The account that a key stands for, or the visitor. Asks the database."""
    close_old_connections()
    return user_of(token) or VISITOR


def sender_or_own(token: str, hardware: str) -> Any:
    """As sender_of, or the sender of a citizen's own sensor. hardware: X-Sensor. Asks the database."""
    close_old_connections()
    return own_sender(token, hardware) or user_of(token) or VISITOR


def let_in(context: Context, streams: Iterable[int]) -> None:
    """Raise PermissionDenied or the standard's fault unless the caller may write all of them. Asks the database."""
    close_old_connections()
    for stream in streams:
        enter(context, stream, "Datastream", featured=False)
