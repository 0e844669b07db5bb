"""./dev test itself: a part that runs beside others is counted like one that runs in order."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from conftest import commits, needs_database, wanted
from devtools import checks, cli
from devtools.checks import EXCLUDED, FAILED, PASSED, Beside, Part, Result
from steuerrad.platform.city.models import City
from tests.support.stage import CityStage


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[Part, str], Beside]]:
    """Starts a small program in the place of a part."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(part: Part, program: str) -> Beside:
        log, outcome = tmp_path / f"{part.name}.log", tmp_path / f"{part.name}.json"
        with log.open("wb") as output:
            processes.append(
                subprocess.Popen([sys.executable, "-c", program, outcome], stdout=output, stderr=output)
            )
        return Beside(part, processes[-1], log, outcome)

    yield start
    for process in processes:
        process.kill()
        process.wait()


def nothing(_: Sequence[str]) -> Result:
    raise AssertionError("runs in a process of its own")


BESIDE = Part("slow", "waits", nothing, beside=True)
WRITES = "import sys; print('what it said'); open(sys.argv[1], 'w').write({text!r})"


def test_its_output_and_its_counts_are_taken_over(
    started: Callable[[Part, str], Beside], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = Result("slow", FAILED, passed=3, failed=1, skipped=2, seconds=1.5, note="why")
    result = started(BESIDE, WRITES.format(text=json.dumps(asdict(wanted)))).result()
    assert result == wanted
    assert "what it said" in capsys.readouterr().out


@pytest.mark.parametrize("program", ["raise SystemExit(3)", WRITES.format(text="{half"), "print()"])
def test_one_that_leaves_no_result_has_failed(started: Callable[[Part, str], Beside], program: str) -> None:
    result = started(BESIDE, program).result()
    assert (result.state, result.failed) == (FAILED, 1)
    assert "left no result" in result.note


def test_every_part_is_reported_once_in_order_and_a_failure_beside_fails_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The part beside is a name that ./dev does not know: its process refuses, which must not go unseen."""
    parts = (
        BESIDE,
        Part("quick", "a check", lambda _: Result("quick", PASSED, passed=2)),
        Part("left", "left out", nothing),
    )
    monkeypatch.setattr(checks, "PARTS", parts)
    monkeypatch.setattr(checks, "RESULTS", tmp_path)
    monkeypatch.setattr(cli, "prepare", lambda profile: None)
    assert checks.run_checks(without=["left"]) == 1
    lines = capsys.readouterr().out.splitlines()
    table = lines[next(number for number, line in enumerate(lines) if line.startswith("part ")) + 1 :]
    assert [line.split()[:2] for line in table[:3]] == [
        ["slow", FAILED],
        ["quick", PASSED],
        ["left", EXCLUDED],
    ]
    assert lines[-1] == "2 passed, 1 failed"


def test_what_runs_beside_stops_with_the_rest(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "RESULTS", tmp_path)
    with checks.start_beside(BESIDE, []) as running:
        assert running.process.poll() is None
    assert running.process.poll() is not None


def test_a_test_without_a_database_is_not_run_again(request: pytest.FixtureRequest) -> None:
    assert not needs_database(request.node)


@pytest.mark.django_db
def test_a_test_with_a_database_runs_on_each(request: pytest.FixtureRequest) -> None:
    assert needs_database(request.node)
    assert (wanted(request.node), commits(request.node)) == ("", False)


@pytest.mark.django_db
def test_a_city_is_gone_when_the_next_file_wants_none(
    request: pytest.FixtureRequest, django_db_blocker: Any, django_db_setup: None
) -> None:
    stage = CityStage()
    stage.blocker = django_db_blocker
    assert not City.objects.exists()
    with stage.show("musterstadt"):
        City.objects.filter(slug="musterstadt").update(name="Changed")
    assert City.objects.count() == 1, "it stays loaded for the next file"
    with stage.show("musterstadt"):
        assert City.objects.get().name != "Changed", "what one file writes reached the next"
    stage.clear()
    assert not City.objects.exists()


@pytest.mark.django_db
def test_a_test_of_a_city_names_it(request: pytest.FixtureRequest, musterstadt: str) -> None:
    assert needs_database(request.node)
    assert wanted(request.node) == musterstadt
    assert City.objects.get().slug == musterstadt
