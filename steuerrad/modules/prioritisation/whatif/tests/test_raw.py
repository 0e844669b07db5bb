"""Raw values instead of points, where the scale of an indicator is known: rules, page, scenario, paper, API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from steuerrad.modules.prioritisation.models import ScenarioVersion
from steuerrad.modules.prioritisation.whatif import actions, fields, queries, texts
from steuerrad.modules.prioritisation.whatif.evaluating import outcome_of_changes
from steuerrad.modules.prioritisation.whatif.rules import (
    Change,
    RefusedInputError,
    check_changes,
    from_data,
    read_play,
    to_data,
)
from steuerrad.modules.prioritisation.whatif.tests.stage import CHARGERS
from steuerrad.modules.prioritisation.whatif.tests.test_scenarios import person
from steuerrad.modules.prioritisation.whatif.tests.test_views import API, PAGE, PLACE, body, form_of

pytestmark = pytest.mark.django_db
RAW, POINTS, UNIT = f"r.{CHARGERS}", f"i.{CHARGERS}", f"u.{CHARGERS}"
UNIT_TEXT = "per 1,000 inhabitants"


def row(loaded: fields.Loaded) -> Any:
    return loaded.rows["indicator", CHARGERS]


def test_only_an_indicator_whose_scale_is_known_has_raw_values(raw_stage: fields.Loaded) -> None:
    assert [item.key for item in raw_stage.rows.values() if item.raw is not None] == [CHARGERS]
    raw = row(raw_stage).raw
    assert (raw.present, raw.unit, raw.reach) == (1.25, UNIT_TEXT, (0.5, 3.25))
    assert raw.bounds == (0.0, 6.0)  # as much again above; nothing below 0, since no city lies there
    assert raw.points(1.25) == pytest.approx(100 * 0.75 / 2.75)
    assert raw.points(6.0) == 100


def test_a_raw_value_is_worth_what_its_points_are_while_nobody_else_moves(raw_stage: fields.Loaded) -> None:
    raw = row(raw_stage).raw
    now, then = raw.points(1.25), raw.points(2.5)
    by_raw = outcome_of_changes(raw_stage, (Change(CHARGERS, 2.5, 2.5, 2.5, kind="raw"),))
    by_gain = outcome_of_changes(raw_stage, (Change(CHARGERS, *(3 * [then - now]), kind="gain"),))
    assert by_raw.points.mean == pytest.approx(by_gain.points.mean, abs=1e-3)
    assert by_raw.places.mean == pytest.approx(by_gain.places.mean, abs=1e-3)
    beyond = outcome_of_changes(raw_stage, (Change(CHARGERS, 6.0, 6.0, 6.0, kind="raw"),))
    assert "exceeds_scale" in {note.code for note in beyond.notes}  # the others fall, too
    highest = outcome_of_changes(raw_stage, (Change(CHARGERS, 3.25, 3.25, 3.25, kind="raw"),))
    assert beyond.places.mean > highest.places.mean


@pytest.mark.parametrize(
    ("entries", "kind", "likely"),
    [
        ({RAW: "2,5"}, "raw", 2.5),
        ({RAW: "2.5", UNIT: "raw"}, "raw", 2.5),
        ({RAW: "2.5", POINTS: "90", UNIT: "points"}, "value", 90.0),
        ({RAW: "2.5", POINTS: "90", UNIT: "raw"}, "raw", 2.5),
        ({POINTS: "90"}, "value", 90.0),
    ],
)
def test_a_page_asks_in_the_unit_that_it_shows(
    raw_stage: fields.Loaded, entries: dict[str, str], kind: str, likely: float
) -> None:
    (change,) = read_play(entries, raw_stage.groups).changes
    assert (change.kind, change.likely) == (kind, likely)
    assert change.unit == (UNIT_TEXT if kind == "raw" else "")


@pytest.mark.parametrize("entries", [{RAW: "1.25"}, {UNIT: "raw", POINTS: "90"}, {RAW: "", UNIT: "raw"}])
def test_switching_the_unit_alone_changes_nothing(raw_stage: fields.Loaded, entries: dict[str, str]) -> None:
    assert read_play(entries, raw_stage.groups).changes == ()


@pytest.mark.parametrize(
    ("entries", "code"),
    [({RAW: "6.01"}, "outside_raw"), ({RAW: "-0.1"}, "outside_raw"), ({RAW: "much"}, "no_number"),
     ({"r.a/services": "5"}, "unknown"), ({RAW: "9" * 13}, "no_number")],
)  # fmt: skip
def test_senseless_raw_values_are_refused(
    raw_stage: fields.Loaded, entries: dict[str, str], code: str
) -> None:
    with pytest.raises(RefusedInputError) as caught:
        read_play(entries, raw_stage.groups)
    assert [item.code for item in caught.value.faults] == [code]
    assert texts.fault(caught.value.faults[0])


def test_the_spread_of_a_raw_value_stays_within_its_bounds(raw_stage: fields.Loaded) -> None:
    (change,) = read_play({RAW: "5", "spread": "50"}, raw_stage.groups).changes
    assert (change.low, change.high) == (pytest.approx(3.125), 6.0)


def test_given_in_full_a_raw_value_is_checked_against_its_scale(raw_stage: fields.Loaded) -> None:
    for change, code in (
        (Change("a/services", 1, 1, 1, kind="raw"), "raw_unknown"),
        (Change(CHARGERS, 1, 7, 7, kind="raw"), "outside_raw"),
        (Change(CHARGERS, 3, 2, 4, kind="raw"), "order"),
    ):
        assert [item.code for item in check_changes([change], raw_stage.groups)] == [code]
    change = Change(CHARGERS, 1, 2, 3, kind="raw", unit=UNIT_TEXT)
    assert from_data(to_data([change])) == (change,)


def test_the_page_offers_both_units_and_says_what_a_raw_value_is_in_points(
    client: Client, raw_stage: fields.Loaded
) -> None:
    with override("en"):
        text = body(client.get(PAGE, headers={"accept-language": "en"}))
        assert text.count("data-prio-unit") == 1
        assert f' name="{POINTS}"' in text
        text = body(client.get(PAGE, {UNIT: "raw"}, headers={"accept-language": "en"}))
        assert f' name="{RAW}"' in text
        assert f' name="{POINTS}"' not in text
        assert 'value="1.25"' in text
        asked = body(client.get(PAGE, {RAW: "2.5"}, headers={"accept-language": "en"}))
    assert "1.25 → 2.5" in asked
    assert "(27.3 → 72.7 points)" in asked
    assert urlencode({RAW: "2.5"}) in asked  # the address of the calculation
    assert client.get(PAGE, {RAW: "7"}).status_code == 400


@pytest.fixture
def saved(raw_stage: fields.Loaded) -> ScenarioVersion:
    change = Change(CHARGERS, 2.0, 2.5, 3.0, kind="raw", probability=0.8)
    return actions.save_scenario(person("coordinator"), actions.draft(raw_stage, [change], "More chargers"))


def test_a_scenario_keeps_the_raw_value_with_its_unit(
    saved: ScenarioVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = ScenarioVersion.objects.select_related("scenario").get(pk=saved.pk)
    (change,) = queries.changes_of(version)
    assert (change.kind, change.unit) == ("raw", UNIT_TEXT)
    assert queries.recompute(version).same
    monkeypatch.setattr(fields, "sources", list)
    with override("en"):
        gone = texts.change_text(change, ())
    assert gone[1].endswith(f"2.5\u00a0{UNIT_TEXT}")  # still said when the edition has gone


def test_page_form_comparison_and_paper_show_the_raw_value(
    saved: ScenarioVersion, raw_stage: fields.Loaded
) -> None:
    author = saved.created_by
    other = actions.save_scenario(
        author, actions.draft(raw_stage, [Change("b/busses", 90, 90, 90)], "Busses")
    )
    browser = Client()
    browser.force_login(author)
    paper = reverse("prioritisation:scenario_paper", args=[saved.scenario_id, "html"])
    compare = f"{reverse('prioritisation:compare')}?s={saved.scenario_id}&s={other.scenario_id}"
    for address in (saved.scenario.get_absolute_url(), f"{paper}?lang=en", compare):
        text = body(browser.get(address, headers={"accept-language": "en"}))
        assert f"2.5\u00a0{UNIT_TEXT}" in text, address
    edit = reverse("prioritisation:scenario_edit", args=[saved.scenario_id])
    sent = form_of(browser, edit)
    assert sent["c-0-kind"] == "raw"
    assert browser.post(edit, sent | {"c-0-likely": "2.75"}).status_code == 302
    newest = saved.scenario.versions.first()
    assert (newest.changes[0]["kind"], newest.changes[0]["likely"], newest.changes[0]["unit"]) == (
        "raw",
        2.75,
        UNIT_TEXT,
    )
    assert browser.post(edit, sent | {"c-0-likely": "99", "c-0-high": "99", "seen": "2"}).status_code == 422


def test_the_api_tells_the_scale_and_takes_raw_values(client: Client, raw_stage: fields.Loaded) -> None:
    figures = client.get(f"{API}/editions/{PLACE[0]}/{PLACE[1]}").json()["figures"]
    told = {item["key"]: item["raw"] for item in figures}
    assert told[CHARGERS] == {
        "present": 1.25, "unit": UNIT_TEXT, "low": 0.0, "high": 6.0, "scale": "min_max", "higher_is_better": True,
    }  # fmt: skip
    assert told["a/services"] is None
    address = f"{API}/editions/{PLACE[0]}/{PLACE[1]}/what-if"
    ask = {"changes": [{"key": CHARGERS, "kind": "raw", "likely": 2.5}]}
    assert client.post(address, ask, content_type="application/json").json()["points"]["mean"] > 0
    ask["changes"][0]["likely"] = 6.5
    assert client.post(address, ask, content_type="application/json").status_code == 400
