"""The intake over MQTT: uplinks from the network server's broker, confirmed once they are stored.

A message that is not confirmed (crash, full store) is delivered again. Several consumers may share the subscription; the
broker then gives each message to one of them (sharing.py: what becomes of the share of one that dies). Mosquitto 2.0
forgets shared subscriptions when it is killed, until the consumers are back; one alone has a subscription that survives.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import paho.mqtt.client as paho
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, close_old_connections
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from steuerrad.engines.observations import Busy, JournalFull
from steuerrad.modules.sensors.broker.address import Address
from steuerrad.modules.sensors.broker.status import Status
from steuerrad.modules.sensors.lorawan.intake import Delivery, Result, refuse, take
from steuerrad.platform.observations.store import UnavailableError

log = logging.getLogger(__name__)
GROUP = "steuerrad"
TOPICS = ("application/+/device/+/event/+", "v3/+/devices/+/up", "v3/+/devices/+/join")
CHIRPSTACK = re.compile(r"application/[^/]+/device/[^/]+/event/([a-z]+)")
AT_ONCE = 200
#: Messages that the broker may hand over before the first of them is confirmed, and bytes of one: bounds memory.
MOST_OPEN, LARGEST = 500, 512 * 1024
#: The broker keeps what comes for a consumer that is away this long (seconds).
KEPT_S = 7 * 24 * 3600
LONGEST_PAUSE_S, SAVE_S = 60.0, 5.0
#: Faults of the machine: waiting helps. Every other fault lies with a message.
OF_THE_MACHINE = (OperationalError, InterfaceError, UnavailableError, JournalFull, OSError)

Received = tuple[int, paho.MQTTMessage]  # with the number of the connection that handed it over


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
        """Raises AddressError when a certificate cannot be read."""
        self._address, self._told = address, told
        self._status, self._saved_at = Status(f"consumer-{name}", str(address)), 0.0
        self._prefix = f"$share/{GROUP}/" if shared else ""
        self._waiting: queue.Queue[Received] = queue.Queue(2 * MOST_OPEN)
        self._stop = threading.Event()
        self._connection = 0
        self._turn = threading.Lock()  # between confirming and the end of the connection it belongs to
        self._client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5, manual_ack=True
        )
        if address.user:
            client.username_pw_set(address.user, address.password)
        if (context := address.context()) is not None:
            client.tls_set_context(context)
        client.reconnect_delay_set(1, int(LONGEST_PAUSE_S))
        client.on_connect, client.on_message = self._on_connect, self._on_message
        client.on_disconnect, client.on_connect_fail = self._on_disconnect, self._on_connect_fail
        client.on_subscribe = self._on_subscribe
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval, properties.ReceiveMaximum = KEPT_S, MOST_OPEN
        properties.MaximumPacketSize = LARGEST
        client.connect_async(address.host, address.port, 60, clean_start=False, properties=properties)

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._trouble(f"The broker {self._address} refuses {self._address.user!r}: {reason}")
            return
        known = "with" if flags.session_present else "without"
        log.info("Connected to the broker %s, %s a session from before", self._address, known)
        self._status.connected = True
        client.subscribe([(self._prefix + topic, SubscribeOptions(qos=1)) for topic in TOPICS])

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, _mid: int, reasons: Sequence[Any], _properties: Any
    ) -> None:
        for topic, reason in zip(TOPICS, reasons, strict=False):
            if reason.is_failure:
                self._trouble(f"The broker refuses {self._prefix}{topic}: {reason}")

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        self._trouble(f"The broker {self._address} cannot be reached; trying again")

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        with self._turn:
            self._connection += 1  # what this connection handed over can no longer be confirmed
        self._status.connected = False
        if not self._stop.is_set():
            self._trouble(f"The broker {self._address} is gone ({reason}); trying again")

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        while not self._stop.is_set():  # when the store does not follow, the connection must wait, too
            with contextlib.suppress(queue.Full):
                self._waiting.put((self._connection, message), timeout=1)
                return

    @property
    def status(self) -> Status:
        return self._status

    def run(self) -> None:
        """Until stop() is called from another thread or a signal handler."""
        self._client.loop_start()
        try:
            while not self._stop.is_set():
                if batch := self._next():
                    self._settle(batch)
                self._save_status()
        finally:
            self._stop.set()
            self._client.disconnect()
            self._client.loop_stop()
            self._saved_at = 0.0
            self._save_status()

    def stop(self) -> None:
        self._stop.set()

    def _next(self) -> list[Received]:
        """What has come, up to AT_ONCE; waits half a second for the first."""
        batch: list[Received] = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._waiting.get(timeout=0.5))
            while len(batch) < AT_ONCE:
                batch.append(self._waiting.get_nowait())
        return batch

    def _settle(self, batch: list[Received]) -> None:
        """Store, then confirm. Where the batch fails by itself, message by message, and what fails alone is buried."""
        deliveries = [delivery_of(message.topic, bytes(message.payload)) for _connection, message in batch]
        results = self._patiently(lambda: _together(deliveries))
        if results is None:
            results = []
            for delivery in deliveries:
                found = self._patiently(lambda one=delivery: [_alone(one)])
                if found is None:
                    return
                results += found
        if len(results) < len(batch):
            return  # stopped: the broker keeps what is not confirmed
        for connection, message in batch:
            with self._turn:
                if connection == self._connection and message.qos:
                    self._client.ack(message.mid, message.qos)
        self._status.took(len(results))
        if dead := [result for result in results if result.state == "dead"]:
            self._status.refused(dead[-1].reason, len(dead))
        self._status.ignored += sum(result.state == "ignored" for result in results)
        self._told(results)

    def _trouble(self, reason: str) -> None:
        log.warning("%s", reason)
        self._status.fault(reason)

    def _save_status(self) -> None:
        if time.monotonic() > self._saved_at + SAVE_S:
            self._saved_at = time.monotonic()
            with contextlib.suppress(OSError):  # a full disk must not end the intake
                self._status.save()

    def _patiently(self, work: Callable[[], list[Result] | None]) -> list[Result] | None:
        """Work until the machine lets it; [] when stopped. Unconfirmed messages stay with the broker meanwhile."""
        pause = 0.5
        while not self._stop.is_set():
            try:
                close_old_connections()
                return work()
            except Busy as busy:
                pause = max(0.1, busy.retry_after)
            except OF_THE_MACHINE as error:
                self._trouble(f"Uplinks cannot be stored now: {error}")
                pause = min(LONGEST_PAUSE_S, pause * 2)
            self._stop.wait(pause)
        return []


def _together(deliveries: Sequence[Delivery]) -> list[Result] | None:
    """None when one of them is at fault."""
    try:
        return take(None, deliveries)
    except (Busy, *OF_THE_MACHINE):
        raise
    except Exception:
        log.exception("A batch of uplinks fails; one by one")
        return None


def _alone(delivery: Delivery) -> Result:
    try:
        return take(None, [delivery])[0]
    except (Busy, *OF_THE_MACHINE):
        raise
    except (DataError, IntegrityError) as error:
        return refuse(delivery, f"The database refuses it: {error}")
    except Exception as error:
        log.exception("An uplink cannot be taken")
        return refuse(delivery, f"{type(error).__name__}: {error}")
