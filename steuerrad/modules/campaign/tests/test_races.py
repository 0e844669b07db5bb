"""Four eyes between processes: who comes second is told so, nothing is lost, and the database keeps its rules by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.modules.campaign.models import Answer, Assignment, Decision, RoundQuestion, Snapshot
from steuerrad.modules.campaign.queries.review import contributors
from steuerrad.modules.campaign.tests import stage
from steuerrad.modules.campaign.tests.racing import Racers
from steuerrad.modules.campaign.tests.stage import (
    ada,
    approver,
    coordinator,
    now_of,
    opened_round,
    person,
    question,
)
from tests.support.at_once import address, alone, copied, shared

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stage")]
#: Seconds by which the second one begins later (or earlier): every order happens, on any machine.
DELAYS = (-0.05, -0.004, -0.001, 0, 0.001, 0.004, 0.05)
#: The same where each transaction lasts for some tenths of a second.
OVERLAPS = (-0.25, -0.05, 0.05, 0.25)
DECIDED = (
    "INSERT INTO campaign_decision (question_id, answer_id, actor_id, actor_name, kind, at, reason) "
    "SELECT a.question_id, a.id, %s, 'x', %s, %s, 'Grund' FROM campaign_answer a WHERE a.question_id = %s AND a.revision = %s"
)
ANSWERED = (
    "INSERT INTO campaign_answer (question_id, revision, based_on, submitted, declined, value, comment, source, quality, "
    "carried, live, author_id, author_name, at) VALUES (%s, 2, 1, %s, %s, '411', '', '', '', %s, %s, %s, 'x', %s)"
)
MOVED = (
    "UPDATE campaign_assignment SET state = %s, newest = %s, current_id = (SELECT a.id FROM campaign_answer a "
    "WHERE a.question_id = campaign_assignment.question_id AND a.revision = %s) WHERE question_id = %s"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("races")


@pytest.fixture
def place(folder: Path) -> dict[str, Any]:
    return shared(folder)


@pytest.fixture(scope="module")
def kept() -> Iterator[list[Racers]]:
    """The processes take seconds to start, so one pair serves all tests of this file."""
    found: list[Racers] = []
    yield found
    for racers in found:
        racers.stop()


@pytest.fixture
def racers(kept: list[Racers], place: dict[str, Any], folder: Path) -> Racers:
    if not kept:
        kept.append(Racers(address(place), folder, 2))
    return kept[0]


def questions(*, checked: bool = False) -> list[RoundQuestion]:
    """One for each delay, in a round of its own, answered by Ada and, where wanted, checked by the coordinator."""
    found = [question(opened_round(), "homes") for _ in DELAYS]
    for asked in found:
        stage.checked(asked) if checked else stage.answered(asked)
    return found


def sound(asked: RoundQuestion) -> Assignment:
    """The question as it stands, which must be what its decisions say, and nobody's own work checked by himself."""
    now = now_of(asked)
    answers = list(Answer.objects.filter(question=asked).order_by("revision"))
    assert [item.revision for item in answers] == list(range(1, len(answers) + 1))
    submitted = [item for item in answers if item.submitted]
    assert now.current == submitted[-1]
    decisions = list(Decision.objects.filter(question=asked).select_related("answer").order_by("pk"))
    standing, state = None, ""
    for item in decisions:
        if item.kind == "submitted":
            standing = item.answer
        if item.kind == "released":
            assert state == "checked"
        if item.kind in ("checked", "released"):
            assert item.answer is not None
            assert item.answer == standing
            assert item.actor_id not in contributors(item.answer)
        state = item.kind
    assert now.state == {"submitted": "answered"}.get(state, state)
    return now


