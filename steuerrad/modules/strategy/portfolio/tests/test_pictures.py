"""The timeline and the board: what stands in them, who sees what, and how many queries they need."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.portfolio.actions.milestones import add_dependency, add_milestone
from steuerrad.modules.strategy.portfolio.gantt import AFTER, BEFORE, years_of
from steuerrad.modules.strategy.portfolio.queries.board import columns
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.queries.timeline import order_of
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.milestones import Point
from steuerrad.modules.strategy.portfolio.rules.timeline import (
    Moment,
    begins,
    finished,
    first_step,
    late_until,
    order_broken,
)
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person
from steuerrad.modules.strategy.queries.measures import measures
from steuerrad.modules.strategy.rules.states import Status

TIMELINE, BOARD = "/strategy/portfolio/timeline/", "/strategy/portfolio/board/"
database = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]


def browser(role: str = "") -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if role:
        client.force_login(person(role))
    return client


def other_measure() -> Measure:
    return Measure.objects.exclude(number="A.1.1").filter(retired=False).order_by("order")[0]


def test_a_measure_ends_with_its_last_milestone_and_waits_with_its_first_open_one() -> None:
    points = [
        Point("a", date(2024, 3, 1), done=date(2024, 4, 1)),
        Point("b", date(2025, 5, 1), date(2025, 9, 1)),
    ]
    assert finished(points, 2030) == Moment(date(2025, 9, 1))
    assert first_step(points, 2023) == Moment(date(2025, 9, 1))
    assert begins(points, 2023) == Moment(date(2023, 1, 1), rough=True)
    assert begins(points, None) == Moment(date(2024, 4, 1))
    assert finished([], 2030) == Moment(date(2030, 12, 31), rough=True)
    assert finished([], None) is None
    assert first_step([Point("x")], None) is None


@given(st.dates(), st.dates(), st.booleans(), st.booleans())
def test_an_order_is_broken_only_when_what_is_known_says_so(
    one: date, other: date, rough: bool, rough2: bool
) -> None:
    broken = order_broken(Moment(one, rough), Moment(other, rough2))
    assert not (broken and other >= one)
    if rough or rough2:
        assert broken == (other.year < one.year)
    assert not order_broken(Moment(one, rough), Moment(one, rough2))


def test_late_reaches_at_least_to_today() -> None:
    today = date(2026, 1, 1)
    assert late_until([], 2020, today) == today
    assert late_until([Point("a", date(2027, 1, 1))], 2020, today) == date(2027, 1, 1)
    assert late_until([Point("a", date(2027, 1, 1), done=date(2025, 1, 1))], None, today) == today


class TestPages:
    pytestmark = database

    @pytest.mark.parametrize("role", ["", "contributor", "coordinator"])
    @pytest.mark.parametrize("address", [TIMELINE, BOARD])
    def test_everybody_gets_the_page_with_what_they_may_see(
        self, role: str, address: str, django_assert_max_num_queries
    ) -> None:
        add_milestone(person("coordinator"), measure(), title="Geheimer Schritt", planned_on=day(20))
        client = browser(role)
        with django_assert_max_num_queries(45):
            page = client.get(address)
        assert page.status_code == 200
        assert ("Geheimer Schritt" in page.content.decode()) == bool(
            role
        )  # the contributor is of an organisation that takes part

    def test_an_invented_dependency_is_no_news_for_visitors(self) -> None:
        other = other_measure()
        add_dependency(person("coordinator"), measure(), other, Kind.FINISH_TO_START, demo=True)
        states = visible_states(None, measures())
        assert not order_of(None, states).depends["A.1.1"]
        chief = person("coordinator")
        assert order_of(chief, visible_states(chief, measures())).depends["A.1.1"]

    def test_a_step_before_what_it_waits_for_is_said(self) -> None:
        chief, other = person("coordinator"), other_measure()
        other.milestones.all().delete()  # type: ignore[attr-defined]
        first = add_milestone(chief, other, title="Leitung liegt", planned_on=day(300))
        add_milestone(chief, measure(), title="Gerät läuft", planned_on=day(100), after=[first])
        text = browser("coordinator").get(TIMELINE).content.decode()
        assert "Dates that contradict the order" in text
        assert "Leitung liegt" in text
        links = [link for link in order_of(chief, visible_states(chief, measures())).links if link.milestone]
        assert [(link.before, link.after, link.broken) for link in links] == [(other.number, "A.1.1", True)]

    def test_years_can_be_chosen_and_nonsense_is_ignored(self) -> None:
        page = browser().get(TIMELINE, {"first": "2021", "last": "2022"}).content.decode()
        assert "2021 to 2022" in page
        assert browser().get(TIMELINE, {"first": "x", "last": "99999", "group": "odd"}).status_code == 200
        backwards = browser().get(TIMELINE, {"first": "2024", "last": "2021"}).content.decode()
        assert "2021 to 2024" in backwards

    def test_years_around_this_one_are_shown_unless_nothing_happens_there(self) -> None:
        states = visible_states(None, measures())
        years = years_of(states, 2026)
        assert years.choices[0] <= years.first
        assert years.last <= years.choices[-1]
        assert 2026 - BEFORE <= years.first <= 2026 <= years.last <= 2026 + AFTER
        assert list(years_of([], 2026).choices) == [2026]

    def test_groups_are_themes_or_leading_organisations(self) -> None:
        text = browser().get(TIMELINE, {"group": "organisation"}).content.decode()
        assert "Leading organisation" in text
        lead = measures().get(number="A.1.1").participations  # type: ignore[attr-defined]
        assert next(item for item in lead if item.role == "lead").organisation.name in text

    def test_the_board_has_each_measure_once_in_the_column_of_its_status(self) -> None:
        states = visible_states(None, measures())
        found = columns(states)
        assert [column.status for column in found if column.status != Status.STOPPED] == list(Status)[:-1]
        assert sorted(card.measure.number for column in found for card in column.cards) == sorted(
            state.measure.number for state in states
        )
        assert all(card.measure.status == column.status for column in found for card in column.cards)

    def test_only_those_who_may_move_a_card_see_the_way(self) -> None:
        assert "Change status" not in browser().get(BOARD).content.decode()
        assert "Change status" in browser("coordinator").get(BOARD).content.decode()
        own = browser("contributor").get(BOARD).content.decode().count("Change status")
        assert 0 < own < browser("coordinator").get(BOARD).content.decode().count("Change status")

    def test_a_filter_without_a_hit_says_so(self) -> None:
        for address in (TIMELINE, BOARD):
            page = browser().get(address, {"q": "gibtesnicht"})
            assert page.status_code == 200
