"""A network server that sends uplinks through a real broker to real consumers, and what of it is killed at random.

In a folder with a migrated database and one device, `run` starts data server, broker and consumers, publishes until the
kills are done, and tells what became of the uplinks. Used by the test with few kills and by bench/mqtt_kill.py with many.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from steuerrad.modules.sensors.lorawan.tests.samples import EUI, chirpstack
from steuerrad.modules.sensors.lorawan.tests.witness import Witness
from steuerrad.platform.observations.flight import reachable
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations, socket_path
from tests.support.mqtt import Broker
from tests.support.readied import Forked, Nursery

START = datetime(2025, 1, 1, tzinfo=UTC)
TOPIC = f"application/1/device/{EUI}/event/up"
OPEN = 100
KEPT_S = 24 * 3600


@dataclass(frozen=True)
class Count:
    """published: confirmed to the network server by the broker; confirmed: to the broker by the consumers, seen between
    them; lost_by_us: confirmed and not stored; missing: published and not stored; wrong: other figures than sent;
    revised: stored twice with different figures."""

    kills: int
    published: int
    confirmed: int
    stored: int
    lost_by_us: int
    missing: int
    wrong: int
    revised: int


def payload(number: int) -> bytes:
    """Temperature in tenths of a degree, by the number of the uplink (Milesight EM300-TH)."""
    return b"\x03\x67" + (number % 600).to_bytes(2, "little") + b"\x04\x68\x17"


def uplink(number: int) -> bytes:
    at = (START + timedelta(minutes=number)).isoformat()
    return json.dumps(chirpstack(number, at, payload=payload(number))).encode()


def until(condition: Callable[[], bool], seconds: float = 60, pause: float = 0.1) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


class NetworkServer:
    """Publishes with QoS 1 and a session that lasts; sends again what no broker has confirmed."""

    def __init__(self, port: int, name: str = "network-server") -> None:
        self.published: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._next = 1
        self._room = threading.Semaphore(OPEN)
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
        client.reconnect_delay_set(1, 1)
        client.max_inflight_messages_set(OPEN)
        client.on_publish = self._on_publish
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = KEPT_S
        client.connect("127.0.0.1", port, clean_start=False, properties=properties)
        client.loop_start()
        self.client = client

    def _on_publish(self, _client: Any, _data: Any, mid: int, _reason: Any, _properties: Any) -> None:
        while (number := self._numbers.pop(mid, None)) is None:  # publish() has not told the number yet
            time.sleep(0.001)
        self.published.add(number)
        self._room.release()

    def publish(self, count: int, body: Callable[[int], bytes] = uplink) -> None:
        """The next uplinks; waits while too many are unconfirmed."""
        for _ in range(count):
            if self._room.acquire(timeout=30):
                self._numbers[self.client.publish(TOPIC, body(self._next), qos=1).mid] = self._next
                self._next += 1

    def settled(self) -> bool:
        return until(lambda: not self._numbers)

    def close(self) -> None:
        self.client.loop_stop()


def stored(folder_streams: list[int]) -> dict[int, float]:
    """Temperature by number of the uplink."""
    with observations() as store:
        table = store.rows(folder_streams, limit=1_000_000)
    begin = int(START.timestamp())
    times, values = table.column("time").to_pylist(), table.column("value").to_pylist()
    assert len(set(times)) == len(times)
    return {(at // 1_000_000 - begin) // 60: value for at, value in zip(times, values, strict=True)}


def temperature() -> list[int]:
    return list(Datastream.objects.filter(properties__column="temperature").values_list("pk", flat=True))


class Stand:
    """Data server, broker, and consumers; behind witnesses, unless told otherwise."""

    def __init__(
        self, env: Mapping[str, str], broker: Broker, consumers: int, *, witnessed: bool = True
    ) -> None:
        self.broker, self.shared, self._nursery = broker, consumers > 1, Nursery(env)
        self.witnesses = [Witness(broker.port) for _ in range(consumers if witnessed else 0)]
        self.server = self._nursery.start("serve", "--bind", "127.0.0.1:0")
        self.consumers = [self._consumer(number) for number in range(consumers)]
        if not (until(lambda: reachable(socket_path()), 180) and until(self._all_connected, 180)):
            self.close()
            raise AssertionError((broker.folder / "log").read_text())
        time.sleep(0.5)  # the subscriptions follow the connections

    def _all_connected(self) -> bool:
        log = (self.broker.folder / "log").read_text(errors="replace")
        return all(f"as consumer-{number} " in log for number in range(len(self.consumers)))

    def _consumer(self, number: int) -> Forked:
        port = self.witnesses[number].port if self.witnesses else self.broker.port
        broker, name = f"127.0.0.1:{port}", f"consumer-{number}"
        shared = ["--shared"] if self.shared else []
        return self._nursery.start("mqtt", "--broker", broker, "--name", name, *shared)

    def end_consumer(self, number: int) -> None:
        self.consumers[number].kill()
        self.consumers[number].wait()

    def start_consumer(self, number: int) -> None:
        self.consumers[number] = self._consumer(number)

    def kill_consumer(self, number: int) -> None:
        self.end_consumer(number)
        self.start_consumer(number)

    def kill_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def confirmed(self) -> list[set[int]]:
        """Numbers of the uplinks that each consumer has confirmed."""
        return [{json.loads(body)["fCnt"] for body in witness.confirmed} for witness in self.witnesses]

    def close(self) -> list[int]:
        for process in [*self.consumers, self.server]:
            process.terminate()
        codes = [process.wait(30) for process in [*self.consumers, self.server]]
        self._nursery.close()
        for witness in self.witnesses:
            witness.close()
        return codes


def run(
    env: Mapping[str, str], broker: Broker, victim: Literal["consumer", "broker"], kills: int, *, consumers: int = 1,
    pauses: tuple[float, float] = (0.2, 3.0), seed: int = 7, patience: float = 60,
) -> Count:  # fmt: skip
    """Kill the victim at random moments while uplinks flow, let everything come back, and count."""
    chance = random.Random(seed)
    stand, sender = Stand(env, broker, consumers), NetworkServer(broker.port)
    try:
        over = threading.Event()

        def flow() -> None:
            while not over.is_set():
                sender.publish(5)
                over.wait(0.02)

        flowing = threading.Thread(target=flow)
        flowing.start()
        for _ in range(kills):
            time.sleep(chance.uniform(*pauses))
            if victim == "consumer":
                stand.kill_consumer(chance.randrange(consumers))
            else:
                stand.kill_broker()
        over.set()
        flowing.join()
        assert sender.settled()
        streams = temperature()
        until(lambda: sender.published <= set(stored(streams)), patience, 0.5)
        return counted(kills, stand, sender, streams)
    finally:
        sender.close()
        stand.close()


def counted(kills: int, stand: Stand, sender: NetworkServer, streams: list[int]) -> Count:
    confirmed = set[int]().union(*stand.confirmed())
    found = stored(streams)
    with observations() as store:
        revised = store.revisions(streams[0]).num_rows
    wrong = sum(abs(value - number % 600 / 10) > 1e-9 for number, value in found.items() if number)
    return Count(
        kills,
        len(sender.published),
        len(confirmed),
        len(found),
        len(confirmed - set(found)),
        len(sender.published - set(found)),
        wrong,
        revised,
    )
