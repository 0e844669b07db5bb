"""./dev as a person meets it: what it lists, what it refuses, how it starts and how it stops."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.cli import COMMANDS
from devtools.places import BYTECODE, VAR, product_env
from devtools.stamps import Stamps, fingerprint
from tests.support.product import Running, free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 300.0


def dev(*arguments: str, at: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ./dev (of the checkout `at`) to its end with this Python."""
    return subprocess.run(
        [sys.executable, at / "dev", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def refusal(answer: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal: one line on stderr, no traceback, an exit code that is not 0."""
    assert answer.returncode not in (0, None)
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("dev: ")
    assert lines[0].endswith(".")
    return lines[0]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_dev_alone_lists_every_command_with_its_sentence() -> None:
    answer = dev()
    assert answer.returncode == 0
    listed = {line.split()[0]: line.strip() for line in answer.stdout.splitlines()[1:] if line.strip()}
    assert set(listed) == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert listed[name].endswith((command.__doc__ or "?").splitlines()[0])


def test_unknown_command_is_refused() -> None:
    answer = dev("upp")
    assert "'upp'" in refusal(answer)
    assert answer.returncode == 2


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5", "", "٨٠٠٠"])
def test_wrong_port_is_refused(port: str) -> None:
    answer = dev("up", f"--port={port}")
    assert "whole number from 1 to 65535" in refusal(answer)
    assert answer.returncode == 2


def test_unknown_option_is_refused() -> None:
    assert "--prot" in refusal(dev("up", "--prot", "8000"))


def test_taken_port_is_refused_with_its_number_and_a_way_out(taken_port: int) -> None:
    sentence = refusal(dev("up", "--port", str(taken_port)))
    assert f"Port {taken_port} is taken" in sentence
    assert "--port" in sentence


def test_unknown_city_is_refused_with_the_known_ones() -> None:
    sentence = refusal(dev("up", "--port", str(free_port()), "--city", "atlantis"))
    assert "atlantis" in sentence
    assert "bochum" in sentence


def test_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    answer = dev("up", "--port", str(free_port()), STEUERRAD_DATA_DIR=str(blocker / "data"))
    assert "Cannot write to" in refusal(answer)


@pytest.mark.parametrize("name", [".venv", "node_modules"])
@pytest.mark.parametrize("command", [["up"], ["lint"]])
def test_a_link_in_the_place_of_a_folder_that_is_emptied_is_refused(
    tmp_path: Path, name: str, command: list[str]
) -> None:
    copy, elsewhere = tmp_path / "copy", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("dear")
    shutil.copytree(ROOT / "devtools", copy / "devtools")
    shutil.copytree(ROOT / "tests" / "support", copy / "tests" / "support")
    shutil.copy(ROOT / "dev", copy)
    (copy / name).symlink_to(elsewhere)
    if command == ["up"]:
        command = ["up", "--port", str(free_port())]
    sentence = refusal(dev(*command, at=copy))
    assert f"{copy / name} is a link to {elsewhere}" in sentence
    assert (elsewhere / "kept").read_text() == "dear"
    assert [path.name for path in elsewhere.iterdir()] == ["kept"]


def test_the_product_runs_from_compiled_files_that_lie_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    env = product_env()
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["PYTHONPYCACHEPREFIX"] == str(BYTECODE)
    assert VAR in BYTECODE.parents


def test_unknown_part_of_the_tests_is_refused() -> None:
    assert "'brwoser'" in refusal(dev("test", "--without", "brwoser"))


def test_dev_parses_on_an_old_python() -> None:
    """The file that says "too old" must itself be readable to the old one."""
    import ast

    ast.parse((ROOT / "dev").read_text(), feature_version=(3, 4))


def test_fingerprint_changes_with_content_name_and_absence(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    first = fingerprint([one])
    assert first == fingerprint([one])
    two.write_text("a")
    assert fingerprint([two]) != first
    one.write_text("b")
    assert fingerprint([one]) != first
    one.unlink()
    assert fingerprint([one]) != first


def test_broken_stamps_count_as_none(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path / "stamps.json")
    stamps.write(a=1)
    stamps.write(b=2)
    assert stamps.read() == {"a": 1, "b": 2}
    assert stamps.path.stat().st_mode & 0o077 == 0
    stamps.path.write_text("{half")
    assert stamps.read() == {}


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.mark.start
def test_first_start_shows_every_step_and_the_logins(data: Path) -> None:
    port = free_port()
    answer = dev("up", "--once", "--port", str(port), STEUERRAD_DATA_DIR=str(data))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    steps = [line for line in answer.stdout.splitlines() if line.startswith("[")]
    total = int(steps[0].split("/")[1].split("]")[0])
    assert {int(step[1:].split("/")[0]) for step in steps} == set(range(1, total + 1))
    assert f"http://127.0.0.1:{port}/" in answer.stdout
    assert "@" in answer.stdout.split("http://")[1]  # the logins are addresses
    assert not listens(port)


@pytest.mark.start
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_later_start_does_nothing_twice_and_stops_without_a_trace(data: Path, number: signal.Signals) -> None:
    running = Running(free_port(), data)
    try:
        running.wait_for("is up at")
        assert not [line for line in running.lines if "done," in line], "".join(running.lines)
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/", timeout=30) as page:
            assert page.status == 200
        assert f"Port {running.port} is taken" in refusal(dev("up", "--port", str(running.port)))
        assert running.stop(number) == 0, "".join(running.lines)
        assert not listens(running.port)
        assert "Traceback" not in "".join(running.lines)
    finally:
        running.kill()


@pytest.mark.start
def test_two_instances_serve_side_by_side(data: Path) -> None:
    first, second = Running(free_port(), data), Running(free_port(), data)
    try:
        first.wait_for("is up at")
        second.wait_for("is up at")
        assert first.stop(signal.SIGINT) == 0
        assert listens(second.port)
        assert second.stop(signal.SIGINT) == 0
    finally:
        first.kill()
        second.kill()


@pytest.mark.start
def test_new_database_is_filled_again(data: Path) -> None:
    for path in data.glob("db.sqlite3*"):
        path.unlink()
    answer = dev("up", "--once", "--port", str(free_port()), STEUERRAD_DATA_DIR=str(data))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "City data: done" in answer.stdout
