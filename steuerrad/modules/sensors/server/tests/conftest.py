"""A data server of one's own for a file of tests, with sixteen datastreams; not started yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from steuerrad.modules.sensors.server.tests.process import Process
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from tests.support.at_once import address, copied, shared

STREAMS = 16


def streams() -> list[int]:
    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="T", definition="http://example.org/t"))
    place = actions.save(None, Location(name="L", geometry={"type": "Point", "coordinates": [7.2, 51.5]}))
    thing = actions.save(None, Thing(name="T", public=True))
    actions.place(None, thing, [place])
    return [
        actions.save(
            None, Datastream(name=f"D{number}", thing=thing, sensor=sensor, observed_property=seen)
        ).pk
        for number in range(STREAMS)
    ]


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[Process, list[int]]]:
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("faults")
        numbers = streams()
        key = create_token(User.objects.create_superuser("sender@city.example", "x"), "sender")
        place = shared(folder)
        copied(place)
        process = Process(folder, key, {"STEUERRAD_DATABASE_URL": address(place)})
        try:
            yield process, numbers
        finally:
            if process.running is not None and process.running.poll() is None:
                process.stop()
            call_command("flush", interactive=False, verbosity=0)
