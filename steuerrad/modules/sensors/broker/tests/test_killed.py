"""The data server dies under publications: what it has confirmed is stored, and whoever has a session is sent all of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from steuerrad.modules.sensors.broker.tests.killing import run
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.actions import place, save
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from tests.support.at_once import address, copied, shared

pytestmark = pytest.mark.one_database


def made() -> tuple[str, int]:
    """A key, and a datastream of a thing that is somewhere."""
    user = get_user_model().objects.create(email="mqtt@demo.invalid", is_superuser=True, is_active=True)
    thing = save(None, Thing(name="T", description="T", public=True))
    at = save(
        None, Location(name="L", description="L", geometry={"type": "Point", "coordinates": [7.2, 51.5]})
    )
    place(None, thing, [at])
    sensor = save(None, Sensor(name="S", description="S", encoding_type="text/plain", metadata="m"))
    observed = save(None, ObservedProperty(name="P", description="P", definition="http://example.org/p"))
    stream = save(
        None, Datastream(name="D", description="D", thing=thing, sensor=sensor, observed_property=observed)
    )
    return create_token(user, "mqtt"), stream.pk


def test_what_is_confirmed_is_stored_and_sent(tmp_path: Path, settings: Any, transactional_db: None) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    key, stream = made()
    data = shared(tmp_path)
    copied(data)
    env = {**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": address(data)}
    try:
        found = run(env, key, stream, 1, pauses=(1.0, 2.0))
    finally:
        call_command("flush", interactive=False, verbosity=0)
    assert found.confirmed > 20
    assert (found.lost, found.unsent, found.wrong) == (0, 0, 0)
