"""Consumers that share a subscription: what waits for one that died is taken by another one of the same machine.

A broker keeps a session for each consumer, and Mosquitto goes on putting messages into that of one that is away: half of the
uplinks would wait until it is back. So each consumer holds a lock under its name, which the operating system drops when it
dies. Another one that sees the lock free connects once under the dead one's name, ends its subscription (from then on the
broker gives everything to those who are there) and stores what was waiting. When the dead one comes back, the broker gives it
the session and it subscribes again. Consumers of other machines are not seen; they must come back under their names.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from steuerrad.modules.sensors.broker.address import Address
from steuerrad.modules.sensors.broker.status import Status, folder
from steuerrad.modules.sensors.lorawan.mqtt import TOPICS, Consumer

log = logging.getLogger(__name__)
#: A consumer counts as dead after so many seconds, what waits for it is all there after so many of silence.
GRACE_S, QUIET_S, LOOK_S = 3.0, 10.0, 0.5


class TakenError(ValueError):
    """A consumer of the name is running already."""


class Seat:
    """The lock under a consumer's name. left: whether something may wait for it at the broker."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @classmethod
    def of(cls, name: str) -> Seat:
        return cls(folder() / f"{re.sub('[^A-Za-z0-9_-]', '_', name)[:100]}.seat")

    def take(self, patience_s: float = 0.0) -> bool:
        """Whether it was free. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file, end = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > end:
                    os.close(file)
                    return False
                time.sleep(0.1)
            else:
                self._file = file
                return True

    def leave(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def tell(self, name: str, address: Address, *, left: bool) -> None:
        """What others need to know; only while it is taken."""
        assert self._file is not None
        body = json.dumps({"name": name, "address": str(address), "left": left}).encode()
        os.pwrite(self._file, body, 0)
        os.ftruncate(self._file, len(body))

    def told(self) -> dict[str, Any]:
        """Empty when nothing can be read."""
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self.path.read_bytes())
            if isinstance(found, dict):
                return found
        return {}


def seated(name: str, address: Address, *, shared: bool) -> Seat:
    """The seat of a consumer that begins. Raises TakenError, OSError."""
    seat = Seat.of(name)
    if not seat.take(patience_s=2.0):  # another one looks for a moment whether it is free
        raise TakenError(f"A consumer named {name!r} is running already; give this one another --name.")
    seat.tell(name, address, left=shared)
    return seat


class Heir(Consumer):
    """Takes what waits for a consumer that is dead, and lets the broker give it nothing more. drained: nothing came any more."""

    def __init__(self, address: Address, name: str, status: Status) -> None:
        super().__init__(address, name, shared=True)
        self._status, self._quiet_since, self.drained = status, time.monotonic(), False

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self.stop()
            return
        self._quiet_since = time.monotonic()
        client.unsubscribe([self._prefix + topic for topic in TOPICS])

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self.stop()

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        with self._turn:
            self._connection += 1
        self.stop()  # the dead one is back, or the broker is gone: whoever is still dead then is looked after again

    def _next(self) -> list[Any]:
        batch = super()._next()
        if batch:
            self._quiet_since = time.monotonic()
        elif time.monotonic() > self._quiet_since + QUIET_S:
            self.drained = True
            self.stop()
        return batch

    def _save_status(self) -> None:
        """That of the consumer it works for is saved by it."""


class Neighbours:
    """Looks after the seats beside one's own, in a thread."""

    def __init__(self, address: Address, own: Seat, status: Status) -> None:
        self._address, self._own, self._status = address, own, status
        self._over = threading.Event()
        self._dead: dict[Path, float] = {}
        self._heir: Heir | None = None
        self._thread = threading.Thread(target=self._run, name="neighbours", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._heir is not None:
            self._heir.stop()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                for path in sorted(folder().glob("*.seat")):
                    self._look(path)
            except Exception:
                log.exception("What waits for other consumers cannot be taken")

    def _look(self, path: Path) -> None:
        seat = Seat(path)
        told = seat.told()
        if path == self._own.path or not told.get("left") or told.get("address") != str(self._address):
            return
        if not seat.take():
            self._dead.pop(path, None)
            return
        seat.leave()
        since = self._dead.setdefault(path, time.monotonic())
        if time.monotonic() > since + GRACE_S:
            self._inherit(seat, str(told["name"]))

    def _inherit(self, seat: Seat, name: str) -> None:
        only = Seat(seat.path.with_suffix(".heir"))
        if not only.take():
            return  # a third consumer does it
        try:
            log.info("The consumer %s is gone; what waits for it is taken", name)
            self._heir = heir = Heir(self._address, name, self._status)
            if self._over.is_set():
                return
            heir.run()
            if heir.drained and seat.take():  # it has not come back meanwhile
                seat.tell(name, self._address, left=False)
                seat.leave()
        finally:
            self._heir = None
            self._dead[seat.path] = time.monotonic()  # not at once again, when the broker is away
            only.leave()
