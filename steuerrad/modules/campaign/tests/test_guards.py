"""What the database refuses whoever asks: written as plain SQL, past all of the program's own rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Field

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.answers import save_draft, submit_answer
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer, send_back
from steuerrad.modules.campaign.models import (
    Answer,
    Assignment,
    Decision,
    Evidence,
    RoundQuestion,
    Snapshot,
    Waiver,
)
from steuerrad.modules.campaign.personal import erase, export
from steuerrad.modules.campaign.tests import stage
from steuerrad.modules.campaign.tests.stage import (
    ada,
    anton,
    approver,
    coordinator,
    given,
    now_of,
    opened_round,
    question,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]


def sql(statement: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement: str, *values: Any, because: str) -> None:
    with pytest.raises(DatabaseError, match=because):
        sql(statement, *values)


def decide(answer: Answer, who: Any, kind: str) -> tuple[str, list[Any]]:
    statement = (
        "INSERT INTO campaign_decision (question_id, answer_id, actor_id, actor_name, kind, at, reason) "
        "VALUES (%s, %s, %s, 'x', %s, %s, '')"
    )
    return statement, [answer.question_id, answer.pk, who.pk, kind, clock.now()]


def answered(by: Callable[[], Any] = ada) -> Answer:
    return stage.answered(question(opened_round(), "homes"), by=by())


@pytest.mark.parametrize("kind", ["checked", "released"])
def test_nobody_checks_the_own_answer(kind: str) -> None:
    answer = answered()
    if kind == "released":
        check_answer(coordinator(), answer.question_id, revision=1)
    statement, values = decide(answer, ada(), kind)
    refused(statement, *values, because="four eyes")
    statement, values = decide(answer, approver(), kind)
    assert sql(statement, *values) == 1


@pytest.mark.parametrize("kind", ["checked", "released"])
def test_nor_what_was_only_partly_written_by_oneself(kind: str) -> None:
    homes = question(opened_round(), "homes")
    save_draft(coordinator(), homes.pk, given("400"), based_on=0)
    answer = submit_answer(ada(), homes.pk, given("410"), based_on=1)
    if kind == "released":
        check_answer(approver(), homes.pk, revision=2)
    statement, values = decide(answer, coordinator(), kind)
    refused(statement, *values, because="four eyes")


def test_what_somebody_else_has_checked_is_no_longer_ones_own() -> None:
    homes = question(opened_round(), "homes")
    submit_answer(coordinator(), homes.pk, given("400"), based_on=0)
    check_answer(approver(), homes.pk, revision=1)
    submit_answer(ada(), homes.pk, given("410"), based_on=1)
    check_answer(coordinator(), homes.pk, revision=2)
    assert now_of(homes).state == "checked"


def test_a_check_that_was_undone_does_not_count() -> None:
    homes = question(opened_round(), "homes")
    submit_answer(coordinator(), homes.pk, given("400"), based_on=0)
    check_answer(approver(), homes.pk, revision=1)
    send_back(approver(), homes.pk, revision=1, reason="falsches Jahr")
    answer = submit_answer(ada(), homes.pk, given("410"), based_on=1)
    statement, values = decide(answer, coordinator(), "checked")
    refused(statement, *values, because="four eyes")
    with pytest.raises(RefusedError):
        check_answer(coordinator(), homes.pk, revision=2)


def test_an_administrator_is_no_exception() -> None:
    root = anton()
    root.is_superuser = True
    root.save()
    answer = answered(anton)
    with pytest.raises(RefusedError, match=r"Vier Augen|Four eyes"):
        check_answer(root, answer.question_id, revision=1)
    statement, values = decide(answer, root, "checked")
    refused(statement, *values, because="four eyes")


def test_only_the_answer_that_stands_is_checked() -> None:
    first = answered()
    submit_answer(ada(), first.question_id, given("411"), based_on=1)
    statement, values = decide(first, approver(), "checked")
    refused(statement, *values, because="that stands")
    draft = save_draft(ada(), first.question_id, given("412"), based_on=2)
    statement, values = decide(draft, approver(), "checked")
    refused(statement, *values, because="that stands")


def test_nothing_is_released_unchecked() -> None:
    statement, values = decide(answered(), approver(), "released")
    refused(statement, *values, because="unchecked")


@pytest.mark.parametrize("state", ["checked", "released"])
def test_a_state_cannot_be_claimed(state: str) -> None:
    answer = answered()
    fields = "state = %s, released_id = current_id"
    refused(f"UPDATE campaign_assignment SET {fields} WHERE question_id = %s", state, answer.question_id,
            because="needs its decision")  # fmt: skip


def test_a_released_state_does_not_survive_another_answer() -> None:
    answer = answered()
    check_answer(coordinator(), answer.question_id, revision=1)
    release_answer(approver(), answer.question_id, revision=1)
    other = submit_answer(ada(), answer.question_id, given("411"), based_on=1)
    refused("UPDATE campaign_assignment SET state = 'released', released_id = %s WHERE question_id = %s",
            other.pk, answer.question_id, because="needs its decision")  # fmt: skip
    refused("UPDATE campaign_assignment SET state = 'released', current_id = %s, released_id = %s WHERE question_id = %s",
            other.pk, other.pk, answer.question_id, because="needs its decision")  # fmt: skip


def test_answers_of_other_questions_prove_nothing() -> None:
    round_ = opened_round()
    answer = submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    fibre = question(round_, "fibre")
    statement, values = decide(answer, approver(), "checked")
    values[0] = fibre.pk
    refused(statement, *values, because="another question")
    refused("UPDATE campaign_assignment SET state = 'answered', current_id = %s WHERE question_id = %s",
            answer.pk, fibre.pk, because="needs its decision")  # fmt: skip


def test_a_question_begins_without_an_answer() -> None:
    round_ = opened_round()
    rows = Assignment.objects.filter(question__round=round_)
    new = RoundQuestion.objects.create(round=round_, code="neu", group="x", title="x", type="text")
    refused("INSERT INTO campaign_assignment (question_id, state, since, newest, organisation_id) VALUES (%s, 'answered', %s, 0, %s)",
            new.pk, clock.now(), rows[0].organisation_id, because=r"begins without|campaign_assignment")  # fmt: skip


def frozen() -> Snapshot:
    round_ = opened_round()
    stage.released(question(round_, "homes"), "900", waivers={"jump": "neu"})
    return freeze_round(coordinator(), round_.pk, reason="Frist")


def another(field: Field[Any, Any], held: Any) -> Any:
    """A value that fits the column and is not the one it holds."""
    if isinstance(field, models.BooleanField):
        return not held
    if isinstance(field, models.DateTimeField):
        return held + timedelta(days=1)
    if isinstance(field, models.DateField):
        return date(2001, 1, 1)
    if isinstance(field, models.ForeignKey):
        return (held or 0) + 1
    return held + 1 if isinstance(held, int) else f"{held}x"[-10:]


@pytest.mark.parametrize("model", [Answer, Decision, Evidence, Waiver, Snapshot])
def test_these_tables_only_grow(model: Any) -> None:
    frozen()
    row = model.objects.first()
    refused(f"DELETE FROM {model._meta.db_table}", because="append-only")
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            value = another(field, getattr(row, field.attname))
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                model.objects.filter(pk=row.pk).update(**{field.attname: value})


def test_replacing_is_changing() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    answer = answered()
    names = "question_id, revision, based_on, submitted, declined, value, comment, source, quality, carried, live, author_id, author_name, at"
    refused(
        f"INSERT OR REPLACE INTO campaign_answer ({names}) SELECT question_id, revision, based_on, submitted, declined, "
        f"'999', comment, source, quality, carried, live, author_id, author_name, at FROM campaign_answer WHERE id = %s",
        answer.pk, because="append-only|newest",
    )  # fmt: skip
    assert Answer.objects.get(pk=answer.pk).value == "410"


def insert_answer(answer: Answer, revision: int, based_on: int) -> tuple[str, list[Any]]:
    return (
        "INSERT INTO campaign_answer (question_id, revision, based_on, submitted, declined, value, comment, source, quality, "
        "carried, live, author_id, author_name, at) SELECT question_id, %s, %s, submitted, declined, value, comment, source, "
        "quality, carried, live, author_id, author_name, at FROM campaign_answer WHERE id = %s",
        [revision, based_on, answer.pk],
    )


@pytest.mark.parametrize(("revision", "based_on"), [(2, 0), (3, 2), (2, 2), (1, 0)])
def test_nobody_overwrites_what_he_has_not_seen(revision: int, based_on: int) -> None:
    statement, values = insert_answer(answered(), revision, based_on)
    refused(statement, *values, because=r"newest|append-only|based_on|once|UNIQUE|unique")


def test_a_frozen_round_takes_nothing() -> None:
    frozen()
    answer = Answer.objects.get()
    statement, values = insert_answer(answer, 2, 1)
    refused(statement, *values, because="not open")
    statement, values = decide(answer, approver(), "sent_back")
    refused(statement.replace("'')", "'y')"), *values, because="not open")


def test_erasing_a_person_blanks_the_name_and_keeps_the_figures() -> None:
    snapshot = frozen()
    assert export(ada())["answers"][0]["value"] == "900"
    erase(ada())
    answer = Answer.objects.get()
    assert (answer.author_name, answer.value, answer.author_id) == ("", "900", ada().pk)
    snapshot.refresh_from_db()
    assert str(ada()) in snapshot.content
