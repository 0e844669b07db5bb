"""The first page with many stations: marks that stand for several, parts of the map, search, order, pages."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from steuerrad.engines.observations import batch
from steuerrad.kernel import clock
from steuerrad.modules.climate.tests.factories import station, stream
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.store import observations

pytestmark = pytest.mark.django_db
COUNT = 60
LINK = "{http://www.w3.org/2000/svg}a"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def many() -> list[int]:
    """Sixty stations on a line from west to east, each a tenth of a degree warmer than the one before."""
    now = clock.now()
    first = stream(station("S00"), "air_temperature", "Cel")
    made = {"created_at": now, "changed_at": now}
    things = Thing.objects.bulk_create(
        Thing(name=f"S{at:02} <b>&", public=True, **made) for at in range(1, COUNT)
    )
    places = Location.objects.bulk_create(
        Location(name="L", geometry={"type": "Point", "coordinates": [7.2 + at / 500, 51.5]}, west=7.2 + at / 500,
                 east=7.2 + at / 500, south=51.5, north=51.5, **made)
        for at in range(1, COUNT)
    )  # fmt: skip
    through = Thing.locations.through
    through.objects.bulk_create(
        through(thing=thing, location=place) for thing, place in zip(things, places, strict=True)
    )
    more = {"sensor": first.sensor, "observed_property": first.observed_property, "unit_symbol": "°C",
            "unit_code": "Cel", "interval_s": 600, **made}  # fmt: skip
    streams = [
        first,
        *Datastream.objects.bulk_create(Datastream(name="T", thing=thing, **more) for thing in things),
    ]
    numbers = [one.pk for one in streams]
    values = [10 + at / 10 for at in range(COUNT)]
    with observations() as store:
        store.submit(batch(numbers, [now - timedelta(minutes=5)] * COUNT, values))
    return numbers


def page(**query: object) -> str:
    response = Client().get(reverse("climate:index"), query, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def names(text: str) -> list[str]:
    return re.findall(r'<th class="kern-table__header" scope="row"><a href="[^"]+">(S\d\d)', text)


def test_many_stations_in_pages_marks_and_orders(many, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        text = page()
    assert names(text) == [f"S{at:02}" for at in range(50)]
    assert "Page 1 of 2" in text
    assert names(page(page=2)) == [f"S{at:02}" for at in range(50, 60)]
    assert names(page(order="high"))[:3] == ["S59", "S58", "S57"]
    assert names(page(order="low"))[0] == "S00"
    assert "<b>&" not in text
    maps = [one for one in re.findall(r"<svg .*?</svg>", text, re.DOTALL) if "chart--map" in one]
    wide, narrow = (
        [link.get("aria-label") or "" for link in ElementTree.fromstring(one).iter(LINK)] for one in maps
    )
    for labels in (wide, narrow):
        groups = [re.match(r"(\d+) stations close", one) for one in labels]
        assert any(groups)
        assert sum(int(found[1]) if found else 1 for found in groups) == COUNT, "each is there, alone or not"
    assert len(narrow) < len(wide)


def test_a_group_tells_its_mean_and_leads_nearer(many) -> None:
    label = r'<a href="\?section=([^"]+)" aria-label="(\d+) stations close together: mean ([\d.]+)\s°C"'
    found = re.search(label, page())
    assert found
    nearer = page(section=found[1])
    assert f"Shown: {found[2]} of 60 stations." in nearer
    values = [float(value) for value in re.findall(r'data-live-unit="°C">([\d.]+)', nearer)]
    assert len(values) == int(found[2])
    assert sum(values) / len(values) == pytest.approx(float(found[3]), abs=0.051)


def test_stations_are_found_by_name(many) -> None:
    text = page(q="s07")
    assert names(text) == ["S07"]
    assert "Shown: 1 of 60 stations." in text
    assert "Lowest at S00" in text, "the sentences are about all of them"


def test_a_section_that_is_none_shows_everything(many) -> None:
    for section in ("a,b,c,d", "7,51,6,52", "nan,1,2,3", "-999,1,2,3", "1,2,1.00001,3", "7,51,inf,52"):
        text = page(section=section, show="nonsense", order="nonsense", page="9" * 40)
        assert "of 60 stations" not in text
        assert len(names(text)) == 10, "a page beyond the last is the last"
