"""Pages and downloads of the climate, with readings worked out by hand."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.engines.observations import FLAGS
from steuerrad.kernel import clock
from steuerrad.modules import climate
from steuerrad.modules.climate.tests.factories import START, readings, station, stream
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import observations, owning
from steuerrad.platform.ui.charts.map_drawing import RAMPS

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=2)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with owning(tmp_path / "observations") as local:
        yield local


@pytest.fixture
def warm() -> Datastream:
    """Two days by the ten minutes between 10 and 30 °C; the highest at 12 UTC."""
    one = stream(station("Marktplatz"), "air_temperature", "Cel")
    readings(one, [20 - 10 * math.cos(2 * math.pi * index / 144) for index in range(288)])
    return one


def page(name: str, *args: object, **query: object) -> str:
    response = Client().get(reverse(f"climate:{name}", args=args), query, headers={"accept-language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def series(one: Datastream, **query: object) -> Any:
    return Client().get(reverse("climate:series", args=[one.pk]), query)


def test_the_map_links_every_station_and_tells_the_age(warm) -> None:
    text = page("index")
    assert text.count(f'href="/climate/stations/{warm.thing_id}/"') >= 3, "two maps and the table"
    assert "10 minutes ago" in text
    assert "climate-old" not in text


def test_an_old_value_is_called_old(warm, monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=400))
    text = page("index")
    assert "climate-old" in text
    assert "400 days ago" in text
    assert "1 of 1 stations have sent nothing lately" in text
    assert "the period ends with the last reading" in page("station", warm.thing_id)


def test_what_is_not_public_is_not_there(warm) -> None:
    hidden = stream(station("Hidden", public=False), "air_temperature", "Cel")
    readings(hidden, [1.0])
    assert "Hidden" not in page("index") + page("compare")
    browser = Client()
    for name, number in (
        ("station", hidden.thing_id),
        ("series", hidden.pk),
        ("picture", hidden.pk),
        ("embed", hidden.pk),
    ):
        assert browser.get(reverse(f"climate:{name}", args=[number])).status_code == 404
    assert "Hidden" not in browser.get(reverse("climate:stations_geojson")).content.decode()


def test_simulated_stations_are_labelled_everywhere() -> None:
    one = stream(station("Made up", origin=Thing.SIMULATED), "air_temperature", "Cel")
    readings(one, [1.0, 2.0])
    for text in (page("index"), page("station", one.thing_id), page("compare"), page("series", one.pk),
                 page("embed", one.pk), Client().get("/").content.decode()):  # fmt: skip
        assert "simul" in text
    for form in ("csv", "json", "geojson"):
        response = series(one, format=form)
        assert b"simulated" in response.content
        assert "simulated-" in response["Content-Disposition"]
    table = pq.read_table(io.BytesIO(series(one, format="parquet").content))
    assert table.schema.metadata[b"origin"] == b"simulated"


def test_hot_days_and_the_sentences(warm) -> None:
    text = page("station", warm.thing_id, period="dates", since="2024-06-01", until="2024-06-02")
    assert "2 days were hot" in text
    assert "Hot day" in text


def test_rain_by_a_counter_and_its_warning_level() -> None:
    one = stream(station(), "rain_since_midnight", "mm", 300)
    readings(one, [0.0] * 12 + [1.5 * step for step in range(1, 13)] + [18.0, 0.0, 0.0], step_s=300)
    text = page("station", one.thing_id, period="all")
    assert "18.0 litres of rain" in text
    assert "marked (level 2)" in text
    assert "started again 1 times" in text


def test_soil_water_needs_the_soil() -> None:
    thing = station()
    unknown = stream(thing, "soil_moisture", "%", depth_m=0.1)
    known = stream(thing, "soil_moisture", "%", depth_m=0.3, wilting_point=0.1, field_capacity=0.3)
    readings(unknown, [20.0], NOW - timedelta(minutes=10))
    readings(known, [12.0], NOW - timedelta(minutes=10))
    text = page("station", thing.pk)
    assert "unknown: the type of soil is not stated" in text
    assert "dry: plants suffer" in text
    assert "10 %" in text


def test_air_quality_names_the_pollutant_that_decides() -> None:
    thing = station()
    for key, value in (("no2", 5.0), ("o3", 150.0)):
        readings(stream(thing, key, "ug/m3"), [value] * 12, NOW - timedelta(hours=2))
    text = page("station", thing.pk)
    assert "The air is poor; O₃ decides that." in text
    assert "Not measured here: PM10, PM2,5." in text


@pytest.mark.parametrize("period", ["day", "week", "month", "year", "all", "dates", "nonsense", ""])
def test_every_period_answers(warm, period) -> None:
    for name, number in (("station", warm.thing_id), ("series", warm.pk)):
        page(name, number, period=period, since="2024-06-01", until="2024-06-02")
    page("compare", period=period, station=str(warm.thing_id), show="temperature")


def test_dates_in_the_wrong_order_are_told(warm) -> None:
    text = page("station", warm.thing_id, period="dates", since="2024-06-02", until="2024-06-01")
    assert "The end lies before the beginning." in text
    assert "too far away" in page("station", warm.thing_id, period="dates", since="0001-01-01")


def test_places_side_by_side(warm) -> None:
    other = stream(station("Stadtpark"), "air_temperature", "Cel")
    readings(other, [15.0] * 288)
    text = page("compare", show="temperature", station=[str(warm.thing_id), str(other.thing_id)])
    assert text.count("Stadtpark") > 3
    assert "Choose at most five places." in page("compare", station=[str(number) for number in _six()])


def _six() -> list[int]:
    found = []
    for number in range(6):
        one = stream(station(f"N{number}"), "air_temperature", "Cel")
        found.append(one.thing_id)
    return found


def test_raw_readings_as_csv(warm) -> None:
    response = series(warm, format="csv", start="2024-06-01T00:00:00Z", end="2024-06-01T01:00:00Z")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert len(rows) == 6
    assert rows[0] == {
        "time": "2024-06-01T00:00:00Z",
        "value": "10.0",
        "flag": "",
        "unit": "Cel",
        "origin": "city",
    }


def test_days_of_the_citys_time(warm) -> None:
    response = series(warm, format="json", period="P1D", functions="min,max,p50")
    found = json.loads(response.content)
    assert found["columns"] == ["start", "end", "count", "min", "max", "p50"]
    assert [row[:3] for row in found["rows"]] == [
        ["2024-06-01T00:00:00+02:00", "2024-06-02T00:00:00+02:00", 132],
        ["2024-06-02T00:00:00+02:00", "2024-06-03T00:00:00+02:00", 144],
        ["2024-06-03T00:00:00+02:00", "2024-06-04T00:00:00+02:00", 12],
    ]
    assert found["rows"][0][4] == pytest.approx(30)
    in_utc = json.loads(series(warm, format="json", period="P1D", zone="UTC").content)
    assert [row[2] for row in in_utc["rows"]] == [144, 144]


def test_days_of_23_and_25_hours(warm) -> None:
    """The clocks of Berlin went forward on 2024-03-31 and back on 2024-10-27."""
    other = stream(station("Uhr"), "air_temperature", "Cel", 3600)
    for first in (datetime(2024, 3, 29, 23, tzinfo=UTC), datetime(2024, 10, 25, 22, tzinfo=UTC)):
        readings(other, [1.0] * 96, first, 3600)
    span = {"start": "2024-03-30T00:00:00+01:00", "end": "2024-10-29T00:00:00+01:00"}
    found = json.loads(series(other, format="json", period="P1D", functions="sum", **span).content)
    hours = {row[0][:10]: row[2] for row in found["rows"]}
    assert [hours[f"2024-03-{day}"] for day in (30, 31)] == [24, 23]
    assert [hours[f"2024-10-{day}"] for day in (26, 27, 28)] == [24, 25, 24]


def flagged(one: Datastream, index: int, flag: int) -> None:
    """Object to the reading with this index."""
    time = int((START + timedelta(minutes=10 * index)).timestamp() * 1e6)
    rows = {"stream": [one.pk], "time": [time], "flag": [flag], "tests": ["spike"], "run": ["test"]}
    with observations() as store:
        store.flag(pa.table(rows, schema=FLAGS))


def test_what_quality_control_objects_to_is_left_out_unless_asked_for() -> None:
    one = stream(station("Marktplatz"), "air_temperature", "Cel")
    readings(one, [10.0] * 100 + [45.0] + [10.0] * 187)
    span = {"period": "dates", "since": "2024-06-01", "until": "2024-06-02"}
    assert "1 day was hot" in page("station", one.thing_id, **span)
    flagged(one, 100, 4)
    for name, number in (("station", one.thing_id), ("series", one.pk)):
        text = page(name, number, **span)
        assert "objects to 1 reading of this period; it is left out" in text
        assert ">45.0<" not in text
        shown = page(name, number, doubtful="1", **span)
        assert "marked in the charts" in shown
        assert "Air temperature, doubtful" in shown
        assert ">45.0<" in shown
    assert "1 day was hot" not in page("station", one.thing_id, **span)
    assert "1 day was hot" in page("station", one.thing_id, doubtful="1", **span)
    both = page("compare", station=str(one.thing_id), show="temperature", doubtful="1", **span)
    assert "Air temperature, doubtful" not in both, "in a comparison it has the station's name"
    assert "Marktplatz, doubtful" in both


def test_a_doubtful_latest_value_is_grey_and_not_compared(warm) -> None:
    other = stream(station("Stadtpark"), "air_temperature", "Cel")
    readings(other, [99.0] * 288)
    assert "highest at Stadtpark" in page("index")
    flagged(other, 287, 3)
    text = page("index")
    assert "highest at Stadtpark" not in text
    assert "Quality control doubts the latest value of 1 station" in text


def test_long_charts_without_doubtful_readings_stay_short() -> None:
    one = stream(station("Lang"), "air_temperature", "Cel")
    readings(one, [10.0, 20.0] * 1500)
    flagged(one, 700, 4)
    from steuerrad.modules.climate import queries
    from steuerrad.modules.climate.doubts import doubts_of
    from steuerrad.modules.climate.periods import stretch
    from steuerrad.modules.climate.pictures import POINTS, thinned

    span = stretch("all", [one.pk])
    found = queries.Series(one.pk, "air_temperature", one)
    clean, all_of_it = (thinned(found, span, doubts_of([one.pk], span, shown)) for shown in (False, True))
    assert len(clean[0]) <= POINTS + 1
    assert clean[2] != all_of_it[2]
    assert (min(clean[3]), max(clean[4])) == (10.0, 20.0)


def test_downloads_tell_flags_and_leave_out_what_is_doubtful(warm) -> None:
    flagged(warm, 0, 3)
    rows = list(csv.DictReader(io.StringIO(series(warm, format="csv").content.decode())))
    assert [row["flag"] for row in rows[:2]] == ["3", ""]
    fit = list(csv.DictReader(io.StringIO(series(warm, format="csv", doubtful="without").content.decode())))
    assert len(rows) - len(fit) == 1
    day = {"format": "json", "period": "P1D", "functions": "min", "zone": "UTC"}
    assert json.loads(series(warm, **day).content)["rows"][0][2] == 144
    assert json.loads(series(warm, doubtful="without", **day).content)["rows"][0][2] == 143


def test_stations_of_citizens_stand_apart(warm) -> None:
    for name, origin, network in (
        ("Balkon", Thing.CITIZEN, "sensor.community"),
        ("Schule", Thing.PUBLISHED, "senseBox"),
    ):
        one = stream(station(name, origin=origin, network=network), "air_temperature", "Cel")
        readings(one, [50.0] * 288)
    text = page("index")
    assert "highest at Balkon" not in text
    assert "highest at Schule" not in text
    apart = text.partition('<h2 id="apart"')[2]
    assert apart.index("Balkon") > 0
    assert apart.index("senseBox") > 0
    assert text.partition('<h2 id="latest"')[2].partition('<h2 id="apart"')[0].count("Balkon") == 0


def test_the_page_names_what_can_be_updated_live(warm) -> None:
    text = page("index")
    assert f'data-live="/sensors/live?series={warm.pk}"' in text
    assert f'data-live-spot="{warm.pk}"' in text
    assert f'data-live-series="{warm.pk}"' in text
    assert "hidden" in text.partition("data-live=")[2].partition(">")[0], (
        "without a script nothing is promised"
    )


def test_colours_are_the_same_in_the_script() -> None:
    script = (Path(climate.__file__).parent / "static/climate/live.js").read_text(encoding="utf-8")
    body = script.partition("const RAMPS = {")[2].partition("};")[0]
    told = {
        line.partition(":")[0].strip(): json.loads(line.partition(":")[2].strip().rstrip(","))
        for line in body.strip().splitlines()
    }
    assert told == {name: [list(stop) for stop in stops] for name, stops in RAMPS.items()}


def test_arrow_parquet_and_geojson_hold_the_same(warm) -> None:
    query = {"period": "PT1H", "functions": "mean"}
    arrow = pa.ipc.open_stream(series(warm, format="arrow", **query).content).read_all()
    parquet = pq.read_table(io.BytesIO(series(warm, format="parquet", **query).content))
    features = json.loads(series(warm, format="geojson", **query).content)["features"]
    assert arrow.to_pylist() == parquet.to_pylist()
    assert [row["mean"] for row in arrow.to_pylist()] == [item["properties"]["mean"] for item in features]
    assert len(features) == 48
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [7.2, 51.5]}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/html", "text/html"), ("*/*", "text/html"), ("text/csv", "text/csv"), ("application/json", "application/json"),
     ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
     ("text/csv;q=0.5, application/geo+json", "application/geo+json")],
)  # fmt: skip
def test_the_form_follows_what_the_caller_accepts(warm, accept, kind) -> None:
    response = Client().get(reverse("climate:series", args=[warm.pk]), headers={"accept": accept})
    assert response["Content-Type"].partition(";")[0] == kind
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize(
    ("query", "name"),
    [({"start": "yesterday"}, "start"), ({"start": "2024-06-01T00:00:00"}, "start"),
     ({"start": "2024-06-02T00:00:00Z", "end": "2024-06-01T00:00:00Z"}, "end"), ({"period": "P2X"}, "period"),
     ({"period": "PT0S"}, "period"), ({"functions": "mean"}, "period"), ({"period": "P1D", "functions": "drop"}, "functions"),
     ({"period": "P1D", "functions": "mean,mean"}, "functions"), ({"period": "P1D", "functions": ""}, "functions"),
     ({"period": "P1D", "zone": "../../etc/passwd"}, "zone"), ({"period": "P1D", "zone": "Mars/Olympus"}, "zone"),
     ({"colour": "red"}, "colour"), ({"format": "xlsx"}, "format"), ({"period": "PT1S", "start": "1900-01-01T00:00:00Z"}, "")],
)  # fmt: skip
def test_a_wrong_parameter_is_named(warm, query, name) -> None:
    response = series(warm, **{"format": "json", **query})
    if not name:
        assert response.status_code in (200, 400)
        return
    assert response.status_code == 400
    found = json.loads(response.content)
    assert found["parameter"] == name
    assert found["message"]


def test_a_download_too_long_says_so(warm, monkeypatch) -> None:
    from steuerrad.modules.climate import downloads

    monkeypatch.setitem(downloads.MOST_ROWS, "csv", 287)
    response = series(warm, format="csv")
    assert response.status_code == 400
    assert json.loads(response.content)["parameter"] == "end"
    assert series(warm, format="csv", start="2024-06-01T00:10:00Z").status_code == 200


def test_charts_for_other_pages(warm) -> None:
    browser = Client()
    embed = browser.get(reverse("climate:embed", args=[warm.pk]), {"period": "all"})
    assert "frame-ancestors *" in embed["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed
    picture = browser.get(reverse("climate:picture", args=[warm.pk]), {"width": "narrow"})
    assert picture["Content-Type"].startswith("image/svg+xml")
    assert browser.get(reverse("climate:embed", args=[warm.pk]), {"period": "x"}).status_code == 404


def test_the_number_of_queries_does_not_grow(warm, django_assert_max_num_queries) -> None:
    for number in range(8):
        readings(stream(station(f"P{number}"), "air_temperature", "Cel"), [1.0])
    with django_assert_max_num_queries(12):
        page("index")


def test_stations_for_other_maps(warm) -> None:
    found = json.loads(Client().get(reverse("climate:stations_geojson")).content)
    feature = found["features"][0]
    assert feature["geometry"]["coordinates"] == [7.2, 51.5]
    latest = feature["properties"]["latest"][0]
    assert latest["property"] == "air_temperature"
    assert datetime.fromisoformat(latest["time"]) == datetime(2024, 6, 2, 23, 50, tzinfo=UTC)


def test_numbers_out_of_range_are_not_found() -> None:
    browser = Client()
    for number in (0, 2**31, 2**63, 10**30):
        assert browser.get(f"/climate/series/{number}/").status_code == 404
        assert browser.get(f"/climate/stations/{number}/").status_code == 404
