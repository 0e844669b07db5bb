"""Jobs run when they are due, once, and how a run ended is noted."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job, Module
from steuerrad.kernel.registry import Registry
from steuerrad.platform.jobs.commands import line, positive
from steuerrad.platform.jobs.leasing import STOPPED, claim, finish, release, renew
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.jobs.queries import states
from steuerrad.platform.jobs.running import execute

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
NOTHING = Job("test.job", "", lambda: None, 60)
OVER = -1.0  # seconds: a lease that has run out

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(START)
    return move


def test_a_job_is_due_again_only_when_its_time_has_come(at) -> None:
    for minutes, due in ((0, True), (59, False), (60, True), (61, False)):
        at(START + timedelta(minutes=minutes))
        run = claim(NOTHING, clock.now())
        assert (run is not None) == due
        if run is not None:
            execute(NOTHING, run)
    assert claim(NOTHING, clock.now(), force=True)


def test_what_a_job_raises_is_noted(at) -> None:
    def fail() -> None:
        raise ValueError("no wind")

    job = Job("test.job", "", fail, 60)
    run = claim(job, START)
    assert run is not None
    assert execute(job, run).state == "failed"
    run.refresh_from_db()
    assert (run.message, run.succeeded_at, run.finished_at) == ("ValueError: no wind", None, START)
    assert claim(job, START) is None, "a failed run counts as a run"


def test_a_job_that_runs_elsewhere_is_left_alone_until_its_lease_is_over() -> None:
    now = clock.now()
    dead = claim(NOTHING, now, lease_s=OVER)
    assert dead is not None
    taken = claim(NOTHING, now)
    assert taken is not None, "a worker that died leaves its job to the next one at once"
    assert claim(NOTHING, now + timedelta(days=1)) is None
    assert claim(NOTHING, now, force=True) is None, "not even by force twice at once"
    assert renew([dead.claim, taken.claim]) == {taken.claim}
    assert not finish(dead, ""), "who has lost a job does not say how it ended"
    assert finish(taken, "")


def test_a_lease_is_longer_after_a_sign_of_life() -> None:
    run = claim(NOTHING, clock.now(), lease_s=OVER)
    assert run is not None
    assert renew([run.claim]) == {run.claim}
    assert claim(NOTHING, clock.now()) is None


def test_a_job_that_kills_its_workers_waits_for_its_next_time() -> None:
    now = clock.now()
    assert claim(NOTHING, now, lease_s=OVER)
    assert claim(NOTHING, now, lease_s=OVER)
    assert claim(NOTHING, now) is None
    run = claim(NOTHING, now + timedelta(hours=1))
    assert run is not None
    assert run.unfinished == 3
    finish(run, "")
    run.refresh_from_db()
    assert run.unfinished == 0


def test_a_job_that_was_told_to_end_may_start_again_at_once() -> None:
    def end() -> None:
        raise SystemExit(0)

    job = Job("test.job", "", end, 60)
    for _ in range(3):
        run = claim(job, clock.now())
        assert run is not None
        with pytest.raises(SystemExit):
            execute(job, run)
    assert JobRun.objects.get().message == STOPPED


def test_looking_takes_no_write_lock_when_nothing_is_due() -> None:
    run = claim(NOTHING, clock.now())
    assert run is not None
    for ended in (False, True):
        if ended:
            finish(run, "")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert claim(NOTHING, clock.now()) is None
        assert [query["sql"].split()[0] for query in asked.captured_queries] == ["SELECT"]


def test_the_state_says_what_runs_and_how_it_went(at) -> None:
    source = Registry()
    jobs = [Job(f"test.{name}", "", lambda: None, 60) for name in ("new", "well", "bad", "killed", "now")]
    source.add(Module("test", "", "", jobs=tuple(jobs)))
    runs = {job.id: claim(job, START, worker="host:7") for job in jobs[1:]}
    finish(runs["test.well"], "")
    finish(runs["test.bad"], "OSError: gone")
    release(runs["test.killed"], "its process was killed by signal 9", blameless=False)
    at(START + timedelta(minutes=5))
    found = {state.job.id: state for state in states(source)}
    assert [found[job.id].state for job in jobs] == ["due", "waiting", "failed", "broken", "running"]
    assert found["test.well"].next_at == START + timedelta(hours=1)
    assert found["test.killed"].next_at is None
    assert "by host:7" in line(found["test.now"])
    assert "OSError: gone" in line(found["test.bad"])
    assert "never ran" in line(found["test.new"])


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "1.5"])
def test_seconds_are_a_positive_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        positive(text)
