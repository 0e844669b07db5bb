"""Sessions that outlive connections and the server: nothing is missed, nothing comes twice."""

from __future__ import annotations

import json
import time

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from steuerrad.engines.observations import batch
from steuerrad.modules.sensors.broker import feed
from steuerrad.modules.sensors.broker.endpoint import listening
from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.talking import Talker
from steuerrad.modules.sensors.broker.tests.test_standard import observation, stream_of

pytestmark = pytest.mark.one_database

HOUR = 3600


def send(stage: Stage, stream: int, *minutes: int) -> None:
    for minute in minutes:
        at = f"2025-07-08T10:{minute:02}:00Z"
        stage.service.post("Observations", observation(stream, float(minute), at))


def figures(talker: Talker, count: int) -> list[float]:
    return [content["result"] for _topic, content in talker.got(count)]


def test_a_session_takes_up_where_it_was(stage: Stage) -> None:
    thing = stage.thing(1)
    stream = stream_of(stage, thing)
    with Talker(stage.port, stage.key, name="a", lasting_s=HOUR) as first:
        assert first.session_present is False
        first.subscribe(f"v1.1/Datastreams({stream})/Observations?$select=result")
        send(stage, stream, 1)
        assert figures(first, 1) == [1.0]
    send(stage, stream, 2, 3)
    with Talker(stage.port, stage.key, name="a", lasting_s=HOUR, clean=False) as second:
        assert second.session_present is True
        assert figures(second, 2) == [2.0, 3.0]
    send(stage, stream, 4)
    stage.endpoint.stop()
    send(stage, stream, 5)
    with listening(stage.store, stage.folder / "observations") as anew:
        assert anew is not None
        send(stage, stream, 6)
        with Talker(anew.port, stage.key, name="a", lasting_s=HOUR, clean=False) as third:
            assert third.session_present is True
            assert figures(third, 3) == [4.0, 5.0, 6.0]
            assert third.quiet()
        with Talker(anew.port, stage.key, name="a", clean=True) as fourth:
            assert fourth.session_present is False
            send(stage, stream, 7)
            assert fourth.quiet()


def test_a_session_of_mqtt_3_lasts_when_it_is_not_clean(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key, version=4, name="old", clean=False) as first:
        first.subscribe("v1.1/Observations?$select=result")
    send(stage, stream, 1)
    with Talker(stage.port, stage.key, version=4, name="old", clean=False) as second:
        assert second.session_present is True
        assert figures(second, 1) == [1.0]


def test_what_was_not_confirmed_comes_again(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    first = Talker(stage.port, stage.key, name="a", lasting_s=HOUR)
    first.subscribe("v1.1/Observations?$select=result")
    first.client.manual_ack_set(True)
    send(stage, stream, 1, 2)
    assert figures(first, 2) == [1.0, 2.0]
    first.drop()
    first.client.loop_stop()
    with Talker(stage.port, stage.key, name="a", lasting_s=HOUR, clean=False) as second:
        assert figures(second, 2) == [1.0, 2.0]
        assert second.quiet()


def test_visitors_have_no_session_that_lasts_and_none_of_others(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key, name="a", lasting_s=HOUR) as own:
        own.subscribe("v1.1/Observations")
    with Talker(stage.port, name="a", lasting_s=HOUR, clean=False) as visitor:
        assert visitor.session_present is False
        send(stage, stream, 1)
        assert visitor.quiet()
    with Talker(stage.port, name="a", lasting_s=HOUR, clean=False) as visitor:
        assert visitor.session_present is False


def test_a_second_connection_of_the_same_name_ends_the_first(stage: Stage) -> None:
    first = Talker(stage.port, stage.key, name="a")
    gone = []
    first.client.on_disconnect = lambda *told: gone.append(told[3].value)
    first.client.reconnect_delay_set(1000, 1000)
    with Talker(stage.port, stage.key, name="a"):
        assert first.wait(lambda: gone == [0x8E])
    first.client.loop_stop()


def test_quality_of_service(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker, Talker(stage.port, stage.key, version=4) as old:
        assert [one.subscribe("v1.1/Observations?$select=result", qos) for one in (talker, old) for qos in (0, 2)] == [
            0, 1, 0, 1]  # fmt: skip
        for number, qos in enumerate((0, 1, 2), 1):
            for one in (talker, old):
                at = f"2025-07-08T1{one.version}:{number:02}:00Z"
                assert one.publish("v1.1/Observations", observation(stream, float(number), at), qos) == 0
        assert sorted(figures(talker, 6)) == sorted(figures(old, 6)) == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]


def test_a_will_is_stored_when_the_client_is_lost(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result")
        lost = paho.Client(CallbackAPIVersion.VERSION2)
        lost.username_pw_set("x", stage.key)
        lost.will_set("v1.1/Observations", json.dumps(observation(stream, -1.0)), qos=1)
        lost.connect("127.0.0.1", stage.port)
        lost.loop_start()
        while not lost.is_connected():
            time.sleep(0.02)
        lost.loop_stop()
        sock = lost.socket()
        assert sock is not None
        sock.close()
        assert figures(talker, 1) == [-1.0]


def test_unsubscribed_topics_are_sent_no_more(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result")
        send(stage, stream, 1)
        talker.got(1)
        talker.client.unsubscribe("v1.1/Observations?$select=result")
        talker.subscribe("v1.1/Things")
        send(stage, stream, 2)
        assert talker.quiet()


def test_a_large_batch_comes_in_pieces_and_whole(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "CHUNK_ROWS", 100)
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result")
        start = 1_750_000_000_000_000
        table = batch(stream, [start + 1_000_000 * n for n in range(1050)], [float(n) for n in range(1050)])
        stage.store.submit(table)
        stage.store.submit(table.slice(1000))  # nothing new
        send(stage, stream, 1)
        assert figures(talker, 1051)[:1050] == [float(n) for n in range(1050)]
        assert talker.quiet()
