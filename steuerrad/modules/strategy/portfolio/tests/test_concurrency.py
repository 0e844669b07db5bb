"""Two people at the same moment, each with a database connection of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Dependency, Field, Measure, Theme
from steuerrad.modules.strategy.portfolio.actions.milestones import (
    add_dependency,
    add_milestone,
    change_milestone,
)
from steuerrad.modules.strategy.portfolio.actions.money import correct_budget, plan_budget
from steuerrad.modules.strategy.portfolio.actions.reports import begin_report, release_report
from steuerrad.modules.strategy.portfolio.actions.succession import supersede_measure
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.platform.accounts.models import User
from tests.support import at_once
from tests.support.at_once import copied, shared

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    return shared(tmp_path)


@pytest.fixture
def people() -> tuple[User, User]:
    one, other = (
        User.objects.create_superuser(f"{name}@city.example", "a long enough password") for name in "ab"
    )
    return one, other


@pytest.fixture
def measures() -> list[Measure]:
    theme = Theme.objects.create(code="T", name="T")
    field = Field.objects.create(code="F", name="F", theme=theme)
    return [
        Measure.objects.create(
            number=f"M{number}",
            title=f"M{number}",
            field=field,
            period_kind="from",
            status="in_progress",
            order=number,
        )
        for number in range(4)
    ]


def together(place: dict[str, Any], *acts: Callable[[], Any]) -> list[Any]:
    """Run all at once; answers results or exceptions, and leaves the outcome where the test looks."""
    copied(place)
    results = at_once.together(place, list(acts))
    if connection.vendor == "sqlite":
        source = sqlite3.connect(place["NAME"])
        source.backup(connection.connection)
        source.close()
    return results


def one_of(results: list[Any], kind: type[Exception]) -> bool:
    """Exactly one was done and the others were refused, with the exception that people understand."""
    return sorted(isinstance(item, kind) for item in results) == [False, True] and not any(
        isinstance(item, Exception) and not isinstance(item, kind) for item in results
    )


def test_two_halves_of_a_circle_do_not_both_get_in(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    for round_ in range(ROUNDS):
        first, second = measures[0], measures[1 + round_ % 3]
        Dependency.objects.all().delete()
        results = together(
            place,
            lambda a=first, b=second: add_dependency(one, a, b, Kind.REQUIRES),
            lambda a=first, b=second: add_dependency(other, b, a, Kind.FINISH_TO_START),
        )
        assert one_of(results, RefusedError), results
        assert Dependency.objects.count() == 1


def test_milestones_that_wait_for_each_other_do_not_both_get_in(
    place: Any, people: Any, measures: Any
) -> None:
    one, other = people
    a = add_milestone(one, measures[0], title="A")
    b = add_milestone(one, measures[1], title="B")
    results = together(
        place,
        lambda: change_milestone(one, a, version=1, after=[b]),
        lambda: change_milestone(other, b, version=1, after=[a]),
    )
    assert one_of(results, RefusedError), results


def test_a_budget_line_is_corrected_once(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    line = plan_budget(one, measures[0], year=2027, programme=None, planned=Decimal(5), source="Plan")
    results = together(
        place,
        lambda: correct_budget(one, line, planned=Decimal(6), source="Plan", reason="x"),
        lambda: correct_budget(other, line, planned=Decimal(7), source="Plan", reason="y"),
    )
    assert one_of(results, ConflictError), results


def test_a_year_and_source_is_planned_once(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    results = together(
        place,
        *(
            lambda who=who: plan_budget(
                who, measures[0], year=2027, programme=None, planned=Decimal(5), source="x"
            )
            for who in (one, other)
        ),
    )
    assert one_of(results, ConflictError), results


def test_a_milestone_is_changed_by_one_of_two(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    row = add_milestone(one, measures[0], title="A")
    results = together(
        place,
        lambda: change_milestone(one, row, version=1, note="eins"),
        lambda: change_milestone(other, row, version=1, note="zwei"),
    )
    assert one_of(results, ConflictError), results


def test_a_report_is_released_once_and_drafted_once(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    today = clock.today()
    drafts = together(
        place,
        *(
            lambda who=who: begin_report(who, measures[0], period_start=today, period_end=today, text="x")
            for who in (one, other)
        ),
    )
    assert one_of(drafts, ConflictError), drafts
    third = User.objects.create_superuser("c@city.example", "a long enough password")
    fourth = User.objects.create_superuser("d@city.example", "a long enough password")
    draft = next(item for item in drafts if not isinstance(item, Exception))
    draft.refresh_from_db()
    results = together(
        place, *(lambda who=who: release_report(who, draft, version=1) for who in (third, fourth))
    )
    assert one_of(results, RefusedError), results


def test_a_measure_goes_on_once(place: Any, people: Any, measures: Any) -> None:
    one, other = people
    results = together(
        place,
        lambda: supersede_measure(one, measures[0], measures[1], reason="x"),
        lambda: supersede_measure(other, measures[1], measures[0], reason="y"),
    )
    assert one_of(results, RefusedError), results
