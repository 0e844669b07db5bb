"""Candidates for a choice: what is left of money and days, and what excludes what."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import FundingProgramme
from steuerrad.modules.strategy.portfolio.actions.milestones import add_dependency
from steuerrad.modules.strategy.portfolio.actions.money import plan_budget, set_staff_days
from steuerrad.modules.strategy.portfolio.candidates import candidates
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]


def found(role: str, number: str):
    return next(item for item in candidates(person(role)) if item.code == number)


def test_money_and_days_that_are_left() -> None:
    chief, year = person("coordinator"), clock.today().year
    land = FundingProgramme.objects.get(key="land-digital")
    one = measure("B.2.1")
    plan_budget(
        chief,
        one,
        year=year,
        programme=None,
        planned=Decimal(400),
        spent=Decimal(150),
        as_of=day(),
        source="Plan",
    )
    plan_budget(chief, one, year=year, programme=land, planned=Decimal(600), source="Plan")
    plan_budget(chief, one, year=year - 1, programme=None, planned=Decimal(999), source="Plan")
    plan_budget(chief, one, year=year + 1, programme=None, planned=Decimal(1), source="Plan", demo=True)
    office = one.organisations.filter(role="lead").get().organisation
    set_staff_days(chief, one, office, year, planned=Decimal(30), spent=Decimal(40))
    item = found("coordinator", "B.2.1")
    assert item.own_funds == {year: 250}
    assert item.grants == {year: 600}
    assert item.staff_days == {year: 0}


def test_unknown_is_not_free_and_hidden_is_not_shown() -> None:
    plan_budget(
        person("coordinator"),
        measure("B.2.1"),
        year=clock.today().year,
        programme=None,
        planned=Decimal(5),
        source="x",
    )
    assert found("coordinator", "A.1.1").own_funds == {}
    public = next(item for item in candidates(AnonymousUser()) if item.code == "B.2.1")
    assert public.own_funds == {}


def test_what_requires_and_excludes_what() -> None:
    chief = person("coordinator")
    add_dependency(chief, measure("A.1.1"), measure("A.1.2"), Kind.REQUIRES)
    add_dependency(chief, measure("A.1.1"), measure("A.2.1"), Kind.FINISH_TO_START)
    add_dependency(chief, measure("A.1.1"), measure("B.1.2"), Kind.EXCLUDES)
    add_dependency(chief, measure("A.1.1"), measure("B.2.1"), Kind.INFORMS)
    item = found("coordinator", "A.1.1")
    assert item.requires == ("strategy.measure:A.1.2", "strategy.measure:A.2.1")
    assert item.excludes == ("strategy.measure:B.1.2",)
    assert found("coordinator", "B.1.2").excludes == ("strategy.measure:A.1.1",)


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        assert len(list(candidates(person("coordinator")))) == 9
