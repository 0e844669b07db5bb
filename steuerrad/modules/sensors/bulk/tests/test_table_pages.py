"""The pages for tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.modules.sensors.bulk.models import TableImport, TableMapping
from steuerrad.modules.sensors.bulk.tests.test_import import TEXT
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import observations, owning
from steuerrad.platform.organisations.models import Organisation

LONG = "Messstelle;Zeitpunkt;Messgröße;Wert\nA;2024-06-01 12:00;Temperatur;20,5\nA;2024-06-01 12:00;Windstärke;3,1\n"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, db: None, settings: Any) -> Any:
    settings.DATA_DIR = tmp_path
    with owning(tmp_path / "observations"):
        yield


def person(role: str, organisation: Organisation | None = None) -> Client:
    user = User.objects.create_user(email=f"{role}@demo.invalid", password="x")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    browser = Client()
    browser.force_login(user)
    return browser


def sent(browser: Client, text: str, name: str = "t.csv") -> str:
    answer = browser.post("/sensors/tables/", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def filled(browser: Client, address: str) -> dict[str, Any]:
    """What the form holds of itself."""
    form = browser.get(address).context["form"]
    found = {name: form.initial.get(name, field.initial) for name, field in form.fields.items()}
    return {name: value for name, value in found.items() if value not in (None, False)}


def test_a_wide_table_from_upload_to_report() -> None:
    browser = person("coordinator")
    address = sent(browser, TEXT)
    given = filled(browser, address)
    assert (given["time"], given["time_2"], given["station"], given["decimal"]) == (
        "Datum",
        "Zeit",
        "Station",
        ",",
    )
    assert (
        given["time_form"] == "%d.%m.%Y %H:%M" or given["time_form"] == "iso"
    )  # one row of the sample has hour 25
    given |= {"key_prefix": "net:", "save_as": "netz"}
    looked = browser.post(address, given | {"do": "look"})
    assert looked.status_code == 200, looked.context["form"].errors
    assert looked.context["looked"].stored == 4
    assert not Thing.objects.exists()
    done = browser.post(address, given | {"do": "read"})
    assert done.status_code == 302, done.context["form"].errors
    report = TableImport.objects.get()
    assert report.faults >= 3
    page = browser.get(done["Location"]).content.decode()
    assert "25:00" in page
    assert Thing.objects.get(key="net:A").locations.exists()
    assert TableMapping.objects.get().key == "netz"
    assert browser.get(address).status_code == 302, "a file that was read is not kept"

    again = browser.post(
        "/sensors/tables/", {"file": SimpleUploadedFile("u.csv", TEXT.encode()), "mapping": "netz"}
    )
    assert browser.get(again["Location"]).status_code == 200
    assert browser.post(again["Location"], {"do": "read"}).status_code == 302
    assert TableImport.objects.count() == 2
    with observations() as store:
        assert store.revisions(Datastream.objects.filter(thing__key="net:A")[0].pk).num_rows == 0


def test_a_long_table() -> None:
    browser = person("coordinator")
    address = sent(browser, LONG)
    given = filled(browser, address)
    assert (given["shape"], given["what"], given["value"]) == ("long", "Messgröße", "Wert")
    assert given["property_0"] == "air_temperature"
    done = browser.post(address, given | {"do": "read", "unit_1": "m/s", "property_1": "wind_speed"})
    assert done.status_code == 302, done.context["form"].errors
    assert Datastream.objects.count() == 2


def test_what_is_wrong_is_said_at_its_field() -> None:
    browser = person("coordinator")
    address = sent(browser, LONG)
    given = filled(browser, address)
    for change, field in [
        ({"zone": "Mars"}, "zone"), ({"station": ""}, "station"), ({"unit_0": ""}, "unit_0"), ({"time_form": "%q"}, "time_form"),
        ({"value": ""}, "value"), ({"save_as": "not a key"}, "save_as"),
    ]:  # fmt: skip
        answer = browser.post(address, given | change | {"do": "read"})
        assert answer.status_code == 422
        assert field in answer.context["form"].errors, change
    for name, text in [("t.exe", "x"), ("t.csv", "")]:
        assert (
            browser.post("/sensors/tables/", {"file": SimpleUploadedFile(name, text.encode())}).status_code
            == 422
        )
    for name in ("t.parquet", "t.xlsx", "t.arrow"):
        assert browser.get(sent(browser, "junk", name)).status_code == 302


def test_files_of_others_are_not_found_and_things_of_others_not_written() -> None:
    office, own = person("coordinator"), Organisation.objects.create(key="own", name="Own")
    other = person("contributor", own)
    address = sent(office, LONG)
    assert other.get(address).status_code == 302
    Thing.objects.create(key="A", name="A", created_at="2024-01-01T00:00Z", changed_at="2024-01-01T00:00Z")
    address = sent(other, LONG)
    answer = other.post(
        address,
        filled(other, address) | {"organisation": "own", "do": "read", "property_1": "", "unit_1": ""},
    )
    assert answer.status_code == 422
    assert not TableImport.objects.exists()
    assert Client().get("/sensors/tables/").status_code == 302
