"""Topics of the brokers."""

from __future__ import annotations

from steuerrad.modules.sensors.lorawan.mqtt import delivery_of
from steuerrad.modules.sensors.lorawan.tests.samples import EUI


def test_topics_tell_the_network_server_and_the_event() -> None:
    found = delivery_of(f"application/1/device/{EUI}/event/join", b"{}")
    assert (found.network, found.event) == ("chirpstack", "join")
    assert delivery_of("v3/app@tenant/devices/bank-1/up", b"{}").network == "ttn"
