"""Programs that others have written: aiomqtt, and Mosquitto as a bridge between the endpoint and the city's broker."""

from __future__ import annotations

import asyncio
import json
import time

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.test_sessions import send
from steuerrad.modules.sensors.broker.tests.test_standard import observation, stream_of
from steuerrad.modules.sensors.lorawan.tests.killing import until
from tests.support.mqtt import broker

BRIDGE = """
connection steuerrad
address 127.0.0.1:{port}
remote_clientid city-broker
remote_username city-broker
remote_password {key}
cleansession false
notifications false
restart_timeout 1
topic v1.1/+/Observations in 1
topic v1.1/Observations out 1 in/ ""
"""


def test_aiomqtt(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))

    async def talk() -> list[float]:
        async with aiomqtt.Client(
            "127.0.0.1", stage.port, username="x", password=stage.key, protocol=aiomqtt.ProtocolVersion.V5
        ) as client:
            await client.subscribe("v1.1/Observations?$select=result", qos=1)
            for number in range(20):
                at = f"2025-07-08T10:{number:02}:00Z"
                await client.publish(
                    "v1.1/Observations", json.dumps(observation(stream, float(number), at)), qos=1
                )
            found: list[float] = []
            async for message in client.messages:
                found.append(json.loads(bytes(message.payload))["result"])
                if len(found) == 20:
                    return found
        return []

    assert asyncio.run(asyncio.wait_for(talk(), 20)) == [float(number) for number in range(20)]


def test_the_citys_mosquitto_takes_what_is_public_and_gives_what_devices_send(stage: Stage) -> None:
    """Its own bridge, with its session: what is new while it is away arrives when it is back."""
    stream = stream_of(stage, stage.thing(1))
    topic = f"v1.1/Datastreams({stream})/Observations"
    more = BRIDGE.replace("{port}", str(stage.port)).replace("{key}", stage.key)
    with broker(more) as running:
        assert until(lambda: bool(stage.endpoint.book.sessions) and stage.endpoint.status.topics == 1, 20)
        got: list[tuple[str, float]] = []
        city = paho.Client(CallbackAPIVersion.VERSION2, client_id="city", clean_session=False)
        city.on_message = lambda _c, _d, message: got.append(
            (message.topic, json.loads(message.payload)["result"])
        )
        city.reconnect_delay_set(1, 1)
        city.on_connect = lambda client, *_: client.subscribe("v1.1/#", 1)
        city.connect("127.0.0.1", running.port)
        city.loop_start()
        try:
            time.sleep(0.5)
            send(stage, stream, 1)
            assert until(lambda: got == [(topic, 1.0)], 10), got
            body = json.dumps(observation(stream, 2.0, "2025-07-08T10:02:00Z"))
            city.publish("in/v1.1/Observations", body, qos=1).wait_for_publish(10)
            assert until(lambda: got == [(topic, 1.0), (topic, 2.0)], 10), got
            running.kill()
            send(stage, stream, 3)
            running.start()
            assert until(lambda: (topic, 3.0) in got, 20), got
        finally:
            city.loop_stop()
