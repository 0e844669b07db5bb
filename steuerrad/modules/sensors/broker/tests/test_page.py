"""The page of MQTT: who sees it, and what it says of processes that run, wait or are gone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.modules.sensors.broker.status import Status, folder


@pytest.fixture
def page(db: None, tmp_path: Path, settings: Any) -> Client:
    settings.DATA_DIR, settings.MQTT_LISTEN, settings.MQTT_ADDRESS = tmp_path, "127.0.0.1:1883", ""
    client = Client()
    client.force_login(
        get_user_model().objects.create(email="a@demo.invalid", is_superuser=True, is_active=True)
    )
    return client


def shown(client: Client) -> str:
    with translation.override("en"):
        answer = client.get(reverse("sensors:mqtt"), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_those_who_look_after_sensors_see_it(page: Client, django_user_model: Any) -> None:
    assert Client().get(reverse("sensors:mqtt")).status_code == 302
    other = Client()
    other.force_login(django_user_model.objects.create(email="b@demo.invalid", is_active=True))
    assert other.get(reverse("sensors:mqtt")).status_code == 403


def test_it_shows_each_connection_with_its_last_fault(page: Client) -> None:
    assert "mqtt://127.0.0.1:1883" in shown(page)
    one = Status("consumer-steuerrad", "mqtts://broker.invalid:8883", connected=True)
    one.took(1234)
    one.refused("The message <b>cannot</b> be read", 3)
    one.fault("The broker is gone")
    one.save()
    Status("endpoint", "mqtt://127.0.0.1:1883").save()
    old = Status("consumer-old", "mqtt://127.0.0.1:1883", connected=True)
    old.save()
    path = folder() / "consumer-old.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "at": (clock.now() - timedelta(minutes=5)).isoformat()}))
    text = shown(page)
    for words in (
        "consumer-steuerrad",
        "The message &lt;b&gt;cannot&lt;/b&gt; be read",
        "The broker is gone",
    ):
        assert words in text
    assert [text.count(f">{words}<") or text.count(words) for words in ("mqtts://broker.invalid:8883",)] == [
        1
    ]
