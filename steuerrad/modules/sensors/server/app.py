"""The data server's HTTP interface (ASGI): the fast way in, and the standard's whole interface behind it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db import close_old_connections

from steuerrad.engines.observations import BatchError, Busy, JournalFull
from steuerrad.modules.sensors.server import live, parsing, streaming
from steuerrad.modules.sensors.server.gathering import Gatherer
from steuerrad.modules.sensors.server.senders import VISITOR, Memory, let_in, sender_of
from steuerrad.modules.sensors.sta.app import answer
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import Fault
from steuerrad.modules.sensors.sta.serving import token_of
from steuerrad.platform.observations.store import Local, Observations

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

ROOT = "/sta/v1.1"
BULK = "/sensors/bulk"
JSON: Headers = [(b"content-type", b"application/json")]
#: A batch of 1,000,000 rows in Arrow has 24 MB.
MOST_BODY = 64 * 1024**2


class RefusedError(Exception):
    """An answer other than what was hoped for."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or []


class DataServer:
    """The application. The fast way runs on the event loop, all else in threads."""

    def __init__(self, store: Local, threads: int = 4) -> None:
        self._store, self._writer = store, store.writer
        self._gatherer = Gatherer(store.writer)
        self._threads = ThreadPoolExecutor(threads, "reads")
        self._hub = streaming.Hub(store)
        self._senders: Memory[str, Any] = Memory()
        self._passes: Memory[tuple[int, int], bool] = Memory()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            if scope["path"] == live.PATH:
                await self._live(scope, receive, send)
                return
            status, headers, body = await self._respond(scope, receive)
        except RefusedError as refused:
            status, body = refused.status, _told(refused.status, refused.message)
            headers = JSON + refused.headers
        except Busy as busy:
            seconds = max(1, round(busy.retry_after))
            status, headers = 503, [*JSON, (b"retry-after", str(seconds).encode())]
            body = _told(503, "More arrives than can be stored; come again later.")
        except JournalFull:
            status, headers, body = 507, JSON, _told(507, "The disk is full; nothing was stored.")
        except Exception:
            log.exception("%s %s", scope["method"], scope["path"])
            status, headers, body = 500, JSON, _told(500, "The server has a fault; it is in its log.")
        await _deliver(send, status, headers, body)

    async def _respond(self, scope: Scope, receive: Receive) -> tuple[int, Headers, Any]:
        path, method = scope["path"], scope["method"]
        given = dict(scope["headers"])
        body = await _body(given, receive) if method in ("POST", "PUT", "PATCH", "DELETE") else b""
        if method == "POST":
            try:
                if path == BULK:
                    return await self._bulk(scope, given, body)
                if path == ROOT + "/CreateObservations":
                    return await self._arrays(scope, given, body)
                if path.endswith("/Observations") and path.startswith(ROOT):
                    return await self._one(scope, given, body, path)
            except parsing.NotPlainError:
                pass
        return await self._long_way(scope, given, body)

    async def _one(self, scope: Scope, given: dict[bytes, bytes], body: bytes, path: str) -> Any:
        row = parsing.one(body, _stream_of(path), datetime.now(UTC))
        await self._may_write(scope, given, [row[0]])
        await self._gatherer.add(row)
        where = f"{_base(scope, given)}/Observations('{row[0]}-{row[1]}')"
        return 201, [(b"location", where.encode())], b""

    async def _arrays(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        parts = parsing.data_arrays(body)
        await self._may_write(scope, given, [stream for stream, _table in parts])
        waiting = [asyncio.wrap_future(self._writer.submit(table)) for _stream, table in parts]
        await asyncio.gather(*waiting)
        start = f"\"{_base(scope, given)}/Observations('{{}}-"
        links: list[str] = []
        for stream, table in parts:
            first = start.format(stream)
            links += [f"{first}{time}')\"" for time in table.column("time").to_pylist()]
        return 201, JSON, ("[" + ",".join(links) + "]").encode()

    async def _bulk(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        loop = asyncio.get_running_loop()
        try:
            table = await loop.run_in_executor(self._threads, parsing.arrow_stream, body)
            streams = set(table.column("stream").unique().to_pylist())
            await self._may_write(scope, given, streams)
            receipt = await asyncio.wrap_future(self._writer.submit(table))
        except (BatchError, ValueError) as error:
            raise RefusedError(400, str(error)) from error
        return 201, JSON, json.dumps({"rows": receipt.rows}).encode()

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """New values as server-sent events, for whoever the key or the session of the browser stands for."""
        if scope["method"] != "GET":
            raise RefusedError(405, "Only GET.", [(b"allow", b"GET")])
        given = dict(scope["headers"])
        try:
            series, things = live.selection(scope["query_string"].decode("latin-1"))
        except live.SelectionError as error:
            raise RefusedError(400, str(error)) from error
        who = await self._sender(given)
        if not who.is_authenticated and b"cookie" in given:
            who = await self._in_thread(lambda: _asked(live.viewer_of, given[b"cookie"].decode("latin-1")))
        numbers = await self._in_thread(lambda: _asked(live.visible_numbers, who, series, things))
        if not numbers:
            raise RefusedError(404, "There is no such series.")
        after = live.position_of(given.get(b"last-event-id", b"").decode("latin-1"))
        try:
            with self._hub.subscribed(numbers, after) as one:
                await streaming.stream(self._hub, one, receive, send)
        except streaming.FullError:
            later = [(b"retry-after", b"30")]
            raise RefusedError(503, "So many pages are open that no further one is served.", later) from None

    async def _long_way(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        if not scope["path"].startswith(ROOT):
            raise RefusedError(404, "There is nothing here.")
        context = self._context(await self._sender(given), scope, given)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = scope["path"].removeprefix(ROOT)  # ASGI has undone the percent-encoding
        query = scope["query_string"].decode("latin-1")
        status, told, answered = await self._in_thread(
            lambda: _answered(scope["method"], path, query, headers, body, context)
        )
        return status, _encoded(told), answered

    def _context(self, who: Any, scope: Scope, given: dict[bytes, bytes]) -> Context:
        return Context(who, _base(scope, given), cast(Observations, self._store))

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _sender(self, given: dict[bytes, bytes]) -> Any:
        token = token_of(given.get(b"authorization", b"").decode("latin-1"))
        if not token:
            return VISITOR
        found = self._senders.get(token)
        if found is None:
            found = await self._in_thread(lambda: sender_of(token))
            self._senders.keep(token, found)
        return found

    async def _may_write(self, scope: Scope, given: dict[bytes, bytes], streams: Iterable[int]) -> None:
        """Raises RefusedError without a key; NotPlainError where the long way must say what is wrong."""
        who = await self._sender(given)
        if not who.is_authenticated:
            raise RefusedError(401, "Writing needs a key.", [(b"www-authenticate", b"Bearer")])
        unknown = {stream for stream in streams if not self._passes.get((who.pk, stream))}
        if not unknown:
            return
        try:
            await self._in_thread(lambda: let_in(self._context(who, scope, given), unknown))
        except (PermissionDenied, Fault) as error:
            raise parsing.NotPlainError from error
        for stream in unknown:
            self._passes.keep((who.pk, stream), True)


def _asked(work: Callable[..., Any], *told: Any) -> Any:
    """Ask the database in a thread of the pool."""
    close_old_connections()
    return work(*told)


def _answered(
    method: str, path: str, query: str, headers: dict[str, str], body: bytes, context: Context
) -> Any:
    close_old_connections()
    return answer(method, path, query, headers, body, context)


def _encoded(headers: Mapping[str, str]) -> Headers:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _stream_of(path: str) -> int | None:
    """The datastream in …/Datastreams(7)/Observations; None for …/Observations."""
    middle = path.removeprefix(ROOT).removesuffix("/Observations")
    if not middle:
        return None
    if middle.startswith("/Datastreams(") and middle.endswith(")") and middle[13:-1].isascii():
        number = middle[13:-1]
        if number.isdecimal() and len(number) < 9:
            return int(number)
    raise parsing.NotPlainError


def _base(scope: Scope, given: dict[bytes, bytes]) -> str:
    host = given.get(b"host", b"localhost").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}{ROOT}"


async def _body(given: dict[bytes, bytes], receive: Receive) -> bytes:
    """The whole body, at most MOST_BODY. Raises RefusedError."""
    stated = given.get(b"content-length", b"0")
    if not stated.isdigit() or int(stated) > MOST_BODY:
        raise RefusedError(413, f"More than {MOST_BODY // 1024**2} MB at once.")
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "The body is not whole.")
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > MOST_BODY:
            raise RefusedError(413, f"More than {MOST_BODY // 1024**2} MB at once.")
        if not message.get("more_body"):
            return b"".join(parts)


def _told(status: int, message: str) -> bytes:
    return json.dumps({"code": status, "type": "error", "message": message}).encode()


async def _deliver(send: Send, status: int, headers: Headers, body: bytes) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
