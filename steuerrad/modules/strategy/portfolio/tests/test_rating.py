"""Rating by the criteria of the strategy: blind, several people, with spread."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Rating
from steuerrad.modules.strategy.portfolio.actions.rating import rate
from steuerrad.modules.strategy.portfolio.personal import erase, export
from steuerrad.modules.strategy.portfolio.queries import rating as queries
from steuerrad.modules.strategy.portfolio.tests.factories import measure, person
from steuerrad.platform.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
CODES = ("wirkung", "vorbild", "neues", "mitreden")


def give(role: str, number: str, *grades: int | None) -> None:
    rate(
        person(role), measure(number), {code: (grade, "") for code, grade in zip(CODES, grades, strict=True)}
    )


def test_blind_until_the_own_rating_is_complete() -> None:
    give("approver", "A.1.1", 4, 4, 4, 4)
    assert not queries.sees_ratings(person("steering"), measure())
    rate(person("steering"), measure(), {"wirkung": (1, "")})
    assert not queries.sees_ratings(person("steering"), measure())
    assert queries.ranking(person("steering")).hidden == 1
    give("steering", "A.1.1", 1, None, 0, 2)
    assert queries.sees_ratings(person("steering"), measure())
    assert queries.ranking(person("steering")).hidden == 0


def test_cannot_judge_is_no_zero() -> None:
    give("approver", "A.1.1", 4, None, 2, 2)
    give("steering", "A.1.1", 2, None, 2, 3)
    give("coordinator", "A.1.1", 3, 1, None, 1)
    found = {item.criterion.code: item for item in queries.spread_of(measure(), queries.criteria())}
    assert (found["wirkung"].count, found["wirkung"].mean, found["wirkung"].deviation) == (3, 3.0, 1.0)
    assert (found["vorbild"].count, found["vorbild"].mean, found["vorbild"].deviation) == (1, 1.0, None)
    assert (found["wirkung"].least, found["wirkung"].greatest) == (2, 4)


def test_totals_are_weighted_by_hand() -> None:
    """Weights 2, 1, 1 of the main criteria: (2*3 + 1*1 + 1*2) / 4 = 2.25."""
    for role in ("approver", "steering"):
        give(role, "A.1.1", 3, 1, 2, 4)
        give(role, "A.1.2", 1, 1, 1, 4)
    found = queries.ranking(person("approver"), "lever")
    assert [(item.measure.number, item.total, item.rank) for item in found.standings] == [
        ("A.1.1", 2.25, 1),
        ("A.1.2", 1.0, 2),
    ]
    assert (found.standings[0].rank_low, found.standings[0].rank_high) == (1, 1)
    assert found.agreement == pytest.approx(1.0)


def test_one_opinion_has_no_spread() -> None:
    give("approver", "A.1.1", 3, 1, 2, 4)
    only = queries.ranking(person("approver")).standings[0]
    assert (only.people, only.low, only.rank_low) == (1, None, None)


def test_rating_again_replaces_the_own_one_and_the_log_does_not_tell_the_grade() -> None:
    give("approver", "A.1.1", 3, 1, 2, 4)
    give("approver", "A.1.1", 3, 1, 2, 0)
    assert Rating.objects.count() == 4
    entries = AuditEntry.objects.filter(action="strategy.rate_measure", actor=person("approver")).order_by(
        "-pk"
    )[:2]
    assert [entry.changes["criteria"][1] for entry in entries] == [
        "mitreden",
        "wirkung, vorbild, neues, mitreden",
    ]


def test_who_may_rate_and_what_is_no_rating() -> None:
    with pytest.raises(PermissionDenied):
        give("contributor", "A.1.1", 1, 1, 1, 1)
    for wrong in ({"nix": (1, "")}, {"wirkung": (5, "")}, {"wirkung": (-1, "")}, {"wirkung": (1, "x" * 501)}):
        with pytest.raises(RefusedError):
            rate(person("approver"), measure(), wrong)
    assert not Rating.objects.exists()


def test_people_without_the_right_to_read_see_none(django_assert_max_num_queries) -> None:
    for number in ("A.1.1", "A.1.2", "B.1.1", "C.1.1"):
        give("approver", number, 3, 1, 2, 4)
    assert queries.ranking(AnonymousUser()).standings == ()
    with django_assert_max_num_queries(8):
        queries.ranking(person("approver"))


def test_an_erased_person_leaves_the_totals_but_no_name_and_no_words() -> None:
    rate(person("steering"), measure(), dict.fromkeys(CODES, (2, "Meine Worte")))
    give("approver", "A.1.1", 4, 4, 4, 4)
    before = queries.ranking(person("approver")).standings[0].total
    assert export(person("steering"))["ratings"][0]["comment"] == "Meine Worte"
    erase(person("steering"))
    assert export(person("steering"))["ratings"] == []
    assert not Rating.objects.filter(comment="Meine Worte").exists()
    assert queries.ranking(person("approver")).standings[0].total == before
