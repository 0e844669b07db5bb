"""Answering: revisions, drafts, refusals, hand-over, and what the second editor sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.answers import (
    confirm_carried,
    decline,
    drop_shelved,
    fill_live,
    save_draft,
    submit_answer,
    take_over,
    withdraw,
)
from steuerrad.modules.campaign.actions.assigning import assign, hand_over
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer
from steuerrad.modules.campaign.models import Answer, Decision, Evidence, Shelved, Waiver
from steuerrad.modules.campaign.queries.history import difference_of, history, shelved
from steuerrad.modules.campaign.tests.stage import (
    Stage,
    ada,
    anton,
    approver,
    berta,
    coordinator,
    draft_round,
    given,
    now_of,
    opened_round,
    organisation,
    question,
)
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.files.models import StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]


def test_an_answer_is_kept_with_all_that_was_given() -> None:
    homes = question(opened_round(), "homes")
    answer = submit_answer(ada(), homes.pk, given("410", comment="Ende des Jahres"), based_on=0)
    kept = now_of(homes)
    assert (kept.state, kept.newest, kept.current_id) == ("answered", 1, answer.pk)
    assert (answer.value, answer.source, answer.quality) == ("410", "Jahresbericht", "measured")
    assert [row.url for row in answer.evidence.all()] == ["https://example.org/a"]
    assert Decision.objects.get(question=homes).kind == "submitted"
    entry = AuditEntry.objects.get(action="campaign.submitted")
    assert entry.changes["value"] == [None, "410"]


def test_the_day_is_the_end_of_the_year_that_is_asked_about() -> None:
    homes = question(opened_round(), "homes")
    answer = submit_answer(ada(), homes.pk, given("410"), based_on=0)
    assert str(answer.as_of) == "2025-12-31"


@pytest.mark.parametrize("who", [berta, approver])
def test_others_cannot_answer(who) -> None:  # type: ignore[no-untyped-def]
    homes = question(opened_round(), "homes")
    with pytest.raises(PermissionDenied):
        submit_answer(who(), homes.pk, given("410"), based_on=0)
    assert not Answer.objects.exists()


def test_nothing_is_answered_before_the_round_opens() -> None:
    homes = question(draft_round(), "homes")
    with pytest.raises(RefusedError):
        save_draft(ada(), homes.pk, given("410"), based_on=0)


def test_a_draft_is_kept_and_changes_no_state() -> None:
    homes = question(opened_round(), "homes")
    save_draft(ada(), homes.pk, AnswerInput(value="41"), based_on=0)
    kept = now_of(homes)
    assert (kept.state, kept.newest, kept.current) == ("carried", 1, None)
    submit_answer(anton(), homes.pk, given("410"), based_on=1)
    assert now_of(homes).newest == 2


def test_a_draft_that_cannot_be_read_is_refused_at_its_field() -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(RefusedError) as refused:
        save_draft(ada(), homes.pk, AnswerInput(value="viele"), based_on=0)
    assert refused.value.field == "value"


def test_the_second_editor_sees_the_first_ones_change_and_loses_nothing() -> None:
    homes = question(opened_round(), "homes")
    first = submit_answer(ada(), homes.pk, given("410"), based_on=0)
    with pytest.raises(ConflictError) as conflict:
        submit_answer(anton(), homes.pk, given("420", comment="meine Zählung"), based_on=0)
    error = conflict.value
    assert (error.theirs, error.base, error.mine.value) == (first, None, "420")  # type: ignore[union-attr]
    [(row, mine)] = shelved(anton(), homes)
    assert (row.pk, mine.value, mine.comment) == (error.shelved_id, "420", "meine Zählung")
    assert now_of(homes).current == first
    second = submit_answer(anton(), homes.pk, mine, based_on=1)
    assert (second.revision, second.value) == (2, "420")
    assert not Shelved.objects.exists()
    assert {item.field for item in difference_of(first, second)} == {"value", "comment"}


def test_what_was_put_aside_is_its_authors_alone() -> None:
    homes = question(opened_round(), "homes")
    save_draft(ada(), homes.pk, given("410"), based_on=0)
    with pytest.raises(ConflictError) as conflict:
        save_draft(anton(), homes.pk, given("420"), based_on=0)
    with pytest.raises(RefusedError):
        drop_shelved(ada(), conflict.value.shelved_id or 0)
    drop_shelved(anton(), conflict.value.shelved_id or 0)
    assert not shelved(anton(), homes)


def test_a_revision_that_never_was_is_a_conflict_too() -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(ConflictError):
        save_draft(ada(), homes.pk, given("410"), based_on=7)
    assert not Answer.objects.exists()


def test_errors_stop_and_warnings_want_a_comment() -> None:
    round_ = opened_round()
    homes = question(round_, "homes")
    with pytest.raises(FaultsError) as faults:
        submit_answer(ada(), homes.pk, given("-1"), based_on=0)
    assert {item.key: item.severity for item in faults.value.findings} == {
        "range": "error",
        "jump": "warning",
    }
    with pytest.raises(FaultsError) as faults:
        submit_answer(
            ada(), homes.pk, given("-1", waivers={"range": "doch", "jump": "neu gezählt"}), based_on=0
        )
    assert [item.key for item in faults.value.findings] == ["range"]
    with pytest.raises(FaultsError):
        submit_answer(ada(), homes.pk, given("900", waivers={"jump": "  "}), based_on=0)
    answer = submit_answer(ada(), homes.pk, given("900", waivers={"jump": "Eingemeindung"}), based_on=0)
    waiver = Waiver.objects.get()
    assert (waiver.answer, waiver.rule, waiver.comment) == (answer, "jump", "Eingemeindung")
    assert "900" in waiver.text
    assert "400" in waiver.text


def test_a_rule_over_several_answers_looks_at_what_stands() -> None:
    round_ = opened_round()
    homes, fibre = question(round_, "homes"), question(round_, "fibre")
    submit_answer(ada(), homes.pk, given("410"), based_on=0)
    with pytest.raises(FaultsError) as faults:
        submit_answer(ada(), fibre.pk, given("411"), based_on=0)
    assert {item.key for item in faults.value.findings} == {"cross:fibre_le_homes", "cross:half"}
    submit_answer(ada(), fibre.pk, given("410", waivers={"cross:half": "Ausbau"}), based_on=0)


def test_last_times_answer_must_be_confirmed() -> None:
    homes = question(opened_round(), "homes")
    assert now_of(homes).state == "carried"
    draft = take_over(ada(), homes.pk, based_on=0)
    assert draft.carried
    assert (draft.value, draft.source, now_of(homes).state) == ("400", "Bericht 2024", "carried")
    answer = confirm_carried(ada(), homes.pk, based_on=1, waivers={"needs_evidence": "wie im Vorjahr"})
    assert answer.carried
    assert [row.kind for row in homes.decisions.all()] == ["confirmed"]  # type: ignore[attr-defined]
    changed = submit_answer(ada(), homes.pk, given("401", carried=True), based_on=2)
    assert not changed.carried


def test_a_live_value_fills_the_field_and_says_so(stage: Stage) -> None:
    live = question(opened_round(), "stage_live")
    assert (live.live_value, live.live_note) == ("12", "gezählt")
    draft = fill_live(berta(), live.pk, based_on=0)
    assert draft.live
    assert draft.source == "Steuerrad: stage.datasets"
    with pytest.raises(FaultsError) as faults:
        submit_answer(berta(), live.pk, given("13", live=True), based_on=1)
    assert [item.key for item in faults.value.findings] == ["live"]
    answer = submit_answer(
        berta(), live.pk, given("13", live=True, waivers={"live": "ohne Testdaten"}), based_on=1
    )
    assert not answer.live


def test_an_organisation_declines_with_a_reason() -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(RefusedError):
        decline(ada(), homes.pk, reason=" ", based_on=0)
    answer = decline(ada(), homes.pk, reason="Wird nicht erhoben.", based_on=0)
    assert answer.declined
    assert (now_of(homes).state, answer.value) == ("declined", "")


def test_a_change_opens_the_release_again_and_is_counted() -> None:
    homes = question(opened_round(), "homes")
    submit_answer(ada(), homes.pk, given("410"), based_on=0)
    check_answer(coordinator(), homes.pk, revision=1)
    release_answer(approver(), homes.pk, revision=1)
    submit_answer(ada(), homes.pk, given("411"), based_on=1)
    kept = now_of(homes)
    assert kept.state == "answered"
    assert kept.changed_since_release
    assert kept.released.value == "410"  # type: ignore[union-attr]


def test_an_answer_can_be_withdrawn_and_given_anew() -> None:
    homes = question(opened_round(), "homes")
    submit_answer(ada(), homes.pk, given("410"), based_on=0)
    with pytest.raises(ConflictError):
        withdraw(ada(), homes.pk, reason="falsch", revision=2)
    withdraw(ada(), homes.pk, reason="falsches Jahr", revision=1)
    assert now_of(homes).state == "withdrawn"
    with pytest.raises(RefusedError):
        withdraw(ada(), homes.pk, reason="noch einmal", revision=1)
    submit_answer(ada(), homes.pk, given("409"), based_on=1)
    assert now_of(homes).state == "answered"


def test_a_question_is_handed_to_whoever_knows() -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(RefusedError):
        hand_over(ada(), homes.pk, organisation=organisation("amt-a"), reason="wir selbst")
    hand_over(ada(), homes.pk, organisation=organisation("amt-b"), reason="liegt bei Amt B")
    with pytest.raises(PermissionDenied):
        save_draft(ada(), homes.pk, given("410"), based_on=0)
    save_draft(berta(), homes.pk, given("410"), based_on=0)
    step = homes.decisions.get()  # type: ignore[attr-defined]
    assert (step.from_organisation.key, step.to_organisation.key) == ("amt-a", "amt-b")
    assert [event.person for event in history(homes)] == [str(ada()), str(berta())]


def test_the_coordinator_assigns_people_who_may_answer() -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(RefusedError) as refused:
        assign(coordinator(), [homes.pk], organisation=organisation("amt-a"), person=berta())
    assert refused.value.field == "person"
    day = clock.today() + timedelta(days=3)
    who = {"organisation": organisation("amt-a"), "person": ada(), "deputy": anton(), "due_on": day}
    assert assign(coordinator(), [homes.pk], **who) == 1
    assert assign(coordinator(), [homes.pk], **who) == 0
    kept = now_of(homes)
    assert (kept.person, kept.deputy, kept.due) == (ada(), anton(), day)
    with pytest.raises(PermissionDenied):
        assign(ada(), [homes.pk], organisation=organisation("amt-b"))


def stored_file(user) -> StoredFile:  # type: ignore[no-untyped-def]
    return StoredFile.objects.create(
        name="a.pdf", sha256="0" * 64, content_type="application/pdf", size=1, owner="campaign.evidence",
        uploaded_by=user, uploaded_at=clock.now(),
    )  # fmt: skip


def test_files_of_others_cannot_be_named_as_evidence() -> None:
    round_ = opened_round()
    foreign, own = stored_file(berta()), stored_file(ada())
    homes = question(round_, "homes")
    with pytest.raises(RefusedError):
        save_draft(ada(), homes.pk, given("1", evidence=(EvidenceInput(file_id=foreign.pk),)), based_on=0)
    save_draft(ada(), homes.pk, given("1", evidence=(EvidenceInput("Plan", file_id=own.pk),)), based_on=0)
    # whoever works on the same question may keep its evidence
    save_draft(anton(), homes.pk, given("2", evidence=(EvidenceInput(file_id=own.pk),)), based_on=1)
    assert Evidence.objects.filter(file=own).count() == 2


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://example.org/a", "www.example.org", "https://" + "a" * 600]
)
def test_links_are_web_addresses(url: str) -> None:
    homes = question(opened_round(), "homes")
    with pytest.raises(RefusedError) as refused:
        save_draft(ada(), homes.pk, given("1", evidence=(EvidenceInput(url=url),)), based_on=0)
    assert refused.value.field == "evidence"