def test_of_two_checkers_one_is_told_that_the_other_was_faster(racers: Racers, place: dict[str, Any]) -> None:
    found, one, other = questions(), coordinator().pk, approver().pk
    copied(place)
    for asked, delay in zip(found, DELAYS, strict=True):
        move = {"act": "check", "key": asked.pk, "seen": 1}
        told = racers.race(move | {"who": one}, move | {"who": other, "after": delay})
        assert sorted(item["outcome"] for item in told) == ["RefusedError", "done"], told
        assert "geprüft" in next(item["message"] for item in told if item["outcome"] != "done")

        def look(asked: RoundQuestion = asked) -> None:
            assert sound(asked).state == "checked"
            assert Decision.objects.filter(question=asked, kind="checked").count() == 1

        alone(place, look)


def test_a_change_and_a_release_at_once(racers: Racers, place: dict[str, Any]) -> None:
    """The change always stands in the end, unreleased; the release before it is kept, or was refused as a conflict."""
    found, author, boss = questions(checked=True), ada().pk, approver().pk
    copied(place)
    for asked, delay in zip(found, DELAYS, strict=True):
        change, release = racers.race(
            {"act": "submit", "key": asked.pk, "seen": 1, "who": author},
            {"act": "release", "key": asked.pk, "seen": 1, "who": boss, "after": delay},
        )
        assert change["outcome"] == "done", change
        assert release["outcome"] in ("done", "ConflictError"), release

        def look(asked: RoundQuestion = asked, released: bool = release["outcome"] == "done") -> None:
            now = sound(asked)
            assert (now.state, now.current and now.current.value) == ("answered", "411")
            assert bool(now.released) == released == now.changed_since_release

        alone(place, look)


def test_nobody_checks_what_he_changes_in_the_same_moment(racers: Racers, place: dict[str, Any]) -> None:
    found, both = questions(), coordinator().pk
    copied(place)
    for asked, delay in zip(found, DELAYS, strict=True):
        change, check = racers.race(
            {"act": "submit", "key": asked.pk, "seen": 1, "who": both},
            {"act": "check", "key": asked.pk, "seen": 1, "who": both, "after": delay},
        )
        assert change["outcome"] == "done", change
        assert check["outcome"] in ("done", "ConflictError"), check
        assert alone(place, lambda asked=asked: sound(asked)).state == "answered"


def test_two_authors_at_once_lose_nothing(racers: Racers, place: dict[str, Any]) -> None:
    found, one, other = questions(), ada().pk, person("anton", "contributor", "amt-a").pk
    copied(place)
    for asked, delay in zip(found, DELAYS, strict=True):
        move = {"act": "submit", "key": asked.pk, "seen": 1}
        told = racers.race(
            move | {"who": one, "value": "411"}, move | {"who": other, "value": "412", "after": delay}
        )
        assert sorted(item["outcome"] for item in told) == ["ConflictError", "done"], told

        def look(asked: RoundQuestion = asked) -> None:
            kept = [row.content["value"] for row in asked.shelved.all()]  # type: ignore[attr-defined]
            now = sound(asked)
            assert now.current is not None
            assert sorted([*kept, now.current.value]) == ["411", "412"]

        alone(place, look)


@pytest.mark.parametrize("act", ["submit", "release"])
def test_a_freeze_holds_all_that_came_before_it_and_nothing_comes_after(
    racers: Racers, place: dict[str, Any], act: str
) -> None:
    found = questions(checked=act == "release")
    boss, who = coordinator().pk, (approver() if act == "release" else ada()).pk
    copied(place)
    for asked, delay in zip(found, DELAYS, strict=True):
        freeze, other = racers.race(
            {"act": "freeze", "key": asked.round_id, "who": boss},
            {"act": act, "key": asked.pk, "seen": 1, "who": who, "after": delay},
        )
        assert freeze["outcome"] == "done", freeze
        assert other["outcome"] in ("done", "RefusedError"), other
        done = other["outcome"] == "done"

        def look(asked: RoundQuestion = asked, done: bool = done) -> None:
            now = sound(asked)
            assert (now.newest == 2 if act == "submit" else now.state == "released") == done
            assert frozen(asked) == (act == "release" and done)

        alone(place, look)


