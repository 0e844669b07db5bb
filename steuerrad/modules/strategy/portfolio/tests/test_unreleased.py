"""What people enter about a milestone of a document is not public before a report with it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.models import Milestone
from steuerrad.modules.strategy.portfolio.actions.milestones import add_dependency, change_milestone
from steuerrad.modules.strategy.portfolio.actions.reports import release_report
from steuerrad.modules.strategy.portfolio.queries.overview import due
from steuerrad.modules.strategy.portfolio.queries.steering import state
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.tests.factories import day, draft, measure, person
from steuerrad.platform.city.loading import load_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
SECRET = "Der Lieferant ist insolvent"
API = "/api/v1/strategy/portfolio/A.1.1"


def printed() -> Milestone:
    found = Milestone.objects.filter(measure=measure(), retired=False).exclude(document="").first()
    assert found is not None
    return found


def changed(**values: Any) -> Milestone:
    item = printed()
    return change_milestone(person("coordinator"), item, version=item.version, **values)


def seen(role: str = "") -> dict[str, Any]:
    client = Client()
    if role:
        client.force_login(person(role))
    return next(item for item in client.get(API).json()["milestones"] if item["title"] == printed().title)


def table(user: Any) -> str:
    found = next(item for item in registry.all("datasets") if item.id == "strategy.milestones")
    return str([row for row in found.rows(user) if row["measure"] == "A.1.1"])


def everywhere() -> str:
    pages = (
        "/strategy/measures/A.1.1/",
        "/strategy/measures/A.1.1/steering/",
        "/strategy/portfolio/timeline/",
        API,
    )
    return "".join(Client().get(page).content.decode() for page in pages)  # fmt: skip


def test_what_is_expected_is_public_with_the_report() -> None:
    before = seen()
    far = date(2033, 3, 3)
    changed(forecast_on=far, note=SECRET)
    assert seen() == before | {"version": before["version"] + 1}
    assert seen("steering")["forecast_on"] == "2033-03-03"
    assert "2033-03-03" not in everywhere()
    assert "3. März 2033" not in everywhere()
    assert "2033" not in table(None)
    assert "2033" in table(person("steering"))
    assert SECRET not in everywhere()
    release_report(person("approver"), draft(), version=1, published_on=day(1))
    assert seen()["forecast_on"] is None  # its day has not come
    release_report(person("approver"), draft(), version=1)
    assert seen()["forecast_on"] == "2033-03-03"
    changed(forecast_on=date(2034, 4, 4))
    assert seen()["forecast_on"] == "2033-03-03"
    assert SECRET not in everywhere()


def test_what_is_reached_is_public_with_the_report_and_what_is_printed_at_once() -> None:
    Milestone.objects.filter(pk=printed().pk).update(
        done_on=date(2024, 1, 1), printed_done_on=date(2024, 1, 1)
    )
    assert seen()["done_on"] == "2024-01-01"
    changed(done_on=date(2025, 5, 5))
    assert seen()["done_on"] == "2024-01-01"
    assert state(measure(), public=True, demo=False).milestones[0].done_on == date(2024, 1, 1)
    release_report(person("approver"), draft(), version=1)
    assert seen()["done_on"] == "2025-05-05"


def test_loading_again_keeps_what_is_printed_apart() -> None:
    changed(done_on=day(-1))
    load_city("musterstadt")
    assert printed().done_on == day(-1)
    assert seen()["done_on"] == (printed().printed_done_on and str(printed().printed_done_on))


def test_a_day_that_is_not_released_is_not_due_in_public() -> None:
    Milestone.objects.filter(pk=printed().pk).update(done_on=None, printed_done_on=None)
    changed(forecast_on=day(10))
    assert day(10) in {item.day for item in due(person("steering"))}
    assert day(10) not in {item.day for item in due(None)}


def test_the_note_of_a_dependency_stays_inside() -> None:
    add_dependency(person("coordinator"), measure(), measure("A.1.2"), Kind.INFORMS, note=SECRET)
    assert SECRET not in everywhere()
    found = next(item for item in registry.all("datasets") if item.id == "strategy.dependencies")
    assert SECRET not in str(list(found.rows(None)))
    assert SECRET in str(list(found.rows(person("steering"))))
