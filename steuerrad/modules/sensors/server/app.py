"""The data server's HTTP interface (ASGI): the fast way in, and the standard's whole interface behind it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import orjson
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections

from steuerrad.engines.observations import BatchError, Busy, JournalFull, Unavailable
from steuerrad.modules.sensors.citizen.sensorthings import OwnSender
from steuerrad.modules.sensors.citizen.sensorthings import answer as answer_own
from steuerrad.modules.sensors.server import live, parsing, streaming
from steuerrad.modules.sensors.server.arrow_bodies import arrow_stream
from steuerrad.modules.sensors.server.bodies import (
    MOST_BODY,
    MOST_JSON,
    Headers,
    Receive,
    RefusedError,
    Room,
    received,
)
from steuerrad.modules.sensors.server.gathering import Gatherer
from steuerrad.modules.sensors.server.senders import VISITOR, Memory, let_in, sender_or_own
from steuerrad.modules.sensors.server.tables import Asked, Tables
from steuerrad.modules.sensors.sta.app import ANYWHERE, answer
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import Fault
from steuerrad.modules.sensors.sta.serving import token_of
from steuerrad.platform.observations.store import Local, Observations

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Result = TypeVar("Result")

ROOT = "/sta/v1.1"
BULK = "/sensors/bulk"
JSON: Headers = [(b"content-type", b"application/json; charset=utf-8")]
#: Pages of other sites may ask, see sta.app.
ORIGINS: Headers = [(name.lower().encode(), value.encode()) for name, value in ANYWHERE.items()]
#: Questions that may wait or be worked on at once.
MOST_ASKING = 256
#: Bodies larger than this are read in a thread: a thousand rows of a data array have 50 KB.
LARGE, HUGE = 128 * 1024, 4 * 1024**2
#: Answers are handed on in pieces, each when the one before has gone: a slow reader holds its answer, not a copy as well.
PIECE = 256 * 1024


class DataServer:
    """The application. The fast way runs on the event loop, all else in threads."""

    def __init__(self, store: Local, threads: int = 4) -> None:
        self._store, self._writer = store, store.writer
        self._gatherer = Gatherer(store.writer)
        self._reads = ThreadPoolExecutor(threads, "reads")
        # Whoever sends must not wait until those who ask much have their answer.
        self._sends = ThreadPoolExecutor(2, "sends")
        self._hub = streaming.Hub(store)
        self._senders: Memory[str, Any] = Memory()
        self._passes: Memory[tuple[int, int], bool] = Memory()
        self._bodies, self._answers = Room(), Room()
        self._asking = 0
        self._huge = asyncio.Lock()
        self._tables = Tables()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            if scope["path"] == live.PATH:
                await self._live(scope, receive, send)
                return
            status, headers, body = await self._respond(scope, receive)
            headers = headers if status < 300 and _has_origin(headers) else [*headers, *ORIGINS]
            size = len(body) if len(body) > PIECE else 0
            self._answers.take(size)
        except Exception as error:  # noqa: BLE001 - every request gets an answer
            status, headers, body = _explained(error, scope)
            size = 0
        try:
            await _deliver(send, status, headers, body)
        finally:
            self._answers.give(size)

    async def _respond(self, scope: Scope, receive: Receive) -> tuple[int, Headers, Any]:
        path, method = scope["path"], scope["method"]
        given = dict(scope["headers"])
        if method not in ("POST", "PUT", "PATCH", "DELETE"):
            return await self._long_way(scope, given, b"")
        if path == BULK and method == "POST":
            asked = Asked.of(scope["query_string"], given.get(b"content-type", b""))
            if asked is not None:
                return await self._table(given, asked, receive)
        async with received(given, receive, self._bodies, MOST_BODY if path == BULK else MOST_JSON) as body:
            if method == "POST":
                try:
                    if path == BULK:
                        return await self._bulk(scope, given, body)
                    if path == ROOT + "/CreateObservations":
                        return await self._arrays(scope, given, body)
                    if path.endswith("/Observations") and path.startswith(ROOT):
                        return await self._one(scope, given, body, path)
                except (parsing.NotPlainError, BatchError):  # the long way says what is wrong
                    pass
            return await self._long_way(scope, given, body)

    async def _one(self, scope: Scope, given: dict[bytes, bytes], body: bytes, path: str) -> Any:
        row = parsing.one(body, _stream_of(path), datetime.now(UTC))
        await self._may_write(scope, given, [row[0]])
        await self._gatherer.add(row)
        base = _base(scope, given)
        where = f"{base}/Observations('{row[0]}-{row[1]}')".encode()
        if b"return=minimal" in given.get(b"prefer", b""):
            return 201, [(b"location", where), (b"preference-applied", b"return=minimal")], b""
        return 201, [*JSON, (b"location", where)], parsing.written(row, base)

    async def _arrays(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        table = await self._beside(len(body), lambda: parsing.data_arrays(body))
        streams = table.column("stream").to_pylist()
        await self._may_write(scope, given, set(streams))
        await asyncio.wrap_future(self._writer.submit(table))
        base = _base(scope, given)
        return 201, JSON, await self._beside(len(body), lambda: parsing.addresses(table, base))

    async def _bulk(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        who = await self._sender(given)
        if not who.is_authenticated:
            raise _without_key()
        try:
            table = await self._beside(len(body), lambda: arrow_stream(body))
        except ValueError as error:
            raise RefusedError(400, f"body: {error}") from error
        await self._may_bulk(scope, given, set(table.column("stream").unique().to_pylist()))
        receipt = await asyncio.wrap_future(self._writer.submit(table))
        return 201, JSON, orjson.dumps({"rows": receipt.rows})

    async def _table(self, given: dict[bytes, bytes], asked: Asked, receive: Receive) -> Any:
        who = await self._sender(given)
        if not who.is_authenticated:
            raise _without_key()
        return await self._tables.take(who, asked, given, receive)

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
        if not numbers and (series or things):
            raise RefusedError(404, "There is no such series.")
        after = live.position_of(given.get(b"last-event-id", b"").decode("latin-1"))
        try:
            with self._hub.subscribed(numbers, after) as one:
                await streaming.stream(self._hub, one, receive, send)
        except streaming.FullError:
            later = [(b"retry-after", b"30")]
            raise RefusedError(503, "So many pages are open that no further one is served.", later) from None

    async def _may_bulk(self, scope: Scope, given: dict[bytes, bytes], streams: set[int]) -> None:
        """No long way explains this kind of body, so the fault itself is told."""
        try:
            await self._may_write(scope, given, streams)
        except parsing.NotPlainError as error:
            reason = error.__cause__
            if isinstance(reason, PermissionDenied):
                raise RefusedError(403, "This key may not write to all of these datastreams.") from error
            raise RefusedError(400, f"body: {reason}") from error

    async def _beside(self, size: int, work: Callable[[], Result]) -> Result:
        """Large bodies are read in a thread, so that they do not hold up everybody else; huge ones one at a time."""
        if size <= LARGE:
            return work()
        async with self._huge if size > HUGE else contextlib.nullcontext():
            return await self._in_thread(work)

    async def _long_way(self, scope: Scope, given: dict[bytes, bytes], body: bytes) -> Any:
        method, path = scope["method"], scope["path"]
        if path == BULK:
            return _of_bulk(method)
        if not path.startswith(ROOT):
            raise RefusedError(404, f"path: there is nothing at {path[:200]}")
        context = self._context(await self._sender(given), scope, given)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        path = path.removeprefix(ROOT)  # ASGI has undone the percent-encoding
        if self._asking >= MOST_ASKING:
            raise RefusedError(503, "Too many ask at once; come again.", [(b"retry-after", b"2")])
        self._asking += 1
        try:
            work = functools.partial(_answered, method, path, query, headers, body, context)
            status, told, answered = await asyncio.get_running_loop().run_in_executor(self._reads, work)
        finally:
            self._asking -= 1
        return status, _encoded(told), answered

    def _context(self, who: Any, scope: Scope, given: dict[bytes, bytes]) -> Context:
        return Context(who, _base(scope, given), cast(Observations, self._store))

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._sends, work)

    async def _sender(self, given: dict[bytes, bytes]) -> Any:
        token = token_of(given.get(b"authorization", b"").decode("latin-1"))
        if not token:
            return VISITOR
        found = self._senders.get(token)
        if found is None:
            hardware = given.get(b"x-sensor", b"").decode("latin-1")
            found = await self._in_thread(lambda: sender_or_own(token, hardware))
            if not isinstance(found, OwnSender):  # its key is dead as soon as it is withdrawn
                self._senders.keep(token, found)
        return found

    async def _may_write(self, scope: Scope, given: dict[bytes, bytes], streams: Iterable[int]) -> None:
        """Raises RefusedError without a key; NotPlainError where the long way must say what is wrong."""
        who = await self._sender(given)
        if not who.is_authenticated:
            raise _without_key()
        if isinstance(who, OwnSender):
            raise parsing.NotPlainError from PermissionDenied()
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
    asked = answer_own if isinstance(context.who, OwnSender) else answer
    return asked(method, path, query, headers, body, context)


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


def _of_bulk(method: str) -> tuple[int, Headers, bytes]:
    if method != "OPTIONS":
        raise RefusedError(
            405, f"{BULK}: POST an Arrow stream, or a table with ?mapping=…", [(b"allow", b"POST, OPTIONS")]
        )
    allowed = [(b"access-control-allow-methods", b"POST, OPTIONS"), (b"access-control-max-age", b"86400")]
    names = (b"access-control-allow-headers", b"Authorization, Content-Type")
    return 204, [(b"allow", b"POST, OPTIONS"), *allowed, names], b""


def _without_key() -> RefusedError:
    return RefusedError(401, "Writing needs a key.", [(b"www-authenticate", b"Bearer")])


def _explained(error: Exception, scope: Scope) -> tuple[int, Headers, bytes]:
    """Every fault as JSON with its reason."""
    headers = [*JSON, *ORIGINS]
    if isinstance(error, RefusedError):
        return error.status, headers + error.headers, _told(error.status, error.message)
    if isinstance(error, Busy):
        seconds = str(max(1, round(error.retry_after))).encode()
        return (
            503,
            [*headers, (b"retry-after", seconds)],
            _told(503, "More arrives than can be stored; come again later."),
        )
    if isinstance(error, JournalFull):
        return 507, headers, _told(507, "The disk is full; nothing was stored.")
    if isinstance(error, BatchError):
        return 400, headers, _told(400, f"body: {error}")
    if isinstance(error, Unavailable):
        log.error("%s %s: %s", scope["method"], scope["path"], error)
        return 503, [*headers, (b"retry-after", b"10")], _told(503, str(error))
    if isinstance(error, TimeoutError):
        log.error("%s %s: %s", scope["method"], scope["path"], error)
        return (
            503,
            [*headers, (b"retry-after", b"10")],
            _told(503, "What was sent before is not stored yet; come again."),
        )
    log.error("%s %s", scope["method"], scope["path"], exc_info=error)
    return 500, headers, _told(500, "The server has a fault; it is in its log.")


def _told(status: int, message: str) -> bytes:
    return orjson.dumps({"code": status, "type": "error", "message": message})


def _has_origin(headers: Headers) -> bool:
    return any(name == b"access-control-allow-origin" for name, _value in headers)


async def _deliver(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """In pieces: the next is handed on when the one before has gone, so a slow reader does not hold it twice."""
    if status != 204:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if len(body) <= PIECE:
        await send({"type": "http.response.body", "body": body})
        return
    whole = memoryview(body)
    for at in range(0, len(body), PIECE):
        more = at + PIECE < len(body)
        await send({"type": "http.response.body", "body": bytes(whole[at : at + PIECE]), "more_body": more})
