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
from tests.support.at_once import address, copied, shared
from tests.support.mqtt import Broker, broker

START = datetime(2025, 7, 8, tzinfo=UTC)
COUNT = 300


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
    data = shared(tmp_path)
    copied(data)
    yield {**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": address(data)}
    call_command("flush", interactive=False, verbosity=0)


def consumer(env: dict[str, str], running: Broker, name: str) -> subprocess.Popen[bytes]:
    program = "from steuerrad.config.cli import main; raise SystemExit(main())"
    command = [
        sys.executable,
        "-c",
        program,
        "sensors",
        "mqtt",
        "--broker",
        f"127.0.0.1:{running.port}",
        "--name",
        name,
    ]
    return subprocess.Popen(command, env=env, cwd=django_settings.ROOT)


def publisher(running: Broker) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="network-server", clean_session=False)
    client.reconnect_delay_set(1, 1)
    client.max_inflight_messages_set(COUNT)
    client.connect("127.0.0.1", running.port)
    client.loop_start()
    return client


def publish(client: paho.Client, number: int) -> None:
    time_ = (START + timedelta(minutes=number)).isoformat()
    client.publish(f"application/1/device/{EUI}/event/up", json.dumps(chirpstack(number, time_)), qos=1)


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


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        assert process.wait(30) == 0


def ready(running: Broker, count: int) -> None:
    log = running.folder / "log"
    assert until(lambda: log.read_text().count("as consumer-") >= count)
    time.sleep(1)  # for the subscriptions after the connection


def test_nothing_is_lost_and_nothing_twice_when_the_broker_is_killed(place: dict[str, str]) -> None:
    """Half of the messages before, half after; the publisher sends again what was not confirmed to it."""
    with broker() as running:
        processes = [consumer(place, running, f"consumer-{number}") for number in range(2)]
        server = subprocess.Popen([sys.executable, "-c", "from steuerrad.config.cli import main; raise SystemExit(main())",
                                   "sensors", "serve", "--bind", "127.0.0.1:0"], env=place, cwd=django_settings.ROOT)  # fmt: skip
        client = publisher(running)
        try:
            assert until(lambda: reachable(socket_path()))
            ready(running, 2)
            for number in range(1, COUNT):
                publish(client, number)
                if number == COUNT // 2:
                    running.kill()
                    running.start()
            assert until(lambda: len(stored()) >= COUNT)
            assert stored() == list(range(COUNT))
        finally:
            client.loop_stop()
            stop([*processes, server])
