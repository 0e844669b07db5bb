"""Whatever people do in whatever order: states follow from decisions, and nobody ever checks the own work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from steuerrad.modules.campaign.actions.answers import decline, save_draft, submit_answer, withdraw
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer, send_back
from steuerrad.modules.campaign.models import Assignment, Decision, RoundQuestion
from steuerrad.modules.campaign.rules.states import LOOKED_AT
from steuerrad.modules.campaign.tests.stage import given, now_of, opened_round, person, question
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.accounts.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
Act = Callable[[Any, int, Assignment, int], Any]
WAIVED = {"jump": "x", "needs_evidence": "x"}
#: step: how far behind the newest revision the person's knowledge is (mostly not at all).
ACTS: dict[str, Act] = {
    "draft": lambda who, key, now, step: save_draft(who, key, given("410"), based_on=now.newest - step),
    "submit": lambda who, key, now, step: submit_answer(
        who, key, given(str(400 + now.newest), waivers=WAIVED), based_on=now.newest - step
    ),
    "decline": lambda who, key, now, step: decline(who, key, reason="x", based_on=now.newest - step),
    "check": lambda who, key, now, step: check_answer(who, key, revision=standing(now) - step),
    "release": lambda who, key, now, step: release_answer(who, key, revision=standing(now) - step),
    "send_back": lambda who, key, now, step: send_back(who, key, revision=standing(now) - step, reason="x"),
    "withdraw": lambda who, key, now, step: withdraw(who, key, revision=standing(now) - step, reason="x"),
}
OFTEN = [
    "submit",
    "check",
    "check",
    "release",
]  # what leads on, or chance would seldom get past the first step
moves = st.tuples(
    st.sampled_from([*sorted(ACTS), *OFTEN]), st.integers(0, 2), st.sampled_from([0, 0, 0, 0, 1])
)


def standing(now: Assignment) -> int:
    return now.current.revision if now.current else 0


def everything(name: str) -> Any:
    """Somebody who holds all roles, so that only the rules stand in the way."""
    user = person(name, Role.COORDINATOR)
    Membership.objects.get_or_create(user=user, role=Role.APPROVER, organisation=None)
    return user


def unchecked_authors(asked: RoundQuestion, decisions: list[Decision], place: int) -> set[int]:
    """Told from the whole history, without the program's own reckoning: whose work this decision was about."""
    decided = decisions[place].answer
    assert decided is not None
    looked_at = 0
    for index, earlier in enumerate(decisions[:place]):
        if earlier.kind != "checked" or earlier.answer is None or earlier.answer.revision >= decided.revision:
            continue
        later = [item for item in decisions[index:place] if item.answer == earlier.answer]
        if not any(item.kind in {"sent_back", "withdrawn"} for item in later):
            looked_at = max(looked_at, earlier.answer.revision)
    rows = asked.answers.filter(revision__gt=looked_at, revision__lte=decided.revision)  # type: ignore[attr-defined]
    return set(rows.values_list("author_id", flat=True))


def holds(asked: RoundQuestion) -> None:
    now = now_of(asked)
    revisions = list(asked.answers.order_by("revision").values_list("revision", flat=True))  # type: ignore[attr-defined]
    assert revisions == list(range(1, now.newest + 1))
    submitted = asked.answers.filter(submitted=True).order_by("-revision").first()  # type: ignore[attr-defined]
    assert now.current == submitted
    decisions = list(asked.decisions.select_related("answer").order_by("pk"))  # type: ignore[attr-defined]
    if decisions:
        last = decisions[-1]
        assert now.state == {"submitted": "answered"}.get(last.kind, last.kind)
        assert last.answer == now.current
    for place, decision in enumerate(decisions):
        if decision.kind in LOOKED_AT:
            assert decision.actor_id not in unchecked_authors(asked, decisions, place)


def test_any_order() -> None:
    asked = question(opened_round(), "homes")
    people = [everything(name) for name in ("x", "y", "z")]
    reached: set[str] = set()

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @over(st.lists(moves, min_size=4, max_size=12))
    def play(done: list[tuple[str, int, int]]) -> None:
        with transaction.atomic():
            submit_answer(people[0], asked.pk, given("410"), based_on=0)
            for name, who, step in done:
                with suppress(RefusedError, PermissionDenied):  # a refusal of the database is not caught here
                    ACTS[name](people[who], asked.pk, now_of(asked), step)
                    reached.add(name)
            holds(asked)
            transaction.set_rollback(True)

    play()
    assert reached >= {"draft", "submit", "check", "send_back"}
