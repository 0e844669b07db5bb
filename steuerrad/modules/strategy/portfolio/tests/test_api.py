"""The portfolio over the API: the same to visitors as on the pages, more for those who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.portfolio.actions.milestones import add_milestone
from steuerrad.modules.strategy.portfolio.actions.money import plan_budget
from steuerrad.modules.strategy.portfolio.actions.reports import RELEASE_FAULTS, release_report
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


def send(method: str, address: str, role: str, body: dict[str, Any]) -> tuple[int, Any]:
    client = Client()
    client.force_login(person(role))
    answer = getattr(client, method)(f"{BASE}{address}", body, content_type="application/json")
    return answer.status_code, answer.json() if answer.content else None


def test_a_milestone_is_added_changed_and_removed() -> None:
    code, made = send(
        "post", "/A.1.1/milestones", "coordinator", {"title": "Vertrag", "planned_on": str(day(30))}
    )
    assert (code, made["version"]) == (201, 1)
    place = f"/A.1.1/milestones/{made['id']}"
    code, later = send("post", "/A.1.1/milestones", "coordinator",
                       {"title": "Betrieb", "after": [made["id"]], "after_measures": ["A.1.2"]})  # fmt: skip
    assert (code, later["after"], later["after_measures"]) == (201, [made["id"]], ["A.1.2"])
    code, changed = send("patch", place, "coordinator", {"version": 1, "done_on": str(day())})
    assert (code, changed["title"], changed["state"], changed["version"]) == (200, "Vertrag", "done", 2)
    code, fault = send("patch", place, "coordinator", {"version": 1, "title": "Anders"})
    assert (code, fault["errors"]) == (409, [])
    code, fault = send("patch", place, "coordinator", {"version": 2, "done_on": str(day(1))})
    assert (code, fault["errors"][0]["field"]) == (422, "done_on")
    assert send("post", f"{place}/removal", "coordinator", {"reason": "doppelt"}) == (204, None)
    assert send("patch", place, "coordinator", {"version": 2, "title": "Anders"})[0] == 404


@pytest.mark.parametrize(
    ("values", "field"), [({"after": [10**6]}, "after"), ({"after_measures": ["Z.9"]}, "after_measures")]
)
def test_what_a_milestone_waits_for_must_be_there(values: dict[str, Any], field: str) -> None:
    code, fault = send("post", "/A.1.1/milestones", "coordinator", {"title": "Vertrag", **values})
    assert (code, fault["errors"][0]["field"]) == (422, field)


def test_what_is_left_out_of_a_change_stays_and_null_takes_it_away() -> None:
    body = {"title": "Vertrag", "planned_on": str(day(30)), "note": "wichtig"}
    made = send("post", "/A.1.1/milestones", "coordinator", body)[1]
    place = f"/A.1.1/milestones/{made['id']}"
    changed = send("patch", place, "coordinator", {"version": 1, "planned_on": None})[1]
    assert (changed["planned_on"], changed["note"]) == (None, "wichtig")
    assert send("patch", place, "coordinator", {"version": 2, "title": None})[0] == 422


def test_money_is_entered_and_corrected_in_revisions() -> None:
    key = get("/programmes")[0]["key"]
    body = {"year": 2031, "programme": key, "planned": "100.50", "source": "Plan"}
    code, made = send("post", "/A.1.1/budget", "coordinator", body)
    assert (code, made["programme"], made["planned"]) == (201, key, "100.50")
    assert send("post", "/A.1.1/budget", "coordinator", body)[0] == 409
    assert send("post", "/A.1.1/budget", "coordinator", body | {"programme": "nie"})[0] == 422
    fix = {"planned": "90", "spent": "12", "as_of": str(day()), "source": "Buchung", "reason": "Nachtrag"}
    code, second = send("post", f"/A.1.1/budget/{made['id']}/correction", "coordinator", fix)
    assert (code, second["revision"], second["spent"], second["reason"]) == (201, 2, "12.00", "Nachtrag")
    assert send("post", f"/A.1.1/budget/{made['id']}/correction", "coordinator", fix)[0] == 409
    assert [item["revision"] for item in get("/A.1.1", "steering")["budget"]] == [2]


def test_staff_days_name_the_version_they_stand_on() -> None:
    organisation = get_organisation()
    place = f"/A.1.1/staff-days/{organisation}/2031"
    assert send("put", place, "coordinator", {"planned": "5"})[1]["version"] == 1
    assert send("put", place, "coordinator", {"planned": "7"})[0] == 409
    code, made = send("put", place, "coordinator", {"planned": "7.5", "version": 1})
    assert (code, made["planned"], made["version"]) == (200, "7.5", 2)


def get_organisation() -> str:
    from steuerrad.platform.organisations.models import Organisation

    found = Organisation.objects.filter(retired=False).first()
    assert found is not None
    return found.key


def test_risks_and_decisions() -> None:
    made = send("post", "/A.1.1/risks", "coordinator", {"title": "Frist", "probability": 4, "impact": 5})[1]
    assert made["level"] == "severe"
    closed = send("patch", f"/A.1.1/risks/{made['id']}", "coordinator", {"version": 1, "state": "closed"})[1]
    assert (closed["state"], closed["title"]) == ("closed", "Frist")
    body = {"decided_on": str(day(-3)), "body": "Rat", "text": "Beschlossen"}
    made = send("post", "/A.1.1/decisions", "coordinator", body)[1]
    place = f"/A.1.1/decisions/{made['id']}"
    assert send("patch", place, "coordinator", {"version": 1, "url": "javascript:1"})[0] == 422
    assert send("patch", place, "coordinator", {"version": 1, "paper": "2026/1"})[1]["paper"] == "2026/1"
    inside, outside = get("/A.1.1", "steering"), get("/A.1.1")
    assert (len(inside["risks"]), len(inside["decisions"])) == (1, 1)
    assert (outside["risks"], outside["decisions"], outside["drafts"]) == ([], [], [])
    assert send("post", f"{place}/removal", "coordinator", {"reason": "versehentlich"})[0] == 204


def test_a_report_is_released_by_somebody_who_did_not_write_it() -> None:
    body = {"period_start": str(day(-60)), "period_end": str(day(-1)), "text": "Läuft."}
    made = send("post", "/A.1.1/reports", "coordinator", body)[1]
    assert get("/A.1.1", "steering")["drafts"][0]["id"] == made["id"]
    place = f"/A.1.1/reports/{made['id']}"
    changed = send("patch", place, "coordinator", {"version": 1, "next_steps": "Bauen."})[1]
    assert (changed["version"], changed["text"]) == (2, "Läuft.")
    code, fault = send("post", f"{place}/release", "coordinator", {"version": 2})
    assert (code, fault["detail"]) == (422, str(RELEASE_FAULTS["four_eyes"]))
    assert send("post", f"{place}/release", "approver", {"version": 1})[0] == 409
    code, released = send("post", f"{place}/release", "approver", {"version": 2})
    assert (code, released["published_on"]) == (200, str(day()))
    assert send("patch", place, "coordinator", {"version": 3, "text": "Anders."})[0] == 422
    assert send("post", f"{place}/removal", "coordinator", {"reason": "weg"})[0] == 422


def test_one_rates_for_oneself() -> None:
    code = get_criterion()
    body = {"grades": {code: {"grade": 3, "comment": "gut"}}}
    status, rows = send("put", "/A.1.1/rating", "steering", body)
    assert (status, [(row["criterion"], row["grade"]) for row in rows]) == (200, [(code, 3)])
    assert get("/A.1.1/rating", "steering") == rows
    assert get("/A.1.1/rating", "approver") == []
    status, fault = send("put", "/A.1.1/rating", "steering", {"grades": {"nie": {"grade": 1}}})
    assert (status, fault["errors"][0]["field"]) == (422, "nie")
    assert send("put", "/A.1.1/rating", "contributor", body)[0] == 403


def get_criterion() -> str:
    from steuerrad.modules.strategy.portfolio.queries.rating import criteria

    return criteria()[0].code


def test_a_row_is_reached_by_its_own_measure_only() -> None:
    made = send("post", "/A.1.1/risks", "coordinator", {"title": "Frist", "probability": 4, "impact": 5})[1]
    assert send("patch", f"/A.1.2/risks/{made['id']}", "coordinator", {"version": 1, "impact": 1})[0] == 404
