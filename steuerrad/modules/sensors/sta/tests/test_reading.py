"""What the table of cases cannot show: numbers of queries, limits of size, one JSON by two ways, open and closed things."""

from __future__ import annotations

from typing import Any

import orjson
import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.observations import HIGHEST, LOWEST, SCHEMA, batch
from steuerrad.modules.sensors.sta import expanding
from steuerrad.modules.sensors.sta.observation_json import one, rows_json
from steuerrad.modules.sensors.sta.tests.conftest import BASE, Service
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing


def city(service: Service, things: int, each: int, rows: int) -> list[int]:
    """Open things with datastreams and observations; numbers of the datastreams."""
    sensor = actions.save(None, Sensor(name="S", encoding_type="x", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="P", definition="https://voc.invalid/p"))
    numbers = []
    for number in range(things):
        thing = actions.save(None, Thing(name=f"T{number}", public=True))
        spot = {"type": "Point", "coordinates": [7 + number / 100, 51]}
        actions.place(None, thing, [actions.save(None, Location(name=f"L{number}", geometry=spot))])
        for _ in range(each):
            stream = Datastream(name="D", thing=thing, sensor=sensor, observed_property=seen)
            numbers.append(actions.save(None, stream).pk)
    for stream in numbers:
        times = [hour * 3_600_000_000 for hour in range(rows)]
        service.store.submit(batch(stream, times, [float(hour) for hour in range(rows)]))
    return numbers


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_answer(service: Service) -> None:
    city(service, 12, 3, 2)
    newest = "Observations($top=1;$orderby=phenomenonTime desc)"
    for url, most in (
        (
            f"Things?$expand=Locations,HistoricalLocations,Datastreams($expand=Sensor,ObservedProperty,{newest})",
            10,
        ),
        ("Observations?$expand=Datastream($expand=Thing($expand=Locations)),FeatureOfInterest", 13),
        ("Locations?$expand=Things($expand=Datastreams($count=true))&$count=true", 10),
        ("Things?$filter=Datastreams/Observations/result gt 0 and Locations/name ne 'x'", 5),
    ):
        counts = []
        for top in (2, 12):
            with CaptureQueriesContext(connection) as queries:
                assert len(service.get(f"{url}&$top={top}", who=service.visitor)["value"]) == top
            counts.append(len(queries))
        assert counts[0] == counts[1] <= most, url


@pytest.mark.django_db
def test_an_answer_has_an_end(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    city(service, 6, 3, 20)
    monkeypatch.setattr(expanding, "MOST_ENTITIES", 100)
    for url in (
        "Things?$expand=Datastreams($expand=Observations($top=10000))",
        "Things?$expand=Datastreams($expand=Thing($expand=Datastreams($expand=Thing($expand=Datastreams))))",
        "Observations?$top=101&$expand=Datastream",
    ):
        status, _headers, answer = service.ask("GET", url)
        assert status == 400, url
        assert (status, "more than 100 entities" in answer["message"]) == (400, True), url
    monkeypatch.setattr(expanding, "MOST_READINGS", 5)
    assert service.ask("GET", "Datastreams?$expand=Observations($count=true)")[0] == 400
    assert service.ask("GET", "Datastreams?$top=5&$expand=Observations($top=2)")[0] == 200


@pytest.mark.django_db
def test_many_are_read_together_as_each_alone(service: Service) -> None:
    numbers = city(service, 3, 3, 30)
    for stream in numbers[:2]:  # these send far more often, one sends nothing
        service.store.submit(batch(stream, list(range(1, 2000)), [1.0] * 1999))
    service.store.delete(numbers[2], LOWEST, HIGHEST, by="test", reason="test")
    for options in (
        "$top=3", "$top=2;$skip=1", "$top=3;$orderby=phenomenonTime desc", "$top=40", "$top=0",
        "$top=3;$filter=result gt 20", "$top=2;$filter=Datastream/Thing/name eq 'T2'", "$top=3;$orderby=result desc",
    ):  # fmt: skip
        rows = service.get(f"Datastreams?$expand=Observations({options})")["value"]
        for row in rows:
            alone = service.get(f"Datastreams({row['@iot.id']})/Observations?{options.replace(';', '&')}")
            assert row["Observations"] == alone["value"], options
            assert ("Observations@iot.nextLink" in row) == ("@iot.nextLink" in alone), options


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "stream": st.integers(0, 3),
            "time": st.integers(LOWEST, HIGHEST),
            "value": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "result_time": st.none() | st.integers(LOWEST, HIGHEST),
            "extra": st.sampled_from(
                [None, None, None, '{"result":"x","end":253402300799999999}', '{"parameters":{"a":1},"foi":3}', '{"id":"1-2"}']
            ),
        }
    ),
    max_size=8,
)  # fmt: skip
SELECTS = st.sampled_from(
    [
        (),
        ("result",),
        ("@iot.id", "phenomenonTime"),
        ("Datastream",),
        ("resultTime", "FeatureOfInterest"),
        ("parameters",),
    ]
)


