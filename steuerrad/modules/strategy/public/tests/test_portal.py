"""What everybody may read, and that nothing else is in it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.proposals import propose_status, propose_value, release
from steuerrad.modules.strategy.models import Kpi, Measure, StatusReport
from steuerrad.modules.strategy.public import queries
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SECRET = "Noch nicht freigegeben"
GIVEN: dict[str, Any] = {
    "day": date(2024, 12, 31),
    "value": Decimal("47.11"),
    "quality": "estimated",
    "source": SECRET,
}


def user(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.invalid")


@pytest.fixture
def kpi() -> Kpi:
    return Kpi.objects.get(code="ZI-NI-K1.1")


@pytest.fixture
def measure(kpi: Kpi) -> Measure:
    assert kpi.measure
    return kpi.measure


def report(measure: Measure, **given: Any) -> StatusReport:
    """A released report, unless `given` says otherwise; each begins as a draft."""
    values: dict[str, Any] = {
        "period_start": date(2026, 1, 1), "period_end": date(2026, 6, 30), "text": "Die Bagger rollen.",
        "state": "released", "released_at": clock.now(), "published_on": clock.today(),
        "snapshot": {
            "milestones": [{"title": "Erster Spatenstich", "forecast_on": "2027-03-01", "done_on": None, "state": "open"}],
            "money": [{"planned": "125000.00", "spent": None}],
        },
    }  # fmt: skip
    wanted = {**values, **given}
    made = StatusReport.objects.create(measure=measure, **wanted | {"state": "draft"})
    if wanted["state"] != "draft":
        StatusReport.objects.filter(pk=made.pk).update(state=wanted["state"])
    made.refresh_from_db()
    return made


def pages(kpi: Kpi, measure: Measure) -> list[str]:
    theme = kpi.field.theme.code
    return [
        "/strategy/public/", f"/strategy/public/themes/{theme}/", "/strategy/public/news/", "/strategy/feed.atom",
        f"/strategy/themes/{theme}/feed.atom", f"/strategy/measures/{measure.number}/feed.atom",
        f"/strategy/kpis/{kpi.code}/feed.atom", kpi.get_absolute_url(), measure.get_absolute_url(),
        f"/api/v1/strategy/kpis/{kpi.code}/values", "/data/strategy.kpi_values.csv", "/data/strategy.measures.csv",
        "/", f"/search/?q={measure.number}",
    ]  # fmt: skip


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode()


def test_nothing_unreleased_is_shown_anywhere(client: Client, kpi: Kpi, measure: Measure) -> None:
    reported = propose_value(user("coordinator"), kpi, **GIVEN)
    status = propose_status(
        user("administrator"), measure, status=Status.STOPPED, since=date(2025, 1, 1), reason=SECRET
    )
    report(measure, text=SECRET, published_on=clock.today() + timedelta(days=1))
    report(measure, text=SECRET, demo=True)
    report(measure, text=SECRET, state="draft", released_at=None, published_on=None)
    for address in pages(kpi, measure):
        found = text(client, address)
        assert SECRET not in found, address
        assert "47,11" not in found, address
        assert "47.11" not in found, address
    release(user("approver"), reported)
    release(user("coordinator"), status)
    theme = text(client, f"/strategy/public/themes/{kpi.field.theme.code}/")
    assert "47,11" in theme
    assert "Noch nicht freigegeben" in text(client, f"/strategy/measures/{measure.number}/feed.atom")


def test_a_published_report_says_what_comes_next_and_what_it_costs(client: Client, measure: Measure) -> None:
    report(measure)
    for address in (measure.get_absolute_url(), f"/strategy/public/themes/{measure.field.theme.code}/"):
        found = text(client, address)
        assert "Erster Spatenstich" in found
        assert "1. März 2027" in found
        assert "125.000" in found
    assert "Die Bagger rollen." in text(client, "/strategy/public/news/")


def test_plain_sentences_in_both_languages(client: Client, kpi: Kpi) -> None:
    page = f"/strategy/public/themes/{kpi.field.theme.code}/"
    german = text(client, page)
    english = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "The city is working on this." in english
    assert "The city is working on this." not in german


def test_feeds_are_atom_with_lasting_ids(client: Client, kpi: Kpi, measure: Measure) -> None:
    report(measure)
    for address in pages(kpi, measure)[3:7]:
        answer = client.get(address)
        assert answer["Content-Type"].startswith("application/atom+xml")
        root = ElementTree.fromstring(answer.content)
        ids = [entry.text for entry in root.findall("a:entry/a:id", ATOM)]
        assert len(ids) == len(set(ids))
        assert all(text and text.startswith("tag:") for text in ids), address
        times = [entry.text or "" for entry in root.findall("a:entry/a:updated", ATOM)]
        assert times == sorted(times, reverse=True), address
        assert len(ids) <= queries.FEED_ITEMS
    own = ElementTree.fromstring(client.get(f"/strategy/measures/{measure.number}/feed.atom").content)
    assert own.find("a:entry/a:link", ATOM) is not None
    first = client.get("/strategy/feed.atom").content
    assert first == client.get("/strategy/feed.atom").content, "the same news, the same bytes"


@pytest.mark.parametrize("address", ["/strategy/themes/NIX/feed.atom", "/strategy/kpis/NIX/feed.atom", "/strategy/measures/NIX/feed.atom",
                                     "/strategy/embed/kpis/NIX/", "/strategy/kpis/NIX/chart.svg", "/strategy/public/themes/NIX/"])  # fmt: skip
def test_unknown_things_are_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_only_the_embedded_pages_may_be_framed(client: Client) -> None:
    kpi = Kpi.objects.filter(values__isnull=False, retired=False)[0]
    for address in (f"/strategy/embed/kpis/{kpi.code}/", "/strategy/embed/wheel/"):
        answer = client.get(address)
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
        assert ("<table" if "kpis" in address else "<ul") in answer.content.decode()
        assert "csrfmiddlewaretoken" not in answer.content.decode()
    for address in ("/strategy/public/", kpi.get_absolute_url()):
        assert "frame-ancestors 'none'" in client.get(address)["Content-Security-Policy"]


def test_pictures_are_wellformed_and_inert(client: Client) -> None:
    kpi = Kpi.objects.filter(values__isnull=False, retired=False)[0]
    for address in (f"/strategy/kpis/{kpi.code}/chart.svg", f"/strategy/kpis/{kpi.code}/chart.svg?width=narrow", "/strategy/wheel.svg"):  # fmt: skip
        answer = client.get(address)
        assert answer["Content-Type"].startswith("image/svg+xml")
        assert ElementTree.fromstring(answer.content).tag.endswith("svg")
        assert b"<script" not in answer.content
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_language_is_that_of_the_address(client: Client) -> None:
    """Caches must not hand a German visitor's page to an English one."""
    plain = client.get("/strategy/feed.atom", headers={"accept-language": "en"}).content
    assert plain == client.get("/strategy/feed.atom", headers={"accept-language": "de"}).content
    assert plain != client.get("/strategy/feed.atom?lang=en").content
    assert client.get("/strategy/feed.atom?lang=xx").content == plain


def test_every_open_table_is_linked(client: Client) -> None:
    found = text(client, "/strategy/public/")
    assert len(set(re.findall(r'href="/data/([\w.]+)/"', found))) >= 10


def test_reading_stays_cheap(client: Client, django_assert_max_num_queries: Any, measure: Measure) -> None:
    report(measure)
    with django_assert_max_num_queries(30):
        client.get("/strategy/public/")
    with django_assert_max_num_queries(25):
        client.get(f"/strategy/public/themes/{measure.field.theme.code}/")
