"""The demo data: labelled on every row, made once, and not counted where a real city speaks."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.models import BudgetLine, Measure, Milestone, StatusReport
from steuerrad.modules.strategy.portfolio.candidates import candidates
from steuerrad.modules.strategy.portfolio.demo import make_demo_portfolio
from steuerrad.modules.strategy.portfolio.queries.overview import money_by_year, visible_states
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.tests.factories import person

pytestmark = pytest.mark.django_db
WITH_DEMO_ROWS = True
LABELLED = [
    model for model in apps.get_app_config("strategy").get_models()
    if any(field.name == "demo" for field in model._meta.fields) and model.__name__ != "FundingProgramme"
]  # fmt: skip


@pytest.mark.usefixtures("bochum")
def test_every_row_is_labelled_and_twice_changes_nothing() -> None:
    counts = {model: model.objects.filter(demo=True).count() for model in LABELLED}
    assert counts.pop(apps.get_model("strategy", "Decision")) == 0
    assert all(counts.values()), counts
    assert not Milestone.objects.filter(demo=False, document="").exists()
    assert not BudgetLine.objects.filter(demo=False).exists()
    assert make_demo_portfolio(None) == []  # type: ignore[arg-type]
    assert all(model.objects.filter(demo=True).count() == number for model, number in counts.items())


@pytest.mark.usefixtures("bochum")
def test_it_counts_neither_for_visitors_nor_as_cost_of_a_real_city() -> None:
    every = list(steered_measures())
    assert not any(state.demo for state in visible_states(AnonymousUser(), every))
    assert any(state.demo for state in visible_states(person("coordinator"), every))
    assert all(
        not item.own_funds and not item.grants and not item.staff_days
        for item in candidates(person("coordinator"))
    )
    assert money_by_year(AnonymousUser()) == []
    assert all(row.demo for row in money_by_year(person("coordinator")))


@pytest.mark.usefixtures("bochum")
def test_it_is_shown_as_demo_wherever_it_stands() -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person("coordinator"))
    measure = Measure.objects.filter(milestones__demo=True).first()
    report = StatusReport.objects.filter(demo=True, state="released").first()
    assert measure is not None
    assert report is not None
    for address in (
        "portfolio/", "portfolio/due/", "portfolio/budget/", "portfolio/load/", "portfolio/rating/",
        f"measures/{measure.number}/steering/", f"measures/{measure.number}/",
        f"measures/{report.measure.number}/reports/{report.pk}/",
    ):  # fmt: skip
        assert ">Demo<" in client.get(f"/strategy/{address}").content.decode(), address


@pytest.mark.usefixtures("bochum")
def test_visitors_meet_nothing_of_it_in_pages_feeds_api_and_tables() -> None:
    report = StatusReport.objects.filter(demo=True, state="released").first()
    assert report is not None
    measure = report.measure
    texts = (report.text, report.achievements, "Demo<", "Concept agreed", "Konzept abgestimmt")
    theme = measure.field.theme.code
    addresses = (
        f"/strategy/measures/{measure.number}/", f"/strategy/measures/{measure.number}/steering/",
        f"/strategy/measures/{measure.number}/feed.atom", f"/strategy/themes/{theme}/feed.atom", "/strategy/feed.atom",
        "/strategy/public/", "/strategy/public/news/", f"/strategy/public/themes/{theme}/",
        "/strategy/portfolio/", "/strategy/portfolio/timeline/", "/strategy/portfolio/board/", "/strategy/portfolio/due/",
        "/strategy/portfolio/budget/", "/strategy/portfolio/load/", "/strategy/portfolio/rating/",
        f"/api/v1/strategy/portfolio/{measure.number}", "/api/v1/strategy/portfolio/reports",
        *(f"/data/{item.id}.csv" for item in registry.all("datasets") if not item.permission and item.id.startswith("strategy.")),
    )  # fmt: skip
    client = Client(headers={"Accept-Language": "en"})
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        body = answer.getvalue().decode()
        assert not [text for text in texts if text in body], address
    assert client.get(f"/strategy/measures/{measure.number}/reports/{report.pk}/").status_code == 404
    assert client.get("/api/v1/strategy/portfolio/reports").json()["total"] == 0


@pytest.mark.usefixtures("bochum")
def test_it_shows_lights_of_several_colours() -> None:
    colours = {
        state.colour for state in visible_states(person("coordinator"), steered_measures()) if state.demo
    }
    assert len(colours - {Colour.GREY}) >= 2
