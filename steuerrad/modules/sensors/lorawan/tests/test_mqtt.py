"""The intake from a real Mosquitto: shared between consumers, and over its death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from paho.mqtt.enums import CallbackAPIVersion

from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.modules.sensors.lorawan.mqtt import delivery_of
from steuerrad.modules.sensors.lorawan.tests.samples import EUI, chirpstack
from steuerrad.platform.observations.flight import reachable
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations, socket_path
from tests.support.at_once import address, copied
from tests.support.at_once import shared as database_shared
from tests.support.mqtt import Broker, broker

START = datetime(2025, 7, 8, tzinfo=UTC)
COUNT = 300
PROGRAM = "from steuerrad.config.cli import main; raise SystemExit(main())"


def test_topics_tell_the_network_server_and_the_event() -> None:
    found = delivery_of(f"application/1/device/{EUI}/event/join", b"{}")
    assert (found.network, found.event) == ("chirpstack", "join")
    assert delivery_of("v3/app@tenant/devices/bank-1/up", b"{}").network == "ttn"


@pytest.fixture
def place(tmp_path: Path, settings: Any, transactional_db: None) -> Iterator[dict[str, str]]:
    """A database and a folder that other processes reach, with one device; the environment for them."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    take(
        None, [Delivery("chirpstack", json.dumps(chirpstack(0, START.isoformat())).encode())]
    )  # makes the datastreams
    data = database_shared(tmp_path)
    copied(data)
    yield {**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": address(data)}
    call_command("flush", interactive=False, verbosity=0)


def consumer(env: dict[str, str], running: Broker, name: str, shared: bool) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "sensors",
        "mqtt",
        "--broker",
        f"127.0.0.1:{running.port}",
        "--name",
        name,
    ]
    command += ["--shared"] if shared else []
    return subprocess.Popen(command, env=env, cwd=django_settings.ROOT)


def publisher(running: Broker) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="network-server", clean_session=False)
    client.reconnect_delay_set(1, 1)
    client.max_inflight_messages_set(COUNT)
    client.connect("127.0.0.1", running.port)
    client.loop_start()
    return client


def publish(client: paho.Client, number: int) -> paho.MQTTMessageInfo:
    body = json.dumps(chirpstack(number, (START + timedelta(minutes=number)).isoformat()))
    return client.publish(f"application/1/device/{EUI}/event/up", body, qos=1)


def stored() -> list[int]:
    """The minutes that are in the store; by the figures of the temperature."""
    stream = Datastream.objects.get(properties__column="temperature")
    with observations() as store:
        times = store.rows([stream.pk], limit=10_000).column("time").to_pylist()
    return [(time_ // 1_000_000 - int(START.timestamp())) // 60 for time_ in times]


def until(condition: Callable[[], bool], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def stopped(processes: list[subprocess.Popen[bytes]]) -> list[int]:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    return [process.wait(30) for process in processes]


def serve(env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, "sensors", "serve", "--bind", "127.0.0.1:0"]
    return subprocess.Popen(command, env=env, cwd=django_settings.ROOT)


def ready(running: Broker, count: int) -> None:
    log = running.folder / "log"
    assert until(lambda: log.read_text().count("as consumer-") >= count)
    time.sleep(1)  # for the subscriptions after the connection


def test_nothing_is_lost_and_nothing_twice_when_consumer_and_broker_are_killed(place: dict[str, str]) -> None:
    """The consumer dies in the middle of its work, then the broker with what waits for it (Mosquitto writes that to the
    disk within a second or two of confirming it), and both come back."""
    with broker() as running:
        first, client, server = (
            consumer(place, running, "consumer-0", False),
            publisher(running),
            serve(place),
        )
        processes: list[subprocess.Popen[bytes]] = []
        try:
            assert until(lambda: reachable(socket_path()))
            ready(running, 1)
            told = [publish(client, number) for number in range(1, COUNT // 2)]
            assert until(lambda: len(stored()) > 5)
            first.kill()
            first.wait()
            told += [publish(client, number) for number in range(COUNT // 2, COUNT)]
            for one in told:
                one.wait_for_publish(30)
            time.sleep(3)
            running.kill()
            running.start()
            processes.append(consumer(place, running, "consumer-0", False))
            assert until(lambda: len(stored()) >= COUNT), sorted(set(range(COUNT)) - set(stored()))
            assert stored() == list(range(COUNT))
        finally:
            client.loop_stop()
            first.kill()
            codes = stopped(processes)
            server.terminate()
            server.wait(30)
    assert codes == [0]


def test_two_consumers_share_the_work_and_nothing_is_lost_or_twice(place: dict[str, str]) -> None:
    with broker() as running:
        processes = [consumer(place, running, f"consumer-{number}", True) for number in range(2)]
        client, server = publisher(running), serve(place)
        try:
            assert until(lambda: reachable(socket_path()))
            ready(running, 2)
            for number in range(1, COUNT):
                publish(client, number)
            assert until(lambda: len(stored()) >= COUNT), sorted(set(range(COUNT)) - set(stored()))
            assert stored() == list(range(COUNT))
        finally:
            client.loop_stop()
            codes = stopped(processes)
            server.terminate()
            server.wait(30)
    assert codes == [0, 0]
