"""From the message to the observation, and what becomes of everything else."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from steuerrad.modules.sensors.lorawan import actions, queries
from steuerrad.modules.sensors.lorawan.intake import MOST_UNKNOWN, Delivery, Result, take
from steuerrad.modules.sensors.lorawan.models import DeadUplink, Gateway, LoraDevice, Reception
from steuerrad.modules.sensors.lorawan.tests.samples import EUI, chirpstack, jena, things_stack
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import Local
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def delivery(body: Any, network: str = "chirpstack", event: str = "up") -> Delivery:
    return Delivery(network, json.dumps(body).encode(), event)


def stored(store: Local) -> dict[str, list[float]]:
    """{column: values in order of time}"""
    found: dict[str, list[float]] = {}
    for stream in Datastream.objects.all():
        found[stream.properties["column"]] = store.rows([stream.pk]).column("value").to_pylist()
    return found


def test_the_real_uplink_becomes_observations(store: Local) -> None:
    device = actions.register(None, "647FDA00000142E6", "tektelic_kiwi", name="Baum 1", point=(11.59, 50.93))
    assert take(None, [delivery(jena())]) == [Result("stored", figures=3)]
    found = stored(store)
    assert found["soil_water_tension1"] == pytest.approx([63.0048])
    assert found["soil_water_tension2"] == pytest.approx([104.6936])
    assert (found["ambient_light"], found["@rssi"], found["@snr"]) == ([0.0], [-115.0], [-12.2])
    stream = Datastream.objects.get(properties__column="soil_water_tension2")
    assert (stream.unit_code, stream.low, stream.high, stream.interval_s) == ("kPa", 0.0, 200.0, 3600)
    assert stream.name == "Soil water tension, second probe, Baum 1"
    device.refresh_from_db()
    assert (device.f_cnt, device.uplinks, device.spreading_factor, device.rssi) == (43178, 1, 12, -115.0)
    assert {row.gateway.gateway_id: row.rssi for row in Reception.objects.select_related("gateway")} == {
        "ac1f09fffe01662d": -123.0, "fcc23dfffe2ea641": -115.0,
    }  # fmt: skip
    assert Gateway.objects.filter(latitude__isnull=False).count() == 2


def test_the_same_uplink_counts_once_in_one_batch_in_another_and_by_another_network(
    store: Local, device: LoraDevice
) -> None:
    one = delivery(chirpstack(5))
    assert [result.state for result in take(None, [one, one])] == ["stored", "again"]
    assert take(None, [one])[0].state == "again"
    assert stored(store)["temperature"] == [4.4]
    assert list(Reception.objects.values_list("uplinks", flat=True)) == [1], "a gateway hears it once"
    device.refresh_from_db()
    assert (device.uplinks, device.duplicates) == (1, 2)
    other = delivery(things_stack(6), "ttn")
    assert [result.state for result in take(None, [other, other])] == ["stored", "again"]


@pytest.mark.parametrize("together", [True, False])
def test_one_uplink_heard_by_two_gateways_that_tell_it_apart_is_stored_once(
    store: Local, device: LoraDevice, together: bool
) -> None:
    """Both carry the network server's same mark; the second one tells another gateway, a moment later."""
    first, second = chirpstack(5, key="same"), chirpstack(5, "2025-07-08T10:00:00.250Z", key="same")
    second["rxInfo"] = [{"gatewayId": "fcc23dfffe2ea641", "rssi": -80, "snr": 9.0}]
    parts = [delivery(first), delivery(second), delivery(second)]
    states = (
        [one.state for one in take(None, parts)]
        if together
        else [take(None, [one])[0].state for one in parts]
    )
    assert states == ["stored", "again", "again"]
    assert stored(store)["temperature"] == [4.4]
    found = Reception.objects.values_list("gateway__gateway_id", "uplinks", "rssi").order_by(
        "gateway__gateway_id"
    )
    assert list(found) == [("ac1f09fffe01662d", 1, -101.0), ("fcc23dfffe2ea641", 1, -80.0)]