@given(ROWS, SELECTS)
def test_the_quick_way_writes_what_the_long_way_writes(
    rows: list[dict[str, Any]], select: tuple[str, ...]
) -> None:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    quick = orjson.loads(b"[" + rows_json(table, BASE, select) + b"]")
    assert quick == orjson.loads(orjson.dumps([one(row, BASE, select) for row in rows]))


@pytest.mark.django_db
def test_a_result_comes_back_as_it_was_sent(service: Service) -> None:
    (stream,) = city(service, 1, 1, 0)
    results = [
        0,
        -0.1,
        1e300,
        2**53,
        2**53 + 1,
        2**63,
        True,
        False,
        None,
        "",
        "ü\n",
        [],
        {"a": {"b": [None]}},
    ]
    for number, result in enumerate(results):
        body = {"phenomenonTime": f"2024-01-01T00:{number:02}:00Z", "result": result}
        made = service.post(f"Datastreams({stream})/Observations", body)
        found = service.get(made["@iot.selfLink"].removeprefix(BASE))["result"]
        assert found == result
        assert isinstance(found, bool) == isinstance(result, bool)
    assert [row["result"] for row in service.get(f"Datastreams({stream})/Observations")["value"]] == results


@pytest.mark.django_db
def test_the_feature_is_where_the_thing_was(service: Service) -> None:
    (stream,) = city(service, 1, 1, 0)
    thing = Thing.objects.get()
    for name, since in (("old", "2020-01-01T00:00:00Z"), ("older", "2010-01-01T00:00:00Z")):
        spot = {"type": "Point", "coordinates": [7, 51]}
        place = service.post(
            "Locations",
            {"name": name, "description": "", "encodingType": "application/geo+json", "location": spot},
        )
        service.post(
            "HistoricalLocations",
            {"time": since, "Thing": {"@iot.id": thing.pk}, "Locations": [{"@iot.id": place["@iot.id"]}]},
        )
    for time in ("2005", "2015", "2022", "2100"):
        service.post(
            f"Datastreams({stream})/Observations", {"phenomenonTime": f"{time}-01-01T00:00:00Z", "result": 1}
        )
    rows = service.get("Observations?$expand=FeatureOfInterest")["value"]
    assert [row["FeatureOfInterest"]["name"] for row in rows] == ["older", "older", "old", "L0"]
    old = service.get("Observations?$filter=FeatureOfInterest/name eq 'older'&$count=true")
    assert old["@iot.count"] == 2
    feature = service.get("FeaturesOfInterest?$filter=name eq 'old'&$expand=Observations")["value"][0]
    assert [row["phenomenonTime"][:4] for row in feature["Observations"]] == ["2022"]
    gone = service.get("Locations?$filter=name eq 'old'")["value"][0]["@iot.id"]
    assert service.ask("DELETE", f"Locations({gone})")[0] == 200
    rows = service.get("Observations?$expand=FeatureOfInterest")["value"]
    assert [row["FeatureOfInterest"]["name"] for row in rows] == ["older", "older", "old", "L0"]


@pytest.mark.django_db
def test_pages_of_other_sites_may_read(service: Service) -> None:
    for method, url in (("GET", "Things"), ("OPTIONS", "Things"), ("GET", "Nothing"), ("POST", "$batch")):
        _status, headers, _body = service.ask(method, url)
        assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in service.ask("OPTIONS", "Things")[1]["Access-Control-Allow-Headers"]
