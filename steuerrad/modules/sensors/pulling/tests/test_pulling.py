"""Sources are fetched by schedule, once at a time, within bounds; what servers do wrong is told and tried again later."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.mapping import parsed, read
from steuerrad.modules.sensors.bulk.writing import as_toml
from steuerrad.modules.sensors.pulling import actions
from steuerrad.modules.sensors.pulling.actions import fetch, next_fetch, save, switch
from steuerrad.modules.sensors.pulling.jobs import pull
from steuerrad.modules.sensors.pulling.models import PullRun, PullSource
from steuerrad.modules.sensors.pulling.sources import address
from steuerrad.modules.sensors.pulling.tests.servers import Handler, Served, serving
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.observations.models import Datastream, Location, Thing
from steuerrad.platform.observations.store import observations, owning

CSV = b"time,station,T\n2024-06-01T10:00:00Z,A,20.5\n2024-06-01T10:10:00Z,A,21\n2024-06-01T10:00:00Z,B,19\n"
SPEC: dict[str, Any] = {
    "format": "csv", "time": {"column": "time"}, "thing": {"column": "station", "prefix": "pub:"},
    "series": {"T": {"property": "air_temperature", "unit": "Cel"}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, db: None) -> Any:
    with translation.override("en"), owning(tmp_path / "observations"):
        yield


def source(served: Served, settings: Any, secret: str | None = None, **given: Any) -> PullSource:
    settings.EGRESS_HOSTS = [f"private:127.0.0.1:{served.port}"]
    values = {
        "key": "s",
        "title": "Source",
        "url": f"{served.base}/data.csv",
        "spec": SPEC,
        "enabled": True,
    } | given
    return save(None, PullSource(**values), secret)


def count() -> int:
    with observations() as store:
        return store.count(list(Datastream.objects.values_list("pk", flat=True)))


def fine(handler: Handler) -> None:
    if handler.headers.get("If-None-Match") == '"1"':
        handler.send(304)
    else:
        handler.send(200, CSV, ETag='"1"', Last_Modified="Sat, 01 Jun 2024 10:10:00 GMT")


def test_what_is_due_is_fetched_and_stored_once(settings: Any) -> None:
    with serving(fine) as served:
        one = source(served, settings, secret="Authorization: Bearer geheim-123")
        pull()
        one.refresh_from_db()
        assert count() == 3
        assert (one.etag, one.failures, one.fault) == ('"1"', 0, "")
        assert one.due_at is not None
        assert one.due_at > clock.now() + timedelta(minutes=50)
        pull()  # not due
        assert PullRun.objects.count() == 1
        fetch(one)
        PullSource.objects.update(etag="", last_modified="")
        fetch(one)
    assert [run.state for run in PullRun.objects.order_by("pk")] == ["stored", "unchanged", "stored"]
    assert count() == 3
    assert Thing.objects.get(key="pub:A").origin == Thing.PUBLISHED
    assert served.seen[0]["authorization"] == "Bearer geheim-123"
    assert served.seen[1]["if-none-match"] == '"1"'
    assert served.seen[1]["if-modified-since"] == "Sat, 01 Jun 2024 10:10:00 GMT"
    shown = json.dumps([list(PullSource.objects.values()), list(PullRun.objects.values()),
                        list(AuditEntry.objects.values())], default=str)  # fmt: skip
    assert "geheim" not in shown


def test_json_by_paths(settings: Any) -> None:
    body = {
        "stations": [
            {"id": "A", "seen": [{"t": 1717236000, "v": {"c": 20.5}}, {"t": 1717236600, "v": {"c": None}}]}
        ]
    }
    spec = {
        "format": "json", "rows": "stations[].{id: id, first: seen[0], last: seen[-1]}",
        "time": {"column": "first.t", "form": "epoch_s"}, "thing": {"column": "id", "prefix": "pub:"},
        "series": {"first.v.c": {"property": "air_temperature", "unit": "Cel"}},
    }  # fmt: skip
    with serving(lambda handler: handler.send(200, json.dumps(body).encode())) as served:
        run = fetch(source(served, settings, spec=spec))
    assert run is not None
    assert (run.state, run.rows, run.observations, run.told) == ("stored", 1, 1, [])


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65_536)


def half(handler: Handler) -> None:
    """Says more than it sends, as a server that dies in the middle."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(CSV)))
    handler.end_headers()
    handler.wfile.write(CSV[:70])


