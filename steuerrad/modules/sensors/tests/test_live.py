"""The live stream: what it tells, to whom, from where on, and that a slow page costs nobody else anything."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from steuerrad.engines.observations import batch
from steuerrad.modules.sensors.server import live, streaming
from steuerrad.modules.sensors.tests.test_server import running, server  # noqa: F401 - fixtures
from steuerrad.platform.accounts.models import User
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from steuerrad.platform.observations.store import Local, owning

START = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with owning(tmp_path / "observations") as local:
        yield local


def put(store: Local, stream: int, value: float, minute: int = 0) -> int:
    seq = store.submit(batch(stream, [START + timedelta(minutes=minute)], [value])).seq
    store.barrier()
    return seq


class Page:
    """An open page as the server sees it. stuck: it takes nothing any more."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.gone = asyncio.Event()
        self.stuck = False

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self.stuck:
            await asyncio.Event().wait()
        self.sent.append(message.get("body", b""))

    @property
    def events(self) -> list[tuple[int, list[tuple[int, float]]]]:
        found = []
        for text in b"".join(self.sent).decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(":"))
            if "data" in lines:
                values = json.loads(lines["data"])["values"]
                found.append((int(lines["id"]), [(item["series"], item["value"]) for item in values]))
        return found

    async def until(self, count: int) -> None:
        for _ in range(200):
            if len(self.events) >= count:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(self.events)} of {count} events came")


def watched(
    store: Local, numbers: set[int], act: Callable[[Page, streaming.Hub], Awaitable[None]], after: int | None = None
) -> Page:  # fmt: skip
    """Open a page, do something while it is open, close it."""

    async def run() -> Page:
        page, hub = Page(), streaming.Hub(store)
        with hub.subscribed(numbers, after) as one:
            serving = asyncio.ensure_future(streaming.stream(hub, one, page.receive, page.send))
            await act(page, hub)
            page.gone.set()
            await asyncio.wait_for(serving, 5)
        return page

    return asyncio.run(run())


def test_a_page_is_told_what_is_and_what_becomes_of_its_own_series(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "GATHER_S", 0.01)
    put(store, 1, 20.0)
    put(store, 2, 5.0)

    async def act(page: Page, hub: streaming.Hub) -> None:
        await page.until(1)
        await asyncio.to_thread(put, store, 2, 6.0, 1)
        await asyncio.to_thread(put, store, 1, 21.0, 1)
        await page.until(2)
        await asyncio.to_thread(put, store, 1, 4.0, -60)  # late: the latest value stays the latest
        await page.until(3)

    page = watched(store, {1, 3}, act)
    assert [values for _id, values in page.events] == [[(1, 20.0)], [(1, 21.0)], [(1, 21.0)]]
    assert [number for number, _values in page.events] == [2, 4, 5]
    assert page.sent[1].startswith(b"retry: ")


def test_a_browser_that_comes_back_is_told_only_what_it_missed(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "GATHER_S", 0.01)
    put(store, 1, 1.0)
    put(store, 2, 2.0)

    async def run() -> tuple[list[Any], ...]:
        hub, found = streaming.Hub(store), []
        with hub.subscribed({1, 2}, None) as first:
            assert first.take() == {1, 2}
            seq = first.position
        await asyncio.to_thread(put, store, 2, 3.0, 1)
        await asyncio.sleep(0.05)
        for after in (seq, seq + 1, seq + 50, None, 0):
            with hub.subscribed({1, 2}, after) as one:
                found.append(one.take())
        return tuple(found)

    missed, nothing, from_the_future, fresh, older_than_remembered = asyncio.run(run())
    assert missed == {2}
    assert nothing == set()
    assert from_the_future == fresh == older_than_remembered == {1, 2}


def test_what_a_slow_page_misses_does_not_pile_up_and_it_is_dropped(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "SLOW_S", 0.3)
    monkeypatch.setattr(streaming, "GATHER_S", 0.0)
    put(store, 1, 0.0)

    async def run() -> tuple[Page, int]:
        page, hub = Page(), streaming.Hub(store)
        with hub.subscribed({1}, None) as one:
            serving = asyncio.ensure_future(streaming.stream(hub, one, page.receive, page.send))
            await page.until(1)
            page.stuck = True
            for minute in range(1, 60):
                await asyncio.to_thread(put, store, 1, float(minute), minute)
            waiting = len(one.pending)
            await asyncio.wait_for(serving, 5)
        return page, waiting

    page, waiting = asyncio.run(run())
    assert waiting <= 1
    assert len(page.events) == 1, "the stream ended by itself"


def test_no_more_pages_than_there_is_room_for(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "MOST_SUBSCRIBERS", 1)

    async def run() -> None:
        hub = streaming.Hub(store)
        with hub.subscribed({1}, None), pytest.raises(streaming.FullError), hub.subscribed({1}, None):
            pass
        with hub.subscribed({1}, None):
            assert hub.awake

    asyncio.run(run())


