"""Devices by kind: by API, by table and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from steuerrad.modules.sensors.bulk.actions import save_mapping
from steuerrad.modules.sensors.bulk.tests.test_import import LONG, csv_file
from steuerrad.modules.sensors.lorawan.models import DeviceProfile, LoraDevice
from steuerrad.modules.sensors.onboarding.actions import register
from steuerrad.modules.sensors.onboarding.files import register_file
from steuerrad.modules.sensors.onboarding.kinds import TITLES, own, templates
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import owning
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db
DEVICES = "/api/v1/sensors/devices"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path) -> Any:
    with translation.override("en"), owning(tmp_path / "observations"):
        yield


def person(role: str, organisation: Organisation | None = None) -> Client:
    user = User.objects.create_user(email=f"{role}@demo.invalid", password="x")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    browser = Client()
    browser.force_login(user)
    return browser


def test_titles_of_the_library_are_found_for_translation() -> None:
    assert {one.title for one in own().values()} == TITLES


def test_every_kind_can_be_made() -> None:
    assert {"airrohr_sds011_dht22", "dragino_lse01", "ecowitt_gw2001"} <= set(templates())
    for place, (key, kind) in enumerate(templates().items()):
        eui = f"{place:016x}" if kind.kind == "lorawan" else ""
        thing = register(None, key, name=f"{key} 1", dev_eui=eui, point=(7.2, 51.4))
        assert thing.datastreams.count() == len(kind.streams)
    soil = Datastream.objects.get(thing__name="soil_station 1", properties__column="soil_30")
    assert soil.properties["depth_m"] == 0.3
    assert own()["airrohr_sds011_bme280"].pushed["BME280_pressure"] == "pressure"


def test_a_device_over_the_api_made_read_and_changed() -> None:
    own_one = Organisation.objects.create(key="own", name="Own")
    browser = person("contributor", own_one)
    given = {"template": "soil_station", "name": "Linde 9", "key": "tree:9", "organisation": "own", "latitude": 51.4,
             "longitude": 7.2, "interval_s": 900}  # fmt: skip
    made = browser.post(DEVICES, given, "application/json")
    assert made.status_code == 201, made.content
    found = made.json()
    assert [row["low"] for row in found["streams"]] == [0, 0, 0, -30]
    address = f"{DEVICES}/{found['id']}"
    assert browser.get(address).json() == found
    changed = browser.patch(
        address, {"name": "Linde 10", "latitude": 51.5, "longitude": 7.3}, "application/json"
    ).json()
    assert (changed["name"], changed["latitude"], changed["key"]) == ("Linde 10", 51.5, "tree:9")
    assert Thing.objects.get().historical_locations.count() == 2
    stream = f"/api/v1/sensors/datastreams/{found['streams'][0]['id']}"
    assert browser.patch(stream, {"low": 5, "interval_s": None}, "application/json").json()["low"] == 5
    assert browser.patch(stream, {"low": 500}, "application/json").status_code == 422
    assert browser.patch(address, {"public": True}, "application/json").status_code == 403
    assert browser.get(DEVICES).json()["total"] == 1
    assert browser.get("/api/v1/sensors/device-kinds").status_code == 200


def test_a_lorawan_device_over_the_api() -> None:
    browser = person("coordinator")
    given = {"template": "dragino_lse01", "name": "Boden", "dev_eui": "A84041FFFF000001"}
    made = browser.post(DEVICES, given, "application/json").json()
    assert made["dev_eui"] == "a84041ffff000001"
    assert len(made["streams"]) == 4
    address = f"{DEVICES}/{made['id']}"
    assert (
        browser.patch(address, {"profile": "dragino_lht65n"}, "application/json").json()["profile"]
        == "dragino_lht65n"
    )
    assert browser.patch(address, {"profile": "nothing"}, "application/json").status_code == 422
    assert LoraDevice.objects.get().profile == "dragino_lht65n"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"template": "x"}, "template"), ({"name": ""}, "name"), ({"latitude": 51.0}, "latitude"), ({"organisation": "x"}, "organisation"),
     ({"dev_eui": "a84041ffff000001"}, "dev_eui"), ({"key": "taken"}, "key"), ({"latitude": 91, "longitude": 1}, "latitude")],
)  # fmt: skip
def test_faults_name_their_field(change: dict[str, Any], field: str) -> None:
    register(None, "level_logger", name="A", key="taken")
    browser = person("coordinator")
    answer = browser.post(DEVICES, {"template": "level_logger", "name": "B"} | change, "application/json")
    assert answer.status_code == 422
    assert any(field in error["field"] for error in answer.json()["errors"])
    assert Thing.objects.count() == 1


def test_rights() -> None:
    mine, theirs = (Organisation.objects.create(key=key, name=key) for key in ("mine", "theirs"))
    thing = register(None, "level_logger", name="A", organisation=theirs)
    browser = person("contributor", mine)
    assert browser.get(f"{DEVICES}/{thing.pk}").status_code == 404
    assert (
        browser.post(DEVICES, {"template": "level_logger", "name": "B"}, "application/json").status_code
        == 403
    )
    assert (
        person("steering")
        .post(DEVICES, {"template": "level_logger", "name": "B"}, "application/json")
        .status_code
        == 403
    )
    assert Client().get(DEVICES).status_code == 401
    assert Client().post(DEVICES, {}, "application/json").status_code == 401


def test_a_table_of_devices_is_all_or_nothing() -> None:
    head = "template;name;key;dev_eui;latitude;longitude;origin\n"
    good = "soil_station;A;t:1;;51,4;7,2;city\ndragino_lse01;B;;a84041ffff000002;;;\n"
    assert register_file(None, (head + good).encode()) == 2
    with pytest.raises(ValidationError) as caught:
        register_file(
            None,
            (head + "soil_station;C;t:3;;51;7;city\nnothing;D;;;;;\nsoil_station;E;t:1;;51;;mars\n").encode(),
        )
    assert "line 3, template" in " ".join(caught.value.messages)
    assert "line 4, origin" in " ".join(caught.value.messages)
    assert Thing.objects.count() == 2


def test_a_table_over_the_api_by_a_mapping(tmp_path: Path) -> None:
    save_mapping(None, "net", "Net", LONG)
    browser = person("coordinator")
    body = csv_file(tmp_path).read_bytes()
    answer = browser.post("/api/v1/sensors/imports/net?name=l.csv", body, "text/csv")
    assert answer.status_code == 201, answer.content
    assert answer.json()["figures"] == 3
    assert browser.post("/api/v1/sensors/imports/net", b"junk", "text/csv").status_code == 422
    assert browser.post("/api/v1/sensors/imports/none", body, "text/csv").status_code == 404
    assert Client().post("/api/v1/sensors/imports/net", body, "text/csv").status_code == 401


def test_by_hand_and_changed_on_its_page() -> None:
    browser = person("coordinator")
    given = {
        "template": "airrohr_sds011_dht22",
        "name": "Luft",
        "origin": "city",
        "latitude": "51.4",
        "longitude": "7.2",
    }
    made = browser.post("/sensors/devices/new/", given)
    assert made.status_code == 302, made.context["form"].errors
    thing = Thing.objects.get()
    edit = f"/sensors/things/{thing.pk}/edit/"
    assert browser.get(edit).context["form"].initial["latitude"] == 51.4
    browser.post(edit, given | {"name": "Luft 2", "latitude": "51.6"})
    thing.refresh_from_db()
    assert thing.name == "Luft 2"
    assert thing.locations.get().geometry["coordinates"] == [7.2, 51.6]
    stream = thing.datastreams.first()
    address = f"/sensors/streams/{stream.pk}/edit/"
    assert browser.post(address, {"name": "PM", "low": "5", "high": "1"}).status_code == 422
    assert (
        browser.post(address, {"name": "PM", "low": "", "high": "50", "interval_s": "60"}).status_code == 302
    )
    stream.refresh_from_db()
    assert (stream.name, stream.low, stream.high, stream.interval_s) == ("PM", None, 50, 60)
    assert browser.post("/sensors/devices/new/", given | {"template": "dragino_lse01"}).status_code == 422
    table = SimpleUploadedFile("d.csv", b"template,name\nlevel_logger,L1\n")
    assert browser.post("/sensors/devices/import/", {"file": table}).status_code == 302
    assert Thing.objects.filter(name="L1").exists()


def test_kinds_of_lorawan_devices_are_added_and_changed_on_a_page() -> None:
    browser = person("coordinator")
    given = {"key": "own-one", "title": "Eigenbau", "maker": "", "interval_s": "600",
             "codec": "function decodeUplink(i) { return {data: {t: i.bytes[0]}}; }",
             "fields": '[t]\nproperty = "air_temperature"\nunit = "Cel"\n'}  # fmt: skip
    assert browser.post("/sensors/lorawan/profiles/new/", given).status_code == 302
    assert DeviceProfile.objects.get().fields == {"t": {"property": "air_temperature", "unit": "Cel"}}
    assert "Eigenbau" in browser.get("/sensors/lorawan/profiles/").content.decode()
    edit = "/sensors/lorawan/profiles/own-one/"
    assert 'unit = "Cel"' in browser.get(edit).context["form"].initial["fields"]
    assert browser.post(edit, given | {"title": "Anders"}).status_code == 302
    assert DeviceProfile.objects.get().title == "Anders"
    for change, field in [({"fields": "t ="}, "fields"), ({"fields": '[t]\nproperty = "x"'}, "fields")]:
        answer = browser.post(edit, given | change)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors
    thing = register(None, "own-one", name="X", dev_eui="a84041ffff000003")
    change = browser.post(
        "/sensors/lorawan/a84041ffff000003/edit/", {"profile": "dragino_lse01", "interval_s": "300"}
    )
    assert change.status_code == 302
    assert LoraDevice.objects.get(thing=thing).interval_s == 300
