"""Webhooks and pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from steuerrad.modules.sensors.codecs.decoding import CodecError
from steuerrad.modules.sensors.lorawan import onboarding, queries
from steuerrad.modules.sensors.lorawan.clone import import_clone, read_vectors
from steuerrad.modules.sensors.lorawan.models import DeadUplink, DeviceProfile, LoraDevice
from steuerrad.modules.sensors.lorawan.tests.samples import EUI, chirpstack, things_stack
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.store import Local

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(db: None) -> User:
    user = User.objects.create_user("coordinator@city.example", "x")
    Membership.objects.create(user=user, role=Role.COORDINATOR)
    return user


def send(network: str, body: Any, key: str = "", **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    address = f"/sensors/uplinks/{network}/" + options.pop("query", "")
    return Client(enforce_csrf_checks=True).post(
        address, json.dumps(body), content_type="application/json", headers=headers
    )


def test_webhooks_store_and_say_what_became_of_it(device: LoraDevice, coordinator: User) -> None:
    key = create_token(coordinator, "network server")
    assert send("chirpstack", chirpstack(1), key, query="?event=up").json()["state"] == "stored"
    assert send("chirpstack", chirpstack(1), key).json()["state"] == "again"
    assert send("ttn", things_stack(2), key).json()["state"] == "stored"
    assert send("chirpstack", {"x": 1}, key, query="?event=txack").json()["state"] == "ignored"
    broken = send("chirpstack", {"x": 1}, key)
    assert (broken.status_code, broken.json()["reason"]) == (200, "deviceInfo: an object is expected.")
    assert DeadUplink.objects.count() == 1


def test_webhooks_need_a_key_that_may_send_in(store: Local) -> None:
    assert send("chirpstack", chirpstack(1)).status_code == 401
    assert send("chirpstack", chirpstack(1), "str_wrong").status_code == 401
    reader = User.objects.create_user("steering@city.example", "x")
    Membership.objects.create(user=reader, role=Role.STEERING)
    assert send("chirpstack", chirpstack(1), create_token(reader, "k")).status_code == 403
    assert Client().get("/sensors/uplinks/chirpstack/").status_code == 405
    assert not DeadUplink.objects.exists()


def test_pages_are_for_those_who_may_manage(device: LoraDevice, coordinator: User) -> None:
    visitor, browser = Client(), Client()
    browser.force_login(coordinator)
    send("chirpstack", chirpstack(1), create_token(coordinator, "k"))
    send("chirpstack", chirpstack(1, eui="a84041ffff000001"), create_token(coordinator, "k"))
    for address, text in (
        ("", "Bank 1"), (f"{EUI}/", "ac1f09fffe01662d"), ("unread/", "a84041ffff000001"), ("gateways/", "51,48"),
        ("bench/", "Cayenne"), ("new/", "DevEUI"), ("import/", "dev_eui"), ("coverage.geojson", "LineString"),
    ):  # fmt: skip
        assert visitor.get(f"/sensors/lorawan/{address}").status_code == 302
        answer = browser.get(f"/sensors/lorawan/{address}")
        assert (answer.status_code, text in answer.content.decode()) == (200, True), address


def test_the_test_bench_shows_results_and_faults(coordinator: User, db: None) -> None:
    browser = Client()
    browser.force_login(coordinator)
    given = {
        "payload": "03 67 2c 00",
        "encoding": "hex",
        "f_port": 85,
        "profile": "milesight_em300_th",
        "code": "",
    }
    assert "air_temperature, 4,4" in browser.post("/sensors/lorawan/bench/", given).content.decode()
    own = given | {"code": "function decodeUplink() { while (true) {} }"}
    assert "250 ms" in browser.post("/sensors/lorawan/bench/", own).content.decode()
    wrong = browser.post("/sensors/lorawan/bench/", given | {"payload": "xyz"})
    assert "payload" in wrong.context["form"].errors


def test_unread_uplinks_are_tried_again_or_put_away(device: LoraDevice, coordinator: User) -> None:
    send("chirpstack", {"x": 1}, create_token(coordinator, "k"))
    browser = Client()
    browser.force_login(coordinator)
    browser.post("/sensors/lorawan/unread/replay/")
    row = DeadUplink.objects.get()
    assert (row.state, row.tries) == (DeadUplink.WAITING, 2)
    browser.post("/sensors/lorawan/unread/replay/", {"discard": row.pk})
    assert not queries.dead().exists()


def test_a_table_makes_all_its_devices_known_or_none(store: Local) -> None:
    head = "dev_eui;profile;name;latitude;longitude;interval_s\n"
    good = (
        head
        + f"{EUI};milesight_em300_th;Bank 1;51,48;7,21;600\n24-E1-24-13-6B-50-22-18;cayenne_lpp;Bank 2;;;\n"
    )
    assert onboarding.register_file(None, good.encode()) == 2
    LoraDevice.objects.all().delete()
    bad = (
        head + f"{EUI[:-1]}9;milesight_em300_th;Bank 1;;;\n123;cayenne_lpp;Bank 2;;;\n{EUI};none;Bank 3;5;;\n"
    )
    with pytest.raises(ValidationError) as caught:
        onboarding.register_file(None, bad.encode())
    assert [message.split(":")[0] for message in caught.value.messages] == [
        "line 3, dev_eui",
        "line 4, latitude",
    ] or [message.split(":")[0] for message in caught.value.messages] == [
        "Zeile 3, dev_eui",
        "Zeile 4, latitude",
    ]
    assert not LoraDevice.objects.exists()
    for content in (b"", b"a;b\n", b"\xff\xfe", head.encode(), b"dev_eui;profile;name;colour\n1;2;3;4\n"):
        with pytest.raises(ValidationError):
            onboarding.register_file(None, content)


def test_a_clone_is_read_with_its_vectors_and_its_faults(tmp_path: Path, db: None) -> None:
    vendor = tmp_path / "vendors" / "maker"
    for name in ("codecs", "devices"):
        (vendor / name).mkdir(parents=True)
    for name, result in (("good", "i.bytes[0] / 2"), ("bad", "0")):
        (vendor / "codecs" / f"{name}.js").write_text(
            f"function decodeUplink(i) {{ return {{data: {{t: {result}}}}}; }}"
        )
        (vendor / "codecs" / f"test_decode_{name}.json").write_text(
            '[{name: "x", "input": {"fPort": 0x02, "bytes": [0x0a]}, "expected": {"data": {t: 5}}}]'
        )
        (vendor / "devices" / f"{name}.toml").write_text(
            f'[device]\nname = "Maker {name}"\n[[device.firmware]]\nversion = "1"\ncodec = "{name}.js"\n'
        )
    (vendor / "devices" / "broken.toml").write_text("[device\n")
    found = import_clone(None, tmp_path)
    assert (found.saved, found.vectors, len(found.faults)) == (1, 1, 2)
    assert "gives {'t': 0}" in found.faults[0]
    assert DeviceProfile.objects.get().key == "maker-good"
    assert import_clone(None, tmp_path).saved == 1
    with pytest.raises(CodecError):
        read_vectors("5")
