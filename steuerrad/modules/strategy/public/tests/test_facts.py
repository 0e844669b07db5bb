"""What is said about a figure, from numbers alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.strategy.public.facts import Judgement, change_of, judge, published

D = Decimal


def test_the_change_is_told_against_the_year_before() -> None:
    values = [(date(2022, 12, 31), D(5)), (date(2023, 12, 31), D(7)), (date(2024, 9, 30), D(9)), (date(2024, 12, 31), D(10))]  # fmt: skip
    change = change_of(values, "up")
    assert change is not None
    assert (change.difference, change.since, change.judgement) == (D(3), date(2023, 12, 31), Judgement.BETTER)


def test_without_a_year_it_is_told_against_the_first() -> None:
    change = change_of([(date(2024, 1, 1), D(5)), (date(2024, 6, 1), D(4))], "up")
    assert change is not None
    assert (change.since, change.judgement) == (date(2024, 1, 1), Judgement.WORSE)
    assert change_of([(date(2024, 1, 1), D(5))], "up") is None
    assert change_of([], "up") is None


@given(
    st.decimals(-1000, 1000, allow_nan=False, places=2), st.sampled_from(["up", "down", "none", "target", ""])
)
def test_a_judgement_turns_with_the_direction(difference: Decimal, direction: str) -> None:
    found = judge(difference, direction)
    if difference == 0:
        assert found == Judgement.SAME
    elif direction not in ("up", "down"):
        assert found == Judgement.OPEN
    else:
        other = judge(difference, "down" if direction == "up" else "up")
        assert {found, other} == {Judgement.BETTER, Judgement.WORSE}


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(-99, 99)), min_size=2, unique_by=lambda item: item[0]
    )
)
def test_the_difference_is_that_of_two_given_values(points: list[tuple[int, int]]) -> None:
    values = [(date(2010, 1, 1) + timedelta(days=n), D(value)) for n, value in sorted(points)]
    change = change_of(values, "up")
    assert change is not None
    before = dict(values)[change.since]
    assert change.difference == values[-1][1] - before
    assert change.since < values[-1][0]


REPORT = {"period_end": date(2026, 6, 30), "published_on": date(2026, 7, 15), "text": "Läuft."}


def test_a_report_gives_the_next_step_and_the_money() -> None:
    snapshot = {
        "colour": "yellow",
        "milestones": [
            {"title": "Fertig", "planned_on": "2026-01-01", "done_on": "2026-02-01", "state": "done"},
            {"title": "Ohne Tag", "planned_on": None, "forecast_on": None, "done_on": None, "state": "open"},
            {"title": "Später", "planned_on": "2026-09-01", "forecast_on": "2026-12-01", "done_on": None, "state": "open"},
            {"title": "Als Nächstes", "planned_on": "2026-06-01", "forecast_on": "2026-10-01", "done_on": None, "state": "late"},
            {"title": "Erfunden", "planned_on": "2026-05-01", "done_on": None, "state": "open", "demo": True},
        ],
        "money": [
            {"year": 2025, "planned": "1000.00", "spent": None}, {"year": 2026, "planned": "500.50", "spent": "20.00"},
        ],
    }  # fmt: skip
    found = published(REPORT, snapshot)
    assert found.next_step is not None
    assert (found.next_step.title, found.next_step.expected) == ("Als Nächstes", date(2026, 10, 1))
    assert found.next_step.late
    assert (found.planned, found.spent, found.done) == (D("1500.50"), D("20.00"), ("Fertig",))


@pytest.mark.parametrize("snapshot", [{}, {"milestones": [], "money": []}])
def test_what_is_not_stated_stays_unknown(snapshot: dict[str, list[object]]) -> None:
    found = published(REPORT, snapshot)
    assert (found.next_step, found.planned, found.spent, found.colour) == (None, None, None, "grey")
