"""Whatever is sent to the data server: an answer as JSON with a reason, never a 500, and the fast way answers as the long one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import open_folder
from steuerrad.modules.sensors.server.app import DataServer
from steuerrad.modules.sensors.sta import doors
from steuerrad.modules.sensors.sta.app import ANYWHERE
from steuerrad.modules.sensors.sta.tests.conftest import BASE, Service
from steuerrad.modules.sensors.sta.tests.test_hostile import (
    BODIES,
    CALLS,
    FILTERS,
    HOSTILE,
    LITERALS,
    NAMES,
    populate,
)
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.store import Local

ORIGIN = {name.lower(): value for name, value in ANYWHERE.items()}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Asker:
    """Asks the application as uvicorn does, without a network."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.server = DataServer(service.store)
        self.key = create_token(service.user, "fuzz")
        populate(service)
        doors.forget()

    def ask(self, method: str, path: str, body: bytes = b"", query: bytes = b"", **headers: str) -> Answer:
        given = {"host": "sta.invalid", "authorization": f"Bearer {self.key}", "content-length": str(len(body)),
                 **headers}  # fmt: skip
        scope = {
            "type": "http", "method": method, "path": path, "query_string": query, "scheme": "http",
            "raw_path": quote(path).encode(),
            "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in given.items()],
        }  # fmt: skip
        parts = [body[: len(body) // 2], body[len(body) // 2 :]]
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": parts.pop(0) if parts else b"", "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.server(scope, receive, send))
        headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))

    def proper(self, answer: Answer) -> None:
        """What every answer must be."""
        assert answer.status < 500 or answer.status == 501, answer
        assert ORIGIN.items() <= answer.headers.items(), answer
        if answer.status >= 400:
            told = orjson.loads(answer.body)
            assert told["code"] == answer.status
            assert told["message"]
            assert answer.headers["content-type"].startswith("application/json")


@pytest.fixture
def asker(transactional_db: None, tmp_path: Any) -> Iterator[Asker]:
    """The application's threads have connections of their own, so what is made here must be committed."""
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create(email="fuzz@demo.invalid", is_superuser=True, is_active=True)
    doors.forget()
    with open_folder(tmp_path / "observations") as writer:
        yield Asker(Service(Local(writer), user))
    doors.forget()


