"""Pages of the portfolio: what everybody sees, what only those with a role, and that the forms do what they say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import (
    Dependency,
    Measure,
    Milestone,
    Rating,
    Risk,
    SavedFilter,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.actions.milestones import add_milestone
from steuerrad.modules.strategy.portfolio.actions.money import plan_budget
from steuerrad.modules.strategy.portfolio.actions.reports import override_light, release_report
from steuerrad.modules.strategy.portfolio.actions.risks import add_risk
from steuerrad.modules.strategy.portfolio.actions.succession import supersede_measure
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.tests.factories import day, draft, measure, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
STEERING = "/strategy/measures/A.1.1/steering/"
LISTS = ("", "due/", "budget/", "load/", "programmes/", "light/", "rating/")


def browser(role: str = "") -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if role:
        client.force_login(person(role))
    return client


def fill() -> None:
    chief = person("coordinator")
    add_milestone(chief, measure(), title="Geheimer Schritt", planned_on=day(20))
    plan_budget(
        chief, measure(), year=clock.today().year, programme=None, planned=Decimal("4321.50"), source="Plan"
    )
    add_risk(chief, measure(), title="Heikles Risiko", probability=5, impact=5, review_on=day(10))


@pytest.mark.parametrize("role", ["", "contributor", "steering", "approver", "coordinator", "administrator"])
@pytest.mark.parametrize("name", LISTS)
def test_every_list_answers_everybody(role: str, name: str, django_assert_max_num_queries) -> None:
    fill()
    client = browser(role)
    with django_assert_max_num_queries(40):
        page = client.get(f"/strategy/portfolio/{name}")
    assert page.status_code == 200
    text = page.content.decode()
    if not role and name != "light/":
        for secret in ("Geheimer Schritt", "4321", "4,321", "4.321", "Heikles"):
            assert secret not in text


@pytest.mark.parametrize("address", [STEERING, "/strategy/measures/A.1.1/"])
def test_visitors_see_what_is_published_only(address: str) -> None:
    fill()
    report = draft(text="Noch geheim.")
    text = browser().get(address).content.decode()
    assert "Ausweis am Telefon nutzbar" in text  # printed in a document
    for secret in ("Geheimer Schritt", "4,321", "Heikles", "Noch geheim"):
        assert secret not in text
    assert browser().get(f"/strategy/measures/A.1.1/reports/{report.pk}/").status_code == 404
    release_report(person("approver"), report, version=1)
    text = browser().get(address).content.decode()
    assert "Noch geheim." in text or f"reports/{report.pk}/" in text
    page = browser().get(f"/strategy/measures/A.1.1/reports/{report.pk}/").content.decode()
    assert "Noch geheim." in page
    assert "Demo Coordinator" not in page


def test_a_report_of_tomorrow_is_not_public_today() -> None:
    report = release_report(person("approver"), draft(), version=1, published_on=day(1))
    assert browser().get(f"/strategy/measures/A.1.1/reports/{report.pk}/").status_code == 404
    assert browser("steering").get(f"/strategy/measures/A.1.1/reports/{report.pk}/").status_code == 200


def test_those_who_read_see_everything() -> None:
    fill()
    for role in ("steering", "coordinator"):
        text = browser(role).get(STEERING).content.decode()
        assert all(part in text for part in ("Geheimer Schritt", "4,321.50", "Heikles Risiko", "severe"))
    assert ">Add a risk<" in browser("coordinator").get(STEERING).content.decode()
    assert ">Add a risk<" not in browser("steering").get(STEERING).content.decode()


FORMS = {
    "milestone": {"title": "Neu", "planned_on": "2026-12-24", "weight": "2"},
    "budget": {"year": "2027", "planned": "1.234,50", "source": "Plan"},
    "staff": {"organisation": "buergeramt", "year": "2027", "planned": "12,5"},
    "risk": {"title": "Neu", "probability": "4", "impact": "4"},
    "decision": {"decided_on": "2026-01-02", "body": "Rat", "text": "Ja."},
    "report": {"period_start": "2026-01-01", "period_end": "2026-03-31", "text": "Läuft."},
    "dependency": {"kind": "requires", "target": "A.1.2"},
}


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize(
    ("role", "code"), [("", 302), ("steering", 403), ("approver", 403), ("coordinator", 302)]
)
def test_entries_are_made_by_those_who_steer(kind: str, role: str, code: int) -> None:
    address = f"{STEERING}{kind}/new/"
    page = browser(role).post(address, FORMS[kind])
    assert page.status_code == code
    assert page.headers.get("Location", "").endswith(f"steering/#{kind}") == (role == "coordinator")


@pytest.mark.parametrize(("kind", "wrong"), [
    ("milestone", {"title": ""}), ("milestone", {"title": "x", "weight": "1", "done_on": "2999-01-01"}),
    ("budget", {"year": "2027", "planned": "-1", "source": "x"}), ("budget", {"year": "2027", "planned": "12.345", "source": "x"}),
    ("staff", {"organisation": "nix", "year": "2027"}), ("risk", {"title": "x", "probability": "9", "impact": "1"}),
    ("decision", {"decided_on": "2026-01-02", "body": "Rat", "text": "x", "url": "javascript:alert(1)"}),
    ("report", {"period_start": "2026-03-01", "period_end": "2026-01-31", "text": "x"}),
    ("dependency", {"kind": "requires", "target": "Z.9"}), ("dependency", {"kind": "nix", "target": "A.1.2"}),
])  # fmt: skip
def test_faults_stand_in_the_form_and_nothing_is_written(kind: str, wrong: dict[str, str]) -> None:
    page = browser("coordinator").post(f"{STEERING}{kind}/new/", wrong)
    assert page.status_code == 422
    assert "Please check your entries" in page.content.decode()
    assert not Milestone.objects.filter(document="").exists()
    assert not StatusReport.objects.exists()
    assert not Dependency.objects.exists()


def test_two_people_edit_the_same_risk() -> None:
    row = add_risk(person("coordinator"), measure(), title="x", probability=1, impact=1)
    data = {"title": "x", "probability": "2", "impact": "2", "state": "open", "version": "1"}
    address = f"{STEERING}risk/{row.pk}/"
    assert browser("coordinator").post(address, data).status_code == 302
    second = browser("administrator").post(address, {**data, "probability": "5"})
    assert second.status_code == 422
    assert "in the meantime" in second.content.decode()
    assert Risk.objects.get().probability == 2


def test_an_entry_is_reached_by_its_own_measure_only() -> None:
    row = add_risk(person("coordinator"), measure(), title="x", probability=1, impact=1)
    for address in (
        f"/strategy/measures/A.1.2/steering/risk/{row.pk}/",
        f"{STEERING}milestone/{row.pk + 999}/",
        f"{STEERING}nix/new/",
    ):
        assert browser("coordinator").get(address).status_code == 404


def test_a_report_is_written_and_released_in_the_browser() -> None:
    browser("coordinator").post(f"{STEERING}report/new/", FORMS["report"])
    report = StatusReport.objects.get()
    address = f"/strategy/measures/A.1.1/reports/{report.pk}/release/"
    own = browser("coordinator").post(address, {"version": "1", "published_on": day().isoformat()})
    assert own.status_code == 422
    assert "Four eyes" in own.content.decode()
    done = browser("approver").post(address, {"version": "1", "published_on": day().isoformat()})
    assert done.status_code == 302
    assert "Läuft." in browser().get(done["Location"]).content.decode()


def test_the_light_by_hand_shows_both() -> None:
    data = {"colour": "red", "reason": "Vergabe gescheitert", "until": day(20).isoformat()}
    assert browser("coordinator").post("/strategy/measures/A.1.1/light/", data).status_code == 302
    text = browser("steering").get(STEERING).content.decode()
    assert "Vergabe gescheitert" in text
    assert "Computed:" in text
    assert browser("steering").post("/strategy/measures/A.1.1/light/", data).status_code == 403
    browser("coordinator").post("/strategy/measures/A.1.1/light/withdraw/")
    assert "Vergabe gescheitert" not in browser("steering").get(STEERING).content.decode()


def test_old_numbers_lead_on() -> None:
    supersede_measure(person("coordinator"), measure("A.1.1"), measure("A.1.2"), reason="Neu geordnet")
    text = browser().get("/strategy/measures/A.1.1/").content.decode()
    assert "superseded by" in text
    assert "/strategy/measures/A.1.2/" in text
    assert browser().get(STEERING)["Location"] == "/strategy/measures/A.1.1/"
    assert "/strategy/measures/A.1.1/" in browser().get("/strategy/measures/A.1.2/").content.decode()


def test_merging_and_splitting_in_the_browser() -> None:
    merged = {"kind": "merged", "into": "A.1.2", "reason": "eins"}
    assert browser("coordinator").post("/strategy/measures/A.1.1/replace/", merged).status_code == 302
    split = {"kind": "split", "parts": "A.2.1a Erster Teil\nA.2.1b Zweiter Teil", "reason": "zwei"}
    assert browser("coordinator").post("/strategy/measures/A.2.1/replace/", split).status_code == 302
    assert Measure.objects.get(number="A.2.1b").title == "Zweiter Teil"
    assert browser("approver").post("/strategy/measures/B.1.1/replace/", merged).status_code == 403
    assert (
        browser("coordinator")
        .post("/strategy/measures/B.1.1/replace/", {"kind": "split", "parts": "x", "reason": "y"})
        .status_code
        == 422
    )
    assert (
        browser("coordinator").post("/strategy/measures/A.1.1/restore/", {"reason": "doch nicht"}).status_code
        == 302
    )
    assert not measure().replaced


def test_rating_is_blind_in_the_browser() -> None:
    codes = ("wirkung", "vorbild", "neues", "mitreden")
    data = {f"grade-{code}": "4" for code in codes} | {"comment-wirkung": "Sehr sichtbar"}
    address = "/strategy/measures/A.1.1/rating/"
    assert browser("approver").post(address, data).status_code == 302
    assert "Sehr sichtbar" not in browser("steering").get(address).content.decode()
    half = browser("steering").post(address, {"grade-wirkung": "1"})
    assert half.status_code == 422
    assert browser("steering").post(address, {f"grade-{code}": "none" for code in codes}).status_code == 302
    assert "Sehr sichtbar" in browser("steering").get(address).content.decode()
    assert browser("contributor").get(address).status_code in {403, 200}
    assert browser("contributor").post(address, data).status_code == 403
    assert Rating.objects.filter(grade=None).count() == 4
    assert "A.1.1" in browser("approver").get("/strategy/portfolio/rating/").content.decode()


def test_filters_are_kept_for_oneself() -> None:
    client = browser("steering")
    client.post("/strategy/portfolio/filters/keep/", {"name": "Rot", "query": "light=red"})
    saved = SavedFilter.objects.get()
    assert "?light=red" in client.get("/strategy/portfolio/").content.decode()
    other = browser("coordinator")
    assert "?light=red" not in other.get("/strategy/portfolio/").content.decode().replace("sort", "")
    assert other.post(f"/strategy/portfolio/filters/{saved.pk}/delete/").status_code == 404
    assert browser().post("/strategy/portfolio/filters/keep/", {"name": "x"}).status_code == 302
    assert SavedFilter.objects.count() == 1
    client.post(f"/strategy/portfolio/filters/{saved.pk}/delete/")
    assert not SavedFilter.objects.exists()


def test_the_table_filters_by_light_and_sorts() -> None:
    override_light(person("coordinator"), measure(), colour=Colour.RED, reason="x", until=day(9))
    client = browser("coordinator")
    text = client.get("/strategy/portfolio/", {"light": "red"}).content.decode()
    assert "Wohnsitz online ummelden" in text
    assert "Digitalpaten" not in text
    for sort in ("light", "-light", "milestone", "-report", "planned", "title", "nix"):
        assert client.get("/strategy/portfolio/", {"sort": sort}).status_code == 200


def test_a_printed_day_that_nobody_spoke_of_is_not_called_overdue() -> None:
    Milestone.objects.create(
        measure=measure("C.1.2"), title="Gedruckt", planned_on=day(-90), document="leitlinie"
    )
    add_milestone(person("coordinator"), measure("C.1.2"), title="Eigener", planned_on=day(-90))
    text = browser("coordinator").get("/strategy/measures/C.1.2/steering/").content.decode()
    assert text.count("not recorded as reached") == 1
    assert text.count(">overdue<") == 1


def test_a_milestone_names_the_measures_it_waits_for() -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person("coordinator"))
    page = f"/strategy/measures/{measure().number}/steering/milestone/new/"
    answer = client.post(page, {"title": "Betrieb", "weight": "1", "after_measures": ["A.1.2", "B.1.1"]})
    assert answer.status_code == 302
    made = Milestone.objects.get(title="Betrieb")
    assert {item.number for item in made.after_measures.all()} == {"A.1.2", "B.1.1"}
    shown = client.get(f"/strategy/measures/{measure().number}/steering/").content.decode()
    assert str(measure("B.1.1")) in shown
    change = page.replace("new", str(made.pk))
    assert client.get(change).context["form"].initial["after_measures"] == ["A.1.2", "B.1.1"]
    answer = client.post(change, {"title": "Betrieb", "weight": "1", "version": "1", "after_measures": []})
    assert answer.status_code == 302
    assert not made.after_measures.exists()
    circle = client.post(f"/strategy/measures/{measure().number}/steering/milestone/new/", {
        "title": "Kreis", "weight": "1", "after_measures": [measure().number],
    })  # fmt: skip
    assert circle.status_code == 422


def test_who_comes_second_sees_what_stands_now_before_replacing_it() -> None:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person("coordinator"))
    risk = add_risk(person("coordinator"), measure(), title="Frist", probability=2, impact=2)
    page = f"/strategy/measures/{measure().number}/steering/risk/{risk.pk}/"
    sent = {"title": "Frist", "probability": "2", "impact": "2", "state": "open", "version": "1"}
    assert client.post(page, sent | {"owner": "Ada"}).status_code == 302
    second = client.post(page, sent | {"owner": "Bea"})
    text = second.content.decode()
    assert second.status_code == 422
    assert "What stands now" in text
    assert "Ada" in text
    assert 'value="Bea"' in text
    assert 'name="version" value="2"' in text
    assert Risk.objects.get(pk=risk.pk).owner == "Ada"
    assert client.post(page, sent | {"owner": "Bea", "version": "2"}).status_code == 302
    assert Risk.objects.get(pk=risk.pk).owner == "Bea"
