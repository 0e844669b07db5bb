"""Bodies of requests: bounded in size, in time, and in what all of them together may hold in memory."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

Headers = list[tuple[bytes, bytes]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

#: A batch of 1,000,000 rows in Arrow has 24 MB. JSON takes up to 24 times its size when it is read ("{},{},…").
MOST_BODY, MOST_JSON = 64 * 1024**2, 32 * 1024**2
#: What all bodies that are being received or worked on may hold together.
TOGETHER = 256 * 1024**2
#: A sender is waited for so long, and then as long as it brings this much a second: that of a poor mobile link.
PATIENCE_S, SLOWEST = 30.0, 4096
#: Nothing at all for so long ends it earlier.
SILENCE_S = 15.0
SMALL = 64 * 1024
CLOSE = (b"connection", b"close")


class RefusedError(Exception):
    """An answer other than what was hoped for."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or []


class Room:
    """Bytes that may be held at once, by many. Used by the event loop only."""

    def __init__(self, most: int = TOGETHER) -> None:
        self.most, self.held = most, 0

    def take(self, size: int) -> None:
        """Raises RefusedError when there is no room; one alone always has it."""
        if self.held and self.held + size > self.most:
            raise RefusedError(503, "Too much is being moved at once; come again.", [(b"retry-after", b"5")])
        self.held += size

    def give(self, size: int) -> None:
        self.held -= size


@contextlib.asynccontextmanager
async def received(
    given: dict[bytes, bytes], receive: Receive, room: Room, most: int = MOST_BODY
) -> AsyncIterator[bytes]:
    """The whole body; its bytes count in the room for as long as the block lasts. Raises RefusedError."""
    stated_size(given, most)
    parts: list[bytes] = []
    held = 0
    begin, small = time.monotonic(), is_small(given)
    try:
        while True:
            # A time-out costs as much as all else that is done here; the connection has one for small bodies.
            message = await receive() if small else await _next(receive, begin + PATIENCE_S + held / SLOWEST)
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "The body is not whole.")
            part = message.get("body", b"")
            room.take(len(part))
            held += len(part)
            parts.append(part)
            if held > most:
                raise _too_large(most)
            if not message.get("more_body"):
                break
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        yield body
    finally:
        room.give(held)


async def streamed(given: dict[bytes, bytes], receive: Receive, most: int) -> AsyncIterator[bytes]:
    """The body as it comes, as patiently as `received`. Raises RefusedError."""
    stated_size(given, most)
    held, begin = 0, time.monotonic()
    while True:
        message = await _next(receive, begin + PATIENCE_S + held / SLOWEST)
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "The body is not whole.")
        part = message.get("body", b"")
        held += len(part)
        if held > most:
            raise _too_large(most)
        yield part
        if not message.get("more_body"):
            return


def stated_size(given: dict[bytes, bytes], most: int) -> int:
    """Bytes that the headers announce, 0 where they say nothing. Raises RefusedError for what is not taken."""
    encoding = given.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"", b"identity"):
        raise RefusedError(415, "Content-Encoding: send the body as it is, not compressed.")
    stated = given.get(b"content-length", b"0")
    if not stated.isdigit() or len(stated) > 18 or int(stated) > most:
        raise _too_large(most)
    return int(stated)


def is_small(given: dict[bytes, bytes]) -> bool:
    """Whether the headers announce a body that fits into what the server reads at once."""
    stated = given.get(b"content-length", b"")
    return stated.isdigit() and int(stated) <= SMALL


async def _next(receive: Receive, deadline: float) -> MutableMapping[str, Any]:
    try:
        async with asyncio.timeout(min(SILENCE_S, max(0.0, deadline - time.monotonic()))):
            return await receive()
    except TimeoutError:
        raise RefusedError(408, "The body comes too slowly.", [CLOSE]) from None


def _too_large(most: int) -> RefusedError:
    return RefusedError(413, f"More than {most // 1024**2} MB at once.")
