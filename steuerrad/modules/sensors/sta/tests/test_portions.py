"""Long results: an answer ends where it would have too many bytes, and its links lead to all the rest, each once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from steuerrad.engines.observations import batch
from steuerrad.modules.sensors.sta import portioning
from steuerrad.modules.sensors.sta.tests.conftest import BASE, Service
from steuerrad.modules.sensors.sta.tests.test_hostile import populate
from steuerrad.platform.observations.models import Datastream, Thing

ROWS, LONG, SECOND = 120, 30_000, 1_000_000
ROOM = 1024**2


@pytest.fixture
def long_texts(service: Service, monkeypatch: pytest.MonkeyPatch) -> int:
    """A datastream with results of 30 KB each, of which 34 have room in an answer; its number."""
    monkeypatch.setattr(portioning, "MOST_BYTES", ROOM)
    monkeypatch.setattr(portioning, "PART", 50)
    populate(service)
    stream = Datastream.objects.earliest("pk").pk
    for row in service.get(f"Datastreams({stream})/Observations?$top=1000&$select=id")["value"]:
        service.ask("DELETE", f"Observations('{row['@iot.id']}')")
    texts = [orjson.dumps({"result": f"{number:06}" + "x" * LONG}).decode() for number in range(ROWS)]
    times = [number * SECOND for number in range(ROWS)]
    service.store.submit(batch([stream] * ROWS, times, [None] * ROWS, times[::-1], texts))
    return stream


def followed(service: Service, url: str, name: str = "value") -> tuple[list[Any], list[int]]:
    """All that the links lead to, and the bytes of the answers."""
    found, sizes = [], []
    while url:
        answer = service.get(url)
        found += answer[name]
        sizes.append(len(orjson.dumps(answer)))
        url = answer.get("@iot.nextLink", "").removeprefix(BASE + "/")
        assert len(sizes) < 20
    return found, sizes


def numbers(found: list[Any]) -> list[int]:
    return [int(row["result"][:6]) for row in found]


@pytest.mark.django_db
def test_pages_are_shorter_where_texts_are_long(service: Service, long_texts: int) -> None:
    for order, wanted in [("", range(ROWS)), ("&$orderby=phenomenonTime desc", reversed(range(ROWS))),
                          ("&$orderby=resultTime desc", range(ROWS)), ("&$filter=phenomenonTime ge 1970-01-01T00:00:10Z",
                           range(10, ROWS))]:  # fmt: skip
        found, sizes = followed(service, f"Datastreams({long_texts})/Observations?$top=10000{order}")
        given = numbers(found)
        assert given == list(wanted) if order else sorted(given) == list(wanted)
        assert len(sizes) in (4, 5)
        assert max(sizes) < ROOM + 30_000
    page = service.get(f"Datastreams({long_texts})/Observations?$top=20&$count=true")
    assert (len(page["value"]), page["@iot.count"]) == (20, ROWS)
    found, sizes = followed(
        service, f"Datastreams({long_texts})/Observations?$top=10000&$resultFormat=dataArray"
    )
    results = [row[group["components"].index("result")] for group in found for row in group["dataArray"]]
    assert (sorted(int(text[:6]) for text in results), len(sizes)) == (list(range(ROWS)), 4)
    assert max(sizes) < ROOM + 30_000


@pytest.mark.django_db
def test_what_is_expanded_is_bounded_all_together(service: Service, long_texts: int) -> None:
    other = Datastream.objects.get(pk=long_texts)
    other.pk, other.name = None, "second"
    other.save()
    texts = [orjson.dumps({"result": f"{number:06}" + "y" * LONG}).decode() for number in range(ROWS)]
    service.store.submit(
        batch([other.pk] * ROWS, [number * SECOND for number in range(ROWS)], [None] * ROWS, None, texts)
    )
    for options in ("$top=100", "$top=40;$orderby=phenomenonTime desc", "$top=100;$orderby=resultTime"):
        answer = service.get(f"Datastreams?$expand=Observations({options})")
        assert len(orjson.dumps(answer)) < ROOM + 60_000
        for stream in answer["value"]:
            found = stream["Observations"]
            if stream["@iot.id"] not in (long_texts, other.pk):
                continue
            link = stream["Observations@iot.nextLink"].removeprefix(BASE + "/")
            rest, _sizes = followed(service, link)
            assert sorted(numbers(found + rest)) == list(range(ROWS))


@pytest.mark.django_db
def test_the_latest_of_many_leave_a_link_where_there_is_no_room(
    service: Service, long_texts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portioning, "MOST_BYTES", 100)
    answer = service.get("Datastreams?$expand=Observations($top=1;$orderby=phenomenonTime desc)")
    stream = next(one for one in answer["value"] if one["@iot.id"] == long_texts)
    assert stream["Observations"] == []
    rest = service.get(stream["Observations@iot.nextLink"].removeprefix(BASE + "/"))
    assert numbers(rest["value"]) == [ROWS - 1]


@pytest.mark.django_db
def test_things_with_long_properties(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portioning, "MOST_JSON", 10_000)
    for number in range(10):
        service.post("Things", {"name": f"T{number}", "description": "", "properties": {"text": "x" * 3000}})
    found, sizes = followed(service, "Things?$top=100")
    assert [thing["name"] for thing in found] == [f"T{number}" for number in range(10)]
    assert len(sizes) == 4
    status, _headers, told = service.ask("GET", "Things?$top=1&$expand=Datastreams")
    assert status == 200, told
    assert Thing.objects.count() == 10