def slow(handler: Handler) -> None:
    time.sleep(1.5)
    handler.send(200, CSV)


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (lambda handler: handler.send(500), "answers 500"),
        (lambda handler: handler.send(404), "answers 404"),
        (endless, "more than 1 MB"),
        (slow, "within 1 s"),
        (lambda handler: handler.send(200, b"<html>no</html>"), "columns are missing"),
        (lambda handler: handler.send(200, b""), "columns are missing"),
        (lambda handler: handler.send(302, Location="http://127.0.0.1:9/"), "not among the hosts"),
        (lambda handler: handler.send(302, Location="http://localhost/"), "not among the hosts"),
        (lambda handler: handler.send(302, Location="http://169.254.169.254/latest"), "not among the hosts"),
        (lambda handler: handler.send(302, Location="file:///etc/passwd"), "only http"),
        (lambda handler: handler.send(302, Location="/data.csv"), "more than 3 redirects"),
        (lambda handler: handler.wfile.write(b"rubbish\r\n\r\n"), "connection failed"),
        (lambda handler: handler.send(200, b"x", Content_Encoding="br"), "packed as br"),
        (half, "ends in the middle"),
        (lambda handler: handler.send(200, CSV.replace(b"station", b"place")), "columns are missing"),
    ],
)  # fmt: skip
def test_faulty_servers_are_told_and_tried_again_later(respond: Any, said: str, settings: Any) -> None:
    with serving(respond) as served:
        one = source(served, settings, timeout_s=1, most_mb=1)
        run = fetch(one)
    assert run is not None
    one.refresh_from_db()
    assert run.state == "failed"
    assert said in run.message
    assert (one.fault, one.failures, one.claimed_at) == (run.message, 1, None)
    assert one.due_at is not None
    assert one.due_at > clock.now()
    assert count() == 0


def test_json_that_is_broken(settings: Any) -> None:
    spec = {**SPEC, "format": "json", "rows": "rows"}
    for body in (b'{"rows": [', b"[" * 100_000, b'{"rows": 3}', b'{"rows": {"a": 1}}', b"\xff"):
        with serving(lambda handler, body=body: handler.send(200, body)) as served:
            one = PullSource.objects.first() or source(served, settings, spec=spec)
            PullSource.objects.update(url=f"{served.base}/data.csv")
            settings.EGRESS_HOSTS = [f"private:127.0.0.1:{served.port}"]
            run = fetch(one)
        assert run is not None
        assert run.state == "failed", body[:20]


def test_a_server_that_asks_to_wait_is_left_alone_and_one_run_at_a_time(settings: Any) -> None:
    with serving(lambda handler: handler.send(429, Retry_After="40000")) as served:
        one = source(served, settings, every_minutes=1)
        fetch(one)
        one.refresh_from_db()
        assert one.due_at is not None
        assert one.due_at > clock.now() + timedelta(seconds=39_000)
        PullSource.objects.update(claimed_at=clock.now())
        assert fetch(one) is None
        PullSource.objects.update(claimed_at=clock.now() - timedelta(hours=2))
        assert fetch(one) is not None


def test_a_host_that_was_not_allowed_and_one_of_the_own_network(settings: Any) -> None:
    with serving(fine) as served:
        one = source(served, settings)
        for hosts, said in [
            ([], "not among the hosts"),
            ([f"127.0.0.1:{served.port}"], "own machine or network"),
        ]:
            settings.EGRESS_HOSTS = hosts
            run = fetch(one)
            assert run is not None
            assert said in run.message
        assert served.seen == []


def test_a_source_recovers_whatever_was_wrong(settings: Any) -> None:
    answers: list[Any] = [
        lambda handler: handler.send(200, b"<html><body>Maintenance</body></html>"),
        half,
        lambda handler: handler.send(200, CSV.replace(b"station", b"place")),
        lambda handler: handler.send(503),
        fine,
    ]
    with serving(lambda handler: answers[0](handler)) as served:
        one = source(served, settings)
        pauses = []
        while len(answers) > 1:
            PullSource.objects.update(due_at=None)
            pull()
            one.refresh_from_db()
            assert one.fault
            assert one.due_at is not None
            pauses.append((one.due_at - clock.now()).total_seconds())
            assert PullRun.objects.first().state == "failed"
            answers.pop(0)
        assert one.failures == 4
        assert pauses[3] > 3 * pauses[0]
        PullSource.objects.update(due_at=None)
        pull()
    one.refresh_from_db()
    assert (one.failures, one.fault, count()) == (0, "", 3)
    assert one.succeeded_at is not None


