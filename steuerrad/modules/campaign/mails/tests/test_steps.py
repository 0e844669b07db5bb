"""Which reminder is due when."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.campaign.mails.steps_file import StepsError, read_steps
from steuerrad.modules.campaign.rules.steps import ADDRESSEES, USUAL, Step, reached

DUE = date(2026, 5, 20)
OPENED = date(2026, 4, 1)


def on(day: int, opened: date = OPENED) -> set[tuple[str, int]]:
    today = DUE + timedelta(days=day)
    return {(step.to, step.days) for step in reached(USUAL, opened=opened, due=DUE, today=today)}


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (-15, set()),
        (-14, {("contributor", -14)}),
        (-8, {("contributor", -14)}),
        (-7, {("contributor", -7)}),
        (-1, {("contributor", -1)}),
        (0, {("contributor", -1)}),
        (1, {("contributor", 1)}),
        (4, {("contributor", 1), ("deputy", 4)}),
        (8, {("contributor", 1), ("deputy", 4), ("coordinator", 8)}),
        (15, {("contributor", 1), ("deputy", 4), ("coordinator", 8), ("head", 15)}),
    ],
)
def test_the_usual_steps(day: int, told: set[tuple[str, int]]) -> None:
    assert on(day) == told


def test_a_round_that_opens_late_does_not_begin_with_a_reminder() -> None:
    assert on(-5, opened=DUE - timedelta(days=5)) == set()
    assert on(-1, opened=DUE - timedelta(days=5)) == {("contributor", -1)}


STEPS = st.lists(st.builds(Step, st.integers(-40, 40), st.sampled_from(ADDRESSEES)), max_size=12)


@given(STEPS, st.integers(-60, 60))
def test_nobody_gets_two_steps_at_once_and_none_before_its_day(steps: list[Step], day: int) -> None:
    today = DUE + timedelta(days=day)
    found = reached(steps, opened=OPENED, due=DUE, today=today)
    assert len({step.to for step in found}) == len(found)
    assert all(DUE + timedelta(days=step.days) <= today for step in found)
    assert all((step.days > 0) == (today > DUE) for step in found)


def test_a_city_may_set_its_own(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_text("days,to\n-3,contributor\n2,head\n")
    assert read_steps(path) == (Step(-3, "contributor"), Step(2, "head"))


@pytest.mark.parametrize(
    "text",
    [
        "days,to\nx,contributor\n",
        "days,to\n1,mayor\n",
        "days\n1\n",
        "days,to\n999,head\n",
        "days,to\n1,head\n1,head\n",
    ],
)
def test_faults_in_the_file_are_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "steps.csv"
    path.write_text(text)
    with pytest.raises(StepsError, match=r"steps\.csv"):
        read_steps(path)
