"""Messages of both network servers, whole, sparse and broken."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.sensors.codecs.decoding import decode
from steuerrad.modules.sensors.codecs.profiles import library
from steuerrad.modules.sensors.lorawan.messages import (
    Joined,
    MessageError,
    Other,
    State,
    Uplink,
    eui_of,
    read,
)
from steuerrad.modules.sensors.lorawan.tests.samples import EUI, chirpstack, jena, things_stack


def encoded(body: Any) -> bytes:
    return json.dumps(body).encode()


def test_the_real_uplink_of_a_city_is_read_and_decoded_to_what_its_network_server_decoded() -> None:
    """The city of Jena's (two gateways, the weaker one first); `object` is what its network server made of it."""
    uplink = read("chirpstack", encoded(jena()))
    assert isinstance(uplink, Uplink)
    assert (uplink.dev_eui, uplink.f_cnt, uplink.f_port) == ("647fda00000142e6", 43178, 10)
    assert uplink.time.isoformat() == "2025-07-08T15:42:59.764929+00:00"
    assert [one.gateway for one in uplink.heard] == ["ac1f09fffe01662d", "fcc23dfffe2ea641"]
    assert uplink.best is not None
    assert (uplink.best.rssi, uplink.best.snr) == (-115, -12.2)
    assert uplink.spreading_factor == 12
    found = decode(library()["tektelic_kiwi"].codec, uplink.payload, uplink.f_port)
    assert found.data == pytest.approx(uplink.decoded)


def test_zero_values_may_be_missing() -> None:
    body = chirpstack()
    for name in ("fCnt", "fPort", "data", "rxInfo", "txInfo", "object", "dr"):
        body.pop(name, None)
    uplink = read("chirpstack", encoded(body))
    assert isinstance(uplink, Uplink)
    assert (uplink.f_cnt, uplink.f_port, uplink.payload, uplink.heard, uplink.best) == (0, 0, b"", (), None)


def test_the_things_stack_says_the_same_in_other_words() -> None:
    uplink = read("ttn", encoded(things_stack(count=7)))
    assert isinstance(uplink, Uplink)
    assert (uplink.dev_eui, uplink.f_cnt, uplink.f_port, uplink.payload.hex()) == (
        EUI,
        7,
        85,
        "03672c00046817",
    )
    assert uplink.key == "AYfg8rhha5n+FWx0ZaAprA==:7"
    assert uplink.time.isoformat() == "2025-07-08T10:00:00.500000+00:00"  # the gateway's satellite clock
    assert (
        (uplink.best.rssi, uplink.best.snr, uplink.best.latitude) == (-97, 7.5, 51.48)
        if uplink.best
        else False
    )
    assert uplink.battery == 94.5
    sparse = things_stack(count=0)
    for name in ("f_cnt", "f_port", "frm_payload", "rx_metadata"):
        sparse["uplink_message"].pop(name, None)
    found = read("ttn", encoded(sparse))
    assert isinstance(found, Uplink)
    assert (found.f_cnt, found.f_port, found.payload) == (0, 0, b"")


def test_a_gateway_with_a_wrong_clock_is_not_believed() -> None:
    body = chirpstack(time="2025-07-08T10:00:00Z")
    body["rxInfo"] = [
        {"gatewayId": "a", "gwTime": "1980-01-06T00:00:00Z"},
        {"gatewayId": "b", "gwTime": "rubbish"},
    ]
    uplink = read("chirpstack", encoded(body))
    assert isinstance(uplink, Uplink)
    assert uplink.time.isoformat() == "2025-07-08T10:00:00+00:00"


def test_joins_and_states_are_read_and_the_rest_is_let_go() -> None:
    body = {
        "deviceInfo": {"devEui": EUI},
        "time": "2025-07-08T10:00:00Z",
        "devAddr": "01020304",
        "batteryLevel": 88.5,
        "margin": 10,
    }
    assert isinstance(read("chirpstack", encoded(body), "join"), Joined)
    state = read("chirpstack", encoded(body), "status")
    assert isinstance(state, State)
    assert (state.battery, state.margin) == (88.5, 10)
    mains = read("chirpstack", encoded(body | {"externalPowerSource": True}), "status")
    assert isinstance(mains, State)
    assert mains.battery is None
    with pytest.raises(MessageError, match="batteryLevel: a number from 0 to 100"):
        read("chirpstack", encoded(body | {"batteryLevel": 1e308}), "status")
    assert isinstance(read("chirpstack", encoded(body), "txack"), Other)
    joined = {
        "end_device_ids": {"dev_eui": EUI},
        "received_at": "2025-07-08T10:00:00Z",
        "join_accept": {"session_key_id": "x"},
    }
    assert isinstance(read("ttn", encoded(joined)), Joined)


@pytest.mark.parametrize(("raw", "reason"), [
    (b"", "no JSON"), (b"\xff\xfe", "no JSON"), (b"[]", "object is expected"), (b'"x"', "object is expected"),
    (b"{" * 5000, "no JSON"), (b" " * 300_000, "256 KB"), (b"{}", "deviceInfo"),
])  # fmt: skip
def test_what_is_no_message_is_refused_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(MessageError, match=reason):
        read("chirpstack", raw)


@pytest.mark.parametrize(("change", "reason"), [
    ({"deviceInfo": {"devEui": "xyz"}}, "devEui"), ({"data": "%%%"}, "base64"), ({"data": 5}, "base64"),
    ({"fCnt": -1}, "fCnt"), ({"fCnt": "5"}, "fCnt"), ({"fPort": 256}, "fPort"), ({"time": "yesterday"}, "time"),
    ({"time": "2025-07-08T10:00:00"}, "zone"), ({"rxInfo": 5}, "rxInfo"), ({"rxInfo": [5]}, "rxInfo"),
    ({"rxInfo": [{"rssi": "loud"}]}, "rssi"), ({"deduplicationId": 7}, "deduplicationId"), ({"fCnt": True}, "fCnt"),
])  # fmt: skip
def test_a_broken_field_is_named(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(MessageError, match=reason):
        read("chirpstack", encoded(chirpstack() | change))


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TOP = sorted(set(chirpstack()) | {"rxInfo", "txInfo", "object"})
UP = sorted(things_stack()["uplink_message"])


@given(st.sampled_from(TOP), Json)
def test_no_value_in_any_field_of_chirpstack_does_more_than_refuse(name: str, value: Any) -> None:
    with contextlib.suppress(MessageError):
        read("chirpstack", encoded(chirpstack() | {name: value}))


@given(st.sampled_from(UP), Json)
def test_no_value_in_any_field_of_the_things_stack_does_more_than_refuse(name: str, value: Any) -> None:
    body = things_stack()
    body["uplink_message"] |= {name: value}
    with contextlib.suppress(MessageError):
        read("ttn", encoded(body))


def test_a_number_of_a_device_is_read_as_people_write_it() -> None:
    assert eui_of(" 64-7F-DA-00-00-01-42-E6 ") == "647fda00000142e6"
    for text in ("", "123", "647fda00000142e6ff", "647fda00000142g6"):
        with pytest.raises(ValueError, match="16 hexadecimal"):
            eui_of(text)
