"""Pages of the sensors: who sees what, describing by hand, reading a file, opening to everyone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.engines.observations import batch, micros
from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import Local, owning
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db
TREE = "X_TreeSense_1_Linde_A840416C818718D7.csv"
THING = {"name": "Station", "key": "", "description": "", "organisation": "", "origin": "city", "latitude": "51.5",
         "longitude": "7.2"}  # fmt: skip
STREAM = {
    "property": "air_temperature",
    "unit": "Cel",
    "sensor": "Maker T1",
    "low": "-40",
    "high": "60",
    "interval_s": "600",
}


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Local]:
    with owning(tmp_path) as local:
        yield local


def client_of(role: str, organisation: Organisation | None = None) -> Client:
    user = User.objects.create_user(f"{role}@city.example", "x")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_from_the_first_thing_to_a_value_on_its_page(store) -> None:
    client = client_of(Role.COORDINATOR)
    answer = client.post("/sensors/new/", THING)
    thing = Thing.objects.get()
    assert answer.url == f"/sensors/things/{thing.pk}/new/"
    assert thing.locations.get().geometry == {"type": "Point", "coordinates": [7.2, 51.5]}
    assert client.post(answer.url, STREAM).url == f"/sensors/things/{thing.pk}/"
    stream = Datastream.objects.get()
    assert (stream.unit_symbol, stream.low, stream.interval_s) == ("°C", -40, 600)
    page = client.get(f"/sensors/things/{thing.pk}/").content.decode()
    assert "nothing yet" in page
    store.submit(batch(stream.pk, [micros(clock.now())], [21.5]))
    page = client.get(f"/sensors/things/{thing.pk}/").content.decode()
    assert "21.5" in page
    assert "overdue" not in page
    assert "Station" in client.get("/sensors/?words=stat").content.decode()
    assert "Station" not in client.get("/sensors/?words=other").content.decode()


def test_a_thing_is_seen_by_everyone_once_it_is_open() -> None:
    office, visitor = client_of(Role.COORDINATOR), Client()
    office.post("/sensors/new/", THING)
    address = f"/sensors/things/{Thing.objects.get().pk}/"
    assert visitor.get(address).status_code == 404
    assert "Station" not in visitor.get("/sensors/").content.decode()
    assert client_of(Role.STEERING).post(f"{address}release/", {"public": "1"}).status_code == 403
    office.post(f"{address}release/", {"public": "1"})
    assert visitor.get(address).status_code == 200
    assert "Station" in visitor.get("/sensors/").content.decode()
    office.post(f"{address}release/", {"public": "0"})
    assert visitor.get(address).status_code == 404


def test_a_contributor_describes_for_the_own_organisation_only() -> None:
    own, other = (Organisation.objects.create(key=key, name=key) for key in ("own", "other"))
    client = client_of(Role.CONTRIBUTOR, own)
    assert client.post("/sensors/new/", THING).status_code == 422
    assert client.post("/sensors/new/", {**THING, "organisation": "other"}).status_code == 422
    assert client.post("/sensors/new/", {**THING, "organisation": "own"}).status_code == 302
    foreign = Thing.objects.create(
        name="F", organisation=other, public=True, created_at=clock.now(), changed_at=clock.now()
    )
    assert client.post(f"/sensors/things/{foreign.pk}/new/", STREAM).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"latitude": ""}, {"latitude": "91"}, {"longitude": "nan"}, {"name": ""}, {"origin": "x"}, {"name": "x" * 301},
     {"organisation": "nobody"}, {"name": "a\x00b"}],
)  # fmt: skip
def test_a_thing_that_cannot_be_is_refused(change) -> None:
    assert client_of(Role.COORDINATOR).post("/sensors/new/", {**THING, **change}).status_code in (400, 422)
    assert not Thing.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"low": "60", "high": "-40"}, {"low": "nan"}, {"high": "inf"}, {"unit": "x"}, {"property": ""}, {"interval_s": "0"},
     {"sensor": ""}],
)  # fmt: skip
def test_a_datastream_that_cannot_be_is_refused(change) -> None:
    client = client_of(Role.COORDINATOR)
    client.post("/sensors/new/", THING)
    assert (
        client.post(f"/sensors/things/{Thing.objects.get().pk}/new/", {**STREAM, **change}).status_code == 422
    )
    assert not Datastream.objects.exists()


def test_two_things_cannot_have_one_key() -> None:
    client = client_of(Role.COORDINATOR)
    assert client.post("/sensors/new/", {**THING, "key": "a"}).status_code == 302
    assert client.post("/sensors/new/", {**THING, "key": "a"}).status_code == 422


def given(content: bytes, name: str = TREE) -> dict[str, Any]:
    return {"form": "auto", "source": "Open data", "file": SimpleUploadedFile(name, content)}


def test_a_file_is_read_and_its_faults_are_shown(store) -> None:
    client = client_of(Role.COORDINATOR)
    rows = b"time;resistance;temperature\n14.6.23 8:38;7.6;23.1\n14.6.23 8:53;x;23.2\n"
    answer = client.post("/sensors/import/", given(rows))
    page = client.get(answer.url).content.decode()
    assert "line 3, resistance" in page
    assert store.count() == 3
    client.post("/sensors/import/", given(rows))
    assert store.count() == 3, "the same file again"


@pytest.mark.parametrize(
    ("content", "name"), [(b"nonsense", TREE), (b"a;b\n", "x.csv"), (b"\x00" * 100, TREE)]
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(content, name) -> None:
    answer = client_of(Role.COORDINATOR).post("/sensors/import/", given(content, name))
    assert answer.status_code == 422
    assert not Thing.objects.exists()


def test_visitors_and_readers_describe_nothing() -> None:
    for path in ("/sensors/new/", "/sensors/import/"):
        assert Client().get(path).status_code == 302
        assert client_of_once(Role.STEERING).get(path).status_code == 403


def client_of_once(role: str) -> Client:
    user = User.objects.filter(email=f"{role}@city.example").first()
    if user is None:
        return client_of(role)
    client = Client()
    client.force_login(user)
    return client
