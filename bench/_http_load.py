"""Sends prepared HTTP requests as fast as a server takes them: several connections, each waiting for its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import uvloop


def request(path: str, body: bytes, key: str, kind: str = "application/json") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> int:
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
    await reader.readexactly(length)
    return int(head[9:12])


async def _run(
    port: int, messages: Iterator[bytes], connections: int, seconds: float
) -> tuple[int, int, float]:
    good = bad = 0
    end = time.perf_counter() + seconds

    async def sender() -> None:
        nonlocal good, bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
        while time.perf_counter() < end:
            message = next(messages, None)
            if message is None:
                break
            if await _ask(reader, writer, message) == 201:
                good += 1
            else:
                bad += 1
        writer.close()

    begin = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(connections)))
    return good, bad, time.perf_counter() - begin


def load(port: int, messages: Iterator[bytes], connections: int, seconds: float) -> tuple[float, int]:
    """Answers with 201 a second, and how many others. Stops when the messages or the seconds are used up."""
    good, bad, took = uvloop.run(_run(port, messages, connections, seconds))
    return good / took, bad


def endless(make: Callable[[int], bytes]) -> Iterator[bytes]:
    number = 0
    while True:
        yield make(number)
        number += 1