def frozen(asked: RoundQuestion) -> bool:
    """Whether the snapshot of the round holds an answer to the question."""
    [content] = Snapshot.objects.filter(round=asked.round_id).values_list("content", flat=True)
    [row] = [item for item in json.loads(content)["questions"] if item["code"] == asked.code]
    return row["answer"] is not None


def plain(*statements: tuple[str, list[Any]], after: float = 0.0) -> dict[str, Any]:
    return {"act": "sql", "statements": statements, "pause": 0.15, "after": after}


def decided(asked: RoundQuestion, who: Any, kind: str, revision: int = 1) -> tuple[str, list[Any]]:
    return DECIDED, [who.pk, kind, clock.now().isoformat(), asked.pk, revision]


def moved(asked: RoundQuestion, state: str, revision: int = 1) -> tuple[str, list[Any]]:
    return MOVED, [state, revision, revision, asked.pk]


def of_both(told: list[dict[str, str]]) -> set[str]:
    """What became of the two: whoever came too late was refused by the database, and by nothing else."""
    assert all(item["outcome"] == "done" or "campaign: " in item["message"] for item in told), told
    return {item["outcome"] for item in told}


@pytest.mark.parametrize("after", OVERLAPS)
def test_a_release_past_the_program_never_stands_on_a_check_that_is_being_undone(
    racers: Racers, place: dict[str, Any], after: float
) -> None:
    asked = questions(checked=True)[0]
    back = plain(decided(asked, coordinator(), "sent_back"), moved(asked, "sent_back"))
    release = plain(decided(asked, approver(), "released"), moved(asked, "released"), after=after)
    copied(place)
    assert "done" in of_both(racers.race(back, release))
    assert alone(place, lambda: sound(asked)).state == "sent_back"


@pytest.mark.parametrize("after", OVERLAPS)
def test_a_check_past_the_program_never_meets_an_answer_that_is_being_replaced(
    racers: Racers, place: dict[str, Any], after: float
) -> None:
    asked = questions()[0]
    new = ANSWERED, [asked.pk, True, False, False, False, ada().pk, clock.now().isoformat()]
    change = plain(new, decided(asked, ada(), "submitted", 2), moved(asked, "answered", 2))
    check = plain(decided(asked, approver(), "checked"), moved(asked, "checked"), after=after)
    copied(place)
    assert "done" in of_both(racers.race(change, check))
    assert alone(place, lambda: sound(asked)).state == "answered"


@pytest.mark.parametrize("after", [moment for moment in OVERLAPS if moment > 0])
def test_a_freeze_waits_for_what_is_being_written_past_the_program(
    racers: Racers, place: dict[str, Any], after: float
) -> None:
    asked = questions(checked=True)[0]
    answer = Answer.objects.get(question=asked)
    kept = "UPDATE campaign_assignment SET released_id = %s WHERE question_id = %s", [answer.pk, asked.pk]
    release = plain(decided(asked, approver(), "released"), moved(asked, "released"), kept)
    freeze = {"act": "freeze", "key": asked.round_id, "who": coordinator().pk, "after": after}
    copied(place)
    told = racers.race(release, freeze)
    assert [item["outcome"] for item in told] == ["done", "done"], told
    assert alone(place, lambda: (sound(asked).state, frozen(asked))) == ("released", True)


def test_the_processes_work_on_the_database_of_the_test(racers: Racers, place: dict[str, Any]) -> None:
    """Else everything above would prove nothing."""
    asked, boss = questions()[0], approver()
    copied(place)
    [told] = racers.race({"act": "check", "key": asked.pk, "seen": 2, "who": boss.pk})
    assert told["outcome"] == "ConflictError", told
    [told] = racers.race({"act": "check", "key": asked.pk, "seen": 1, "who": boss.pk})
    assert told["outcome"] == "done", told
    assert alone(place, lambda: sound(asked)).state == "checked"
