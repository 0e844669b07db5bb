"""The contract: what holds for every module that is registered, tested before it has a test of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from steuerrad.kernel.contributions import Dataset, Kpi
from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.models import User
from steuerrad.platform.city.loading import load_city
from steuerrad.platform.datasets import queries as dataset_queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
MOST_QUERIES = 40
FOREIGN = ("admin/", "account/", "i18n/", "api/v1/")


class Page(HTMLParser):
    """What the contract asks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language, self.h1, self.ids, self.titles = "", 0, [], 0
        self.inputs: list[dict[str, str | None]] = []
        self.labels: set[str | None] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.language = values.get("lang") or ""
        self.h1 += tag == "h1"
        if values.get("id"):
            self.ids.append(values["id"])
        if tag in {"input", "select", "textarea"} and values.get("type") not in {
            "hidden",
            "submit",
            "button",
        }:
            self.inputs.append(values)
        if tag == "label":
            self.labels.add(values.get("for"))
        if tag == "a" and (values.get("href") or "").startswith("/"):
            self.links.add((values["href"] or "").partition("#")[0])


def simple_addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Addresses without arguments."""
    for item in patterns:
        route = prefix + str(item.pattern)
        if route.startswith(FOREIGN):
            continue
        if isinstance(item, URLResolver):
            yield from simple_addresses(item.url_patterns, route)
        elif "<" not in route:
            yield "/" + route


ADDRESSES = sorted(set(simple_addresses(get_resolver().url_patterns)))


def faults_of(page: Page) -> list[str]:
    faults = []
    if page.language not in {"de", "en"}:
        faults.append(f"language {page.language!r}")
    if page.h1 != 1:
        faults.append(f"{page.h1} h1")
    twice = {item for item in page.ids if page.ids.count(item) > 1}
    if twice:
        faults.append(f"ids used twice: {sorted(twice)}")
    for item in page.inputs:
        if not (item.get("aria-label") or item.get("aria-labelledby") or item.get("id") in page.labels):
            faults.append(f"field without label: {item.get('name')}")
    return faults


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_answers_and_is_well_made(address: str) -> None:
    browser = Client()
    response = browser.get(address)
    if response.status_code in {302, 405}:
        return  # private pages and write-only addresses are looked at below
    assert response.status_code == 200
    if "text/html" in response["Content-Type"]:
        assert not faults_of(Page(response.content.decode()))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_answers_an_administrator(address: str) -> None:
    browser = Client()
    browser.force_login(User.objects.get(email="administrator@demo.invalid"))
    response = browser.get(address)
    assert response.status_code in {200, 302, 405}
    if response.status_code == 200 and "text/html" in response["Content-Type"]:
        assert not faults_of(Page(response.content.decode()))


def test_no_dead_links_within_two_steps_of_home() -> None:
    """Follows every link of the home page and, from there, up to 400 further pages."""
    browser = Client()
    seen, todo, dead = {"/"}, ["/"], []
    while todo and len(seen) < 400:
        address = todo.pop(0)
        response = browser.get(address)
        if response.status_code not in {200, 302}:
            dead.append((address, response.status_code))
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        page = Page(response.content.decode())
        assert not faults_of(page), address
        for link in sorted(page.links - seen):
            if not link.startswith(("/static/", "/data/", "/api/v1/")):
                seen.add(link)
                todo.append(link)
    assert not dead
    assert len(seen) > 30


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_number_of_queries_is_bounded(address: str, django_assert_max_num_queries) -> None:
    browser = Client()
    with django_assert_max_num_queries(MOST_QUERIES):
        browser.get(address)


@pytest.mark.parametrize("kpi", registry.all("kpis"), ids=lambda kpi: kpi.id)
def test_every_kpi_computes(kpi: Kpi) -> None:
    result = kpi.compute()
    assert result.value is not None or str(result.note)
    assert kpi.better in {"up", "down", "none", "target"}
    assert str(kpi.unit)


@pytest.mark.parametrize("dataset", registry.all("datasets"), ids=lambda item: item.id)
def test_every_dataset_has_the_columns_it_declares(dataset: Dataset) -> None:
    person = User.objects.get(email="administrator@demo.invalid")
    rows = list(dataset_queries.rows(dataset, person))
    assert all(len(row) == len(dataset.columns) for row in rows)
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", dataset.id)


def test_loading_twice_changes_nothing() -> None:
    assert load_city("bochum") is None
    again = load_city("bochum", force=True)
    assert again is not None
    outcomes = {outcome for counter in again.counts.values() for outcome, number in counter.items() if number}
    assert outcomes == {"unchanged"}


def test_demo_twice_changes_nothing() -> None:
    before = User.objects.count()
    for demo in registry.all("demo"):
        demo.make(None)
    assert User.objects.count() == before


def test_private_pages_do_not_answer_visitors() -> None:
    browser = Client()
    for item in registry.navigation():
        if item.permission:
            assert browser.get(reverse(item.url_name)).status_code in {302, 403}
