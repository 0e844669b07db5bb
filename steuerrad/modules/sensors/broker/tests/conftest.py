"""An endpoint on a free port with a store of its own, and accounts with keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from steuerrad.modules.sensors.broker.endpoint import Endpoint, listening
from steuerrad.modules.sensors.sta.doors import forget
from steuerrad.modules.sensors.sta.tests.conftest import Service
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.store import Local, owning


@dataclass
class Stage:
    """store: this process has it open. service: asks over HTTP's way, as an account with all rights; key: its key."""

    endpoint: Endpoint
    store: Local
    service: Service
    key: str
    folder: Path

    @property
    def port(self) -> int:
        return self.endpoint.port

    def thing(self, number: int, *, public: bool = True) -> dict[str, Any]:
        """A thing in a place with one datastream."""
        made = self.service.post("Things", {
            "name": f"Station {number}", "description": "A station",
            "Locations": [{"name": "Place", "description": "", "encodingType": "application/geo+json",
                           "location": {"type": "Point", "coordinates": [7.2, 51.5]}}],
            "Datastreams": [{
                "name": f"Temperature {number}", "description": "", "observationType": "http://example.org/measurement",
                "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"},
                "Sensor": {"name": "S", "description": "", "encodingType": "text/plain", "metadata": "m"},
                "ObservedProperty": {"name": "Temperature", "definition": "http://example.org/t", "description": ""},
            }],
        })  # fmt: skip
        if public:
            Thing.objects.filter(pk=made["@iot.id"]).update(public=True)
        forget()
        return made


@pytest.fixture
def stage(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Stage]:
    settings.DATA_DIR, settings.MQTT_LISTEN = tmp_path, "127.0.0.1:0"
    settings.SITE_URL = "http://sta.invalid"
    (tmp_path / "observations").mkdir()
    user = get_user_model().objects.create(email="sta@demo.invalid", is_superuser=True, is_active=True)
    forget()
    with owning() as store, listening(store, tmp_path / "observations") as endpoint:
        assert endpoint is not None
        yield Stage(endpoint, store, Service(store, user), create_token(user, "test"), tmp_path)
    forget()
