"""Whatever is asked, the answer comes quickly, is JSON with a reason, and shows nothing that is not open."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.modules.sensors.sta import options, parsing, paths
from steuerrad.modules.sensors.sta.entities import BY_NAME, TYPES
from steuerrad.modules.sensors.sta.faults import Fault
from steuerrad.modules.sensors.sta.tests.conftest import Service
from steuerrad.platform.observations.models import Thing

NAMES = sorted({name for item in TYPES for name in (*item.properties, *item.navigation)})
LITERALS = ["1", "-2.5", "1e300", "'x'", "'it''s'", "null", "true", "2024-01-01T00:00:00Z", "P1D", "duration'PT1H'",
            "2024-01-01T00:00:00Z/P1D", "2024-01-01", "12:00", "geography'POINT(7 51)'", "geography'nonsense'"]  # fmt: skip
WORDS = ["eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "add", "sub", "mul", "div", "mod", "(", ")", ",", "/",
         "-", "properties/a", "Datastream/Thing/name", "Datastreams/Observations/result", "@iot.id", "id", "$it"]  # fmt: skip
CALLS = ["length(", "substringof(", "year(", "now()", "round(", "geo.distance(", "st_within(", "st_relate(", "tolower(",
         "concat(", "date(", "mindatetime()", "totaloffsetminutes("]  # fmt: skip
TOKENS = st.sampled_from([*NAMES, *LITERALS, *WORDS, *CALLS])
FILTERS = st.lists(TOKENS, max_size=25).map(" ".join) | st.text(max_size=80)


def refused(work: Callable[[], object]) -> int | None:
    """The status with which something is refused; None when it is not."""
    try:
        work()
    except Fault as error:
        return error.status
    return None


@given(FILTERS)
@settings(max_examples=400, deadline=None)
def test_every_text_is_a_filter_or_a_fault(text: str) -> None:
    assert refused(lambda: parsing.parse(text)) in (None, 400)


@given(
    st.text(max_size=120)
    | st.lists(st.sampled_from(["Things", "(1)", "/", "$ref", "('a')", "Datastreams", "'"])).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_every_path_is_understood_or_refused(text: str) -> None:
    status = refused(lambda: paths.parse(text))
    assert status in (None, 400, 404)
    if status is None:
        found = paths.parse(text)
        assert not found.steps or paths.parse(str(found)) == found


EXPANDS = st.recursive(
    st.sampled_from(["Datastreams", "Thing", "Locations", "Observations", "Sensor", "name", ""]),
    lambda inner: st.tuples(
        st.sampled_from(["Datastreams", "Thing", "Things", "Observations"]),
        st.lists(st.sampled_from(["$top=1", "$skip=1", "$count=true", "$filter=id eq 1", "$select=name"])
                 | inner.map("$expand={}".format), max_size=3),
    ).map(lambda pair: f"{pair[0]}({';'.join(pair[1])})"),
    max_leaves=12,
)  # fmt: skip


@given(EXPANDS)
@settings(max_examples=300, deadline=None)
def test_every_expansion_is_understood_or_refused(text: str) -> None:
    assert refused(lambda: options.parse(f"$expand={text}", BY_NAME["Thing"])) in (None, 400)


@given(st.integers(1, 12), st.sampled_from(["(", "not ", "-", "tolower(", "length(concat("]))
def test_depth_has_an_end(power: int, opening: str) -> None:
    with pytest.raises(Fault):
        parsing.parse(opening * 2**power)


SLOW = [
    "(" * 4000,
    "not " * 1900 + "true",
    " and ".join(["name eq 'x'"] * 600),
    "name eq '" + "x" * 7900 + "'" * 50,
    "'" * 7999,
    "a" * 8001,
    "concat(" * 1000 + "name" + ")" * 1000,
    "1" * 7999 + " eq 1",
    "name eq geography'POLYGON((" + "1 1," * 1900 + "1 1))'",
    "-" * 7990 + "1 eq 1",
    "1 add " * 1300 + "1 eq 1",
    "2024-01-01T00:00:00Z/" * 380,
]


@pytest.mark.parametrize("text", SLOW, ids=range(len(SLOW)))
def test_long_filters_end_at_once(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(Fault):
        parsing.parse(text)
    assert time.process_time() - start < 2, "seconds, where milliseconds are expected"


HOSTILE = [
    "Things?$expand=" + "Datastreams($expand=Thing($expand=" * 20,
    "Things?$expand=" + ",".join(["Datastreams"] * 60),
    "Things?$expand=Datastreams($expand=Thing($expand=Datastreams($expand=Thing($expand=Datastreams($expand=Thing($expand=Locations))))))",
    "Things?$expand=" + "Datastreams/Thing/" * 10 + "Datastreams",
    "Things?$top=99999999999999999999",
    "Things?$skip=99999999999999999999",
    "Things?$orderby=" + ",".join(["name"] * 60),
    "Things?$select=" + ",".join(["name"] * 60),
    "Things?$filter=" + "Datastreams/Thing/" * 5 + "name eq 'x'",
    "Things?$filter=name eq '\x00'",
    "Things?$filter=name eq '%00'",
    "Things?$filter=name eq '%ff'",
    "Things?$filter=1e999 eq 1",
    "Things?$filter=properties/a eq 1'; DROP TABLE observations_thing; --",
    "Things?$filter=properties/a\"b eq 1",
    "Things?$filter=properties/a'b eq 1",
    "Observations?$filter=parameters/a\") OR 1=1 -- eq 1",
    "Observations?$filter=result eq 1)) UNION SELECT 1 --",
    "Observations?$orderby=result; DROP TABLE observation",
    "Observations?$skiptoken=1_2_3",
    "Observations?$skiptoken=99999999999999999999999_1",
    "Observations?$top=1&$skiptoken=1_99999999999999999999",
    "Things(99999999999999999999999999)",
    "Things(-1)",
    "Things('1') or 1=1",
    "Observations('999999999999-1')",
    "Observations('1-99999999999999999999')",
    "Observations('-1--1')",
    "Observations?$filter=id eq '99999999999-1'",
    "Datastreams(1)/" + "Thing/Datastreams(1)/" * 30,
    "Things/" + "../" * 20 + "etc/passwd",
    "Things?" + "&".join(f"$filter{n}=1" for n in range(2000)),
    "Observations?$filter=phenomenonTime add duration'P999999999D' gt now()",
    "Observations?$filter=phenomenonTime gt 0000-00-00T00:00:00Z",
    "Observations?$filter=phenomenonTime gt 9999-12-31T23:59:59-14:00",
    "Observations?$filter=phenomenonTime lt 0001-01-01T00:00:00+14:00",
    "HistoricalLocations?$filter=time add duration'P99999999D' gt now()",
    "Observations?$filter=result mod 0 eq 1 or result div 0 gt 1",
    "Observations?$filter=substring(result,-5,999999999999) eq 'x'",
    "Things?$filter=substring(name,-5,99999999999999999999) eq 'x'",
    "Things?$filter=substring(name,1e300) eq 'x'",
    "Things?$filter=properties/a mul 1e300 mul 1e300 eq 1",
    "Things?$filter=round(1e308 mul 10) eq 1",
    "Things?$filter=id eq 1e300",
    "Locations?$filter=geo.distance(location,geography'POINT(1e300 1e300)') lt 1",
    "Locations?$filter=st_within(location,geography'POLYGON((0 0,1 1,0 1,1 0,0 0))')",
    "Locations?$filter=st_within(location,geography'SRID=99;POINT(1 1)')",
    "Locations?$filter=st_within(location,geography'POINT Z (1 1 1)')",
]  # fmt: skip


@pytest.mark.django_db
def test_hostile_requests_are_answered(service: Service, subtests: pytest.Subtests) -> None:
    populate(service)
    for number, url in enumerate(HOSTILE):
        with subtests.test(url[:100], number=number):
            start = time.process_time()
            status, _headers, body = service.ask("GET", url.replace("\x00", "%00"))
            assert status in (200, 400, 404, 501), body
            assert time.process_time() - start < 3


@pytest.mark.django_db
@given(
    st.sampled_from([item.set_name for item in TYPES]),
    FILTERS,
    st.sampled_from(
        ["", "name", "id", "result desc", "phenomenonTime", "properties/a", "now()", "length(name)", "1"]
    ),
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_filter_breaks_the_service(service: Service, name: str, text: str, order: str) -> None:
    if not Thing.objects.exists():
        populate(service)
    clean = "".join(sign for sign in text if sign not in "&#%+\x00" and sign.isprintable())
    url = f"{name}?$count=true&$filter={clean}" + (f"&$orderby={order}" if order else "")
    status, _headers, _body = service.ask("GET", url)
    assert status in (200, 400, 501)


def populate(service: Service) -> Any:
    """One thing with all that hangs on it."""
    thing = service.post("Things", {
        "name": "T", "description": "", "properties": {"a": 1, "b": "x", "c": None, "d": [1]},
        "Locations": [{"name": "L", "description": "", "encodingType": "application/geo+json",
                       "location": {"type": "Point", "coordinates": [7, 51]}}],
        "Datastreams": [{
            "name": "D", "description": "", "observationType": "x",
            "unitOfMeasurement": {"name": "a", "symbol": "b", "definition": "c"},
            "Sensor": {"name": "S", "description": "", "encodingType": "x", "metadata": "x"},
            "ObservedProperty": {"name": "P", "definition": "x", "description": ""},
            "Observations": [
                {"phenomenonTime": "2024-01-01T00:00:00Z", "result": 1},
                {"phenomenonTime": "2024-01-01T01:00:00Z", "result": "a", "parameters": {"a": 1}},
                {"phenomenonTime": "0001-01-01T00:00:00Z/9999-12-31T00:00:00Z", "result": None},
            ],
        }],
    })  # fmt: skip
    return thing["@iot.id"]


BODIES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*NAMES, "@iot.id", "x"]), inner, max_size=5)
    ),
    max_leaves=20,
)


@pytest.mark.django_db
@given(
    st.sampled_from(["POST", "PATCH", "PUT"]),
    st.sampled_from([*[item.set_name for item in TYPES], "Things(1)", "CreateObservations", "$batch"]),
    BODIES,
    st.sampled_from(["application/json", "application/json-patch+json", "multipart/mixed; boundary=x", ""]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_breaks_the_service(service: Service, method: str, url: str, body: Any, kind: str) -> None:
    status, _headers, _answer = service.ask(method, url, json.dumps(body).encode(), {"content-type": kind})
    assert status in (200, 201, 400, 404, 405, 409)


@pytest.mark.django_db
def test_a_filter_tells_nothing_about_what_is_not_open(service: Service) -> None:
    populate(service)
    for url in (
        "Things", "Datastreams", "Observations", "Locations", "HistoricalLocations", "FeaturesOfInterest",
        "Sensors?$filter=Datastreams/Thing/name eq 'T'", "Sensors?$filter=Datastreams/name eq 'D'",
        "ObservedProperties?$filter=Datastreams/Observations/result eq 1",
    ):  # fmt: skip
        assert service.get(url, who=service.visitor)["value"] == [], url
    assert service.get("Sensors?$expand=Datastreams", who=service.visitor)["value"][0]["Datastreams"] == []
    Thing.objects.update(public=True)
    for url in (
        "Things",
        "Datastreams",
        "Observations",
        "Locations",
        "Sensors?$filter=Datastreams/name eq 'D'",
    ):
        assert service.get(url, who=service.visitor)["value"], url
