"""KPIs of the network and the air: what counts, what does not, and what stays unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box

from steuerrad.kernel import clock
from steuerrad.modules.climate import kpis
from steuerrad.modules.climate.tests.factories import START, readings, station, stream
from steuerrad.platform.city.outline import share
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.store import owning
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=365))
    with owning(tmp_path / "observations") as local:
        yield local


def test_nothing_is_unknown_not_zero() -> None:
    for kpi in kpis.KPIS:
        found = kpi.compute()
        assert found.value is None
        assert str(found.note)


def test_only_the_citys_own_devices_count() -> None:
    for origin in (Thing.CITY, Thing.PUBLISHED, Thing.CITIZEN, Thing.SIMULATED):
        one = stream(station(origin, origin=origin), "air_temperature", "Cel")
        readings(one, [1.0])
    stream(station("silent"), "air_temperature", "Cel")
    found = kpis.sensors()
    assert found.value == 2
    assert found.inputs["last_seven_days"] == 0


def test_only_simulated_devices_leave_everything_unknown() -> None:
    thing = station(origin=Thing.SIMULATED)
    for key in ("pm2_5", "no2"):
        readings(stream(thing, key, "ug/m3"), [10.0] * 9000, step_s=3600)
    assert [kpi.compute().value for kpi in kpis.KPIS if kpi.id != "climate.coverage"] == [None] * 5


def test_coverage_of_a_square_city(monkeypatch: pytest.MonkeyPatch) -> None:
    city = box(7.15, 51.47, 7.25, 51.53)
    monkeypatch.setattr(kpis, "area", lambda: city)
    one = stream(station(), "air_temperature", "Cel")
    readings(stream(station("simulated", origin=Thing.SIMULATED), "pm10", "ug/m3"), [1.0])
    assert kpis.coverage().value is None, "described, but it never sent anything"
    readings(one, [1.0])
    wide, tall = 0.1 * 111.195 * 0.6225, 0.06 * 111.195  # km; cos of 51.5 degrees
    assert float(kpis.coverage().value or 0) == pytest.approx(100 * 3.1416 / (wide * tall), abs=0.1)
    assert kpis.air_coverage().value is None, "the only station for the air is simulated"
    both = [(7.2, 51.5), (7.2, 51.5)]
    assert share(city, both, 1000) == pytest.approx(share(city, both[:1], 1000))
    assert share(city, [(7.2, 51.5)], 50_000) == pytest.approx(100)
    assert share(city, [], 1000) == 0


def test_the_mean_of_a_year_needs_most_of_it() -> None:
    whole, part = (stream(station(name), "pm2_5", "ug/m3") for name in ("whole", "part"))
    readings(whole, [8.0] * 8760, step_s=3600)
    readings(part, [80.0] * 1000, step_s=3600)
    assert kpis.particulates().value == Decimal("8.0")


def test_the_worst_pollutant_of_each_hour_makes_the_index() -> None:
    thing = station()
    readings(stream(thing, "no2", "ug/m3"), [5.0] * 10, step_s=3600)
    readings(stream(thing, "o3", "ug/m3"), [150.0] * 5, step_s=3600)
    assert kpis.air_index().value == Decimal("2.5"), "five hours of class 4, five of class 1"


def test_owners_of_devices_among_the_offices() -> None:
    offices = [Organisation.objects.create(key=f"o{n}", name=f"O{n}", kind="city_unit") for n in range(4)]
    for origin, office in ((Thing.CITY, offices[0]), (Thing.SIMULATED, offices[1])):
        thing = station(origin=origin)
        Thing.objects.filter(pk=thing.pk).update(organisation=office)
    assert kpis.source_organisations().value == Decimal("25.0")
