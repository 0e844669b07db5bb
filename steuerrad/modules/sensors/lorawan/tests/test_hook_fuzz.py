"""Whatever a network server sends: stored, kept with its reason, or refused; never a fault of ours, never a figure made up."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.modules.sensors.lorawan.messages import MOST_MESSAGE
from steuerrad.modules.sensors.lorawan.models import DeadUplink, LoraDevice
from steuerrad.modules.sensors.lorawan.tests.samples import chirpstack, damaged, jena, things_stack
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import Local
from tests.support.effort import tries

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=tries(25), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
SAMPLES = [("chirpstack", chirpstack()), ("chirpstack", jena()), ("ttn", things_stack())]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8),
    st.sampled_from(["", "0", "24e124136b502217", "2025-13-40T99:00:00Z", "9999-12-31T23:59:59Z", "AAAA", "====", "\x00", "\ud800",
                     1e308, 2**63, -1, [], {}, [[]], {"a": {}}]),
)  # fmt: skip


def ways(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [before, *(way for key, part in inner for way in ways(part, (*before, key)))] if before else [
        way for key, part in inner for way in ways(part, (key,))
    ]  # fmt: skip


def changed(message: Any, way: tuple[Any, ...], value: Any, *, away: bool) -> Any:
    found = json.loads(json.dumps(message))
    place = found
    for key in way[:-1]:
        place = place[key]
    if away:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return found


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Any]:
    """A real message in which one to three places hold something else, or nothing."""
    network, message = draw(st.sampled_from(SAMPLES))
    for _change in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(ways(message)))
        message = changed(message, way, draw(LEAVES), away=draw(st.booleans()))
        if not ways(message):
            break
    return draw(st.sampled_from([network, network, "ttn", "chirpstack"])), message


@pytest.fixture
def key(device: LoraDevice) -> str:
    return create_token(User.objects.create_superuser("hook@city.example", "x"), "hook")


def sent(key: str, network: str, body: bytes, event: str = "up") -> Any:
    answer = Client(raise_request_exception=True).post(
        f"/sensors/uplinks/{network}/?event={event}",
        body,
        "application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code < 500, answer.content
    assert answer["Content-Type"].startswith("application/json")
    told = answer.json()
    if answer.status_code >= 400:
        assert told["detail"]
    elif told["state"] not in ("stored", "again", "noted"):
        assert told["reason"]
    return answer


@FEW
@given(given=messages(), event=st.sampled_from(["up", "up", "up", "join", "status", "ack", "x"]))
def test_changed_messages_are_answered(key: str, store: Local, given: tuple[str, Any], event: str) -> None:
    network, message = given
    before, dead = _stored(store), DeadUplink.objects.count()
    told = sent(key, network, json.dumps(message).encode(), event).json()
    if told.get("state") != "stored":
        assert _stored(store) == before, "nothing is half stored"
    assert DeadUplink.objects.count() >= dead


@FEW
@given(body=st.one_of(st.binary(max_size=200), LEAVES.map(lambda value: json.dumps(value).encode()),
                      st.integers(0, 10_000).map(lambda seed: damaged(json.dumps(chirpstack()).encode(), random.Random(seed)))),
       network=st.sampled_from(["chirpstack", "ttn"]))  # fmt: skip
def test_bytes_are_answered(key: str, store: Local, body: bytes, network: str) -> None:
    sent(key, network, body)


def test_the_bounds_of_a_message(key: str) -> None:
    good = json.dumps(chirpstack()).encode()
    assert sent(key, "chirpstack", good + b" " * MOST_MESSAGE).status_code == 413
    deep = b'{"deviceInfo": ' + b"[" * 100_000
    for body in (
        deep,
        good[:-1],
        b"",
        b"\xef\xbb\xbf" + good,
        good.decode().encode("utf-16"),
        b'{"data": "' + b"A" * 200_000 + b'"}',
    ):
        sent(key, "chirpstack", body)
    many = chirpstack(3)
    many["rxInfo"] = many["rxInfo"] * 1000
    sent(key, "chirpstack", json.dumps(many).encode())


def _stored(store: Local) -> int:
    return store.count(list(Datastream.objects.values_list("pk", flat=True)))
