"""Two consumers share the work of one subscription: each uplink once, what is broken holds nothing up, nothing waits for the one that dies."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from steuerrad.modules.sensors.broker.address import Address
from steuerrad.modules.sensors.broker.status import folder, read
from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.modules.sensors.lorawan.models import DeadUplink
from steuerrad.modules.sensors.lorawan.sharing import Seat, TakenError, seated
from steuerrad.modules.sensors.lorawan.tests.killing import (
    NetworkServer,
    Stand,
    stored,
    temperature,
    until,
    uplink,
)
from steuerrad.modules.sensors.lorawan.tests.samples import EUI, damaged
from steuerrad.platform.observations.store import observations
from tests.support.at_once import address, alone, copied, shared
from tests.support.mqtt import broker

COUNT = 100


def mixed(number: int) -> bytes:
    """Every second uplink is damaged in one of many ways."""
    whole = uplink(number)
    return whole if number % 2 == 0 else damaged(whole, random.Random(number))


@pytest.fixture
def place(tmp_path: Path, settings: Any, transactional_db: None) -> Iterator[dict[str, Any]]:
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    take(None, [Delivery("chirpstack", uplink(0))])
    data = shared(tmp_path)
    copied(data)
    env = {**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": address(data)}
    yield {"env": env, "data": data}
    call_command("flush", interactive=False, verbosity=0)


def taken() -> dict[str, int]:
    return {one["name"]: one["taken"] for one in read()}


@pytest.mark.one_database
def test_each_uplink_is_taken_once_and_one_that_dies_leaves_its_share_to_the_other(
    place: dict[str, Any],
) -> None:
    with broker() as running:
        stand, sender = Stand(place["env"], running, 2, witnessed=False), NetworkServer(running.port)
        try:
            sender.publish(COUNT, mixed)
            assert until(lambda: sum(taken().values()) == COUNT, 30), taken()
            assert all(count > COUNT // 10 for count in taken().values())
            streams = temperature()
            assert set(range(0, COUNT + 1, 2)) <= set(stored(streams))
            stand.end_consumer(1)
            (folder() / "consumer-consumer-1.json").unlink()
            sender.publish(COUNT)
            assert sender.settled()
            second = set(range(COUNT + 1, 2 * COUNT + 1))
            assert until(lambda: second <= set(stored(streams)), 30)
            stand.start_consumer(1)
            assert until(lambda: sender.publish(10) or "consumer-consumer-1" in taken(), 30, 0.5)
            assert until(lambda: taken()["consumer-consumer-1"] > 0, 30)
            assert sender.settled()
            third = {number for number in sender.published if number > COUNT}
            assert until(lambda: third <= set(stored(streams)), 30)
            with observations() as store:
                assert store.revisions(streams[0]).num_rows == 0
        finally:
            sender.close()
            codes = stand.close()
    assert codes[:2] == [0, 0]
    reasons = alone(place["data"], lambda: list(DeadUplink.objects.values_list("reason", flat=True)))
    assert len(reasons) > COUNT // 4
    assert all(reasons)


def test_a_name_belongs_to_one_consumer_at_a_time(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    where = Address("broker.invalid", 1883)
    seat = seated("one", where, shared=True)
    assert seat.told() == {"name": "one", "address": "mqtt://broker.invalid:1883", "left": True}
    with pytest.raises(TakenError, match="'one' is running already"):
        seated("one", where, shared=True)
    seated("two", where, shared=False).leave()
    seat.leave()
    seated("one", where, shared=False).leave()
    assert Seat.of("one").told()["left"] is False
    Seat.of("one").path.write_text("[")
    assert Seat.of("one").told() == {}
