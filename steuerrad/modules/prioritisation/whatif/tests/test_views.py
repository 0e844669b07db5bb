"""Pages, papers and API of the what-if as visitors and staff meet them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.whatif import actions, fields
from steuerrad.modules.prioritisation.whatif.rules import Change
from steuerrad.modules.prioritisation.whatif.tests.stage import UNKNOWN
from steuerrad.modules.prioritisation.whatif.tests.test_scenarios import UP, person
from steuerrad.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
PLACE = ["test.field", "2023"]
PAGE = "/prioritisation/whatif/test.field/2023/"
HOSTILE = [
    {"i.a/services": "<script>alert(1)</script>"},
    {"i.a/services": "1" * 5000},
    {"i.a/services": "٣"},
    {"i.a/services": "1e400"},
    {"i.a/services": "-0.0001"},
    {"i.<b>": "1"},
    {"g.b/sensors": "-100.01"},
    {"chance": "\x00"},
    {"spread": "∞"},
    {"own": "__class__"},
    {"break": "maybe"},
]


def body(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def coordinator() -> User:
    return person("coordinator")


@pytest.fixture
def staff(coordinator: User) -> Client:
    browser = Client()
    browser.force_login(coordinator)
    return browser


@pytest.fixture
def saved(coordinator: User) -> ScenarioVersion:
    loaded = fields.load(*PLACE)
    return actions.save_scenario(coordinator, actions.draft(loaded, [UP], "Online services", "Why"))


def test_everybody_may_play(client: Client) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    text = body(page)
    assert text.count("<h1") == 1
    assert 'name="i.a/services"' in text
    assert f'name="g.{UNKNOWN}"' in text
    assert reverse("prioritisation:scenario_new") not in text
    changed = body(client.get(PAGE, {"i.a/services": "95", "i.b/busses": "90"}))
    assert "prio-bar" in changed
    assert changed != text


def test_the_result_alone_is_that_of_the_page(client: Client) -> None:
    asked = {"i.a/services": "95", "chance": "60", "spread": "20", "own": "still", "break": "yes"}
    alone = body(client.get(reverse("prioritisation:whatif_result", args=PLACE), asked))
    assert "<html" not in alone
    tiles = alone[alone.index("prio-tiles") : alone.index("</dl>")]
    assert tiles in body(client.get(PAGE, asked))


@pytest.mark.parametrize("asked", HOSTILE)
@pytest.mark.parametrize("name", ["whatif", "whatif_result"])
def test_hostile_input_is_answered_400_with_the_reason(
    client: Client, name: str, asked: dict[str, str]
) -> None:
    response = client.get(reverse(f"prioritisation:{name}", args=PLACE), asked)
    assert response.status_code == 400
    text = body(response)
    assert 'role="alert"' in text
    assert "<script>alert" not in text
    assert "<b>" not in text


@pytest.mark.parametrize(
    "asked", [{"total": "101"}, {"rank": "0"}, {"rank": "2.5"}, {"rank": "x"}, {"rank": "3", "chance": "100"}]
)
def test_senseless_targets_are_answered_400(client: Client, asked: dict[str, str]) -> None:
    assert client.get(reverse("prioritisation:whatif_targets", args=PLACE), asked).status_code == 400


def test_targets_are_answered(client: Client) -> None:
    address = reverse("prioritisation:whatif_targets", args=PLACE)
    assert "<figure" in body(client.get(address, {"total": "60"}))
    assert client.get(address, {"rank": "1", "chance": "50"}).status_code == 200


def test_levers_list_every_open_indicator(client: Client) -> None:
    text = body(client.get(reverse("prioritisation:whatif_levers", args=PLACE)))
    assert all(title in text for title in ("Online services", "Busses", "Sensors"))


@pytest.mark.parametrize("place", [("test.field", "1900"), ("none", "2023"), ("../etc", "2023")])
@pytest.mark.parametrize("name", ["whatif", "whatif_result", "whatif_levers", "whatif_targets"])
def test_unknown_editions_are_not_found(client: Client, name: str, place: tuple[str, str]) -> None:
    address = reverse(f"prioritisation:{name}", args=["x", "y"]).replace("/x/y/", f"/{place[0]}/{place[1]}/")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("", ""),
        ("levers/", "levers/"),
        ("test.field/", ""),
        ("test.field/targets/?rank=3", "targets/?rank=3"),
    ],
)
def test_an_address_without_an_edition_leads_to_the_newest(client: Client, short: str, long: str) -> None:
    answer = client.get(f"/prioritisation/whatif/{short}")
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}{long}")


def test_without_any_edition_the_overview_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "sources", list)
    assert client.get("/prioritisation/whatif/")["Location"] == reverse("prioritisation:index")
    assert client.get("/prioritisation/whatif/none/").status_code == 404


def form_of(browser: Client, address: str) -> dict[str, Any]:
    """What a browser would send of the form that it got, as far as the tests need it."""
    context = browser.get(address).context
    sent = {
        "c-TOTAL_FORMS": context["formset"].total_form_count(),
        "c-INITIAL_FORMS": context["formset"].initial_form_count(),
    }
    for number, row in enumerate(context["formset"].initial or []):
        sent |= {f"c-{number}-{name}": "" if value is None else value for name, value in row.items()}
    start = context["form"].initial
    return sent | {
        name: "" if start.get(name) is None else start[name]
        for name in ("title", "note", "own", "method", "seen")
    }


def test_a_scenario_begins_with_an_edition(staff: Client) -> None:
    address = reverse("prioritisation:scenario_new")
    assert staff.get(address)["Location"] == reverse("prioritisation:index")
    assert staff.get(address, {"source": "none", "edition": "x"}).status_code == 404
    wrong = {"source": PLACE[0], "edition": PLACE[1], "i.a/services": "x"}
    assert staff.get(address, wrong).status_code == 400


def test_what_was_played_is_saved_and_changed(staff: Client) -> None:
    query = urlencode({"source": PLACE[0], "edition": PLACE[1], "i.a/services": "95", "chance": "70"})
    address = f"{reverse('prioritisation:scenario_new')}?{query}"
    sent = form_of(staff, address) | {"title": "From the sliders"}
    answer = staff.post(address, sent)
    version = ScenarioVersion.objects.get()
    assert answer["Location"] == version.scenario.get_absolute_url()
    assert version.changes[0]["likely"] == 95
    assert version.changes[0]["probability"] == 0.7
    page = body(staff.get(answer["Location"]))
    assert "From the sliders" in page

    edit = reverse("prioritisation:scenario_edit", args=[version.scenario_id])
    sent = form_of(staff, edit) | {"c-0-low": "80", "c-0-slack": "3", "c-0-delay": "2", "c-0-most_delay": "6"}
    assert staff.post(edit, sent).status_code == 302
    newest = version.scenario.versions.first()
    assert newest.number == 2
    assert newest.changes[0]["low"] == 80
    assert newest.changes[0]["slack_months"] == 3
    assert newest.changes[0]["delay_months"] == [0, 2, 6]


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"c-0-likely": "101"}, {"c-0-low": "99"}, {"c-0-figure": "indicator:none"}, {"c-0-likely": "x"},
     {"c-0-figure": ""}, {"c-TOTAL_FORMS": "9999999"}, {"c-TOTAL_FORMS": "x"}, {"own": "x"}, {"c-0-likely": ""}],
)  # fmt: skip
def test_a_faulty_form_saves_nothing_and_says_why(staff: Client, wrong: dict[str, str]) -> None:
    query = urlencode({"source": PLACE[0], "edition": PLACE[1], "i.a/services": "95"})
    address = f"{reverse('prioritisation:scenario_new')}?{query}"
    answer = staff.post(address, form_of(staff, address) | {"title": "Fine"} | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in body(answer)
    assert not Scenario.objects.exists()


WRITES = ["scenario_edit", "scenario_copy", "scenario_archive", "scenario_publish", "scenario_withdraw"]


@pytest.mark.parametrize(("role", "names"), [("", WRITES), ("approver", WRITES[:3])])
def test_who_may_not_write_writes_nothing(
    client: Client, saved: ScenarioVersion, role: str, names: list[str]
) -> None:
    sent = {"version": "1", "reason": "x"}
    reader = Client()
    reader.force_login(person(role))
    for name in names:
        address = reverse(f"prioritisation:{name}", args=[saved.scenario_id])
        assert client.post(address, sent)["Location"].startswith("/account/login/")
        assert reader.post(address, sent).status_code == (403 if role or name == "scenario_edit" else 404)
    assert Scenario.objects.get().archived_at is None
    assert Scenario.objects.get().published is None
    assert ScenarioVersion.objects.count() == 1


def test_visitors_see_what_is_released_and_no_name(
    client: Client, staff: Client, saved: ScenarioVersion
) -> None:
    page = saved.scenario.get_absolute_url()
    paper = reverse("prioritisation:scenario_paper", args=[saved.scenario_id, "html"])
    for address in (page, paper):
        assert client.get(address).status_code == 404
    release = reverse("prioritisation:scenario_publish", args=[saved.scenario_id])
    assert release not in body(staff.get(page))  # not for the author
    staff.post(release, {"version": "1"})
    assert client.get(page).status_code == 404
    approver = Client()
    approver.force_login(person("approver"))
    assert release in body(approver.get(page))
    approver.post(release, {"version": "1"})
    for address in (page, paper):
        shown = client.get(address)
        assert shown.status_code == 200
        assert "coordinator@example.org" not in body(shown)
    assert client.get(page, {"version": "2"}).status_code == 404
    assert "Online services" in body(client.get(reverse("prioritisation:scenarios")))
    rows = b"".join(client.get("/data/prioritisation.scenarios.json"))
    assert b"Online services" in rows


def test_the_list_is_filtered_and_survives_nonsense(staff: Client, saved: ScenarioVersion) -> None:
    address = reverse("prioritisation:scenarios")
    assert "Online services" in body(staff.get(address, {"q": "online"}))
    assert "Online services" not in body(staff.get(address, {"q": "zzz"}))
    assert "Online services" not in body(staff.get(address, {"state": "released"}))
    for wrong in ({"state": "x"}, {"edition": "'"}, {"page": "-4"}, {"q": "%_\\"}):
        assert staff.get(address, wrong).status_code == 200


def test_scenarios_are_compared(staff: Client, saved: ScenarioVersion, coordinator: User) -> None:
    loaded = fields.load(*PLACE)
    other = actions.save_scenario(
        coordinator, actions.draft(loaded, [Change("b/busses", 90, 90, 90)], "Busses")
    )
    address = f"{reverse('prioritisation:compare')}?s={saved.scenario_id}&s={other.scenario_id}"
    text = body(staff.get(address))
    assert text.count("<figure") == 2
    for wrong in ("?s=1", "?s=x&s=y", f"?s={saved.scenario_id}&s={saved.scenario_id}", "?s=" + "9" * 40):
        assert staff.get(reverse("prioritisation:compare") + wrong).status_code == 400


def test_the_number_of_queries_does_not_grow_with_scenarios(
    staff: Client, coordinator: User, django_assert_max_num_queries: Any
) -> None:
    loaded = fields.load(*PLACE)
    for number in range(12):
        actions.save_scenario(coordinator, actions.draft(loaded, [UP], f"Scenario {number}"))
    for name in ("prioritisation:scenarios", "prioritisation:index", "prioritisation:compare"):
        with django_assert_max_num_queries(16):
            staff.get(reverse(name))


API = "/api/v1/prioritisation"


def test_the_api_lists_computes_and_saves(client: Client, staff: Client) -> None:
    assert client.get(f"{API}/editions").json()[0]["edition"] == "2023"
    detail = client.get(f"{API}/editions/test.field/2023").json()
    assert next(row for row in detail["figures"] if row["key"] == UNKNOWN)["present"] is None
    asked = {"changes": [{"key": "a/services", "likely": 95}], "assumptions": {"own": "still"}}
    address = f"{API}/editions/test.field/2023/what-if"
    outcome = client.post(address, asked, content_type="application/json")
    assert outcome.status_code == 200
    assert len(outcome.json()["after"]["ranks"]) == detail["participants"]
    scenario = asked | {"source": "test.field", "edition": "2023", "title": "By API"}
    assert client.post(f"{API}/scenarios", scenario, content_type="application/json").status_code == 401
    made = staff.post(f"{API}/scenarios", scenario, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["result"] == outcome.json()
    assert client.get(f"{API}/scenarios").json() == []
    assert client.get(f"{API}/scenarios/{made.json()['id']}").status_code == 404
    assert staff.get(f"{API}/scenarios/{made.json()['id']}").json()["sha256"] == made.json()["sha256"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"key": "none", "likely": 1}, 400),
        ({"key": "a/services", "likely": 500}, 400),
        ({"key": "a/services", "likely": 5, "low": 9}, 400),
        ({"key": UNKNOWN, "likely": 5}, 400),
        ({"key": "a/services", "likely": "NaN"}, 422),
        ({"key": "a/services", "likely": 5, "delay_months": [1, 2]}, 422),
        ({"key": "a/services", "likely": 5, "kind": "raw"}, 400),
        ({"key": "a/services", "likely": 5, "kind": "other"}, 422),
        ({"key": "\x00", "likely": 5}, 422),
        ({"likely": 5}, 422),
    ],
)
def test_the_api_refuses_with_place_and_reason(client: Client, change: dict[str, Any], status: int) -> None:
    address = f"{API}/editions/test.field/2023/what-if"
    answer = client.post(address, {"changes": [change]}, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["detail"]
