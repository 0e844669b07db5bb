"""Proven coverage and projects of the LoRaWAN network: what counts, what does not, what stays unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from shapely.geometry import box

from steuerrad.kernel import clock
from steuerrad.modules.sensors import kpis
from steuerrad.modules.sensors.lorawan.models import Gateway, LoraDevice, Reception
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Location, Thing

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 8, 12, tzinfo=UTC)
CITY = box(7.15, 51.47, 7.25, 51.53)


@pytest.fixture(autouse=True)
def city(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(kpis, "area", lambda: CITY)


def device(
    name: str, *, origin: str = Thing.CITY, place: bool = True, rssi: float | None = -90.0, snr: float | None = 5.0,
    days: int = 1, public: bool = True, **properties: Any,
) -> LoraDevice:  # fmt: skip
    thing = actions.save(None, Thing(name=name, origin=origin, public=public, properties=properties))
    if place:
        spot = actions.save(None, Location(name=name, geometry={"type": "Point", "coordinates": [7.2, 51.5]}))
        actions.place(None, thing, [spot])
    gateway, _made = Gateway.objects.get_or_create(
        gateway_id="gw", defaults={"latitude": 51.48, "longitude": 7.21, "last_seen": NOW}
    )
    found = LoraDevice.objects.create(
        dev_eui=f"{thing.pk:016x}", thing=thing, profile="p", interval_s=3600, created_at=NOW
    )
    Reception.objects.create(
        device=found, gateway=gateway, uplinks=1, rssi=rssi, snr=snr, last_seen=NOW - timedelta(days=days)
    )
    return found


def test_without_a_device_of_the_city_nothing_is_known() -> None:
    device("made up", origin=Thing.SIMULATED, project="Demo")
    device("of a citizen", origin=Thing.CITIZEN, project="Hobby")
    device("silent", days=31, project="Old")
    assert [kpi.compute().value for kpi in kpis.KPIS] == [None, None]


@pytest.mark.parametrize(
    ("told", "covered"),
    [({}, True), ({"rssi": -121.0}, False), ({"snr": -16.0}, False), ({"snr": None}, True), ({"rssi": None}, False),
     ({"place": False}, False)],
)  # fmt: skip
def test_a_place_counts_when_it_was_heard_well(told: dict[str, Any], covered: bool) -> None:
    device("one", **told)
    wide, tall = 0.1 * 111.195 * 0.6225, 0.06 * 111.195  # km; cos of 51.5 degrees
    expected = 100 * 3.1416 * 0.25 / (wide * tall) if covered else 0.0
    assert float(kpis.lorawan_coverage().value or 0) == pytest.approx(expected, abs=0.1)


def test_projects_are_counted_once_however_they_are_written() -> None:
    for name, project in (("a", "Stadtbäume"), ("b", " stadtbäume "), ("c", "Pegel"), ("d", None)):
        device(name, project=project)
    found = kpis.lorawan_projects()
    assert found.value == 2
    assert found.inputs["without"] == 1


def test_devices_without_a_project_leave_it_unknown() -> None:
    device("a")
    assert kpis.lorawan_projects().value is None


def test_the_page_shows_devices_but_no_gateway_to_visitors(client: Client) -> None:
    device("Linde 1", project="Stadtbäume")
    device("hidden", public=False)
    device("Beispiel", origin=Thing.SIMULATED)
    text = client.get(reverse("sensors:lora_map"), headers={"accept-language": "en"}).content.decode()
    assert text.count("Linde 1") >= 3, "two maps and the table"
    assert "Stadtbäume" in text
    assert "hidden" not in text.partition("<main")[2].replace("hidden=", "").replace('aria-hidden="true"', "")
    assert "gw" not in text.partition("<main")[2]
    assert "simulated" in text
    assert "lower bound" in text
