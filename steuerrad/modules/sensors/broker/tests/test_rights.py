"""Who may publish and who is sent what: the same as over HTTP."""

from __future__ import annotations

import pytest

from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.talking import Talker
from steuerrad.modules.sensors.broker.tests.test_standard import observation, stream_of
from steuerrad.platform.http_api.models import ApiToken
from steuerrad.platform.observations.models import Thing

NOT_AUTHORIZED, TOPIC, CONTENT = 0x87, 0x90, 0x99


def test_a_visitor_is_sent_what_is_public_and_may_not_publish(stage: Stage) -> None:
    public, hidden = stream_of(stage, stage.thing(1)), stream_of(stage, stage.thing(2, public=False))
    with Talker(stage.port) as visitor, Talker(stage.port, stage.key) as own:
        assert [
            visitor.subscribe(topic) for topic in ("v1.1/Observations", "v1.1/Things", "v1.1/Locations")
        ] == [1, 1, 1]
        assert visitor.subscribe(f"v1.1/Datastreams({public})/Observations") == 1
        assert visitor.subscribe(f"v1.1/Datastreams({hidden})/Observations") == 0x8F
        assert visitor.subscribe(f"v1.1/Datastreams({hidden})", state=0) == 0x8F
        assert visitor.publish("v1.1/Observations", observation(public, 1.0)) == NOT_AUTHORIZED
        assert own.publish("v1.1/Observations", observation(hidden, 2.0)) == 0
        assert own.publish("v1.1/Observations", observation(public, 3.0)) == 0
        assert [content["result"] for _topic, content in visitor.got(2)] == [3.0, 3.0]
        stage.service.ask("PATCH", f"Things({Thing.objects.get(public=False).pk})", {"description": "x"})
        assert visitor.quiet(1.5)


def test_what_is_no_longer_public_is_no_longer_sent(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steuerrad.modules.sensors.broker.updates.KEPT_S", 0)
    thing = stage.thing(1)
    stream = stream_of(stage, thing)
    with Talker(stage.port) as visitor, Talker(stage.port, stage.key) as own:
        visitor.subscribe(f"v1.1/Datastreams({stream})/Observations")
        Thing.objects.update(public=False)
        own.publish("v1.1/Observations", observation(stream, 1.0))
        assert visitor.quiet()


@pytest.mark.parametrize("version", [4, 5])
def test_a_wrong_key_is_refused(stage: Stage, version: int) -> None:
    talker = Talker(stage.port, "str_wrong", version=version)
    talker.client.loop_stop()
    assert str(talker.connected) in (
        "Bad user name or password",
        "Bad username or password",
        "Not authorized",
    )


def test_whose_key_is_withdrawn_is_put_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with Talker(stage.port, stage.key) as talker:
        ApiToken.objects.all().delete()
        client = next(iter(stage.endpoint._clients))
        assert not stage.endpoint.account(client.token).is_authenticated
        assert talker.publish("v1.1/Observations", observation(999_999, 1.0)) != 0


@pytest.mark.parametrize(
    ("topic", "body", "code"),
    [
        ("v1.1/Things", {"name": "T"}, TOPIC),
        ("v1.1/Datastreams(1)", {}, TOPIC),
        ("v1.1/Observations/$count", {}, TOPIC),
        ("v1.0/Observations", {}, TOPIC),
        ("anything", {}, TOPIC),
        ("v1.1/Datastreams(99999)/Observations", {"result": 1}, TOPIC),
        ("v1.1/Observations", b"no JSON", CONTENT),
        ("v1.1/Observations", b"", CONTENT),
        ("v1.1/Observations", {"result": 1}, CONTENT),
        ("v1.1/Observations", {"Datastream": {"@iot.id": 99999}, "result": 1}, CONTENT),
    ],
)
def test_what_is_wrong_is_told_in_the_confirmation(stage: Stage, topic: str, body: object, code: int) -> None:
    with Talker(stage.port, stage.key) as talker:
        assert talker.publish(topic, body) == code
        assert stage.endpoint.status.refusals == 1
        assert topic in stage.endpoint.status.last_refusal


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("#", 0xA2), ("v1.1/#", 0xA2), ("v1.1/Datastreams(1)/+", 0xA2), ("$share/group/v1.1/Observations", 0x9E),
        ("v1.1/Nothings", 0x8F), ("v1.1", 0x8F), ("v1.1/", 0x8F), ("other", 0x8F), ("v1.1/Things/$ref", 0x8F),
        ("v1.1/Things?$filter=name eq 'a'", 0xA2), ("v1.1/Things?$select=nothing", 0x8F), ("v1.1/Things(1)", 0x8F),
    ],
)  # fmt: skip
def test_topics_that_are_not_served_are_refused(stage: Stage, topic: str, code: int) -> None:
    with Talker(stage.port, stage.key) as new, Talker(stage.port, stage.key, version=4) as old:
        assert (new.subscribe(topic), old.subscribe(topic)) == (code, 0x80)


def test_visitors_leave_room_for_devices(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steuerrad.modules.sensors.broker.endpoint.MOST_VISITORS", 1)
    with Talker(stage.port) as first, Talker(stage.port, stage.key) as device:
        second = Talker(stage.port)
        second.client.loop_stop()
        assert not first.connected.is_failure
        assert not device.connected.is_failure
        assert str(second.connected) == "Server busy"
