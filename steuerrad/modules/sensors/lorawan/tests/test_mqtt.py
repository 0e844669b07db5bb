"""The intake from a real Mosquitto: what is confirmed is stored, whoever dies; what is broken holds nothing up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.modules.sensors.lorawan.models import DeadUplink
from steuerrad.modules.sensors.lorawan.mqtt import delivery_of
from steuerrad.modules.sensors.lorawan.tests.killing import (
    NetworkServer,
    Stand,
    run,
    stored,
    temperature,
    until,
    uplink,
)
from steuerrad.modules.sensors.lorawan.tests.samples import EUI
from tests.support.at_once import address, alone, copied, shared
from tests.support.mqtt import broker

pytestmark = pytest.mark.one_database

#: By hand with 200: bench/mqtt_kill.py
KILLS = 2
COUNT = 200


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


def broken(number: int) -> bytes:
    """Every second message is something that no network server would send."""
    return [uplink(number), b"", uplink(number), b'{"deviceInfo": {"devEui": "\\u0000"}}', uplink(number),
            b"\xff" * 300, uplink(number), json.dumps({"deviceInfo": {"devEui": EUI}, "data": "*"}).encode(),
            uplink(number), b"[" * 5000][number % 10]  # fmt: skip


def test_two_consumers_share_the_work_and_broken_messages_hold_nothing_up(place: dict[str, Any]) -> None:
    with broker() as running:
        stand, sender = Stand(place["env"], running, 2), NetworkServer(running.port)
        try:
            sender.publish(COUNT, broken)
            assert sender.settled()
            good = {number for number in range(1, COUNT + 1) if number % 2 == 0}
            streams = temperature()
            assert until(lambda: good <= set(stored(streams)), 30)
            assert until(lambda: sum(len(one.confirmed) for one in stand.witnesses) == COUNT, 30)
            assert all(len(one.confirmed) > COUNT // 10 for one in stand.witnesses)
            assert set(stored(streams)) == good | {0}
        finally:
            sender.close()
            codes = stand.close()
    assert codes[:2] == [0, 0]
    dead = alone(place["data"], lambda: list(DeadUplink.objects.values_list("kind", flat=True)))
    assert set(dead) == {DeadUplink.UNREADABLE}
    assert len(dead) == 5  # the same message is kept once
