"""Both conformance classes of clause 14 of OGC 18-088, asked by paho: create by MQTT, receive updates by MQTT."""

from __future__ import annotations

from typing import Any

import pytest

from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.talking import Talker

AT = "2025-07-08T10:00:00.000Z"


def observation(stream: int, result: float, at: str = AT) -> dict[str, object]:
    return {"phenomenonTime": at, "result": result, "Datastream": {"@iot.id": stream}}


def stream_of(stage: Stage, thing: dict[str, object]) -> int:
    return stage.service.get(f"Things({thing['@iot.id']})/Datastreams")["value"][0]["@iot.id"]


@pytest.mark.parametrize("version", [4, 5])
def test_observations_are_created_and_received(stage: Stage, version: int) -> None:
    stream = stream_of(stage, stage.thing(1))
    other = stream_of(stage, stage.thing(2))
    topic = f"v1.1/Datastreams({stream})/Observations"
    with Talker(stage.port, stage.key, version=version) as talker:
        assert [talker.subscribe(one) for one in ("v1.1/Observations", topic)] == [1, 1]
        assert talker.publish("v1.1/Observations", observation(other, 1.5)) == 0
        assert talker.publish(topic, {"phenomenonTime": AT, "result": 2.5}) == 0
        got = talker.got(3)
        assert sorted((where, content["result"]) for where, content in got) == sorted(
            [("v1.1/Observations", 1.5), ("v1.1/Observations", 2.5), (topic, 2.5)]
        )
        content = next(content for where, content in got if where == topic)
        number = content["@iot.id"]
        assert content == stage.service.get(f"Observations('{number}')")
        assert (
            talker.publish(topic, {"phenomenonTime": AT, "result": 2.5}) == 0
        )  # the same again is nothing new
        assert (
            talker.publish(topic, {"phenomenonTime": AT, "result": 3.5}) == 0
        )  # another figure is an update
        assert [content["result"] for _where, content in talker.got(5)[3:]] == [3.5, 3.5]
        assert talker.quiet()


