"""The data server killed by SIGKILL at random moments while observations are published to it and sent on by MQTT.

Used by the test with few kills and by bench/mqtt_kill.py with many.
"""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from steuerrad.modules.sensors.lorawan.tests.killing import until
from steuerrad.platform.observations.store import observations
from tests.support.readied import Nursery

START = datetime(2025, 1, 1, tzinfo=UTC)
OPEN = 100
TOPIC = "v1.1/Datastreams({})/Observations"


@dataclass(frozen=True)
class Count:
    """confirmed: to the sender. lost: confirmed and not stored; unsent: stored and never sent to the subscriber, who has
    a session that lasts; again: sent to it more than once (allowed at QoS 1); wrong: other figures than sent."""

    kills: int
    confirmed: int
    stored: int
    lost: int
    received: int
    unsent: int
    again: int
    wrong: int


def client(name: str, port: int, key: str) -> paho.Client:
    made = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
    made.username_pw_set(name, key)
    made.reconnect_delay_set(1, 1)
    made.max_inflight_messages_set(OPEN)
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 24 * 3600
    made.connect_async("127.0.0.1", port, clean_start=False, properties=lasting)
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Sender:
    """Publishes with QoS 1; paho sends again what no server has confirmed."""

    def __init__(self, port: int, key: str, stream: int) -> None:
        self.confirmed: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._next, self._topic = 0, TOPIC.format(stream)
        self._room = threading.Semaphore(OPEN)
        self.client = client("sender", port, key)
        self.client.on_publish = self._on_publish
        self.client.loop_start()

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        while (number := self._numbers.pop(mid, None)) is None:
            time.sleep(0.001)
        if not reason.is_failure:
            self.confirmed.add(number)
        self._room.release()

    def publish(self, count: int) -> None:
        for _ in range(count):
            if self._room.acquire(timeout=60):
                at = (START + timedelta(seconds=self._next)).isoformat()
                body = json.dumps({"phenomenonTime": at, "result": float(self._next)})
                self._numbers[self.client.publish(self._topic, body, qos=1).mid] = self._next
                self._next += 1

    def settled(self) -> bool:
        return until(lambda: not self._numbers)


class Receiver:
    def __init__(self, port: int, key: str, stream: int) -> None:
        self.received: Counter[int] = Counter()
        self.ready = threading.Event()
        self._topic = TOPIC.format(stream) + "?$select=result"
        self.client = client("receiver", port, key)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self._on_message
        self.client.loop_start()

    def _on_connect(self, made: paho.Client, _data: Any, flags: Any, _reason: Any, _properties: Any) -> None:
        if not flags.session_present:
            made.subscribe(self._topic, qos=1)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        self.received[int(json.loads(message.payload)["result"])] += 1


def run(
    env: Mapping[str, str],
    key: str,
    stream: int,
    kills: int,
    *,
    pauses: tuple[float, float] = (0.3, 2.5),
    seed: int = 7,
) -> Count:
    """Kill the server at random moments while observations flow, let everything come back, and count."""
    chance, port = random.Random(seed), free_port()
    env = {**env, "STEUERRAD_MQTT_LISTEN": f"127.0.0.1:{port}"}
    nursery = Nursery(env)
    server = nursery.start("serve", "--bind", "127.0.0.1:0")
    receiver = Receiver(port, key, stream)
    if not receiver.ready.wait(180):
        server.kill()
        raise AssertionError("the data server does not answer")
    sender, over = Sender(port, key, stream), threading.Event()

    def flow() -> None:
        while not over.is_set():
            sender.publish(20)
            over.wait(0.02)

    flowing = threading.Thread(target=flow)
    flowing.start()
    try:
        for _ in range(kills):
            assert until(lambda: _listens(port), 120, 0.02)
            time.sleep(chance.uniform(*pauses))
            server.kill()
            server.wait()
            server = nursery.start("serve", "--bind", "127.0.0.1:0")
        over.set()
        flowing.join()
        assert sender.settled()
        until(lambda: sender.confirmed <= set(receiver.received), 30)
        return counted(kills, sender, receiver, stream)
    finally:
        over.set()
        for one in (sender.client, receiver.client):
            one.loop_stop()
        server.terminate()
        server.wait(30)
        nursery.close()


def counted(kills: int, sender: Sender, receiver: Receiver, stream: int) -> Count:
    with observations() as store:
        table = store.rows([stream], limit=1_000_000)
    begin = int(START.timestamp())
    times, values = table.column("time").to_pylist(), table.column("value").to_pylist()
    found = {at // 1_000_000 - begin: value for at, value in zip(times, values, strict=True)}
    assert len(found) == len(times)
    return Count(
        kills,
        len(sender.confirmed),
        len(found),
        len(sender.confirmed - set(found)),
        len(receiver.received),
        len(set(found) - set(receiver.received)),
        sum(times - 1 for times in receiver.received.values()),
        sum(number != value for number, value in found.items()),
    )
