"""MQTT: messages a second through the LoRaWAN consumer and the endpoint, each against paho and Mosquitto alone.

Then one consumer against two that share the work, each a process of its own, as is the data server. All with QoS 1 on
loopback, broker, clients and store on the same machine; medians of rounds that alternate. Arguments: messages a round, rounds.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._installation import installation
from tests.support.mqtt import Broker, broker

MESSAGES, ROUNDS, OPEN = 1_000, 3, 100
PATIENCE_S = 120
if len(sys.argv) == 3:
    MESSAGES, ROUNDS = map(int, sys.argv[1:])


def client(name: str, port: int, key: str = "", clean: bool = True) -> paho.Client:
    made = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean)
    made.max_inflight_messages_set(OPEN)
    if key:
        made.username_pw_set(name, key)
    connected = threading.Event()
    made.on_connect = lambda *_: connected.set()
    made.connect("127.0.0.1", port)
    made.loop_start()
    assert connected.wait(20)
    return made


@contextmanager
def subscribed(made: paho.Client, topic: str, count: int) -> Iterator[threading.Event]:
    """An event that is set when so many messages have come."""
    there, ready, all_here = [0], threading.Event(), threading.Event()

    def came(*_: Any) -> None:
        there[0] += 1
        if there[0] == count:
            all_here.set()

    made.on_message, made.on_subscribe = came, lambda *_: ready.set()
    made.subscribe(topic, qos=1)
    assert ready.wait(20)
    yield all_here


def rate(work: Callable[[], None], count: int = MESSAGES) -> float:
    begin = time.perf_counter()
    work()
    return count / (time.perf_counter() - begin)


def published(made: paho.Client, topic: str, bodies: list[bytes]) -> None:
    """Returns when the last one is confirmed."""
    told = [made.publish(topic, body, qos=1) for body in bodies]
    for one in told:
        one.wait_for_publish(PATIENCE_S)


def consumer_round(running: Broker, number: int) -> dict[str, float]:
    """The same uplinks, waiting at the broker, for a plain subscriber and for the consumer."""
    from steuerrad.modules.sensors.broker.address import Address
    from steuerrad.modules.sensors.lorawan.mqtt import Consumer
    from steuerrad.modules.sensors.lorawan.tests.killing import TOPIC, uplink

    bodies = [uplink(number * MESSAGES + n) for n in range(1, MESSAGES + 1)]
    plain, sender = client("plain", running.port), client("network-server", running.port)
    stored: list[Any] = []
    consumer = Consumer(Address("127.0.0.1", running.port), "consumer", told=stored.extend)
    thread = threading.Thread(target=consumer.run)
    with subscribed(plain, "application/#", MESSAGES) as all_here:

        def came() -> None:
            published(sender, TOPIC, bodies)
            assert all_here.wait(PATIENCE_S)

        alone = rate(came)
    plain.loop_stop()
    plain.disconnect()
    thread.start()
    time.sleep(1.5)  # connected and subscribed

    def taken() -> None:
        published(sender, TOPIC, bodies)
        while len(stored) < MESSAGES:
            time.sleep(0.01)

    through = rate(taken)
    consumer.stop()
    thread.join()
    sender.loop_stop()
    assert all(result.state == "stored" for result in stored), {result.state for result in stored}
    return {"uplinks: broker to a plain subscriber": alone, "uplinks: broker to the store": through}


def endpoint_round(running: Broker, port: int, key: str, stream: int, number: int) -> dict[str, float]:
    topic, start = f"v1.1/Datastreams({stream})/Observations", 1_700_000_000 + number * MESSAGES
    bodies = [
        json.dumps(
            {"phenomenonTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + n)), "result": n}
        ).encode()
        for n in range(MESSAGES)
    ]
    found = {}
    for name, where, password in (("Mosquitto", running.port, ""), ("endpoint", port, key)):
        sender, receiver = client("sender", where, password), client("receiver", where, password)
        with subscribed(receiver, topic, MESSAGES) as all_here:
            begin = time.perf_counter()
            published(sender, topic, bodies)
            found[f"publications: {name} confirms"] = MESSAGES / (time.perf_counter() - begin)
            assert all_here.wait(PATIENCE_S)
            found[f"publications: {name} to a subscriber"] = MESSAGES / (time.perf_counter() - begin)
        for one in (sender, receiver):
            one.disconnect()
            one.loop_stop()
    return found


DEVICES = [f"24e12413{number:08x}" for number in range(20)]
#: Longer than it takes until the broker gives nothing more to a consumer that has ended.
INHERITED_S = 6.0


def shared_rounds(running: Broker) -> list[dict[str, float]]:
    """Uplinks of many devices that wait at the broker, until all are stored: by two consumers, then by one alone."""
    from steuerrad.modules.sensors.lorawan import actions
    from steuerrad.modules.sensors.lorawan.tests.killing import NetworkServer, Stand

    for eui in DEVICES:
        actions.register(None, eui, "milesight_em300_th", name=eui)
    stand, sender = Stand(os.environ, running, 2, witnessed=False), NetworkServer(running.port)
    rounds: list[dict[str, float]] = []
    try:
        waiting(sender, 0, len(DEVICES))()  # makes the datastreams
        for number in range(ROUNDS):
            if number:
                stand.start_consumer(1)
                time.sleep(INHERITED_S)
            two = drained(stand, sender, 2 * number + 1)
            stand.end_consumer(1)
            time.sleep(INHERITED_S)
            one = drained(stand, sender, 2 * number + 2)
            rounds.append({"uplinks: one consumer": one, "uplinks: two consumers that share": two})
    finally:
        sender.close()
        stand.close()
    return rounds


def drained(stand: Any, sender: Any, part: int) -> float:
    """Uplinks a second: the consumers stand still while the broker gathers, then they go."""
    pids = [one.pid for one in stand.consumers if Path(f"/proc/{one.pid}").exists()]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    stored = waiting(sender, part, MESSAGES)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    return rate(stored)


def waiting(sender: Any, part: int, count: int) -> Callable[[], None]:
    """Publish uplinks at times of their own; what is returned waits until all are stored."""
    from steuerrad.engines.observations import micros
    from steuerrad.modules.sensors.lorawan.tests.killing import START, payload
    from steuerrad.modules.sensors.lorawan.tests.samples import chirpstack
    from steuerrad.platform.observations.models import Datastream
    from steuerrad.platform.observations.store import observations

    begin = START + timedelta(days=400 + 100 * part)

    def body(number: int) -> bytes:
        at = (begin + timedelta(minutes=number)).isoformat()
        eui = DEVICES[number % len(DEVICES)]
        return json.dumps(chirpstack(number, at, payload=payload(number), eui=eui)).encode()

    for number in range(count):
        sender.publish(1, lambda _number, n=number: body(n))
    assert sender.settled()
    low = micros(begin)

    def stored() -> None:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = Datastream.objects.filter(
                properties__column="temperature", thing__lora_device__dev_eui__in=DEVICES
            )
            streams = list(found.values_list("pk", flat=True))
            with observations() as store:
                if len(streams) == len(DEVICES) and store.rows(streams, low, limit=10**6).num_rows >= count:
                    return
            time.sleep(0.05)
        raise AssertionError("uplinks are not stored")

    return stored


def main() -> int:
    with installation(), broker(careful=False) as running:
        from django.conf import settings

        from steuerrad.modules.sensors.broker.endpoint import listening
        from steuerrad.modules.sensors.broker.tests.test_killed import made
        from steuerrad.modules.sensors.lorawan import actions
        from steuerrad.modules.sensors.lorawan.intake import Delivery, take
        from steuerrad.modules.sensors.lorawan.tests.killing import EUI, uplink
        from steuerrad.platform.observations.store import owning

        folder = Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations"
        folder.mkdir()
        settings.MQTT_LISTEN = "127.0.0.1:0"
        rounds: list[dict[str, float]] = []
        with owning() as store, listening(store, folder) as endpoint:
            assert endpoint is not None
            actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
            take(None, [Delivery("chirpstack", uplink(0))])
            key, stream = made()
            for number in range(ROUNDS):
                rounds.append(
                    consumer_round(running, number)
                    | endpoint_round(running, endpoint.port, key, stream, number)
                )
        shared = shared_rounds(running)
    medians = {
        name: statistics.median(one[name] for one in found) for found in (rounds, shared) for name in found[0]
    }
    pairs = list(medians.items())
    for place, against in ((0, 1), (2, 4), (3, 5), (6, 7)):
        (name, base), (other, value) = pairs[place], pairs[against]
        print(f"{name:42} {base:9,.0f}/s   {other:42} {value:9,.0f}/s   ratio {value / base:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