def test_what_is_rare_is_created_too(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result,phenomenonTime")
        body = {
            "phenomenonTime": "2025-07-08T10:00:00Z/2025-07-08T11:00:00Z",
            "result": "wet",
            "parameters": {"a": 1},
        }
        assert talker.publish(f"v1.1/Datastreams({stream})/Observations", body) == 0
        [(topic, content)] = talker.got(1)
        assert topic == "v1.1/Observations?$select=result,phenomenonTime"
        assert content == {
            "phenomenonTime": "2025-07-08T10:00:00.000Z/2025-07-08T11:00:00.000Z",
            "result": "wet",
        }
        feature = stage.service.get("FeaturesOfInterest")["value"][0]["@iot.id"]
        talker.subscribe(f"v1.1/FeaturesOfInterest({feature})/Observations")
        assert talker.publish("v1.1/Observations", observation(stream, 4.0, "2025-07-09T10:00:00Z")) == 0
        assert {topic for topic, _content in talker.got(3)[1:]} == {
            f"v1.1/FeaturesOfInterest({feature})/Observations", "v1.1/Observations?$select=result,phenomenonTime"
        }  # fmt: skip


def test_entities_sets_and_properties_tell_their_changes(stage: Stage) -> None:
    thing = stage.thing(1)["@iot.id"]
    stage.thing(2)
    topics = ["v1.1/Things", f"v1.1/Things({thing})", f"v1.1/Things({thing})/description", f"v1.1/Things({thing})/name",
              "v1.1/Things?$select=name", f"v1.1/Things({thing})/Datastreams", "v1.1/Locations"]  # fmt: skip
    with Talker(stage.port, stage.key) as talker:
        assert [talker.subscribe(topic) for topic in topics] == [1] * len(topics)
        assert talker.quiet(1.5)
        stage.service.ask("PATCH", f"Things({thing})", {"description": "moved"})
        got = dict(talker.got(4))
        whole = stage.service.get(f"Things({thing})")
        assert {topic: content["description"] for topic, content in got.items() if "@iot.id" in content} == {
            "v1.1/Things": "moved", f"v1.1/Things({thing})": "moved"
        }  # fmt: skip
        assert set(got["v1.1/Things"]) == set(whole)
        assert got[f"v1.1/Things({thing})/description"] == {"description": "moved"}
        assert got["v1.1/Things?$select=name"] == {"name": "Station 1"}
        assert talker.quiet(1.5)
        third = stage.thing(3)["@iot.id"]
        new = talker.got(7)[4:]
        assert {(topic, content.get("@iot.id")) for topic, content in new if topic == "v1.1/Things"} == {
            ("v1.1/Things", third)
        }
        assert sorted(topic for topic, _content in new) == [
            "v1.1/Locations",
            "v1.1/Things",
            "v1.1/Things?$select=name",
        ]


def test_a_datastream_tells_that_its_time_has_grown(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        assert talker.subscribe(f"v1.1/Datastreams({stream})/phenomenonTime") == 1
        talker.publish("v1.1/Observations", observation(stream, 1.0))
        grown = {"phenomenonTime": f"{AT}/{AT}"}
        assert talker.got(1) == [(f"v1.1/Datastreams({stream})/phenomenonTime", grown)]


def test_one_observation_and_its_result(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    number = stage.service.post("Observations", observation(stream, 1.0))["@iot.id"]
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe(f"v1.1/Observations('{number}')/result")
        talker.publish("v1.1/Observations", observation(stream, 7.0, "2025-07-08T10:10:00Z"))
        status, _headers, _body = stage.service.ask("PATCH", f"Observations('{number}')", {"result": 2.0})
        assert status == 200
        assert talker.got(1) == [(f"v1.1/Observations('{number}')/result", {"result": 2.0})]
        assert talker.quiet()


def test_each_datastream_under_its_own_topic(stage: Stage) -> None:
    streams = [stream_of(stage, stage.thing(number)) for number in (1, 2)]
    with Talker(stage.port, stage.key) as talker:
        assert talker.subscribe("v1.1/+/Observations") == 1
        for stream in streams:
            talker.publish("v1.1/Observations", observation(stream, float(stream)))
        assert sorted(talker.got(2)) == sorted(
            (topic, content) for topic, content in talker.got(2)
            if topic == f"v1.1/Datastreams({int(content['result'])})/Observations"
        )  # fmt: skip


def test_the_present_state_is_sent_to_those_who_ask_for_it(stage: Stage) -> None:
    thing = stage.thing(1)
    stream = stream_of(stage, thing)
    for minute in (0, 1):
        stage.service.post("Observations", observation(stream, float(minute), f"2025-07-08T10:0{minute}:00Z"))
    with Talker(stage.port) as talker:
        talker.subscribe(f"v1.1/Datastreams({stream})/Observations?$select=result", state=0)
        talker.subscribe(f"v1.1/Things({thing['@iot.id']})/name", state=0)
        talker.got(2)
        assert [(content, state) for _topic, content, state in talker.messages] == [
            ({"result": 1.0}, True), ({"name": "Station 1"}, True)
        ]  # fmt: skip


def test_both_classes_are_claimed_where_the_endpoint_listens(stage: Stage, settings: Any) -> None:
    found = stage.service.get("")["serverSettings"]
    address = "mqtts://sensors.invalid:8883"
    settings.MQTT_ADDRESS = address
    for name in (
        "create-observations-via-mqtt/observations-creation",
        "receive-updates-via-mqtt/receive-updates",
    ):
        requirement = f"http://www.opengis.net/spec/iot_sensing/1.1/req/{name}"
        assert requirement in found["conformance"]
        assert found[requirement] == {"endpoints": ["mqtt://127.0.0.1:0"]}
        assert stage.service.get("")["serverSettings"][requirement] == {"endpoints": [address]}
    settings.MQTT_LISTEN = ""
    assert "mqtt" not in str(stage.service.get("")["serverSettings"])
