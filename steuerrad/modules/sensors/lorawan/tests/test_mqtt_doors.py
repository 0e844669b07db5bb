"""How the consumer is let in by a broker: TLS, password, client certificate; and what it says when it is not."""

from __future__ import annotations

import datetime
import logging
import subprocess
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from steuerrad.modules.sensors.broker.address import Address, AddressError, configured, parse
from steuerrad.modules.sensors.broker.commands import run_status
from steuerrad.modules.sensors.lorawan import mqtt
from steuerrad.modules.sensors.lorawan.intake import Result
from steuerrad.modules.sensors.lorawan.tests.killing import TOPIC, until
from tests.support.mqtt import Broker, broker

TLS = """\
cafile {folder}/ca.pem
certfile {folder}/server.pem
keyfile {folder}/server.key
require_certificate true
password_file {folder}/passwords
"""


def made(name: str, issuer: tuple[Any, Any] | None = None) -> tuple[Any, Any]:
    """A certificate and its key; signed by itself, or by another."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )  # fmt: skip
    if issuer:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem(thing: Any) -> bytes:
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    ca = made("ca")
    found = {"ca.pem": pem(ca[0])}
    for name in ("server", "client"):
        certificate, key = made(name, ca)
        found |= {f"{name}.pem": pem(certificate), f"{name}.key": pem(key)}
    for name, content in found.items():
        (tmp_path / name).write_bytes(content)
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "city", "secret word"], check=True)
    return {**found, "passwords": passwords.read_bytes()}


@contextmanager
def consuming(address: Address, told: list[Result]) -> Iterator[None]:
    consumer = mqtt.Consumer(address, "consumer", told=told.extend)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        yield
    finally:
        consumer.stop()
        thread.join(20)
    assert not thread.is_alive()


def send(running: Broker, address: Address) -> None:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(address.user, address.password)
    client.tls_set_context(address.context())
    client.connect("127.0.0.1", running.port)
    client.loop_start()
    client.publish(TOPIC, b"{}", qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def test_tls_password_and_client_certificate(
    files: dict[str, bytes], tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setattr(mqtt, "take", lambda user, deliveries: [Result("noted") for _ in deliveries])
    (tmp_path / "password").write_text("secret word\n")
    with broker(TLS, files, anonymous=False) as running, caplog.at_level(logging.INFO):
        settings.MQTT_URL = f"mqtts://city@127.0.0.1:{running.port}"
        settings.MQTT_PASSWORD_FILE = str(tmp_path / "password")
        settings.MQTT_CA = str(tmp_path / "ca.pem")
        settings.MQTT_CERTIFICATE, settings.MQTT_KEY = (
            str(tmp_path / "client.pem"),
            str(tmp_path / "client.key"),
        )
        address, told = configured(), []
        with consuming(address, told):
            assert until(lambda: "Connected" in caplog.text, 20)
            assert until(lambda: not (send(running, address) or not told), 20, 0.5)
        caplog.clear()
        settings.MQTT_PASSWORD = "wrong"
        with consuming(configured(), told):
            assert until(lambda: "refuses 'city': Not authorized" in caplog.text, 20)


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_a_broker_that_is_away_is_named(caplog: Any, capsys: Any) -> None:
    assert run_status(Namespace()) == 0
    with consuming(parse("127.0.0.1:9"), []):
        assert until(lambda: "mqtt://127.0.0.1:9 cannot be reached; trying again" in caplog.text, 20)
    assert run_status(Namespace()) == 1
    told = capsys.readouterr().out
    assert "consumer-consumer mqtt://127.0.0.1:9: not connected" in told
    assert "last fault: The broker mqtt://127.0.0.1:9 cannot be reached" in told


@pytest.mark.parametrize("text", ["", "http://a", "mqtt://", "host:99999", "mqtt://host/topic"])
def test_addresses_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(AddressError, match="STEUERRAD_MQTT_URL"):
        parse(text)


def test_addresses(settings: Any, tmp_path: Path) -> None:
    assert parse("mqtts://city:a%40b@host") == Address("host", 8883, "city", "a@b", True)
    assert parse("[::1]:1884") == Address("::1", 1884)
    settings.MQTT_URL, settings.MQTT_PASSWORD_FILE = "mqtt://city@host", str(tmp_path / "none")
    with pytest.raises(AddressError, match="PASSWORD_FILE"):
        configured()
    settings.MQTT_PASSWORD_FILE, settings.MQTT_CA = "", str(tmp_path / "none.pem")
    with pytest.raises(AddressError, match=r"none\.pem"):
        configured("host", tls=True).context()