def test_what_says_nothing_about_figures_is_let_go_and_is_no_dead_letter(
    store: Local, device: LoraDevice
) -> None:
    others = [
        Delivery("chirpstack", b"\x0a\x24protobuf", event) for event in ("ack", "txack", "log", "location")
    ]
    others += [delivery({"end_device_ids": {"device_id": "x"}, name: {}}, "ttn")
               for name in ("downlink_ack", "location_solved", "service_data")]  # fmt: skip
    results = take(None, others)
    assert [(one.state, one.kind) for one in results] == [
        ("ignored", name)
        for name in ("ack", "txack", "log", "location", "downlink_ack", "location_solved", "service_data")
    ]
    assert take(None, [delivery({"end_device_ids": {}}, "ttn")])[0].kind == DeadUplink.UNREADABLE
    assert DeadUplink.objects.count() == 1


def test_a_device_without_battery_or_a_join_leaves_what_is_known(store: Local, device: LoraDevice) -> None:
    body = {"deviceInfo": {"devEui": EUI}, "time": "2025-07-08T10:00:00Z", "margin": 17, "batteryLevel": 40.2}
    take(None, [delivery(body, event="status")])
    take(None, [delivery(body | {"margin": -3, "externalPowerSource": True}, event="status")])
    device.refresh_from_db()
    assert (device.battery, device.margin, device.last_seen) == (40.2, -3.0, None)
    assert stored(store) == {"@battery": [40.2]}
    stream = Datastream.objects.get()
    assert (stream.name, stream.unit_code) == ("Battery level by status, Bank 1", "%")


def test_a_battery_that_is_told_with_every_uplink_is_stored_when_it_was_asked_for(
    store: Local, device: LoraDevice
) -> None:
    for count, level, asked in ((1, 94.5, "10:00:00"), (2, 94.5, "10:00:00"), (3, 94.1, "12:00:00")):
        body = things_stack(count, f"2025-07-08T{10 + count}:00:01Z")
        body["uplink_message"]["last_battery_percentage"] = {
            "f_cnt": 1, "value": level, "received_at": f"2025-07-08T{asked}Z"
        }  # fmt: skip
        assert take(None, [delivery(body, "ttn")])[0].state == "stored"
    assert stored(store)["@battery"] == [94.5, 94.1]


def test_a_device_that_joins_again_begins_at_zero_without_a_reset(store: Local, device: LoraDevice) -> None:
    """The Things Stack: the key of the session changes with the join, the counter starts anew."""
    take(None, [delivery(things_stack(500), "ttn")])
    joined = {
        "end_device_ids": {"device_id": "bank-1", "dev_eui": EUI.upper(), "dev_addr": "260B9999"},
        "received_at": "2025-07-08T11:00:00Z",
        "join_accept": {"session_key_id": "AYfh2ndSession", "received_at": "2025-07-08T11:00:00Z"},
    }
    assert take(None, [delivery(joined, "ttn")])[0].state == "noted"
    for count, minute in ((0, 1), (1, 11), (3, 31)):
        body = things_stack(count, f"2025-07-08T11:{minute:02}:00Z")
        body["uplink_message"]["session_key_id"] = "AYfh2ndSession"
        del body["uplink_message"]["rx_metadata"]
        assert take(None, [delivery(body, "ttn")])[0].state == "stored"
    device.refresh_from_db()
    assert (device.uplinks, device.resets, device.missed, device.late, device.f_cnt) == (4, 0, 1, 0, 3)


