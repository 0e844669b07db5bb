"""Studies in the product: rights, forms, results, log, hostile entries."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from steuerrad.modules.prioritisation.choice import actions, computing, queries, running
from steuerrad.modules.prioritisation.choice.demo import make_demo_study
from steuerrad.modules.prioritisation.choice.paper import paper
from steuerrad.modules.prioritisation.models import Choice, Effect, Study
from steuerrad.modules.prioritisation.one_page import FORMATS
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.documents.pdf_check import check_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def person(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.invalid")


def browser(role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(role))
    return client


@pytest.fixture
def demo() -> Study:
    return Study.objects.get(is_demo=True)


@pytest.fixture
def own() -> Study:
    """A study without an index, with one target of its own."""
    study = actions.begin_study(person("steering"), {"title": "Try", "caution": Decimal(0)})
    values = {
        "title": "Aim",
        "unit": "",
        "gap": Decimal(30),
        "worth": Decimal(1),
        "yes_no": False,
        "basis": "test",
    }
    actions.save_target(person("steering"), study.pk, "aim", values)
    return study


def refs(count: int) -> list[str]:
    """The first measures of the city that have nothing to do with others, and no grants in the register."""
    every = queries.candidates_of(person("steering"))
    tied = {ref for one in every for ref in (*one.requires, *one.excludes)}
    free = [one.ref for one in every if not (one.requires or one.excludes or one.ref in tied)]
    return free[:count]


def effect(points: int) -> dict[str, Any]:
    zero = {name: Decimal(0) for name in ("delay_low", "delay_likely", "delay_high")}
    three = {name: Decimal(points) for name in ("low", "likely", "high")}
    return {**three, **zero, "success": Decimal(100), "basis": "test"}


def filled(study: Study) -> Study:
    """The hand check with the first four measures of the city."""
    for ref, cost, points in zip(refs(4), (5, 4, 3, 6), (10, 7, 5, 11), strict=True):
        actions.save_amounts(person("steering"), study.pk, ref, "own", {2027: Decimal(cost)}, "test")
        actions.save_amounts(person("steering"), study.pk, ref, "grants", {2027: Decimal(0)}, "test")
        actions.save_effect(person("steering"), study.pk, ref, "own:aim", effect(points))
    actions.add_rule(person("steering"), study.pk, {"kind": "own", "year": 2027, "amount": Decimal(10)})
    return study


def pages_of(study: Study) -> list[str]:
    names = ("study", "study_candidates", "study_rules", "study_exchange")
    return [
        reverse("prioritisation:studies"),
        *(reverse(f"prioritisation:{name}", args=[study.pk]) for name in names),
    ]


def test_the_demo_is_labelled_computed_and_made_once(demo: Study) -> None:
    assert make_demo_study(None) == []  # type: ignore[arg-type]
    assert Study.objects.count() == 1
    choice = queries.newest_done(demo)
    assert choice is not None
    assert choice.result["chosen"]
    assert choice.result["rank"] is None or "fault" not in choice.result["rank"]
    for address in pages_of(demo)[1:]:
        assert "kern-alert--warning" in browser("steering").get(address).content.decode()


@pytest.mark.parametrize("role", ["coordinator", "steering", "approver"])
def test_those_who_may_read_see_every_page(role: str, demo: Study) -> None:
    for address in pages_of(demo):
        response = browser(role).get(address)
        assert response.status_code == 200, address


def test_others_see_nothing(demo: Study) -> None:
    anonymous = Client()
    for address in pages_of(demo):
        assert anonymous.get(address).status_code == 302
        assert browser("contributor").get(address).status_code == 403


@pytest.mark.parametrize("role", ["contributor", "approver"])
def test_only_those_who_may_write(role: str, demo: Study) -> None:
    client = browser(role)
    for name in ("study_ask", "study_archive"):
        client.post(reverse(f"prioritisation:{name}", args=[demo.pk]))
    client.post(
        reverse("prioritisation:study_rules", args=[demo.pk]),
        {"what": "rule", "rule-kind": "own", "rule-amount": "5"},
    )
    before = demo.revision
    demo.refresh_from_db()
    assert (demo.revision, demo.archived_at, demo.choices.count()) == (before, None, 1)  # type: ignore[attr-defined]
    with pytest.raises(PermissionDenied):
        actions.begin_study(person(role), {"title": "No"})


def test_hand_check_through_pages(own: Study) -> None:
    client = browser("steering")
    first, second = refs(2)
    target = reverse("prioritisation:study_candidate", args=[own.pk])
    entry = {
        "what": "effect",
        "target": "own:aim",
        "low": "9,5",
        "likely": "10",
        "high": "10.5",
        "success": "100",
        "basis": "guess",
    }
    assert client.post(f"{target}?ref={first}", entry).status_code == 302
    assert (
        client.post(
            f"{target}?ref={first}",
            {"what": "amount", "kind": "own", "years": "2027: 1.200,50\n2028: 80", "basis": "offer"},
        ).status_code
        == 302
    )
    saved = Effect.objects.get(study=own)
    assert (saved.low, saved.by) == (Decimal("9.5"), person("steering"))
    item = queries.inputs_of(own, person("steering")).named()[first]
    assert item.own == {"2027": 1200.5, "2028": 80.0}
    assert item.cost_basis == "offer"
    client.post(f"{target}?ref={first}", {"what": "amount", "kind": "own", "years": "", "basis": "back"})
    assert queries.inputs_of(own, person("steering")).named()[first].cost_basis == ""
    assert second


def test_compute_shows_the_best_and_why(own: Study) -> None:
    filled(own)
    client = browser("coordinator")
    assert client.post(reverse("prioritisation:study_ask", args=[own.pk])).status_code == 302
    choice = queries.newest_done(own)
    assert choice is not None
    assert choice.result["chosen"] == [refs(4)[1], refs(4)[3]]
    assert choice.result["solution"]["mean"] == pytest.approx(18)
    text = client.get(own.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "18.00" in text
    assert "kern-alert--danger" not in text
    actions.save_effect(person("steering"), own.pk, refs(1)[0], "own:aim", effect(12))
    with override("en"):
        stale = client.get(own.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "have changed since" in stale


def test_the_reader_s_language_changes_no_assumption(demo: Study) -> None:
    with override("de"):
        german = queries.inputs_seal(queries.inputs_of(demo, person("steering")))
    with override("en"):
        assert queries.inputs_seal(queries.inputs_of(demo, person("steering"))) == german
    assert queries.newest_done(demo).inputs_hash == german  # type: ignore[union-attr]


def test_every_write_is_in_the_log(own: Study) -> None:
    filled(own)
    actions.ask_for_choice(person("steering"), own.pk)
    found = set(
        AuditEntry.objects.filter(ref=f"prioritisation.study:{own.pk}").values_list("action", flat=True)
    )
    assert {f"prioritisation.{what}" for what in (
        "begin_study", "state_studytarget", "state_cost", "state_effect", "state_studyrule", "ask_for_choice")} <= found  # fmt: skip


def test_a_result_is_never_changed(own: Study) -> None:
    filled(own)
    choice = actions.ask_for_choice(person("steering"), own.pk)
    running.run_choice(choice.pk)
    for change in ({"result": {}}, {"inputs": {}}, {"state": "failed"}):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            Choice.objects.filter(pk=choice.pk).update(**change)
    assert running.run_choice(choice.pk) is None


def test_only_one_computation_at_a_time_and_the_job_takes_it(own: Study) -> None:
    filled(own)
    choice = actions.ask_for_choice(person("steering"), own.pk)
    with pytest.raises(actions.StudyError):
        actions.ask_for_choice(person("steering"), own.pk)
    running.run_waiting()
    choice.refresh_from_db()
    assert choice.state == Choice.DONE


def test_a_broken_computation_is_told(own: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(own)
    choice = actions.ask_for_choice(person("steering"), own.pk)
    monkeypatch.setattr(running, "compute", lambda inputs: 1 / 0)
    running._answers.forget()
    running.run_choice(choice.pk)
    choice.refresh_from_db()
    assert (choice.state, choice.message) == (Choice.FAILED, "ZeroDivisionError")
    assert "ZeroDivisionError" in browser("steering").get(own.get_absolute_url()).content.decode()


def test_nothing_to_decide_is_said(own: Study) -> None:
    with pytest.raises(actions.StudyError):
        actions.ask_for_choice(person("steering"), own.pk)


def test_impossible_rules_show_the_conflict(own: Study) -> None:
    filled(own)
    for ref in refs(4):
        actions.add_rule(person("steering"), own.pk, {"kind": "must", "one": ref})
    browser("steering").post(reverse("prioritisation:study_ask", args=[own.pk]))
    text = browser("steering").get(own.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    assert "No portfolio is possible" in text or "Kein Portfolio" in text
    assert "infeasible" in queries.newest_done(own).result  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "entry",
    [
        {"low": "5", "likely": "4", "high": "6"},
        {"low": "NaN", "likely": "4", "high": "6"},
        {"low": "1e400", "likely": "4", "high": "6"},
        {"low": "1", "likely": "2", "high": "3", "success": "101"},
        {"low": "1", "likely": "2", "high": "3", "success": "-1"},
        {"low": "1", "likely": "2", "high": "3", "delay_low": "5", "delay_high": "2"},
        {"low": "1", "likely": "2", "high": "3", "target": "own:nothing"},
        {"low": "1", "likely": "2", "high": "3", "basis": ""},
        {"low": "1", "likely": "2", "high": "3.0001"},
        {"low": "1", "likely": "2", "high": "3", "basis": "x" * 501},
    ],
)
def test_hostile_effects_are_refused_with_a_reason(entry: dict[str, str], own: Study) -> None:
    whole = {"what": "effect", "target": "own:aim", "success": "100", "basis": "guess", **entry}
    address = f"{reverse('prioritisation:study_candidate', args=[own.pk])}?ref={refs(1)[0]}"
    response = browser("steering").post(address, whole)
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    assert not Effect.objects.filter(study=own).exists()


@pytest.mark.parametrize(
    "years", ["2027", "2027: -5", "1: 5", "2027: 5\n2027: 6", "2027: x", "2027: 1e20", "2027: 0,001"]
)
def test_hostile_costs_are_refused(years: str, own: Study) -> None:
    address = f"{reverse('prioritisation:study_candidate', args=[own.pk])}?ref={refs(1)[0]}"
    response = browser("steering").post(
        address, {"what": "amount", "kind": "own", "years": years, "basis": "x"}
    )
    assert 'role="alert"' in response.content.decode()
    assert not own.amounts.exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "own"},
        {"kind": "minimum", "amount": "2"},
        {"kind": "minimum", "amount": "2.5", "group": "first"},
        {"kind": "requires", "one": "first"},
        {"kind": "must"},
        {"kind": "nonsense"},
        {"kind": "own", "amount": "-1"},
        {"kind": "own", "amount": "5", "year": "12"},
    ],
)
def test_hostile_rules_are_refused(entry: dict[str, str], own: Study) -> None:
    first = queries.candidates_of(person("steering"))[0]
    given = {
        **entry,
        **({"group": first.group} if entry.get("group") else {}),
        **({"one": first.ref} if entry.get("one") else {}),
    }
    post = {"what": "rule", **{f"rule-{name}": value for name, value in given.items()}}
    response = browser("steering").post(reverse("prioritisation:study_rules", args=[own.pk]), post)
    assert response.status_code == 200
    assert not own.rules.exists()  # type: ignore[attr-defined]


def test_rules_grants_and_targets_through_pages(own: Study) -> None:
    client, address = browser("steering"), reverse("prioritisation:study_rules", args=[own.pk])
    first, second = refs(2)
    for entry in (
        {"rule-kind": "own", "rule-year": "2027", "rule-amount": "10.000,50"},
        {"rule-kind": "staff", "rule-amount": "100"},
        {"rule-kind": "requires", "rule-one": first, "rule-other": second},
        {"rule-kind": "must_not", "rule-one": second},
    ):
        assert client.post(address, {"what": "rule", **entry}).status_code == 302, entry
    assert (
        client.post(
            address, {"what": "rule", "rule-kind": "requires", "rule-one": first, "rule-other": first}
        ).status_code
        == 200
    )
    programme = {"key": "p", "title": "Programme", "rate": "65", "cap": "17500000", "first": "2026", "last": "2027",
                 "closes": "2026-12-31", "candidates": [first], "basis": "notice"}  # fmt: skip
    assert (
        client.post(
            address, {"what": "programme", **{f"programme-{n}": v for n, v in programme.items()}}
        ).status_code
        == 302
    )
    assert (
        client.post(
            address,
            {
                "what": "programme",
                **{f"programme-{n}": v for n, v in {**programme, "key": "q", "last": "2020"}.items()},
            },
        ).status_code
        == 200
    )
    inputs = queries.inputs_of(own, person("steering"))
    assert [rule.kind for rule in inputs.rules] == ["must_not", "own", "requires", "staff"]
    assert inputs.programmes[0].rate == pytest.approx(0.65)
    assert client.get(address).status_code == 200
    rule = own.rules.first()  # type: ignore[attr-defined]
    assert (
        client.post(reverse("prioritisation:study_remove", args=[own.pk, "rule", rule.pk])).status_code == 302
    )
    client.post(reverse("prioritisation:study_remove", args=[own.pk, "nonsense", 1]))
    assert own.rules.count() == 3  # type: ignore[attr-defined]


def test_a_target_with_effects_is_not_removed(own: Study) -> None:
    filled(own)
    with pytest.raises(actions.StudyError):
        actions.remove_part(person("steering"), own.pk, "target", own.targets.get().pk)  # type: ignore[attr-defined]


def test_an_archived_study_is_closed(own: Study) -> None:
    actions.archive_study(person("steering"), own.pk)
    with pytest.raises(actions.StudyError):
        actions.add_rule(person("steering"), own.pk, {"kind": "staff", "amount": Decimal(1)})
    assert browser("steering").get(own.get_absolute_url()).status_code == 200


def test_the_number_of_queries_does_not_grow_with_measures(
    demo: Study, django_assert_max_num_queries: Any
) -> None:
    client = browser("steering")
    for address in pages_of(demo):
        client.get(address)
        with django_assert_max_num_queries(40):
            client.get(address)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_paper_is_one_sound_page(demo: Study, language: str) -> None:
    choice = queries.newest_done(demo)
    assert choice is not None
    with override(language):
        document = paper(demo, choice)
        for name, form in FORMATS.items():
            content = form.make(document)
            assert content
            if name == "pdf":
                assert len(pikepdf.open(io.BytesIO(content)).pages) == 1
                assert check_pdf(content).passed


def test_the_paper_is_downloaded(demo: Study) -> None:
    address = reverse("prioritisation:study_paper", args=[demo.pk, 1, "pdf"])
    assert browser("approver").get(address)["Content-Type"] == "application/pdf"
    assert browser("contributor").get(address).status_code == 403
    for wrong in ([demo.pk, 99, "pdf"], [demo.pk, 1, "exe"]):
        assert browser("approver").get(reverse("prioritisation:study_paper", args=wrong)).status_code == 404


def test_more_measures_than_can_be_computed_are_refused_with_the_number(
    own: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_DECIDABLE", 3)
    filled(own)
    with pytest.raises(actions.StudyError, match=r"4.*3"):
        actions.ask_for_choice(person("steering"), own.pk)
    monkeypatch.setattr(actions, "MOST_DECIDABLE", 4)
    assert actions.ask_for_choice(person("steering"), own.pk).state == Choice.WAITING


def test_what_the_time_did_not_suffice_for_is_said(own: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "REASONS_SECONDS", -1.0)
    monkeypatch.setattr(computing, "CORE_SECONDS", -1.0)
    filled(own)
    running._answers.forget()
    choice = running.run_choice(actions.ask_for_choice(person("steering"), own.pk).pk)
    running._answers.forget()
    assert choice is not None
    assert choice.result["core"] == {"solved": 0, "missing": 90, "budgets": [0.8, 1.0, 1.2]}
    assert {one["loss"] for one in choice.result["items"].values()} == {None}
    with override("en"):
        page = (
            browser("steering")
            .get(own.get_absolute_url(), headers={"accept-language": "en"})
            .content.decode()
        )
    assert "For 4 measures there was no time" in page


def test_no_figure_of_a_result_stands_without_its_range(demo: Study) -> None:
    result = queries.newest_done(demo).result  # type: ignore[union-attr]
    for name in ("frontier", "runners", "cautions"):
        for one in result[name]:
            assert one["low"] <= one["mean"] <= one["high"]
    for one in result["items"].values():
        if one["in"]:
            assert one["shapley_low"] <= one["shapley"] <= one["shapley_high"]
    total = sum(one.get("shapley", 0.0) for one in result["items"].values())
    assert total == pytest.approx(result["solution"]["mean"], abs=1e-4)
    assert result["solution"]["cvar_error"] > 0
