"""The intake over MQTT: uplinks from the network server's broker, confirmed once they are stored.

A message that is not confirmed (crash, full store) is delivered again. Several consumers may share the subscription; the
broker then gives each message to one of them. Mosquitto 2.0 forgets shared subscriptions when it is killed, until the
consumers are back; one consumer alone has a subscription that survives.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from django.db import DatabaseError, close_old_connections
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from steuerrad.engines.observations import Busy
from steuerrad.modules.sensors.lorawan.intake import Delivery, Result, take
from steuerrad.platform.observations.store import UnavailableError

log = logging.getLogger(__name__)
GROUP = "steuerrad"
TOPICS = ("application/+/device/+/event/+", "v3/+/devices/+/up", "v3/+/devices/+/join")
CHIRPSTACK = re.compile(r"application/[^/]+/device/[^/]+/event/([a-z]+)")
AT_ONCE = 200
#: Messages that the broker may hand over before the first of them is confirmed: bounds memory.
MOST_OPEN = 2000
#: The broker keeps what comes for a consumer that is away this long (seconds).
KEPT_S = 7 * 24 * 3600
LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True)
class Address:
    """Where the broker is. tls: with the system's certificates."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False


def delivery_of(topic: str, payload: bytes) -> Delivery:
    """Which network server sends on a topic, and which event it is."""
    found = CHIRPSTACK.fullmatch(topic)
    return Delivery("chirpstack", payload, found[1]) if found else Delivery("ttn", payload)


class Consumer:
    """One connection with a name of its own, under which the broker keeps its messages."""

    def __init__(
        self,
        address: Address,
        name: str,
        *,
        shared: bool = False,
        told: Callable[[list[Result]], None] = lambda results: None,
    ) -> None:
        self._prefix = f"$share/{GROUP}/" if shared else ""
        self._told = told
        self._waiting: queue.SimpleQueue[tuple[int, paho.MQTTMessage]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._connection = 0
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5, manual_ack=True
        )
        if address.user:
            client.username_pw_set(address.user, address.password)
        if address.tls:
            client.tls_set()
        client.reconnect_delay_set(1, int(LONGEST_PAUSE_S))
        client.on_connect, client.on_message = self._on_connect, self._on_message
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval, properties.ReceiveMaximum = KEPT_S, MOST_OPEN
        client.connect_async(address.host, address.port, 60, clean_start=False, properties=properties)

    def _on_connect(
        self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self._connection += 1  # what an earlier connection handed over can no longer be confirmed
        if reason.is_failure:
            log.warning("The broker refuses: %s", reason)
            return
        client.subscribe([(self._prefix + topic, SubscribeOptions(qos=1)) for topic in TOPICS])

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self._waiting.put((self._connection, message))

    def run(self) -> None:
        """Until stop() is called from another thread or a signal handler."""
        self._client.loop_start()
        try:
            while not self._stop.is_set():
                if batch := self._next():
                    self._store(batch)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def stop(self) -> None:
        self._stop.set()

    def _next(self) -> list[tuple[int, paho.MQTTMessage]]:
        """What has come, up to AT_ONCE; waits half a second for the first."""
        batch: list[tuple[int, paho.MQTTMessage]] = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._waiting.get(timeout=0.5))
            while len(batch) < AT_ONCE:
                batch.append(self._waiting.get_nowait())
        return batch

    def _store(self, batch: list[tuple[int, paho.MQTTMessage]]) -> None:
        """Store, then confirm. The store's pauses are waited for: unconfirmed messages stay with the broker."""
        deliveries = [delivery_of(message.topic, bytes(message.payload)) for _connection, message in batch]
        pause = 0.5
        while not self._stop.is_set():
            try:
                close_old_connections()
                results = take(None, deliveries)
                break
            except Busy as busy:
                pause = max(0.1, busy.retry_after)
            except (DatabaseError, UnavailableError, OSError) as error:
                log.warning("%d uplinks cannot be stored now: %s", len(batch), error)
                pause = min(LONGEST_PAUSE_S, pause * 2)
            self._stop.wait(pause)
        else:
            return
        for connection, message in batch:
            if connection == self._connection and message.qos:
                self._client.ack(message.mid, message.qos)
        self._told(results)
