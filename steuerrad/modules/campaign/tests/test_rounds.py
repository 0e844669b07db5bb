"""A round from its draft to its frozen snapshots."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import Previous, Question
from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.actions.answers import decline, submit_answer
from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.actions.freezing import close_round, freeze_round, reopen_round
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer
from steuerrad.modules.campaign.actions.rounds import (
    change_round,
    create_round,
    discard_round,
    open_round,
    refresh_live,
    refresh_questions,
)
from steuerrad.modules.campaign.models import Assignment, Round, RoundQuestion
from steuerrad.modules.campaign.queries.progress import board, whole_board
from steuerrad.modules.campaign.queries.rounds import (
    QuestionFilter,
    assignment_for,
    round_for,
    rounds,
    table,
    tasks,
    to_check,
)
from steuerrad.modules.campaign.queries.snapshots import intact
from steuerrad.modules.campaign.queries.sources import offers
from steuerrad.modules.campaign.tests.stage import (
    SOURCE,
    Stage,
    ada,
    approver,
    berta,
    coordinator,
    draft_round,
    given,
    now_of,
    opened_round,
    organisation,
    person,
    question,
    released,
)
from steuerrad.modules.campaign.views.neighbours import neighbours

pytestmark = [pytest.mark.django_db]


def test_a_draft_copies_the_questions_and_proposes_who_answers(stage: Stage) -> None:
    round_ = draft_round()
    homes = question(round_, "homes")
    assert (homes.type, homes.unit, homes.points, homes.previous_value) == (
        "integer",
        "Wohnungen",
        Decimal("1.5"),
        "400",
    )
    assert now_of(homes).organisation == organisation("amt-a")
    assert round_.checks.count() == 2  # type: ignore[attr-defined]
    assert {item.set.key for item in offers() if item.source.id == SOURCE} == {"s2025", "s2026"}


def test_a_later_change_of_the_source_does_not_change_the_round(stage: Stage) -> None:
    round_ = opened_round()
    stage.questions = (Question("homes", "Netz", "Anders gefragt", type="text"),)
    assert question(round_, "homes").title == "Haushalte"
    with pytest.raises(RefusedError):
        refresh_questions(coordinator(), round_.pk)


def test_a_draft_follows_its_source_and_keeps_who_was_assigned(stage: Stage) -> None:
    round_ = draft_round()
    assign(coordinator(), [question(round_, "homes").pk], organisation=organisation("amt-b"))
    stage.questions = (*stage.questions, Question("neu", "Netz", "Neu", type="text", responsible=("fehlt",)))
    assert refresh_questions(coordinator(), round_.pk) == 6
    assert now_of(question(round_, "homes")).organisation == organisation("amt-b")
    assert now_of(question(round_, "neu")).organisation is None


def test_a_previous_answer_that_does_not_fit_is_no_proposal(stage: Stage) -> None:
    stage.questions = (Question("homes", "Netz", "x", type="integer", previous=Previous("viele", "2024")),)
    assert question(draft_round(), "homes").previous_value == ""


@pytest.mark.usefixtures("stage")
def test_a_round_opens_only_when_somebody_is_asked() -> None:
    round_ = draft_round()
    Assignment.objects.filter(question__code="fibre").update(organisation=None)
    with pytest.raises(RefusedError, match="fibre"):
        open_round(coordinator(), round_.pk)
    assign(coordinator(), [question(round_, "fibre").pk], organisation=organisation("amt-b"))
    open_round(coordinator(), round_.pk)
    states = {row.question.code: row.state for row in Assignment.objects.select_related("question")}
    assert states == {
        "homes": "carried",
        "fibre": "open",
        "share": "carried",
        "app": "carried",
        "stage_live": "open",
    }
    with pytest.raises(RefusedError):
        open_round(coordinator(), round_.pk)


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("who", [ada, approver])
def test_only_coordinators_run_rounds(who: Any) -> None:
    round_ = draft_round()
    today = clock.today()
    for act in (
        lambda: create_round(who(), source=SOURCE, set_key="s2025", opens_on=today, due_on=today),
        lambda: open_round(who(), round_.pk),
        lambda: change_round(who(), round_.pk, {"title": "x"}),
        lambda: discard_round(who(), round_.pk),
        lambda: freeze_round(who(), round_.pk),
        lambda: refresh_live(who(), round_.pk),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.usefixtures("stage")
def test_dates_in_the_wrong_order_are_refused_at_their_field() -> None:
    today = clock.today()
    for fields, name in (
        ({"opens_on": today, "due_on": today - timedelta(days=1)}, "due_on"),
        ({"opens_on": today, "due_on": today, "check_by": today - timedelta(days=1)}, "check_by"),
        (
            {"opens_on": today, "due_on": today, "check_by": today + timedelta(days=2), "release_by": today},
            "release_by",
        ),
    ):
        with pytest.raises(RefusedError) as refused:
            create_round(coordinator(), source=SOURCE, set_key="s2025", **fields)  # type: ignore[arg-type]
        assert refused.value.field == name
    for wrong, name in (("nowhere", "source"), (SOURCE, "set_key")):
        with pytest.raises(RefusedError) as refused:
            create_round(coordinator(), source=wrong, set_key="nothing", opens_on=today, due_on=today)
        assert refused.value.field == name
    assert not Round.objects.exists()


@pytest.mark.usefixtures("stage")
def test_a_draft_can_be_thrown_away_and_an_open_round_cannot() -> None:
    round_ = draft_round()
    discard_round(coordinator(), round_.pk)
    assert not RoundQuestion.objects.exists()
    opened = opened_round()
    with pytest.raises(RefusedError):
        discard_round(coordinator(), opened.pk)


@pytest.mark.usefixtures("stage")
def test_thresholds_are_data() -> None:
    round_ = opened_round()
    change_round(coordinator(), round_.pk, {"jump_percent": Decimal(200)})
    released(question(round_, "homes"), "900")
    with pytest.raises(RefusedError):
        change_round(coordinator(), round_.pk, {"jump_percent": Decimal(0)})
    with pytest.raises(RefusedError):
        change_round(coordinator(), round_.pk, {"state": "closed"})


def test_live_values_are_computed_again(stage: Stage) -> None:
    round_ = opened_round()
    stage.computed = Decimal(15)
    assert refresh_live(coordinator(), round_.pk) == 1
    assert question(round_, "stage_live").live_value == "15"
    stage.computed = None
    refresh_live(coordinator(), round_.pk)
    assert question(round_, "stage_live").live_value == ""


def test_freezing_keeps_and_delivers_what_is_released(stage: Stage) -> None:
    round_ = opened_round()
    released(question(round_, "homes"), "410", comment="gezählt")
    fibre = question(round_, "fibre")
    decline(ada(), fibre.pk, reason="unbekannt", based_on=0)
    check_answer(coordinator(), fibre.pk, revision=1)
    release_answer(approver(), fibre.pk, revision=1)
    with pytest.raises(RefusedError) as refused:
        freeze_round(coordinator(), round_.pk)
    assert refused.value.field == "reason"
    snapshot = freeze_round(coordinator(), round_.pk, reason="Frist des Index")
    [(key, answers)] = stage.delivered
    assert key == "s2025"
    assert {item.code: item.value for item in answers} == {"homes": "410", "fibre": None}
    assert answers[1].note == "unbekannt"
    content = json.loads(snapshot.content)
    kept = {item["code"]: item["answer"] for item in content["questions"]}
    assert kept["homes"]["value"] == "410"
    assert (kept["homes"]["author"], kept["homes"]["checked_by"]) == (str(ada()), str(coordinator()))
    assert kept["share"] is None
    assert intact(snapshot)


@pytest.mark.usefixtures("stage")
def test_a_second_snapshot_is_chained_to_the_first() -> None:
    round_ = opened_round()
    first = freeze_round(coordinator(), round_.pk, reason="Probe")
    with pytest.raises(RefusedError):
        reopen_round(coordinator(), round_.pk, reason="")
    reopen_round(coordinator(), round_.pk, reason="Nachmeldung")
    released(question(round_, "homes"), "410")
    second = freeze_round(coordinator(), round_.pk, reason="Frist")
    assert (second.number, second.previous_sha256) == (2, first.sha256)
    assert intact(first)
    assert intact(second)
    close_round(coordinator(), round_.pk)
    with pytest.raises(RefusedError):
        reopen_round(coordinator(), round_.pk, reason="doch noch")


def test_a_source_that_refuses_stops_the_freeze(stage: Stage) -> None:
    round_ = opened_round()

    def refuse(key: str, answers: Any, user: Any) -> None:
        raise ValueError("Netz is not a category")

    stage.deliver = refuse  # type: ignore[method-assign]
    registry._modules["stage"] = stage.module()
    client = Client(headers={"accept-language": "en"})
    client.force_login(coordinator())
    address = reverse("campaign:freeze", args=[round_.pk])
    page = client.post(address, {"reason": "Frist"}, follow=True).content.decode()
    assert "nothing was frozen" in page
    assert "Netz is not a category" in page
    round_.refresh_from_db()
    assert round_.state == "open"
    assert not round_.snapshots.exists()  # type: ignore[attr-defined]


def test_demo_answers_go_nowhere(stage: Stage) -> None:
    round_ = opened_round(demo=True)
    released(question(round_, "homes"), "410")
    freeze_round(coordinator(), round_.pk, reason="Demo")
    assert not stage.delivered


def test_next_year_this_years_answer_and_evidence_stand_beside_the_field(stage: Stage) -> None:
    first = opened_round()
    released(question(first, "homes"), "410", source="Zählung 2025")
    released(question(first, "fibre"), "100")
    freeze_round(coordinator(), first.pk, reason="Frist")
    stage.questions = tuple(
        Question("homes", "Netz", "Haushalte", type="integer", responsible=("amt-a",),
                 previous=Previous("410", "2025", "Register"))
        if item.code == "homes" else item for item in stage.questions
    )  # fmt: skip
    second = draft_round("s2026")
    homes, fibre = question(second, "homes"), question(second, "fibre")
    assert (homes.previous_source, homes.previous_answer.value) == ("Register", "410")  # type: ignore[union-attr]
    assert (fibre.previous_value, fibre.previous_period) == ("100", "2025")
    assert fibre.previous_answer.evidence.count() == 1  # type: ignore[union-attr]


@pytest.mark.usefixtures("stage")
def test_contributors_see_their_own_and_nothing_else() -> None:
    round_ = opened_round()
    draft = draft_round("s2026")
    assert [row.question.code for row in table(ada(), round_)] == ["homes", "fibre"]
    assert len(table(approver(), round_)) == 5
    assert list(rounds(ada())) == [round_]
    assert list(rounds(coordinator())) == [draft, round_]
    assert not rounds(person("gast", "contributor", "amt-c"))
    from django.http import Http404

    with pytest.raises(Http404):
        assignment_for(berta(), question(round_, "homes").pk)
    with pytest.raises(Http404):
        round_for(approver(), draft.pk)
    fibre = assignment_for(ada(), question(round_, "fibre").pk)
    around = neighbours(ada(), fibre)
    assert (around.before, around.after) == (question(round_, "homes").pk, None)
    assert [row.question.code for row in tasks(berta())] == ["share", "app", "stage_live"]


@pytest.mark.usefixtures("stage")
def test_the_board_counts_what_is_late_and_what_it_is_worth(django_assert_num_queries: Any) -> None:
    today = clock.today()
    round_ = opened_round(opens_on=today - timedelta(days=30), due_on=today - timedelta(days=1))
    released(question(round_, "homes"), "410")
    submit_answer(ada(), question(round_, "fibre").pk, given("100"), based_on=0)
    assign(coordinator(), [question(round_, "share").pk], organisation=organisation("amt-b"), due_on=today)
    user = approver()
    rounds(user).first()  # the roles are read once
    with django_assert_num_queries(1):
        found = board(user, round_)
    total = found.total
    assert (total.total, total.released, total.late, total.changed) == (5, 1, 2, 0)
    assert (total.points_open, total.points_late, total.points_unknown) == (
        Decimal("2.75"),
        Decimal("0.5"),
        2,
    )
    assert [line.key for line in found.by_organisation] == ["amt-b", "amt-a"]
    assert [(line.title, line.late) for line in found.by_group] == [("Netz", 0), ("Verwaltung", 2)]
    assert whole_board(round_).total == total
    submit_answer(ada(), question(round_, "homes").pk, given("411"), based_on=1)
    assert board(user, round_).by_organisation[1].changed == 1
    wanted = {"late": {"app", "stage_live"}, "changed": {"homes"}, "live": {"stage_live"}}
    for name, codes in wanted.items():
        assert {row.question.code for row in table(user, round_, QuestionFilter(**{name: True}))} == codes
    assert {row.question.code for row in table(user, round_, QuestionFilter(state="answered,open"))} == {
        "homes", "fibre", "stage_live",
    }  # fmt: skip
    assert {row.question.code for row in to_check(user)} == {"homes", "fibre"}
