"""MQTT: messages a second through the LoRaWAN consumer and the endpoint, each against paho and Mosquitto alone.

All with QoS 1 on loopback, broker, clients and store on the same machine; medians of rounds that alternate.
Arguments: messages a round, rounds.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    pairs = list(medians.items())
    for (name, base), (other, value) in [(pairs[0], pairs[1]), (pairs[2], pairs[4]), (pairs[3], pairs[5])]:
        print(f"{name:42} {base:9,.0f}/s   {other:42} {value:9,.0f}/s   ratio {value / base:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