def test_without_pages_the_applier_is_not_held_up(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "LINGER_S", 0.0)

    async def run() -> bool:
        hub = streaming.Hub(store)
        with hub.subscribed({1}, None):
            pass
        await asyncio.to_thread(put, store, 1, 1.0)
        await asyncio.sleep(0.05)
        return hub.awake

    assert asyncio.run(run()) is False
    assert store.writer.applier._listeners == []


def test_a_stream_ends_so_that_rights_are_looked_at_anew(store, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "LIFE_S", 0.2)
    monkeypatch.setattr(streaming, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(streaming, "GATHER_S", 0.0)

    async def act(page: Page, hub: streaming.Hub) -> None:
        await asyncio.sleep(0.4)

    page = watched(store, {1}, act)
    assert b": alive\n\n" in page.sent
    assert page.sent[-1] == b""


@pytest.mark.parametrize(
    "query",
    ["series=", "series=a", "series=-1", "series=1;2", "series=99999999999", "series=1&colour=red", "thing=1.5",
     "series=" + ",".join(map(str, range(1, 502))), "&".join(["series=1"] * 30), "series=%EF%BC%91"],
)  # fmt: skip
def test_what_cannot_be_streamed_is_refused(query) -> None:
    with pytest.raises(live.SelectionError):
        live.selection(query)


def test_selections() -> None:
    assert live.selection("") == (set(), set())
    assert live.selection("series=1,2&series=3&thing=7") == ({1, 2, 3}, {7})
    assert [live.position_of(text) for text in ("12", "", "x", "-1", "9" * 30, "²")] == [12] + [None] * 5


def made(name: str, *, public: bool) -> Datastream:
    thing = actions.save(None, Thing(name=name, public=public))
    actions.place(None, thing, [actions.save(None, Location(name=name, geometry={"type": "Point", "coordinates": [7, 51]}))])  # fmt: skip
    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="T", definition="http://example.org/t"))
    return actions.save(None, Datastream(name=name, thing=thing, sensor=sensor, observed_property=seen))


@pytest.mark.django_db
def test_only_what_the_person_may_see(store) -> None:
    shown, hidden = made("open", public=True), made("hidden", public=False)
    both = {shown.pk, hidden.pk}
    assert live.visible_numbers(AnonymousUser(), both, set()) == {shown.pk}
    assert live.visible_numbers(AnonymousUser(), set(), {shown.thing_id, hidden.thing_id}) == {shown.pk}
    assert live.visible_numbers(AnonymousUser(), set(), set()) == {shown.pk}
    office = User.objects.create_superuser("office@city.example", "x")
    assert live.visible_numbers(office, both, set()) == both


@pytest.mark.django_db
def test_a_session_of_the_browser_stands_for_its_account(client: Client) -> None:
    user = User.objects.create_user("somebody@city.example", "x")
    client.force_login(user)
    cookies = "; ".join(f"{name}={item.value}" for name, item in client.cookies.items())
    assert live.viewer_of(cookies) == user
    for wrong in ("", "sessionid=", "sessionid=guessed", "sessionid=../../x; \x00"):
        assert not live.viewer_of(wrong).is_authenticated


@pytest.mark.django_db
def test_without_the_data_server_a_page_asks_now_and_then(client: Client, store) -> None:
    shown, hidden = made("open", public=True), made("hidden", public=False)
    seq = put(store, shown.pk, 7.5)
    first = client.get("/sensors/live", {"series": f"{shown.pk},{hidden.pk}"})
    assert first["Content-Type"].startswith("text/event-stream")
    assert first["Cache-Control"] == "no-store"
    assert f"id: {seq}\n" in first.content.decode()
    told = json.loads(first.content.decode().partition("data: ")[2])["values"]
    assert [(item["series"], item["value"]) for item in told] == [(shown.pk, 7.5)]
    again = client.get("/sensors/live", {"series": shown.pk}, headers={"last-event-id": str(seq)})
    assert b"data:" not in again.content
    assert client.get("/sensors/live", {"series": hidden.pk}).status_code == 404
    assert client.get("/sensors/live", {"series": "x"}).status_code == 400
    assert client.post("/sensors/live").status_code == 405


@pytest.mark.django_db
def test_the_data_server_streams_what_it_stores(server) -> None:  # noqa: F811 - the fixture
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    line.request("GET", f"/sensors/live?series={server.stream.pk}")
    answer = line.getresponse()
    assert (answer.status, answer.getheader("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert answer.readline().startswith(b"retry:")
    moment = {"phenomenonTime": "2024-06-01T00:00:00Z", "result": 3.25}
    path = f"/sta/v1.1/Datastreams({server.stream.pk})/Observations"
    assert server.ask("POST", path, moment)[0] == 201
    deadline = time.monotonic() + 10
    data = b""
    while not data.startswith(b"data:") and time.monotonic() < deadline:
        data = answer.readline()
    assert json.loads(data[5:])["values"] == [
        {"series": server.stream.pk, "time": "2024-06-01T00:00:00+00:00", "value": 3.25}
    ]
    line.close()
    for query, status in (("series=x", 400), ("series=16000000", 404)):
        assert server.ask("GET", f"/sensors/live?{query}")[0] == status
    assert server.ask("POST", "/sensors/live?series=1")[0] == 405