TIMES = st.sampled_from([
    "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00+02:00", "2024-01-01", "nonsense", "",
    "2024-01-01T00:00Z", "2024-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", "2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z", "20240101T000000Z",
    "2024-W01-1T00:00:00Z", "2024-01-01T00:00:00Z/2024-01-01T01:00:00Z", "2024-01-01T01:00:00Z/2024-01-01T00:00:00Z",
    "2024-01-01T00:00:00Z/PT1H", None, 5, True, [], "\x00", "２０２４-01-01T00:00:00Z", "-2024-01-01T00:00:00Z",
])  # fmt: skip
RESULTS = st.one_of(
    st.sampled_from([1, 1.5, -0.0, 2**53, 2**53 + 1, -(2**60), 2**63, 1e308, 5e-324, True, None, "text", "", [1], {"a": 1}]),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
STREAMS = st.sampled_from([1, 1, 1, 1, "1", 0, -1, 2, 10**9, 2**31, 2**63, 1.0, True, None, "x", [], {}])


def optional(**strategies: Any) -> Any:
    return st.fixed_dictionaries({}, optional=strategies)


OBSERVATIONS = st.builds(
    lambda plain, rare: {**plain, **rare},
    optional(
        phenomenonTime=TIMES, result=RESULTS, resultTime=TIMES, Datastream=STREAMS.map(lambda key: {"@iot.id": key})
    ),
    st.just({}) | optional(
        FeatureOfInterest=BODIES, parameters=BODIES, validTime=TIMES, resultQuality=BODIES, id=st.just(1), x=BODIES
    ),
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_fast_way_answers_as_the_long_way(asker: Asker) -> None:
    """Status, address and entity; the long way is asked directly, of the same service."""

    @given(OBSERVATIONS, st.sampled_from(["/Observations", "/Datastreams(1)/Observations"]))
    @FEW
    def same(body: dict[str, Any], path: str) -> None:
        content = json.dumps(body).encode()
        fast = asker.ask("POST", f"/sta/v1.1{path}", content)
        asker.proper(fast)
        status, headers, told = asker.service.ask("POST", path, content)
        assert fast.status == status, (body, fast, told)
        if status == 201 and body.get("phenomenonTime") is not None:
            assert orjson.loads(fast.body) == told
            assert fast.headers["location"] == headers["Location"]
        elif status >= 400:
            assert orjson.loads(fast.body)["message"] == told["message"]

    same()


ROWS = st.lists(st.tuples(TIMES, RESULTS).map(list) | BODIES, max_size=4)
GROUPS = st.fixed_dictionaries(
    {"Datastream": STREAMS.map(lambda key: {"@iot.id": key}), "dataArray": ROWS,
     "components": st.sampled_from([["phenomenonTime", "result"], ["result", "phenomenonTime"], ["result"],
                                    ["phenomenonTime", "result", "resultTime"], ["result", "result"], [], ["x"], [1], "y",
                                    ["phenomenonTime", "result", "FeatureOfInterest/id"]])},
    optional={"dataArray@iot.count": st.integers(), "x": BODIES},
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_data_arrays_are_answered_the_same_by_both_ways(asker: Asker) -> None:
    @given(st.lists(GROUPS, max_size=3) | BODIES)
    @FEW
    def same(body: Any) -> None:
        content = json.dumps(body).encode()
        fast = asker.ask("POST", "/sta/v1.1/CreateObservations", content)
        asker.proper(fast)
        status, _headers, told = asker.service.ask("POST", "CreateObservations", content)
        assert fast.status == status, (body, fast, told)
        found = orjson.loads(fast.body)
        if status == 201 and "phenomenonTime" in str(body):
            timed = [pair for pair in zip(found, told, strict=True) if not pair[0].startswith("error")]
            for one, other in timed:
                assert one.partition("-")[0] == other.partition("-")[0]
            assert [one.startswith("error") for one in found] == [one.startswith("error") for one in told]

    same()


@pytest.mark.django_db(transaction=True)
def test_no_bytes_break_the_server(asker: Asker) -> None:
    paths = ["/sta/v1.1/Observations", "/sta/v1.1/CreateObservations", "/sensors/bulk", "/sta/v1.1/Things", "/sta/v1.1/$batch",
             "/sta/v1.1/Datastreams(1)", "/sta/v1.1/Datastreams(1)/Observations", "/", "/sta", "/sta/v1.1", "/sta/v1.1x"]  # fmt: skip
    kinds = [
        "application/json",
        "application/json-patch+json",
        "multipart/mixed; boundary=b",
        "text/plain",
        "",
        "\xff;\x00",
    ]
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "X" * 50]
    keys = [
        None,
        "",
        "Bearer",
        "Bearer str_x",
        "Basic eA==",
        "Basic \xff",
        "Digest a",
        "Bearer " + "a" * 5000,
    ]

    @given(st.sampled_from(methods), st.sampled_from(paths), st.binary(max_size=200) | BODIES.map(lambda body: json.dumps(body).encode()),
           st.sampled_from(kinds), st.sampled_from(keys))  # fmt: skip
    @FEW
    def answered(method: str, path: str, body: bytes, kind: str, key: str | None) -> None:
        headers = {"content-type": kind} | ({} if key is None else {"authorization": key})
        answer = asker.ask(method, path, body, **headers)
        if method == "HEAD" and answer.status >= 400:
            assert answer.status < 500
        else:
            asker.proper(answer)

    answered()


QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count", "$resultFormat", "$skiptoken",
                         "$search", "x", "$"]),
        FILTERS | st.sampled_from([*NAMES, *LITERALS, *CALLS, "-1", "9" * 30, "true", "dataArray", "1_1", "Observations($top=1)"]),
    ),
    max_size=4,
)  # fmt: skip
PATHS = st.lists(
    st.sampled_from([*NAMES, "(1)", "(0)", "('a')", "('1-1704067200000000')", "/", "$ref", "$value", "$count", "Things", "\x00", "..",
                     "Datastreams", "Observations", "(9999999999999999999)", "é", "%2F", "(", ")"]),
    max_size=7,
).map("".join)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_no_question_breaks_the_server(asker: Asker) -> None:
    @given(PATHS, QUERIES, st.sampled_from([True, False]))
    @FEW
    def answered(path: str, query: list[tuple[str, str]], encoded: bool) -> None:
        safe = "$" if encoded else "$'(),/;:@=*-._~&% "
        text = "&".join(f"{name}={quote(value, safe=safe)}" for name, value in query)
        answer = asker.ask("GET", f"/sta/v1.1/{path}", query=text.encode("latin-1", "replace"))
        asker.proper(answer)

    answered()
    for url in HOSTILE:
        path, _, query = url.partition("?")
        asker.proper(
            asker.ask("GET", f"/sta/v1.1/{path}", query=quote(query, safe="$'(),/;:@=*-._~&%").encode())
        )


