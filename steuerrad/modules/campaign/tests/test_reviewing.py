"""The second pair of eyes: who may, what is refused, what happens to many at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from steuerrad.modules.campaign.actions.answers import decline, save_draft, submit_answer
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.actions.reviewing import (
    check_answer,
    check_many,
    release_answer,
    release_many,
    send_back,
)
from steuerrad.modules.campaign.models import Decision
from steuerrad.modules.campaign.queries.review import contributors, is_own_work
from steuerrad.modules.campaign.tests import stage
from steuerrad.modules.campaign.tests.stage import (
    ada,
    anton,
    approver,
    berta,
    coordinator,
    given,
    now_of,
    opened_round,
    person,
    question,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
CHECKERS = {"coordinator", "approver"}
ROLES = ["contributor", "coordinator", "approver", "steering"]


def answered() -> int:
    return stage.answered(question(opened_round(), "homes")).question_id


def somebody(role: str) -> Any:
    return person(f"p-{role}", role, "amt-a" if role == "contributor" else "")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_check_and_send_back(role: str) -> None:
    key = answered()
    if role not in CHECKERS:
        with pytest.raises(PermissionDenied):
            check_answer(somebody(role), key, revision=1)
        with pytest.raises(PermissionDenied):
            send_back(somebody(role), key, revision=1, reason="x")
        return
    check_answer(somebody(role), key, revision=1)
    send_back(somebody(role), key, revision=1, reason="Jahr fehlt")
    assert now_of(question_of(key)).state == "sent_back"


def question_of(key: int) -> Any:
    from steuerrad.modules.campaign.models import RoundQuestion

    return RoundQuestion.objects.get(pk=key)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_release(role: str) -> None:
    key = answered()
    check_answer(coordinator(), key, revision=1)
    if role != "approver":
        with pytest.raises(PermissionDenied):
            release_answer(somebody(role), key, revision=1)
        return
    release_answer(somebody(role), key, revision=1)
    kept = now_of(question_of(key))
    assert (kept.state, kept.released_id) == ("released", kept.current_id)


def test_a_coordinator_does_not_check_the_own_answer() -> None:
    homes = question(opened_round(), "homes")
    submit_answer(coordinator(), homes.pk, given("410"), based_on=0)
    assert is_own_work(coordinator(), now_of(homes))
    with pytest.raises(RefusedError):
        check_answer(coordinator(), homes.pk, revision=1)
    assert not Decision.objects.filter(kind="checked").exists()
    check_answer(approver(), homes.pk, revision=1)


def test_everyone_with_a_part_in_it_is_an_author() -> None:
    homes = question(opened_round(), "homes")
    save_draft(ada(), homes.pk, given("400"), based_on=0)
    save_draft(anton(), homes.pk, given("405"), based_on=1)
    answer = submit_answer(coordinator(), homes.pk, given("410"), based_on=2)
    assert contributors(answer) == {ada().pk, anton().pk, coordinator().pk}
    check_answer(approver(), homes.pk, revision=3)
    later = submit_answer(anton(), homes.pk, given("411"), based_on=3)
    assert contributors(later) == {anton().pk}


def test_what_changed_in_the_meantime_is_not_checked_unseen() -> None:
    key = answered()
    submit_answer(anton(), key, given("415"), based_on=1)
    with pytest.raises(ConflictError) as conflict:
        check_answer(coordinator(), key, revision=1)
    assert conflict.value.theirs.value == "415"  # type: ignore[union-attr]


def test_a_draft_beside_it_does_not_stop_the_check() -> None:
    key = answered()
    save_draft(anton(), key, given("999"), based_on=1)
    check_answer(coordinator(), key, revision=1)


def test_nothing_is_released_or_checked_twice() -> None:
    key = answered()
    with pytest.raises(RefusedError):
        release_answer(approver(), key, revision=1)
    check_answer(coordinator(), key, revision=1)
    with pytest.raises(RefusedError):
        check_answer(approver(), key, revision=1)


def test_a_rule_that_broke_since_then_stops_the_check() -> None:
    round_ = opened_round()
    homes, fibre = question(round_, "homes"), question(round_, "fibre")
    submit_answer(ada(), fibre.pk, given("410"), based_on=0)
    # "homes" alone is fine only as long as "fibre" is not larger
    with pytest.raises(FaultsError):
        submit_answer(ada(), homes.pk, given("405"), based_on=0)
    submit_answer(ada(), homes.pk, given("420", waivers={"cross:half": "Ausbau"}), based_on=0)
    check_answer(coordinator(), homes.pk, revision=1)
    submit_answer(ada(), fibre.pk, given("415", waivers={"cross:half": "Ausbau"}), based_on=1)
    from steuerrad.modules.campaign.models import RoundCheck

    RoundCheck.objects.filter(code="fibre_le_homes").update(left={"fibre": "2"})
    with pytest.raises(FaultsError):
        check_answer(coordinator(), fibre.pk, revision=2)


def test_sending_back_needs_a_reason_and_a_new_answer() -> None:
    key = answered()
    with pytest.raises(RefusedError) as refused:
        send_back(coordinator(), key, revision=1, reason="  ")
    assert refused.value.field == "reason"
    send_back(coordinator(), key, revision=1, reason="Bitte Stichtag nennen")
    with pytest.raises(RefusedError):
        check_answer(coordinator(), key, revision=1)
    submit_answer(ada(), key, given("410", comment="Stichtag 31.12."), based_on=1)
    check_answer(coordinator(), key, revision=2)


def test_a_refusal_is_checked_and_released_like_an_answer() -> None:
    homes = question(opened_round(), "homes")
    decline(ada(), homes.pk, reason="Wird nicht erhoben.", based_on=0)
    check_answer(coordinator(), homes.pk, revision=1)
    release_answer(approver(), homes.pk, revision=1)
    assert now_of(homes).state == "released"


def test_of_many_each_stands_for_itself() -> None:
    round_ = opened_round()
    homes, fibre, app = (question(round_, code) for code in ("homes", "fibre", "app"))
    submit_answer(ada(), homes.pk, given("410"), based_on=0)
    submit_answer(coordinator(), fibre.pk, given("100"), based_on=0)
    submit_answer(berta(), app.pk, given("ja"), based_on=0)
    result = check_many(coordinator(), [(homes.pk, 1), (fibre.pk, 1), (app.pk, 1), (10**9, 1)])
    assert result.done == 2
    assert [key for key, _why in result.refused] == [fibre.pk, 10**9]
    assert release_many(approver(), [(homes.pk, 1), (fibre.pk, 1), (app.pk, 1)]).done == 2
    assert [now_of(item).state for item in (homes, fibre, app)] == ["released", "answered", "released"]