def test_told_to_end_in_the_middle_a_source_is_free_and_still_due(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_given: Any, **_named: Any) -> None:
        raise SystemExit(0)

    with serving(fine) as served:
        one = source(served, settings)
        with monkeypatch.context() as patch:
            patch.setattr(actions, "take", end)
            with pytest.raises(SystemExit):
                pull()
        one.refresh_from_db()
        assert (one.claimed_at, one.due_at, one.failures, PullRun.objects.count()) == (None, None, 0, 0)
        pull()
    assert count() == 3


def test_what_another_fetches_at_this_moment_is_passed_over(settings: Any) -> None:
    with serving(fine) as served:
        first, second = source(served, settings), source(served, settings, key="t")
        PullSource.objects.filter(pk=first.pk).update(claimed_at=clock.now())
        pull()
        assert list(PullRun.objects.values_list("source", flat=True)) == [second.pk]
        assert fetch(second, only_due=True) is None, "it has just been fetched"
        PullSource.objects.filter(pk=first.pk).update(claimed_at=clock.now() - actions.DEAD_AFTER)
        pull()
    assert PullRun.objects.count() == 2


def test_a_fetch_that_takes_its_time_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    monkeypatch.setattr(actions, "ALIVE_S", 0.01)
    monkeypatch.setattr(actions.PullSource, "objects", type("Rows", (), {
        "filter": lambda self, **named: self, "exclude": lambda self, **named: self,
        "update": lambda self, **named: said.append(named["claimed_at"]),
    })())  # fmt: skip
    with actions._alive(1):
        deadline = time.monotonic() + 20
        while len(said) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert said == sorted(said)


def test_pauses_grow_up_to_a_day() -> None:
    now = clock.now()
    for failures, most in [(0, 60), (1, 75), (2, 150), (5, 60 * 16 * 1.25), (50, 24 * 60 * 1.25)]:
        minutes = (next_fetch(now, 60, failures) - now).total_seconds() / 60
        assert most * 0.59 <= minutes <= most


