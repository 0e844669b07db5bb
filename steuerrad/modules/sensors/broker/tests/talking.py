"""A client of MQTT for tests: collects what it is sent."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions


class Talker:
    """paho's client. version: 4 (MQTT 3.1.1) or 5. state: whether it asks for what is there already."""

    def __init__(
        self,
        port: int,
        key: str = "",
        *,
        version: int = 5,
        name: str = "",
        clean: bool = True,
        lasting_s: int = 0,
    ) -> None:
        self.messages: list[tuple[str, Any, bool]] = []
        self.codes: dict[int, int] = {}
        self.puback: dict[int, Any] = {}
        self.connected: Any = None
        self.session_present: bool | None = None
        self._change = threading.Condition()
        self.version = version
        old: dict[str, Any] = {"clean_session": clean} if version == 4 else {}
        self.client = client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTProtocolVersion(version), **old
        )
        client.on_connect, client.on_message = self._on_connect, self._on_message
        client.on_subscribe, client.on_publish = self._on_subscribe, self._on_publish
        if key:
            client.username_pw_set("somebody", key)
        more: dict[str, Any] = {}
        if version == 5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = lasting_s
            more = {"clean_start": clean, "properties": properties}
        client.connect("127.0.0.1", port, **more)
        client.loop_start()
        self.wait(lambda: self.connected is not None)

    def __enter__(self) -> Talker:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def drop(self) -> None:
        """The connection breaks without a word, and does not come back."""
        sock = self.client.socket()
        assert sock is not None
        self.client.reconnect_delay_set(1000, 1000)
        sock.close()

    def _on_connect(self, _client: Any, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        with self._change:
            self.connected, self.session_present = reason, flags.session_present
            self._change.notify_all()

    def _on_message(self, _client: Any, _data: Any, message: Any) -> None:
        with self._change:
            self.messages.append((message.topic, json.loads(message.payload), bool(message.retain)))
            self._change.notify_all()

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, codes: Any, _properties: Any) -> None:
        with self._change:
            self.codes[mid] = codes[0].value
            self._change.notify_all()

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        with self._change:
            self.puback[mid] = reason.value
            self._change.notify_all()

    def wait(self, condition: Any, seconds: float = 10) -> bool:
        with self._change:
            return self._change.wait_for(condition, seconds)

    def subscribe(self, topic: str, qos: int = 1, state: int = 2) -> int:
        """The code that the server answers. state: retain handling (0: send what is there)."""
        if self.version == 5:
            _, mid = self.client.subscribe(topic, options=SubscribeOptions(qos=qos, retainHandling=state))
        else:
            _, mid = self.client.subscribe(topic, qos)
        assert mid is not None
        assert self.wait(lambda: mid in self.codes)
        return self.codes[mid]

    def publish(self, topic: str, body: Any, qos: int = 1) -> int:
        """The code of the confirmation."""
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        mid = self.client.publish(topic, payload, qos=qos).mid
        assert self.wait(lambda: mid in self.puback)
        return self.puback[mid]

    def got(self, count: int, seconds: float = 10) -> list[tuple[str, Any]]:
        """The messages so far, as soon as there are so many."""
        assert self.wait(lambda: len(self.messages) >= count, seconds), self.messages
        return [(topic, content) for topic, content, _state in self.messages]

    def quiet(self, seconds: float = 0.4) -> bool:
        """Whether nothing comes."""
        before = len(self.messages)
        time.sleep(seconds)
        return len(self.messages) == before
