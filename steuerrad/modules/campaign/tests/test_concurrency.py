"""Many people at the same answers at the same moment, with a real database connection each."""

from __future__ import annotations

import random
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer
from steuerrad.modules.campaign.models import Answer, Round, Shelved, Snapshot
from steuerrad.modules.campaign.tests.stage import (
    ada,
    approver,
    coordinator,
    given,
    now_of,
    opened_round,
    person,
    question,
)
from steuerrad.platform.audit.models import AuditEntry
from tests.support.at_once import alone, copied, shared, together

pytestmark = pytest.mark.django_db(transaction=True)
EDITORS, EDITS = 8, 5


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    return shared(tmp_path)


def edit(user: Any, question_id: int, number: int, chance: random.Random) -> Counter[str]:
    """Several edits, each on what this editor saw last; a conflict is looked at and the answer given again."""
    seen, done = 0, Counter[str]()
    for step in range(EDITS):
        value = str(400 + number * EDITS + step)
        for _attempt in range(200):
            try:
                seen = submit_answer(user, question_id, given(value), based_on=seen).revision
                done["given"] += 1
                break
            except ConflictError as conflict:
                if conflict.theirs is None or conflict.mine is None or conflict.mine.value != value:
                    raise AssertionError("a conflict that shows not both sides") from conflict
                seen = conflict.theirs.revision
                done["conflicts"] += 1
                threading.Event().wait(chance.random() / 200)
    return done


@pytest.mark.usefixtures("stage")
def test_no_answer_is_lost_between_editors(place: dict[str, Any]) -> None:
    homes = question(opened_round(), "homes")
    people = [person(f"editor{number}", "contributor", "amt-a") for number in range(EDITORS)]
    copied(place)
    acts = [
        lambda number=number, user=user: edit(user, homes.pk, number, random.Random(number))
        for number, user in enumerate(people)
    ]
    results = together(place, acts)
    assert not [item for item in results if isinstance(item, Exception)]
    total: Counter[str] = sum(results, Counter())

    def look() -> tuple[list[tuple[int, str]], int, int, Any]:
        rows = list(Answer.objects.order_by("revision").values_list("revision", "value"))
        shown = AuditEntry.objects.filter(action="campaign.shelve").count()
        return rows, shown, Shelved.objects.count(), now_of(homes)

    rows, shown, left, kept = alone(place, look)
    assert [revision for revision, _value in rows] == list(range(1, EDITORS * EDITS + 1))
    assert {value for _revision, value in rows} == {str(400 + number) for number in range(EDITORS * EDITS)}
    assert total["given"] == EDITORS * EDITS
    assert shown == total["conflicts"] > 0
    assert left == 0
    assert (kept.newest, kept.current.value) == (rows[-1][0], rows[-1][1])  # type: ignore[union-attr]


@pytest.mark.usefixtures("stage")
def test_nothing_slips_past_a_freeze(place: dict[str, Any]) -> None:
    round_ = opened_round()
    homes = question(round_, "homes")
    people = [person(f"editor{number}", "contributor", "amt-a") for number in range(4)]
    boss = coordinator()
    copied(place)

    def answer(user: Any) -> int:
        seen = count = 0
        for _step in range(400):
            try:
                seen = submit_answer(user, homes.pk, given("410"), based_on=seen).revision
                count += 1
            except ConflictError as conflict:
                seen = conflict.theirs.revision if conflict.theirs else 0
            except RefusedError:
                assert Round.objects.get(pk=round_.pk).state == "frozen"
                return count
        return count

    def freeze() -> Snapshot:
        threading.Event().wait(0.15)
        return freeze_round(boss, round_.pk, reason="Frist")

    *counts, snapshot = together(place, [*(lambda user=user: answer(user) for user in people), freeze])
    assert isinstance(snapshot, Snapshot), snapshot
    assert all(isinstance(count, int) for count in counts), counts
    times = alone(place, lambda: list(Answer.objects.values_list("at", flat=True)))
    assert len(times) == sum(counts)
    assert all(at <= snapshot.at for at in times)


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("again", range(4))
def test_a_check_and_a_change_at_once_end_in_one_order(place: dict[str, Any], again: int) -> None:
    homes = question(opened_round(), "homes")
    submit_answer(ada(), homes.pk, given("410"), based_on=0)
    author, checker = ada(), approver()
    copied(place)
    change, check = together(
        place,
        [
            lambda: submit_answer(author, homes.pk, given("411"), based_on=1),
            lambda: check_answer(checker, homes.pk, revision=1),
        ],
    )
    assert isinstance(change, Answer), change
    assert isinstance(check, ConflictError) or check.state == "checked"
    kept = alone(place, lambda: now_of(homes))
    assert (kept.state, kept.current.value) == ("answered", "411")  # type: ignore[union-attr]
