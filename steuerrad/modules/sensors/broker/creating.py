"""Observations that are published become observations of the store, as if they had been posted over HTTP (14.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied

from steuerrad.engines.observations import BatchError, Busy, Closed, JournalFull
from steuerrad.modules.sensors.broker.topics import creating
from steuerrad.modules.sensors.server import parsing
from steuerrad.modules.sensors.server.gathering import Gatherer
from steuerrad.modules.sensors.server.senders import Memory, let_in
from steuerrad.modules.sensors.sta.app import answer
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import Fault

#: How long a publication waits for room in the store before its client is asked to come again.
PATIENCE_S = 60.0
BUSY = 0x89
#: Statuses of HTTP as reason codes of MQTT 5.0: not authorized, topic name invalid, payload format invalid.
CODES = {401: 0x87, 403: 0x87, 404: 0x90, 405: 0x90}
WRONG = 0x99


class RefusedError(Exception):
    """Not stored. code: reason code of MQTT 5.0."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Creator:
    """Used by the event loop only."""

    def __init__(self, gatherer: Gatherer, in_thread: Callable[..., Awaitable[Any]]) -> None:
        self._gatherer, self._in_thread = gatherer, in_thread
        self._passes: Memory[tuple[int, int], bool] = Memory()

    async def create(self, context: Context, topic: str, body: bytes) -> None:
        """Returns when the observation is on the disk. Raises RefusedError; BUSY when the store takes nothing for long."""
        try:
            path = creating(topic)
        except Fault as error:
            raise RefusedError(0x90, str(error)) from error
        if not context.who.is_authenticated:
            raise RefusedError(0x87, "this needs a key")
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            pause = await self._tried(context, path, body)
            if pause is None:
                return
            if asyncio.get_running_loop().time() + pause > end:
                raise RefusedError(BUSY, "the store takes nothing at the moment")
            await asyncio.sleep(pause)

    async def _tried(self, context: Context, path: str, body: bytes) -> float | None:
        """None when it is stored, else the seconds to wait."""
        try:
            row = parsing.one(body, _stream_of(path), datetime.now(UTC))
            if not self._passes.get((context.who.pk, row[0])):
                await self._in_thread(let_in, context, [row[0]])
                self._passes.keep((context.who.pk, row[0]), True)
            await self._gatherer.add(row)
        except Busy as error:
            return max(0.05, error.retry_after)
        except (JournalFull, Closed):
            return 1.0
        except (parsing.NotPlainError, PermissionDenied, Fault, BatchError):
            return await self._in_thread(_long_way, context, path, body)
        return None


def _stream_of(path: str) -> int | None:
    if path == "Observations":
        return None
    middle = path.removeprefix("Datastreams(").removesuffix(")/Observations")
    if middle.isascii() and middle.isdecimal() and len(middle) < 9:
        return int(middle)
    raise parsing.NotPlainError


def _long_way(context: Context, path: str, body: bytes) -> float | None:
    """The standard's whole interface: stores what is rare, and says what is wrong."""
    status, _headers, found = answer("POST", path, "", {}, body, context)
    if status == 201:
        return None
    if status in (503, 507):
        return 1.0
    raise RefusedError(CODES.get(status, WRONG), str(orjson.loads(found).get("message", status)))
