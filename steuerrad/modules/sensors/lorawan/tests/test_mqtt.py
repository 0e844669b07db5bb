"""The intake from a real Mosquitto: what is confirmed is stored, whoever dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.modules.sensors.lorawan.mqtt import delivery_of
from steuerrad.modules.sensors.lorawan.tests.killing import run, uplink
from steuerrad.modules.sensors.lorawan.tests.samples import EUI
from tests.support.at_once import address, copied, shared
from tests.support.mqtt import broker

pytestmark = pytest.mark.one_database

#: By hand with 200: bench/mqtt_kill.py
KILLS = 2


def test_topics_tell_the_network_server_and_the_event() -> None:
    found = delivery_of(f"application/1/device/{EUI}/event/join", b"{}")
    assert (found.network, found.event) == ("chirpstack", "join")
    assert delivery_of("v3/app@tenant/devices/bank-1/up", b"{}").network == "ttn"


@pytest.fixture
def place(tmp_path: Path, settings: Any, transactional_db: None) -> Iterator[dict[str, Any]]:
    """A database and a folder that other processes reach, with one device and its datastreams."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    take(None, [Delivery("chirpstack", uplink(0))])  # makes the datastreams
    data = shared(tmp_path)
    copied(data)
    env = {**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": address(data)}
    yield {"env": env, "data": data}
    call_command("flush", interactive=False, verbosity=0)


def test_a_killed_consumer_loses_nothing_and_stores_nothing_twice(place: dict[str, Any]) -> None:
    with broker() as running:
        found = run(place["env"], running, "consumer", KILLS, pauses=(0.3, 1.5))
    assert found.published > 20
    assert (found.lost_by_us, found.missing, found.wrong, found.revised) == (0, 0, 0, 0)


def test_what_we_have_confirmed_is_stored_when_the_broker_is_killed(place: dict[str, Any]) -> None:
    """What Mosquitto itself forgets (it writes its memory down once a second at best) is not ours to promise."""
    with broker() as running:
        found = run(place["env"], running, "broker", 1, pauses=(0.5, 1.5), patience=5)
    assert found.confirmed > 20
    assert (found.lost_by_us, found.wrong, found.revised) == (0, 0, 0)
