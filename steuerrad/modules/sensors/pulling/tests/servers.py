"""Servers that behave as sources do, the bad ones too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Respond = Callable[["Handler"], None]


@dataclass
class Served:
    """base: address without a slash. seen: headers of every request."""

    base: str
    port: int
    seen: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


class Handler(BaseHTTPRequestHandler):
    respond: Respond
    served: Served

    def do_GET(self) -> None:
        self.served.seen.append({name.lower(): value for name, value in self.headers.items()})
        try:
            type(self).respond(self)
        except OSError:
            return

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


@contextmanager
def serving(respond: Respond) -> Iterator[Served]:
    kind = type("Own", (Handler,), {"respond": staticmethod(respond)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.daemon_threads = True
    port = server.server_address[1]
    kind.served = Served(f"http://127.0.0.1:{port}", port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kind.served
    finally:
        server.shutdown()
        server.server_close()
