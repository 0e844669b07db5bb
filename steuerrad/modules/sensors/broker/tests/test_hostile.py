"""Bytes that no client would send, clients that do not listen: the endpoint goes on, and serves the others."""

from __future__ import annotations

import random
import socket
import struct
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import Busy, JournalFull
from steuerrad.modules.sensors.broker import client as client_module
from steuerrad.modules.sensors.broker import packets as p
from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.talking import Talker
from steuerrad.modules.sensors.broker.tests.test_sessions import send
from steuerrad.modules.sensors.broker.tests.test_standard import observation, stream_of
from steuerrad.modules.sensors.lorawan.tests.killing import until

pytestmark = pytest.mark.one_database

CONNECT = b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03fuz"
READERS = {
    "connect": lambda body: p.connect(body), "publish": lambda body: p.publish(2, body, p.V5),
    "subscribe": lambda body: p.subscribe(body, p.V5), "unsubscribe": lambda body: p.unsubscribe(body, p.V5),
    "old subscribe": lambda body: p.subscribe(body, p.V3), "number": p.number_of,
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_packets_are_read_or_refused(reader: str, body: bytes) -> None:
    head = CONNECT[2:9] if reader == "connect" else b""
    for whole in (body, head + body):
        try:
            READERS[reader](whole)
        except p.MalformedError:
            continue


@given(
    st.text(max_size=20).filter(lambda text: "\0" not in text), st.binary(max_size=300), st.integers(0, 65535)
)
def test_publications_are_read_as_they_were_written(topic: str, payload: bytes, number: int) -> None:
    for version in (p.V3, p.V5):
        packet = p.publication(version, topic, payload, number=number)
        size = p.size_of(packet[1:5])
        assert size is not None
        found = p.publish(packet[0] & 15, packet[-size:] if size else b"", version)
        assert (found.topic, found.payload, found.qos, found.number) == (
            topic,
            payload,
            int(number > 0),
            number,
        )


def ends(port: int, *parts: bytes, seconds: float = 10, silent: bool = False) -> bytes:
    """What the endpoint says before it ends the connection. silent: this side stays open and says nothing more."""
    with closing(socket.create_connection(("127.0.0.1", port), seconds)) as one:
        found = b""
        try:
            for part in parts:
                one.sendall(part)
            if not silent:
                one.shutdown(socket.SHUT_WR)
            while chunk := one.recv(4096):
                found += chunk
        except ConnectionError:
            pass
        return found


def test_garbage_ends_its_own_connection_only(stage: Stage) -> None:
    stream = stream_of(stage, stage.thing(1))
    chance = random.Random(7)
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result")
        for _ in range(60):
            rest = chance.randbytes(chance.randrange(1, 200))
            ends(stage.port, rest + b"\xff\xff\xff\xff\xff")
            ends(stage.port, CONNECT, rest + b"\xff\xff\xff\xff\xff")
        assert ends(stage.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == b""
        send(stage, stream, 1)
        assert talker.got(1)[0][1] == {"result": 1.0}
    assert until(lambda: not stage.endpoint._clients, 5)


def test_a_packet_that_is_too_large_is_named(stage: Stage) -> None:
    found = ends(stage.port, CONNECT, b"\x30\xff\xff\xff\x7f")
    assert found.endswith(b"\xe0\x02\x95\x00")
    assert "bytes" in stage.endpoint.status.last_fault


def test_other_versions_are_refused_as_they_understand_it(stage: Stage) -> None:
    old = b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a"
    assert ends(stage.port, old) == b"\x20\x02\x00\x01"


def test_who_says_nothing_is_put_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_S", 0.3)
    assert ends(stage.port, b"\x10", silent=True) == b""
    quick = CONNECT[:11] + b"\x01" + CONNECT[12:]
    assert struct.unpack("!H", quick[10:12]) == (1,)
    assert ends(stage.port, quick, silent=True).endswith(b"\xe0\x02\x8d\x00")


def test_a_client_that_does_not_read_holds_up_nobody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SEND_S", 0.5)
    stream = stream_of(stage, stage.thing(1))
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe("v1.1/Observations?$select=result")
        with closing(socket.socket()) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", stage.port))
            topic = b"v1.1/Observations"
            deaf.sendall(CONNECT + b"\x82\x17\x00\x01\x00" + struct.pack("!H", len(topic)) + topic + b"\x00")
            assert until(lambda: stage.endpoint.status.topics == 2, 5)
            long = {"phenomenonTime": "2025-07-08T10:00:00Z", "result": "x" * 50_000}
            for second in range(120):
                body = {**long, "phenomenonTime": f"2025-07-08T10:{second // 60:02}:{second % 60:02}Z"}
                assert talker.publish(f"v1.1/Datastreams({stream})/Observations", body) == 0
            talker.got(120, 30)
            assert until(lambda: len(stage.endpoint._clients) == 1, 10)


def test_publications_beyond_the_store_wait_and_are_confirmed_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = stream_of(stage, stage.thing(1))
    faults = [JournalFull("full"), Busy(0.05), Busy(0.05)]
    submit = stage.store.writer.submit

    def refusing(table: object) -> object:
        if faults:
            raise faults.pop()
        return submit(table)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(stage.store.writer, "submit", refusing)
    with Talker(stage.port, stage.key) as talker:
        assert talker.publish("v1.1/Observations", observation(stream, 1.0)) == 0
    assert not faults
    assert stage.store.count([stream]) == 1