@pytest.mark.django_db
def test_the_latest_of_many_are_what_reading_each_gives(service: Service) -> None:
    populate(service)
    thing = service.get("Things")["value"][0]["@iot.id"]
    first = service.get("Datastreams?$expand=Sensor,ObservedProperty")["value"][0]
    for number in range(4):
        service.post("Datastreams", {
            "name": f"N{number}", "description": "", "observationType": "x", "unitOfMeasurement": first["unitOfMeasurement"],
            "Thing": {"@iot.id": thing}, "Sensor": {"@iot.id": first["Sensor"]["@iot.id"]},
            "ObservedProperty": {"@iot.id": first["ObservedProperty"]["@iot.id"]},
            "Observations": [{"phenomenonTime": f"2024-01-0{day}T00:00:00Z", "result": [day, "text", None][day % 3],
                              "parameters": {"day": day}} for day in range(1, 1 + number)],
        })  # fmt: skip
    newest = "Observations($top=1;$count=true;$orderby=phenomenonTime desc{})"
    for select in (
        "",
        ";$select=result",
        ";$select=id,phenomenonTime,parameters",
        ";$expand=Datastream($select=name)",
    ):
        for outer in (
            "",
            "$select=id&",
            "$select=phenomenonTime,name&",
            "$select=observedArea,unitOfMeasurement&",
        ):
            found = service.get(f"Datastreams?{outer}$expand={newest.format(select)}")["value"]
            whole = service.get(f"Datastreams?{outer}")["value"]
            assert len(found) == 5
            for entity, key, plain in zip(
                found, service.get("Datastreams?$select=id")["value"], whole, strict=True
            ):
                inner = {name: entity.pop(name) for name in list(entity) if name.startswith("Observations")}
                plain.pop("Observations@iot.navigationLink", None)
                assert entity == plain
                path = f"Datastreams({key['@iot.id']})/Observations?$top=1&$count=true&$orderby=phenomenonTime desc"
                alone = service.get(path + select.replace(";", "&"))
                assert inner["Observations"] == alone["value"]
                assert inner["Observations@iot.count"] == alone["@iot.count"]
                link = inner.get("Observations@iot.nextLink")
                assert (link is None) == (alone["@iot.count"] < 2)
                if link:
                    after = service.get(link.removeprefix(BASE + "/").replace("%20", " "))["value"]
                    assert json.dumps(after) != json.dumps(alone["value"])
