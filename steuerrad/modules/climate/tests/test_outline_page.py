"""Setting the city's outline: who may, what is refused with which words, and what then computes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from steuerrad.modules.climate.kpis import coverage
from steuerrad.modules.climate.tests.factories import readings, station, stream
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.city.models import CityOutline
from steuerrad.platform.city.outline import outline

pytestmark = pytest.mark.django_db
SQUARE = [[7.15, 51.45], [7.25, 51.45], [7.25, 51.55], [7.15, 51.55], [7.15, 51.45]]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def office() -> Client:
    user = User.objects.create_user("office@city.example", "x")
    Membership.objects.create(user=user, role="coordinator")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)
    return browser


def sent(browser: Client, document: object, name: str = "area.geojson", **more: str):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    given = {
        "file": SimpleUploadedFile(name, text),
        "property_name": "name",
        "source": "State office",
        "licence": "CC BY 4.0",
    }
    return browser.post(reverse("climate:outline"), {**given, **more})


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def test_from_unknown_to_computed_and_back(office) -> None:
    readings(stream(station("A"), "air_temperature", "Cel"), [1.0])
    before = coverage()
    assert before.value is None
    assert before.step is not None
    assert before.step[1] == reverse("climate:outline")
    assert "not known yet" in office.get(reverse("climate:outline")).content.decode()
    answer = sent(
        office,
        {"features": [{"type": "Feature", "properties": {"name": "Mitte <b>"}, "geometry": polygon(SQUARE)}]},
    )
    assert answer.status_code == 302
    value = coverage().value
    assert value is not None
    assert float(value) == pytest.approx(100 * 3.1416 / (6.93 * 11.12), abs=0.1)
    page = office.get(reverse("climate:outline")).content.decode()
    assert "State office (CC BY 4.0)" in page
    assert "Mitte &lt;b&gt;" in page
    assert (
        "State office (CC BY 4.0)"
        in Client(headers={"accept-language": "en"}).get(reverse("climate:index")).content.decode()
    )
    assert AuditEntry.objects.filter(action="climate.outline_set").count() == 1
    row = CityOutline.objects.get()
    assert office.post(reverse("climate:outline_withdraw", args=[row.pk])).status_code == 302
    assert outline() is None
    assert coverage().value is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"PK\x03\x04", "not GeoJSON"), (b"[" * 100_000, "not GeoJSON"), (b"\xff\xfe{", "not GeoJSON"),
        (polygon([[374000, 5700000], [375000, 5700000], [375000, 5701000], [374000, 5700000]]), "are not degrees"),
        (polygon(SQUARE[:-1]), "a ring is not closed"),
        ({**polygon(SQUARE), "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}}, "EPSG::25832"),
        (polygon([[-170, -80], [170, -80], [170, 80], [-170, 80], [-170, -80]]), "that is no city"),
        (polygon([[7, 51], ["7", 51], [7, 52], [7, 51]]), "not GeoJSON"), (polygon([[7, 51], [float("nan"), 51], [7, 52], [7, 51]]), "not GeoJSON"),
        ({"features": []}, "no area in it"), ({"type": "Point", "coordinates": [7, 51]}, "no area in it"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_fault(office, document, words) -> None:
    answer = sent(office, document)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not CityOutline.objects.exists()


def test_a_file_that_would_cost_hours_is_stopped(office, monkeypatch) -> None:
    from steuerrad.platform.city import outline as module

    monkeypatch.setattr(module, "PATIENCE_S", 3)
    chance = random.Random(7)
    ring = [[7 + chance.random() / 10, 51 + chance.random() / 10] for _ in range(60_000)]
    answer = sent(office, polygon([*ring, ring[0]]))
    assert answer.status_code == 422
    assert "repaired" in answer.content.decode()


def test_source_and_licence_are_asked_for(office) -> None:
    answer = sent(office, polygon(SQUARE), source="", licence=" ")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"source", "licence"}
    assert sent(office, polygon(SQUARE), name="area.shp").status_code == 422


def test_only_the_office_may(office) -> None:
    user = User.objects.create_user("other@city.example", "x")
    browser = Client()
    browser.force_login(user)
    assert browser.get(reverse("climate:outline")).status_code == 403
    assert sent(browser, polygon(SQUARE)).status_code == 403
    assert Client().get(reverse("climate:outline")).status_code == 302


def test_heights_and_holes_are_taken(office) -> None:
    hole = [[7.19, 51.49], [7.21, 51.49], [7.21, 51.51], [7.19, 51.49]]
    outer = [[*point, 80, None] for point in SQUARE]
    assert sent(office, polygon(outer, hole)).status_code == 302
    found = outline()
    assert found is not None
    assert found.whole.area == pytest.approx(0.0098)
    assert Path(CityOutline.objects.get().file_name).name == "area.geojson"
