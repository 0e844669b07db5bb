"""Slow clients: told why, and let go."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from steuerrad.modules.sensors.server import bodies, connections

SHORT_S = 0.3


async def application(scope: Any, receive: Any, send: Any) -> None:
    status, headers, content = 200, [], b"good"
    if scope["path"] == "/large":
        content = bytes(30_000_000)
    try:
        async with bodies.received(dict(scope["headers"]), receive, bodies.Room(), 1_000_000):
            pass
    except bodies.RefusedError as refused:
        status, headers, content = refused.status, refused.headers, str(refused).encode()
    headers = [*headers, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for place, name in ((connections, "HEAD_S"), (connections, "BODY_S"), (connections, "STALL_S"), (connections, "LINGER_S"),
                        (bodies, "SILENCE_S")):  # fmt: skip
        monkeypatch.setattr(place, name, SHORT_S)
    config = uvicorn.Config(application, port=0, http=connections.Patient, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)


def told(port: int, sent: bytes) -> bytes:
    """Everything that comes back until the server closes the connection."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(sent)
        with contextlib.suppress(ConnectionError):
            while piece := link.recv(65536):
                found += piece
    return found


POST = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET / HT", b"HTTP/1.1 408"),
        (b"\r\n", b""),
        (POST + b"Content-Length: 10\r\n\r\nabc", b"HTTP/1.1 408"),
        (POST + b"Content-Length: 900000\r\n\r\nabc", b"HTTP/1.1 408"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"HTTP/1.1 408"),
        (POST + b"Content-Length: 2000000\r\n\r\nabc", b"HTTP/1.1 413"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HT", b"HTTP/1.1 200"),
    ],
)
def test_who_does_not_go_on_is_let_go(port: int, sent: bytes, answer: bytes) -> None:
    begin = time.monotonic()
    assert told(port, sent).startswith(answer)
    assert time.monotonic() - begin < 15


def test_a_refused_sender_hears_why_though_it_sends_on(port: int) -> None:
    found = told(port, POST + b"Connection: close\r\nContent-Length: 3000000\r\n\r\n" + bytes(3_000_000))
    assert found.startswith(b"HTTP/1.1 413")


def test_who_does_not_read_is_let_go(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(4 * SHORT_S)
        found = 0
        with contextlib.suppress(ConnectionError):
            while piece := link.recv(1 << 20):
                found += len(piece)
        assert found < 30_000_000
