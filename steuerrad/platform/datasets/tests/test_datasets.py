"""Every registered data set leaves the house whole, in every format, and is counted."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from steuerrad.kernel.contributions import Column, Dataset, Module
from steuerrad.kernel.registry import Registry
from steuerrad.platform.datasets import queries

ROWS = [{"name": 'Straße, "x"', "size": 3}, {"name": "=1+1", "size": None}]


@pytest.fixture
def source(monkeypatch) -> Registry:
    source = Registry()
    columns = (Column("name", "Name"), Column("size", "Größe", "integer"))
    open_set = Dataset("test.open", "Offen", "Zwei Zeilen", columns, lambda user: ROWS)
    closed = Dataset(
        "test.closed", "Zu", "Nicht für alle", columns, lambda user: ROWS, permission="test.read"
    )
    source.add(Module("test", "Test", "", datasets=(open_set, closed)))
    monkeypatch.setattr(queries, "registry", source)
    monkeypatch.setattr(queries, "holds_anywhere", lambda user, right: False)
    return source


@pytest.mark.django_db
def test_the_formats_hold_the_same_rows(source) -> None:
    browser = Client()
    text = b"".join(browser.get("/data/test.open.csv").streaming_content).decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ['Straße, "x"', "'=1+1"]
    items = browser.get("/api/v1/datasets/test.open/rows").json()["items"]
    assert items == ROWS
    book = load_workbook(io.BytesIO(browser.get("/data/test.open.xlsx").content))
    assert 'Straße, "x"' in {
        cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    }


@pytest.mark.django_db
def test_what_is_not_for_all_does_not_exist_for_them(source) -> None:
    browser = Client()
    for address in ("/data/test.closed.csv", "/data/test.closed/", "/api/v1/datasets/test.closed/rows"):
        assert browser.get(address).status_code == 404
    assert b"test.closed" not in browser.get("/data/").content


@pytest.mark.django_db
def test_downloads_are_counted_a_day(source) -> None:
    browser = Client()
    for _ in range(3):
        browser.get("/data/test.open.csv")
    browser.head("/data/test.open.csv")
    browser.get("/data/test.open.pdf")
    assert queries.downloads() == 3


@pytest.mark.django_db
def test_slices_of_rows(source) -> None:
    browser = Client()
    first = browser.get("/api/v1/datasets/test.open/rows?limit=1").json()
    assert (len(first["items"]), first["more"]) == (1, True)
    last = browser.get("/api/v1/datasets/test.open/rows?limit=1&offset=1").json()
    assert (len(last["items"]), last["more"]) == (1, False)
    assert browser.get("/api/v1/datasets/test.open/rows?limit=0").status_code == 422
