"""Changes of the catalogue: whoever made them, and also when the server was down."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now

from steuerrad.kernel import clock
from steuerrad.modules.sensors.broker import changes, sessions
from steuerrad.modules.sensors.broker.changes import PLACE, Change, Seen, Watch
from steuerrad.modules.sensors.broker.endpoint import listening
from steuerrad.modules.sensors.broker.sessions import Book
from steuerrad.modules.sensors.broker.tests.conftest import Stage
from steuerrad.modules.sensors.broker.tests.talking import Talker
from steuerrad.platform.observations.models import HistoricalLocation, Thing

HOUR = 3600


def moved(stage: Stage, thing: int, name: str) -> None:
    place = {"name": name, "description": "", "encodingType": "application/geo+json",
             "location": {"type": "Point", "coordinates": [7.3, 51.4]}}  # fmt: skip
    stage.service.post(f"Things({thing})/Locations", place)


@pytest.mark.one_database
def test_what_changed_while_the_server_was_down_is_sent_to_who_has_a_session(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "LATEST", timedelta())  # else what was sent shortly before may come again
    monkeypatch.setattr(sessions, "NOTED", timedelta())
    thing, other = stage.thing(1)["@iot.id"], stage.thing(2)["@iot.id"]
    topics = ("v1.1/Things?$select=description", f"v1.1/Things({thing})/description",
              "v1.1/HistoricalLocations?$select=id")  # fmt: skip
    with Talker(stage.port, stage.key, name="a", lasting_s=HOUR) as first:
        assert [first.subscribe(topic) for topic in topics] == [1] * 3
        stage.service.ask("PATCH", f"Things({thing})", {"description": "before"})
        assert len(first.got(2)) == 2
        assert first.quiet(2.5)
    stage.endpoint.stop()
    stage.service.ask("PATCH", f"Things({thing})", {"description": "meanwhile"})
    moved(stage, other, "meanwhile")
    with listening(stage.store, stage.folder / "observations") as anew:
        assert anew is not None
        with Talker(anew.port, stage.key, name="a", lasting_s=HOUR, clean=False) as second:
            assert second.session_present is True
            got = second.got(3)
            assert (topics[0], {"description": "meanwhile"}) in got
            assert (topics[1], {"description": "meanwhile"}) in got
            newest = HistoricalLocation.objects.latest("pk").pk
            assert [content for topic, content in got if topic == topics[2]] == [{"@iot.id": newest}]
            stage.service.ask("PATCH", f"Things({thing})", {"description": "after"})
            assert (topics[1], {"description": "after"}) in second.got(5)[3:]


def test_what_changes_in_the_moment_of_subscribing_is_sent(stage: Stage) -> None:
    thing = stage.thing(1)["@iot.id"]
    with Talker(stage.port, stage.key) as talker:
        talker.subscribe(f"v1.1/Things({thing})/description")
        stage.service.ask("PATCH", f"Things({thing})", {"description": "at once"})
        assert [content for _topic, content in talker.got(1)] == [{"description": "at once"}]


@pytest.fixture
def thing(db: None) -> Thing:
    return Thing.objects.create(name="T", created_at=clock.now(), changed_at=clock.now())


def test_a_watch_tells_each_change_once_and_no_old_historical_locations(thing: Thing) -> None:
    HistoricalLocation.objects.create(thing=thing, time=clock.now())
    watch = Watch(Seen(clock.now()))
    assert watch.changes(clock.now()) == []
    Thing.objects.filter(pk=thing.pk).update(changed_at=clock.now())
    place = HistoricalLocation.objects.create(thing=thing, time=clock.now())
    assert watch.changes(clock.now()) == [Change("Thing", thing.pk), Change(PLACE, place.pk)]
    assert watch.changes(clock.now()) == []
    late = clock.now() - timedelta(seconds=30)  # its transaction took so long
    Thing.objects.filter(pk=thing.pk).update(changed_at=late)
    assert watch.changes(clock.now()) == [Change("Thing", thing.pk)]


def test_a_fault_of_the_database_leaves_the_changes_for_the_next_time(
    thing: Thing, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(Seen(clock.now() - timedelta(hours=1)))
    with monkeypatch.context() as patched:
        patched.setattr(Watch, "_new_places", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watch.changes(clock.now())
    assert watch.changes(clock.now()) == [Change("Thing", thing.pk)]


def test_of_very_many_the_newest_are_told(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_MISSED", 2)
    at = clock.now()
    more = [
        Thing.objects.create(name="T", created_at=at, changed_at=at + timedelta(seconds=n)) for n in (1, 2)
    ]
    watch = Watch(Seen(at - timedelta(hours=1)))
    assert watch.changes(now()) == [Change("Thing", one.pk) for one in more]
    assert watch.left_out


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s") as file:
        file.execute(
            "CREATE TABLE session (user INTEGER, client TEXT, expiry REAL, gone_at REAL, position INTEGER, topics TEXT, "
            "PRIMARY KEY (user, client))"
        )
        file.execute("INSERT INTO session VALUES (1, 'a', 3600, NULL, 7, '[[\"v1.1/Things\", 1]]')")
    file.close()
    book = Book(tmp_path / "s")
    session = book.sessions[1, "a"]
    assert (session.position, session.seen, book.missed()) == (7, None, None)
    reached = Seen(clock.now(), 5)
    assert session.news([Change("Thing", 3, clock.now())], reached) == (True, 0)
    session.changes.clear()
    session.news([], reached)
    book.save(book.rows())
    book.close()
    again = Book(tmp_path / "s")
    assert again.missed() == reached.careful()
    again.close()


def test_what_waits_for_a_session_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sessions, "MOST_CHANGES", 3)
    book = Book(tmp_path / "s")
    session, _known = book.open((1, "a"), 60, clean=True, now=0)
    session.topics = sessions._read([("v1.1/Things", 1)])
    assert session.news([Change("Thing", n, clock.now()) for n in range(5)], Seen(clock.now())) == (True, 2)
    assert [one.number for one in session.changes] == [2, 3, 4]
    book.close()