def test_a_crash_before_the_books_are_written_leaves_nothing_twice(
    store: Local, device: LoraDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from steuerrad.modules.sensors.lorawan.health import Notes

    with monkeypatch.context() as patched:
        patched.setattr(Notes, "save", lambda self: (_ for _ in ()).throw(RuntimeError("crash")))
        with pytest.raises(RuntimeError):
            take(None, [delivery(chirpstack(5))])
    device.refresh_from_db()
    assert device.uplinks == 0
    assert take(None, [delivery(chirpstack(5))])[0].state == "stored"
    assert stored(store)["temperature"] == [4.4]


def test_late_uplinks_resets_and_sessions(store: Local, device: LoraDevice) -> None:
    def at(count: int, minute: int, session: str = "01a2b3c4") -> Delivery:
        return delivery(chirpstack(count, f"2025-07-08T10:{minute:02}:00Z", session=session))

    take(None, [at(1, 0), at(4, 30), at(2, 10), at(0, 40), at(1, 50), at(0, 55, "0a0b0c0d")])
    device.refresh_from_db()
    assert (device.uplinks, device.missed, device.late, device.resets) == (6, 1, 1, 1)
    assert (device.session, device.f_cnt, device.last_seen.isoformat()) == (
        "0a0b0c0d", 0, "2025-07-08T10:55:00+00:00",
    )  # fmt: skip
    assert len(stored(store)["temperature"]) == 6


def test_a_join_begins_a_session_and_a_status_tells_the_battery(device: LoraDevice) -> None:
    body = {
        "deviceInfo": {"devEui": EUI},
        "time": "2025-07-08T10:00:00Z",
        "devAddr": "0e0f0a0b",
        "batteryLevel": 61.5,
    }
    assert [
        one.state for one in take(None, [delivery(body, event="join"), delivery(body, event="status")])
    ] == ["noted", "stored"]
    device.refresh_from_db()
    assert (device.session, device.f_cnt, device.battery, device.battery_unit) == (
        "0e0f0a0b",
        None,
        61.5,
        "%",
    )
    take(None, [delivery(chirpstack(0, "2025-07-08T10:01:00Z", session="0e0f0a0b"))])
    device.refresh_from_db()
    assert (device.resets, device.f_cnt) == (0, 0)


def test_an_unknown_device_waits_and_is_replayed_once_it_is_known(store: Local) -> None:
    assert take(None, [delivery(chirpstack(1))])[0].kind == DeadUplink.UNKNOWN
    take(None, [delivery(chirpstack(2, "2025-07-08T10:10:00Z"))] * 2)
    waiting = queries.unknown_devices()
    assert [(row["dev_eui"], row["uplinks"], row["name"], row["device_kind"]) for row in waiting] == [
        (EUI, 2, "Bank 1", "EM300-TH")
    ]
    device = actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
    assert stored(store)["temperature"] == [4.4, 4.4]
    assert (device.uplinks, device.missed, queries.unknown_devices()) == (2, 0, [])


def test_only_so_many_uplinks_of_an_unknown_device_are_kept(store: Local) -> None:
    take(None, [delivery(chirpstack(count)) for count in range(MOST_UNKNOWN + 30)])
    assert DeadUplink.objects.count() == MOST_UNKNOWN


def test_what_a_codec_cannot_read_waits_with_its_reason_and_is_replayed_after_mending(store: Local) -> None:
    actions.save_profile(
        None, "own", title="Own", maker="We", codec="function decodeUplink(i) { while (true) {} }", fields={}
    )
    actions.register(None, EUI, "own", name="Bank 1")
    result = take(None, [delivery(chirpstack(1))])[0]
    assert (result.kind, "250 ms" in result.reason) == (DeadUplink.CODEC, True)
    code = "function decodeUplink(i) { return {data: {t: i.bytes[2] / 10}}; }"
    actions.save_profile(None, "own", title="Own", maker="We", codec=code, fields={})
    assert actions.replay_all(None, queries.dead()) == {"replayed": 0, "waiting": 1}
    row = DeadUplink.objects.get()
    assert (row.kind, row.tries, row.reason) == (DeadUplink.EMPTY, 2, "The profile knows none of: t")
    fields = {"t": {"property": "air_temperature", "unit": "Cel"}}
    actions.save_profile(None, "own", title="Own", maker="We", codec=code, fields=fields)
    assert actions.replay_all(None, queries.dead()) == {"replayed": 1, "waiting": 0}
    assert stored(store)["t"] == [4.4]
    assert DeadUplink.objects.get().state == DeadUplink.REPLAYED
    device = LoraDevice.objects.get()
    assert (device.uplinks, device.resets, device.late, device.duplicates) == (1, 0, 0, 0)


def test_an_unread_uplink_that_comes_again_is_kept_once(store: Local) -> None:
    actions.save_profile(
        None, "own", title="Own", maker="We", codec="function decodeUplink() { throw 5; }", fields={}
    )
    actions.register(None, EUI, "own", name="Bank 1")
    first, again = take(None, [delivery(chirpstack(1))] * 2)
    assert (first.state, again.state, DeadUplink.objects.count()) == ("dead", "again", 1)


def test_without_a_codec_the_network_server_decodes(store: Local) -> None:
    fields = {"ambient_light": {"property": "illuminance", "unit": "lx"}}
    actions.save_profile(None, "network", title="N", maker="", codec="", fields=fields)
    actions.register(None, "647fda00000142e6", "network", name="Baum")
    body = jena()
    assert take(None, [delivery(body)])[0].figures == 1
    del body["object"]
    body |= {"fCnt": 43179, "deduplicationId": "x"}
    assert take(None, [delivery(body)])[0].reason == "The network server has not decoded the payload."


def test_ten_thousand_broken_uplinks_among_good_ones_lose_none(store: Local, device: LoraDevice) -> None:
    """A hundred good ones among 10,000 broken ones of all kinds, in batches; the good are stored, the broken are kept."""
    chance = random.Random(7)

    def broken(number: int) -> bytes:
        whole = json.dumps(chirpstack(number, key=f"bad-{number}")).encode()
        kind = number % 5
        if kind == 0:
            return whole[: chance.randrange(len(whole) - 1)]
        if kind == 1:
            return bytes(chance.randrange(256) for _ in range(60))
        if kind == 2:
            return whole.replace(b'"fCnt": ', b'"fCnt": -')
        if kind == 3:
            return whole.replace(EUI.encode(), b"nobody")
        return whole.replace(b'"data": "', b'"data": "%%')

    deliveries = [Delivery("chirpstack", broken(number)) for number in range(1, 10_001)]
    good = [
        delivery(chirpstack(number, f"2025-07-08T{number // 60:02}:{number % 60:02}:00Z"))
        for number in range(100)
    ]
    for place, one in enumerate(good):
        deliveries.insert(place * 101, one)
    results = [
        result
        for start in range(0, len(deliveries), 500)
        for result in take(None, deliveries[start : start + 500])
    ]
    assert sum(result.state == "stored" for result in results) == 100
    assert sum(result.state == "dead" for result in results) == 10_000
    assert len(stored(store)["temperature"]) == 100
    assert DeadUplink.objects.count() == len({one.raw for one in deliveries}) - 100
    device.refresh_from_db()
    assert (device.uplinks, device.missed) == (100, 0)


def test_keys_reach_only_the_devices_of_their_organisation(store: Local) -> None:
    own, other = (Organisation.objects.create(key=key, name=key) for key in ("own", "other"))
    actions.register(None, EUI, "milesight_em300_th", name="Bank 1", organisation=own)
    for organisation, role, lets_in in ((own, Role.CONTRIBUTOR, True), (other, Role.CONTRIBUTOR, False)):
        user = User.objects.create_user(f"{organisation.key}@city.example", "x")
        Membership.objects.create(user=user, role=role, organisation=organisation)
        if lets_in:
            assert take(user, [delivery(chirpstack(1))])[0].state == "stored"
        else:
            with pytest.raises(PermissionDenied):
                take(user, [delivery(chirpstack(2))])
    assert LoraDevice.objects.get().uplinks == 1


@pytest.mark.parametrize(("change", "place"), [
    ({"dev_eui": "123"}, "dev_eui"), ({"profile": "none"}, "profile"), ({"interval_s": 0}, "interval_s"),
    ({"point": (200.0, 0.0)}, "latitude"), ({"name": ""}, "name"),
])  # fmt: skip
def test_faults_when_a_device_is_made_known_are_named_and_nothing_is_made(
    store: Local, change: dict[str, Any], place: str
) -> None:
    given: dict[str, Any] = {"dev_eui": EUI, "profile": "cayenne_lpp", "name": "Bank"} | change
    with pytest.raises(ValidationError) as caught:
        actions.register(None, **given)
    assert place in caught.value.message_dict
    assert not LoraDevice.objects.exists()


def test_a_device_is_made_known_once(device: LoraDevice) -> None:
    with pytest.raises(ValidationError, match="schon bekannt"):
        actions.register(None, EUI, "cayenne_lpp", name="Bank 2")


def test_states_of_devices_are_found_as_they_are_shown(device: LoraDevice) -> None:
    from datetime import UTC, datetime, timedelta

    now = datetime(2025, 7, 8, 11, 0, tzinfo=UTC)
    changes: dict[str, dict[str, Any]] = {
        "never": {"last_seen": None}, "fine": {"rssi": -100.0}, "silent": {"last_seen": now - timedelta(hours=1)},
        "battery": {"battery": 10.0, "battery_unit": "%"}, "weak": {"rssi": -130.0}, "warnings": {"warnings": ["w"]},
    }  # fmt: skip
    for state, change in changes.items():
        values = {
            "last_seen": now,
            "rssi": None,
            "snr": None,
            "battery": None,
            "battery_unit": "",
            "warnings": [],
        } | change
        LoraDevice.objects.update(**values)
        device.refresh_from_db()
        assert queries.state_of(device, now) == state
        for other in changes:
            found = queries._in_state(other, now)
            assert LoraDevice.objects.filter(found).exists() is (other == state), (state, other)
