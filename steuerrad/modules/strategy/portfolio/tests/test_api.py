"""The portfolio over the API: the same to visitors as on the pages, more for those who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.portfolio.actions.milestones import add_milestone
from steuerrad.modules.strategy.portfolio.actions.money import plan_budget
from steuerrad.modules.strategy.portfolio.actions.reports import release_report
from steuerrad.modules.strategy.portfolio.actions.succession import supersede_measure
from steuerrad.modules.strategy.portfolio.tests.factories import day, draft, measure, person
from steuerrad.platform.datasets import queries as datasets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
BASE = "/api/v1/strategy/portfolio"


def get(address: str, role: str = "") -> Any:
    client = Client()
    if role:
        client.force_login(person(role))
    answer = client.get(f"{BASE}{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_visitors_and_those_who_read() -> None:
    add_milestone(person("coordinator"), measure(), title="Intern", planned_on=day(9))
    plan_budget(
        person("coordinator"), measure(), year=2026, programme=None, planned=Decimal("12.50"), source="Plan"
    )
    outside, inside = get("/A.1.1"), get("/A.1.1", "steering")
    assert [item["title"] for item in outside["milestones"]] == ["Ausweis am Telefon nutzbar"]
    assert (outside["budget"], outside["planned"]) == ([], None)
    assert {item["title"] for item in inside["milestones"]} == {"Ausweis am Telefon nutzbar", "Intern"}
    assert (inside["budget"][0]["planned"], inside["planned"]) == ("12.50", "12.50")
    assert {item["part"] for item in inside["parts"]} == {"schedule", "budget", "kpis", "report"}


def test_lists_and_filters() -> None:
    assert get("")["total"] == 9
    assert get("?light=grey&limit=2")["limit"] == 2
    assert all(item["colour"] == "grey" for item in get("?light=grey")["items"])
    assert get("/programmes")[0]["rate"] == "0.6"
    assert get("/reports")["total"] == 0
    release_report(person("approver"), draft(), version=1)
    assert get("/reports")["items"][0]["measure"] == "A.1.1"
    supersede_measure(person("coordinator"), measure("B.1.1"), measure("B.1.2"), reason="neu")
    assert [(item["old"], item["new"]) for item in get("/successions")] == [("B.1.1", "B.1.2")]
    assert Client().get(f"{BASE}/B.1.1").status_code == 404
    assert Client().get(f"{BASE}/Z.9").status_code == 404


def test_tables_hold_back_what_is_not_released() -> None:
    add_milestone(person("coordinator"), measure(), title="Intern", planned_on=day(9))
    table = next(item for item in registry.all("datasets") if item.id == "strategy.milestones")
    assert "Intern" not in str(list(table.rows(None)))
    assert "Intern" in str(list(table.rows(person("steering"))))
    visible = {item.id for item in datasets.visible_to(None)}
    assert "strategy.milestones" in visible
    assert not {"strategy.budget", "strategy.staff_days"} & visible
