"""Stands between a consumer and its broker, and notes which messages the consumer has confirmed (OASIS MQTT 5.0)."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PUBLISH, PUBACK = 3, 4


class Witness:
    """Passes everything on. confirmed: payloads that the consumer has confirmed, in order; those of QoS 1. at: when each of
    them was (time.monotonic)."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.confirmed: list[bytes] = []
        self.at: list[float] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    client.close()
                    continue
                handed: dict[int, bytes] = {}  # by packet identifier, of this connection
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(source, sink, handed), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, handed: dict[int, bytes]) -> None:
        buffer = b""
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                buffer = self._noted(buffer + chunk, handed)
                sink.sendall(chunk)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()

    def _noted(self, buffer: bytes, handed: dict[int, bytes]) -> bytes:
        """Note all whole packets; returns the rest."""
        while (packet := framed(buffer)) is not None:
            head, body, buffer = packet
            if head >> 4 == PUBLISH and head & 0x06:
                at = 2 + int.from_bytes(body[:2], "big")
                _properties, size = Properties(PacketTypes.PUBLISH).unpack(body[at + 2 :])
                handed[int.from_bytes(body[at : at + 2], "big")] = body[at + 2 + size :]
            elif head >> 4 == PUBACK:
                found = handed.pop(int.from_bytes(body[:2], "big"), None)
                if found is not None:
                    self.at.append(time.monotonic())
                    self.confirmed.append(found)
        return buffer


def framed(buffer: bytes) -> tuple[int, bytes, bytes] | None:
    """First byte and body of the first packet, and what follows; None when it is not whole."""
    size = shift = 0
    for at in range(1, min(5, len(buffer))):
        size |= (buffer[at] & 0x7F) << shift
        shift += 7
        if not buffer[at] & 0x80:
            end = at + 1 + size
            return (buffer[0], buffer[at + 1 : end], buffer[end:]) if len(buffer) >= end else None
    return None
