"""The live stream of the data server: what the applier has stored goes to every open page that may see it.

Nothing grows with a slow page: what waits for it is the set of series that changed, and their latest values are read when
it can take them. A page that takes nothing for SLOW_S seconds is dropped and may come back with Last-Event-ID.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import numpy as np
import pyarrow as pa

from steuerrad.modules.sensors.server import live
from steuerrad.platform.observations.store import Local

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_SUBSCRIBERS = 500
#: Seconds: between signs of life, for which changes are gathered, after which a slow page is dropped, and before a
#: dropped or refused one comes back.
HEARTBEAT_S, GATHER_S, SLOW_S, RETRY_S = 15.0, 0.25, 20.0, 3.0
#: A stream ends by itself after so long; the browser comes back at once and its rights are looked at anew.
LIFE_S = 300.0
#: How long the last batches are remembered after the last page has gone, and how many.
LINGER_S, REMEMBERED = 120.0, 512
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"), (b"x-content-type-options", b"nosniff"),
]  # fmt: skip


class FullError(Exception):
    """So many pages are open that no further one is served."""


class Subscriber:
    """An open page. Used by the event loop only."""

    def __init__(self, numbers: set[int]) -> None:
        self.numbers = frozenset(numbers)
        self.pending: set[int] = set()
        self.position = 0
        self.wake = asyncio.Event()

    def touch(self, position: int, streams: set[int]) -> None:
        hit = self.numbers & streams
        if hit:
            self.pending |= hit
            self.position = position
            self.wake.set()

    def take(self) -> set[int]:
        found, self.pending = self.pending, set()
        self.wake.clear()
        return found


class Hub:
    """Hands what the applier stores to the subscribers; asleep, and without any cost, while there is none."""

    def __init__(self, store: Local) -> None:
        self._store = store
        self._subscribers: set[Subscriber] = set()
        self._recent: deque[tuple[int, set[int]]] = deque()
        self._since = 0  # what was stored after this position is in _recent, as long as the hub is awake
        self._stop: Callable[[], None] | None = None
        self._left = 0.0

    @property
    def awake(self) -> bool:
        return self._stop is not None

    @contextlib.contextmanager
    def subscribed(self, numbers: set[int], after: int | None) -> Iterator[Subscriber]:
        """A subscriber that begins with what it missed since `after`, or with everything. Raises FullError."""
        if len(self._subscribers) >= MOST_SUBSCRIBERS:
            raise FullError
        if self._stop is None:
            loop = asyncio.get_running_loop()
            self._stop = self._store.writer.listen(lambda table, _outcome: self._stored(loop, table))
            self._since = self._applied
        one = Subscriber(numbers)
        self._subscribers.add(one)
        one.touch(self._applied, self._missed(numbers, after))
        try:
            yield one
        finally:
            self._subscribers.discard(one)
            self._left = time.monotonic()

    @property
    def _applied(self) -> int:
        return self._store.writer.store.applied

    def _missed(self, numbers: set[int], after: int | None) -> set[int]:
        if after is None or not self._since <= after <= self._applied:
            return numbers
        return {number for seq, streams in self._recent if seq > after for number in streams & numbers}

    def _stored(self, loop: asyncio.AbstractEventLoop, table: pa.Table) -> None:
        """Called in the applier's thread after each batch, so it does as little as can be."""
        touched = np.unique(table.column("stream").to_numpy())
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server is going down
            loop.call_soon_threadsafe(self._publish, self._applied, touched)

    def _publish(self, position: int, touched: Any) -> None:
        if not self._subscribers and time.monotonic() - self._left > LINGER_S:
            self._sleep()
            return
        streams = set(touched.tolist())
        self._recent.append((position, streams))
        if len(self._recent) > REMEMBERED:
            self._since, _streams = self._recent.popleft()
        for one in self._subscribers:
            one.touch(position, streams)

    def _sleep(self) -> None:
        if self._stop is not None:
            self._stop()
        self._stop = None
        self._recent.clear()

    def latest(self, numbers: set[int]) -> pa.Table:
        """From memory, without waiting for what is not applied yet: that comes with the next event."""
        return self._store.writer.store.latest(sorted(numbers))


async def stream(hub: Hub, one: Subscriber, receive: Receive, send: Send) -> None:
    """Answer with events until the page goes, is too slow, or has been served for LIFE_S."""
    gone = asyncio.ensure_future(_until_gone(receive))
    ends = time.monotonic() + LIFE_S
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _put(send, live.retry(RETRY_S))
        while not gone.done() and (left := ends - time.monotonic()) > 0:
            woken = asyncio.ensure_future(one.wake.wait())
            await asyncio.wait((gone, woken), timeout=min(HEARTBEAT_S, left), return_when="FIRST_COMPLETED")
            woken.cancel()
            if gone.done():
                return
            if not one.wake.is_set():
                await _put(send, b": alive\n\n")
                continue
            position, latest = one.position, hub.latest(one.take())
            if latest.num_rows:
                await _put(send, live.event(position, latest))
            await asyncio.sleep(GATHER_S)
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        return  # too slow; the server closes the connection
    finally:
        gone.cancel()


async def _put(send: Send, body: bytes) -> None:
    """Raises TimeoutError when the page does not take it."""
    await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": True}), SLOW_S)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
