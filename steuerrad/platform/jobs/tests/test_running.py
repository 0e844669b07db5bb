"""Jobs run when they are due, once, and one that fails stops nobody."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

import pytest

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job, Module
from steuerrad.kernel.registry import Registry
from steuerrad.platform.jobs.commands import positive
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.jobs.running import DEAD_AFTER, STOPPED, run_due

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(START)
    return move


def jobs(*runs) -> Registry:
    source = Registry()
    made = tuple(Job(f"test.job{number}", "", run, 60) for number, run in enumerate(runs))
    source.add(Module("test", "", "", jobs=made))
    return source


@pytest.mark.django_db
def test_a_job_runs_again_only_when_its_time_has_come(at) -> None:
    ran = []
    source = jobs(lambda: ran.append(1))
    for minutes, count in ((0, 1), (59, 1), (60, 2), (61, 2)):
        at(START + timedelta(minutes=minutes))
        run_due(source=source)
        assert len(ran) == count
    run_due(source=source, force=True)
    assert len(ran) == 3


@pytest.mark.django_db
def test_a_failing_job_is_told_and_the_next_one_runs(at) -> None:
    def fail() -> None:
        raise ValueError("no wind")

    ran = []
    outcomes = run_due(source=jobs(fail, lambda: ran.append(1)))
    assert [item.state for item in outcomes] == ["failed", "done"]
    assert JobRun.objects.get(job="test.job0").message == "ValueError: no wind"
    assert ran == [1]


@pytest.mark.django_db
def test_a_job_that_runs_elsewhere_is_left_alone_until_it_is_taken_for_dead(at) -> None:
    JobRun.objects.create(job="test.job0", started_at=START)
    ran = []
    source = jobs(lambda: ran.append(1))
    at(START + DEAD_AFTER - timedelta(seconds=1))
    run_due(source=source)
    assert not ran
    at(START + DEAD_AFTER)
    run_due(source=source)
    assert ran == [1]


@pytest.mark.django_db
def test_a_job_that_is_broken_off_may_start_again_at_once() -> None:
    def end() -> None:
        raise SystemExit(0)

    with pytest.raises(SystemExit):
        run_due(source=jobs(end))
    run = JobRun.objects.get(job="test.job0")
    assert run.finished_at is not None
    assert run.message == STOPPED


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5"])
def test_seconds_are_a_positive_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        positive(text)
