"""Sensors of citizens: their keys open nothing else, their places are rounded, and all of it can be taken back."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.kernel import clock
from steuerrad.modules.sensors.citizen import actions
from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.citizen.personal import erase, export
from steuerrad.modules.sensors.citizen.rules import METRES_A_DEGREE, MessageRefusedError, rounded, values_of
from steuerrad.modules.sensors.onboarding.actions import register as register_device
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    Location,
    RemovedStream,
    Thing,
)
from steuerrad.platform.observations.store import observations, owning

#: As the airRohr firmware sends it (types of values and texts as numbers), figures invented.
MESSAGE = {
    "esp8266id": "1234567", "software_version": "NRZ-2024-135",
    "sensordatavalues": [
        {"value_type": "SDS_P1", "value": "12.30"}, {"value_type": "SDS_P2", "value": "7.85"},
        {"value_type": "BME280_temperature", "value": "21.40"}, {"value_type": "BME280_pressure", "value": "100512.00"},
        {"value_type": "BME280_humidity", "value": "48.20"}, {"value_type": "samples", "value": "4321000"},
        {"value_type": "signal", "value": "-67"},
    ],
}  # fmt: skip
PLACE = {"longitude": 7.216236, "latitude": 51.481845}


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, db: None) -> Any:
    with owning(tmp_path / "observations"):
        yield


def person(email: str = "p@demo.invalid", role: str = "") -> User:
    user = User.objects.create_user(email=email, password="x")
    if role:
        Membership.objects.create(user=user, role=role)
    return user


def made(user: User, **more: Any) -> tuple[CitizenSensor, str]:
    return actions.register(user, "airrohr_sds011_bme280", name="Balkon", **(PLACE | more))


def send(key: str, message: Any = MESSAGE, **headers: str) -> Any:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return Client().post(
        "/sensors/push/", body, "application/json", headers={"Authorization": f"Bearer {key}", **headers}
    )


def figures() -> dict[str, float]:
    names = dict(Datastream.objects.values_list("pk", "properties__column"))
    with observations() as store:
        found = store.latest(list(names)).to_pylist()
    return {names[row["stream"]]: row["value"] for row in found}


def test_an_airrohr_sends_in_its_own_format() -> None:
    sensor, key = made(person(), hardware="esp8266-1234567")
    basic = base64.b64encode(f"sensor:{key}".encode()).decode()
    answer = Client().post("/sensors/push/", json.dumps(MESSAGE), "application/json",
                           headers={"Authorization": f"Basic {basic}", "X-Sensor": "esp8266-1234567", "X-Pin": "1"})  # fmt: skip
    assert (answer.status_code, answer.json()) == (201, {"stored": 6})
    assert figures() == {"pm10": 12.3, "pm2_5": 7.85, "temperature": 21.4, "pressure": pytest.approx(1005.12),
                         "humidity": 48.2, "signal": -67}  # fmt: skip
    thing = Thing.objects.get()
    assert (thing.origin, thing.public, thing.properties["network"]) == ("citizen", False, "citizen")
    assert not thing.official
    assert send(key, **{"X-Sensor": "esp8266-7654321"}).status_code == 401
    assert send(key).status_code == 429
    sensor.refresh_from_db()
    assert sensor.last_sent is not None


def test_a_key_opens_nothing_else() -> None:
    _sensor, key = made(person())
    other = register_device(None, "level_logger", name="L").datastreams.first()
    assert other is not None
    assert Client().post(f"/sta/v1.1/Datastreams({other.pk})/Observations", json.dumps({"result": 1}), "application/json",
                         headers={"Authorization": f"Bearer {key}"}).status_code == 403  # fmt: skip
    assert (
        Client().get("/api/v1/sensors/devices", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    )
    send(
        key,
        {
            "sensordatavalues": [
                {"value_type": "level", "value": 3},
                {"value_type": "temperature", "value": 3},
            ]
        },
    )
    assert figures() == {"temperature": 3}


@pytest.mark.parametrize("key", ["", "stc_", "stc_" + "a" * 43, "str_x", "\x00"])
def test_wrong_keys(key: str) -> None:
    made(person())
    assert send(key).status_code == 401
    assert CitizenSensor.objects.get().digest not in ("", key)


def test_the_key_is_kept_as_its_digest_only_and_shown_once() -> None:
    browser = Client()
    browser.force_login(person())
    page = browser.post(
        "/sensors/citizen/new/", {"template": "climate_sensor", "name": "Fenster", "grid_m": "250", **PLACE}
    )
    key = page.context["key"]
    assert key in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    kept = json.dumps([list(CitizenSensor.objects.values()), list(AuditEntry.objects.values())], default=str)
    assert key not in kept
    assert key not in browser.get("/sensors/citizen/").content.decode()
    sensor = CitizenSensor.objects.get()
    newer = browser.post(f"/sensors/citizen/{sensor.pk}/key/").context["key"]
    assert send(key).status_code == 401
    assert send(newer).status_code == 201
    browser.post(f"/sensors/citizen/{sensor.pk}/withdraw/")
    assert send(newer).status_code == 401


def test_deleting_takes_everything_along() -> None:
    user = person()
    sensor, key = made(user)
    send(key)
    browser = Client()
    browser.force_login(user)
    assert browser.get(f"/sensors/citizen/{sensor.pk}/delete/").status_code == 200
    browser.post(f"/sensors/citizen/{sensor.pk}/delete/")
    for kind in (CitizenSensor, Thing, Location, FeatureOfInterest):
        assert not kind._default_manager.exists()
    assert RemovedStream.objects.count() == 6
    assert send(key).status_code == 401


def test_nobody_steers_the_sensor_of_another() -> None:
    sensor, key = made(person())
    browser = Client()
    browser.force_login(person("q@demo.invalid"))
    for verb in ("key", "withdraw", "delete", "release"):
        assert browser.post(f"/sensors/citizen/{sensor.pk}/{verb}/", {"public": "1"}).status_code == 403
    assert send(key).status_code == 201
    office = Client()
    office.force_login(person("o@demo.invalid", "coordinator"))
    assert office.post(f"/sensors/citizen/{sensor.pk}/key/").status_code == 403, (
        "the office does not write in a person's name"
    )
    assert office.post(f"/sensors/citizen/{sensor.pk}/release/", {"public": "1"}).status_code == 302
    sensor.thing.refresh_from_db()
    assert sensor.thing.public
    office.post(f"/sensors/citizen/{sensor.pk}/withdraw/")
    assert send(key).status_code == 401


def test_the_owner_sees_the_latest_figures_before_others_do() -> None:
    user = person()
    _sensor, key = made(user)
    send(key)
    browser = Client()
    browser.force_login(user)
    page = browser.get("/sensors/citizen/").content.decode()
    assert "21,4" in page
    assert browser.get(f"/sensors/things/{Thing.objects.get().pk}/").status_code == 404


def test_who_may_register() -> None:
    user = person()
    with pytest.raises(PermissionDenied):
        actions.register(None, "climate_sensor", name="x", **PLACE)
    for _number in range(actions.MOST_A_PERSON):
        made(user)
    with pytest.raises(Exception, match="20"):
        made(user)
    CitizenSensor.objects.exclude(pk=CitizenSensor.objects.first().pk).delete()  # type: ignore[union-attr]
    _sensor, key = made(user)
    user.is_active = False
    user.save()
    assert send(key).status_code == 401


def test_what_is_kept_of_a_person_is_told_and_erased() -> None:
    user = person()
    made(user, grid_m=1000)
    [told] = export(user)
    assert told["places"][0]["coordinates"] != [PLACE["longitude"], PLACE["latitude"]]
    erase(user)
    assert export(user) == []
    assert not Thing.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 422), (b"[]", 422), (b"{}", 422), (b'{"sensordatavalues": 3}', 422), (b'{"sensordatavalues": [3]}', 422),
     (b"[" * 10_000, 422), (b" " * 20_000, 413), (b'{"sensordatavalues": []}', 201),
     (b'{"sensordatavalues": [{"value_type": "temperature", "value": "nan"}]}', 201),
     (b'{"sensordatavalues": [{"value_type": "temperature", "value": {"a": 1}}]}', 201)],
)  # fmt: skip
def test_hostile_messages(body: bytes, status: int) -> None:
    _sensor, key = made(person())
    assert send(key, body).status_code == status
    assert figures() == {}


@given(st.binary(max_size=200))
def test_no_message_breaks_the_reader(body: bytes) -> None:
    try:
        assert all(math.isfinite(value) for value in values_of(body).values())
    except MessageRefusedError:
        return


@given(st.floats(-180, 180), st.floats(-89, 89), st.sampled_from([100, 250, 500, 1000]))
def test_a_rounded_place_is_near_and_stays_when_it_is_rounded_again(
    longitude: float, latitude: float, grid: int
) -> None:
    east, north = rounded(longitude, latitude, grid)
    away = math.hypot((north - latitude) * METRES_A_DEGREE,
                      (east - longitude) * METRES_A_DEGREE * math.cos(math.radians(north)))  # fmt: skip
    assert away <= grid * 0.75
    again = rounded(east, north, grid)
    assert again == pytest.approx((east, north), abs=1e-6)


def test_many_places_of_a_cell_are_one() -> None:
    east, north = rounded(7.2, 51.48, 100)
    step = 40 / METRES_A_DEGREE
    assert {rounded(east + x * step, north + y * step, 100) for x in (-1, 0, 1) for y in (-1, 0, 1)} == {
        (east, north)
    }


def test_a_clock_that_jumps_back_does_not_lock_a_sensor_out() -> None:
    sensor, _key = made(person())
    CitizenSensor.objects.update(last_sent=clock.now().replace(year=2050))
    sensor.refresh_from_db()
    assert actions.take(sensor, {"temperature": 20.0}) == 1
