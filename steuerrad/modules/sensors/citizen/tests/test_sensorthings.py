"""The key of a citizen's sensor at the standard's interface: whatever is sent, only its own datastreams ever change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.modules.sensors.citizen import actions
from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.citizen.sensorthings import PACE, answer, own_sender
from steuerrad.modules.sensors.onboarding.actions import register as register_device
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.accounts.models import User
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.permissions import MANAGE, READ, RELEASE, WRITE
from steuerrad.platform.observations.store import observations, owning
from tests.support.effort import tries

STA = "/sta/v1.1"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, db: None) -> Iterator[None]:
    PACE.forget()
    with owning(tmp_path / "observations"):
        yield
    PACE.forget()


def made() -> tuple[CitizenSensor, str, list[int]]:
    user = User.objects.create_user(email="p@demo.invalid", password="x")
    sensor, key = actions.register(user, "airrohr_sds011_bme280", name="Balkon", longitude=7.2, latitude=51.5)
    return (
        sensor,
        key,
        list(Datastream.objects.filter(thing=sensor.thing).order_by("pk").values_list("pk", flat=True)),
    )


def ask(method: str, path: str, body: Any, key: str, **headers: str) -> Any:
    content = json.dumps(body).encode()
    return Client().generic(
        method, STA + path, content, "application/json", headers={"Authorization": f"Bearer {key}", **headers}
    )


def stored() -> dict[int, int]:
    numbers = list(Datastream.objects.values_list("pk", flat=True))
    with observations() as store:
        found = store.extents(numbers).to_pylist()
    return {row["stream"]: row["n"] for row in found}


def test_a_self_built_sensor_speaks_the_standard() -> None:
    sensor, key, own = made()
    answered = ask("POST", f"/Datastreams({own[0]})/Observations", {"result": 12.5}, key)
    assert (answered.status_code, answered.json()["result"]) == (201, 12.5)
    assert answered["Location"] == answered.json()["@iot.selfLink"]
    linked = {"result": 7, "Datastream": {"@iot.id": own[1]}}
    assert ask("POST", "/Observations", linked, key, Prefer="return=minimal").content == b""
    group = {
        "Datastream": {"@iot.id": own[2]}, "components": ["phenomenonTime", "result"],
        "dataArray": [["2999-01-01T00:00:00Z", 1]],
    }  # fmt: skip
    refused = ask("POST", "/CreateObservations", [group], key)
    assert (refused.status_code, refused.json()["message"][:35]) == (
        400,
        "body/0/dataArray/0/phenomenonTime: ",
    )
    group["components"], group["dataArray"] = ["result"], [[21.4]]
    answered = ask("POST", "/CreateObservations", [group], key)
    assert (answered.status_code, len(answered.json())) == (201, 1)
    assert stored() == {own[0]: 1, own[1]: 1, own[2]: 1}
    sensor.refresh_from_db()
    assert sensor.last_sent is not None
    assert (sensor.thing.public, sensor.thing.official) == (False, False)  # shown apart, as before


def test_the_pace_is_that_of_push() -> None:
    _sensor, key, own = made()
    assert ask("POST", f"/Datastreams({own[0]})/Observations", {"result": 1}, key).status_code == 201
    late = ask("POST", f"/Datastreams({own[0]})/Observations", {"result": 2}, key)
    assert (late.status_code, late["Retry-After"]) == (429, "5")
    assert late.json()["code"] == 429
    assert ask("POST", f"/Datastreams({own[1]})/Observations", {"result": 1}, key).status_code == 201
    push = {"sensordatavalues": [{"value_type": "SDS_P1", "value": "3"}]}
    assert Client().post("/sensors/push/", json.dumps(push), "application/json",
                         headers={"Authorization": f"Bearer {key}"}).status_code == 429  # fmt: skip
    assert stored() == {own[0]: 1, own[1]: 1}


def test_a_key_that_is_withdrawn_or_of_another_device_sends_nothing() -> None:
    sensor, key, own = made()
    CitizenSensor.objects.update(hardware="esp-1")
    where = f"/Datastreams({own[0]})/Observations"
    assert ask("POST", where, {"result": 1}, key, **{"X-Sensor": "esp-2"}).status_code == 401
    assert ask("POST", where, {"result": 1}, key, **{"X-Sensor": "ESP-1"}).status_code == 201
    actions.withdraw_key(sensor.owner, sensor)
    assert ask("POST", where, {"result": 1}, key).status_code == 401
    assert ask("POST", where, {"result": 1}, "stc_wrong").status_code == 401


def test_reading_shows_what_visitors_see() -> None:
    sensor, key, own = made()
    assert ask("GET", "/Things", None, key).json()["value"] == []
    assert ask("GET", f"/Datastreams({own[0]})", None, key).status_code == 404
    Thing.objects.filter(pk=sensor.thing_id).update(public=True)
    assert len(ask("GET", "/Things", None, key).json()["value"]) == 1


def test_what_is_rare_is_not_taken() -> None:
    _sensor, key, own = made()
    for more in ({"result": "text"}, {"result": "5"}, {"result": True}, {"result": None}, {}, {"result": 10**400},
                 {"result": 1, "parameters": {"a": 1}}, {"result": 1, "FeatureOfInterest": {"name": "x"}},
                 {"result": 1, "resultQuality": "good"}, {"result": 1, "phenomenonTime": "1999-01-01T00:00:00Z"},
                 {"result": 1, "validTime": "2024-01-01T00:00:00Z/2024-01-01T01:00:00Z"}, {"result": [1]}):  # fmt: skip
        answered = ask("POST", f"/Datastreams({own[0]})/Observations", more, key)
        assert (answered.status_code, answered.json()["code"]) == (400, 400), more
    assert ask("POST", "/CreateObservations", [{"Datastream": {"@iot.id": own[0]}, "components": ["result"],
               "dataArray": [[1]] * 101}], key).status_code == 413  # fmt: skip
    assert (
        ask("POST", f"/Datastreams({own[0]})/Observations", {"result": 1, "x": "y" * 20_000}, key).status_code
        == 413
    )
    assert stored() == {}


def state() -> Any:
    """Everything that a key could change, but for the observations."""
    return [list(model.objects.order_by("pk").values()) for model in (Thing, Datastream, Location)]


NAMES = st.sampled_from(["Things", "Datastreams", "Observations", "Locations", "Sensors", "FeaturesOfInterest",
                         "ObservedProperties", "HistoricalLocations", "CreateObservations", "$batch", "result", "$value"])  # fmt: skip
IDS = st.sampled_from(
    ["", "", "(1)", "(2)", "(3)", "(9)", "(14)", "('1-1')", "('7-0')", "(0)", "(-1)", "(x)"]
)
PATHS = st.lists(st.builds("".join, st.tuples(NAMES, IDS)), min_size=1, max_size=3).map("/".join)
LINKS = st.integers(0, 20).map(lambda number: {"@iot.id": number})
BODIES = st.one_of(
    st.fixed_dictionaries({}, optional={
        "result": st.one_of(st.floats(), st.text(max_size=3), st.none()), "Datastream": LINKS, "name": st.text(max_size=3),
        "public": st.booleans(), "FeatureOfInterest": LINKS, "phenomenonTime": st.sampled_from(["2024-01-01T00:00:00Z", "", 5]),
        "properties": st.just({"network": ""}), "Observations": st.just([{"result": 1}]),
    }),
    st.lists(st.fixed_dictionaries({"Datastream": LINKS, "components": st.just(["result"]),
                                    "dataArray": st.lists(st.lists(st.floats(), max_size=2), max_size=3)}), max_size=3),
    st.just({"requests": [{"id": "1", "method": "delete", "url": "Things(1)"}]}),
)  # fmt: skip


@settings(max_examples=tries(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["POST", "POST", "POST", "PATCH", "PUT", "DELETE", "GET", "TRACE"]), PATHS, BODIES)
def test_nothing_but_the_own_datastreams_ever_changes(method: str, path: str, body: Any) -> None:
    User.objects.filter(email="p@demo.invalid").delete()
    other = register_device(None, "level_logger", name="L")
    Thing.objects.filter(pk=other.pk).update(public=True)
    _sensor, key, own = made()
    before = state()
    PACE.forget()
    with observations() as store:
        counted = {row["stream"]: row["n"] for row in store.extents(None).to_pylist()}
        context = Context(own_sender(key), "http://x/sta/v1.1", store)
        status, told, content = answer(method, path, "", {}, json.dumps(body).encode(), context)
        after = {row["stream"]: row["n"] for row in store.extents(None).to_pylist()}
    assert status < 500 or status == 501, content
    if status >= 400:
        assert json.loads(content)["code"] == status
        assert json.loads(content)["message"]
        assert told["Content-Type"].startswith("application/json")
    assert state() == before
    changed = {stream for stream in after if after[stream] != counted.get(stream)}
    assert changed <= set(own)
    assert not changed or (method == "POST" and status == 201)


def test_the_key_holds_no_right() -> None:
    _sensor, key, _own = made()
    who = own_sender(key)
    assert who is not None
    assert not any(holds_anywhere(who, right) for right in (MANAGE, READ, RELEASE, WRITE))
    assert not AnonymousUser().is_authenticated
