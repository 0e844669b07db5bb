"""Connections that do not wait for ever: for a request that never comes whole, for a reader who does not read.

uvicorn limits how long an idle connection is kept, nothing else. A few thousand connections that send one byte a minute
would keep everybody out.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from steuerrad.modules.sensors.server.bodies import is_small

#: From the first byte of a request (or the beginning of the connection) to the end of its headers.
HEAD_S = 15.0
MOST_HEAD = 64 * 1024
#: A small body is there by then.
BODY_S = 30.0
#: Somebody who is sent an answer takes at least this much in this time.
STALL_S, LEAST_READ = 20.0, 16 * 1024
#: The rest of a body that nobody wants is awaited for so long.
LINGER_S = 10.0
MOST_CONNECTIONS = 4_000


class Patient(HttpToolsProtocol):
    """uvicorn's protocol with bounds."""

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None
    _linger_timer: asyncio.TimerHandle | None = None
    _body_timer: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_timer = _cancelled(self._head_timer)
        self._stall_timer = _cancelled(self._stall_timer)
        self._linger_timer = _cancelled(self._linger_timer)
        self._body_timer = _cancelled(self._body_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._idle():
            self._await_head()
        super().data_received(data)
        if self._head_timer is not None:  # the headers have not ended yet
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._end(431, "The headers have more than 64 KB.")

        elif self._body_timer is None and not self._idle() and self.cycle.more_body:
            self._body_timer = self.loop.call_later(BODY_S, self._no_body)

    def on_headers_complete(self) -> None:
        self._head_timer = _cancelled(self._head_timer)
        self._head = 0
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_head()

    def on_message_complete(self) -> None:
        self._linger_timer = _cancelled(self._linger_timer)
        self._body_timer = _cancelled(self._body_timer)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A body that was refused is read to its end, if that is near: who is still sending would not hear the reason."""
        super().on_response_complete()
        if not self.pipeline and self.cycle.response_complete and self.cycle.more_body:
            self._linger_timer = self.loop.call_later(LINGER_S, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        self._end(400, msg)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._stall_timer = _cancelled(self._stall_timer)
        super().resume_writing()

    def _idle(self) -> bool:
        return self._linger_timer is None and (self.cycle is None or self.cycle.response_complete)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_S, self._no_head)

    def _no_head(self) -> None:
        self._head_timer = None
        if self._head or self.cycle is not None:
            self._end(408, "The request comes too slowly.")
        else:
            self.transport.close()

    def _no_body(self) -> None:
        """A small body that did not come; how long a large one may take is decided by who reads it (bodies.received)."""
        self._body_timer = None
        if not self._idle() and self.cycle.more_body and is_small(dict(self.cycle.scope["headers"])):
            self._end(408, "The body comes too slowly.")

    def _watch(self, before: int) -> None:
        _cancelled(self._stall_timer)
        self._stall_timer = self.loop.call_later(STALL_S, self._stalled, before)

    def _stalled(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if before - left < LEAST_READ:
            self.transport.abort()
        else:
            self._watch(left)

    def _end(self, status: int, message: str) -> None:
        """Answer and close: what comes after this cannot be understood any more."""
        self._head_timer = _cancelled(self._head_timer)
        if self.transport.is_closing():
            return
        body = orjson.dumps({"code": status, "type": "error", "message": message})
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\ncontent-type: application/json; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


def _cancelled(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