def test_what_goes_wrong_in_the_program_does_not_stop_the_others(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(fine) as served:
        source(served, settings)
        source(served, settings, key="t")
        monkeypatch.setattr(actions, "take", lambda *given, **named: 1 / 0)
        pull()
    assert [run.message for run in PullRun.objects.all()] == ["ZeroDivisionError"] * 2


def test_what_happens_to_a_source_while_it_is_fetched(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(fine) as served:
        one = source(served, settings)
    meanwhile: list[Any] = []

    def again(_source: PullSource, _now: Any) -> actions.Catch:
        meanwhile.append(fetch(one))
        other = PullSource.objects.get()
        other.url = "https://elsewhere.example/y.csv"
        save(None, other)
        _source.etag = "of the old address"
        return actions.Catch(stored=1)

    monkeypatch.setattr(actions, "_fetched", again)
    run = fetch(one)
    assert run is not None
    assert meanwhile == [None], "one run at a time"
    one.refresh_from_db()
    assert (one.url, one.etag, one.claimed_at) == ("https://elsewhere.example/y.csv", "", None)
    assert one.due_at is None, "the new address is due at once"

    monkeypatch.setattr(
        actions, "_fetched", lambda _source, _now: PullSource.objects.all().delete() and actions.Catch()
    )
    assert fetch(one) is None
    assert not PullRun.objects.exists()


def test_a_key_is_not_sent_to_another_address(settings: Any) -> None:
    with serving(fine) as served:
        one = source(served, settings, secret="X-Key: 1")
        one.url = "https://elsewhere.example/x.csv"
        assert save(None, one).secret == ""


@pytest.mark.parametrize(
    "change",
    [{"url": "ftp://x"}, {"spec": {"format": "csv"}}, {"every_minutes": 0}, {"timeout_s": 10_000}, {"kind": "sensorthings"},
     {"spec": {"maker": "nobody"}}],
)  # fmt: skip
def test_wrong_sources_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        save(
            None,
            PullSource(**({"key": "a", "title": "A", "url": "https://a.example/", "spec": SPEC} | change)),
        )


def test_only_the_office_may(django_user_model: type[User]) -> None:
    person = django_user_model.objects.create_user(email="p@demo.invalid", password="x")
    made = save(None, PullSource(key="a", title="A", url="https://a.example/", spec=SPEC))
    with pytest.raises(PermissionDenied):
        switch(person, made, True)


def test_words_for_days_in_an_address() -> None:
    now = datetime(2024, 3, 1, 1, tzinfo=UTC)
    assert address("/{month}/{yesterday}-{today}", now) == "/2024-03/2024-02-29-2024-03-01"


def test_a_mapping_survives_being_written_as_toml() -> None:
    spec = {**SPEC, "sensor": {"name": 'quoted "x"\n'}, "series": {"a b.c": {"property": "wind_speed", "unit": "m/s",
            "missing": [-999, 1.5], "factor": 0.1}}, "delimiter": "\t"}  # fmt: skip
    assert parsed(as_toml(spec)) == spec
    assert read(parsed(as_toml(spec))) == read(spec)


def remote(handler: Handler) -> None:
    """Our own server at /sta/v1.1, asked as a visitor."""
    from django.contrib.auth.models import AnonymousUser

    from steuerrad.modules.sensors.sta.serving import serve

    path, _, query = handler.path.partition("?")
    base = f"http://127.0.0.1:{handler.server.server_address[1]}/sta/v1.1"
    status, headers, body = serve("GET", path, query, {}, b"", AnonymousUser(), base)
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def published(transactional_db: None) -> Datastream:
    from steuerrad.engines.observations import batch
    from steuerrad.modules.sensors.describing import describe_stream
    from steuerrad.platform.observations import actions as catalogue

    thing = catalogue.save(None, Thing(name="Turm", key="tower", public=True))
    spot = catalogue.save(None, Location(name="Turm", geometry={"type": "Point", "coordinates": [7.2, 51.4]}))
    catalogue.place(None, thing, [spot])
    given = {
        "property": "air_temperature",
        "unit": "Cel",
        "sensor": "S1",
        "low": None,
        "high": None,
        "interval_s": 60,
    }
    stream = describe_stream(None, thing, given)
    now = clock.now()
    with observations() as store:
        store.submit(
            batch(stream.pk, [now - timedelta(minutes=place) for place in range(2500)], [1.5] * 2500)
        )
    return stream


@pytest.mark.django_db(transaction=True)
def test_another_sensorthings_server_page_by_page_and_only_what_is_new(
    published: Datastream, settings: Any
) -> None:
    from steuerrad.engines.observations import batch

    with serving(remote) as served:
        one = source(
            served, settings, kind="sensorthings", url=f"{served.base}/sta/v1.1/",
            spec={"prefix": "twin:", "days": 30, "filter": f"id eq {published.pk}", "overlap_minutes": 5},
        )  # fmt: skip
        run = fetch(one)
        assert run is not None
        assert (run.state, run.observations, run.message, run.told) == ("stored", 2500, "", [])
        [twin] = Datastream.objects.filter(thing__key__startswith="twin:")
        assert twin.unit_code == "Cel"
        assert twin.observed_property == published.observed_property
        assert twin.thing.locations.get().geometry["coordinates"] == [7.2, 51.4]
        with observations() as store:
            store.submit(batch(published.pk, [clock.now() + timedelta(minutes=1)], [7.0]))
        run = fetch(one)
        assert run is not None
        assert 1 <= run.observations <= 8
        with observations() as store:
            assert store.count([twin.pk]) == store.count([published.pk]) == 2501
            assert store.revisions(twin.pk).num_rows == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "no list"), (b"{", "no JSON"), (b'{"value": [], "@iot.nextLink": "http://10.0.0.1/x"}', "another server"),
        (b'{"value": [{"@iot.id": 1}, 3, null]}', ""),
    ],
)  # fmt: skip
def test_servers_that_only_look_like_sensorthings(body: bytes, said: str, settings: Any) -> None:
    with serving(lambda handler: handler.send(200, body)) as served:
        run = fetch(source(served, settings, kind="sensorthings", url=served.base, spec={"prefix": "x:"}))
    assert run is not None
    assert said in run.message
    assert (run.state == "failed") == bool(said)
    assert run.faults == (0 if said else 3)
