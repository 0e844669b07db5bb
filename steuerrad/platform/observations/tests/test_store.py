"""One store for all processes: in this process, behind the socket, or opened for a moment."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steuerrad.engines.observations import BatchError, Period, TooMuch, batch, micros
from steuerrad.kernel import clock
from steuerrad.platform.observations import store as access
from steuerrad.platform.observations.flight import Remote, Server
from steuerrad.platform.observations.store import Local, UnavailableError, observations, owning, socket_path

HOUR = 3_600_000_000


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    (tmp_path / "observations").mkdir()
    return tmp_path


@pytest.fixture
def served(data: Path) -> Iterator[Local]:
    """A data server in this process; the code under test sees its socket only."""
    with owning() as local:
        server = Server(local.writer, socket_path())
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        access._owner = None
        yield local
        server.shutdown()
        thread.join(10)


def rows(count: int = 48, stream: int = 7):
    return batch(
        stream, [number * HOUR for number in range(count)], [float(number) for number in range(count)]
    )


def exercise() -> None:
    """The same questions wherever the store is."""
    with observations() as store:
        receipt = store.submit(rows())
        assert receipt.rows == 48
        assert store.latest().column("value").to_pylist() == [47.0]
        assert store.rows([7], newest_first=True, limit=2).column("time").to_pylist() == [
            47 * HOUR,
            46 * HOUR,
        ]
        assert store.rows([7], where=("value > ?", (45,)), order=(("value", True),)).column(
            "value"
        ).to_pylist() == [47, 46]
        assert store.count([7], 0, 5 * HOUR) == 5
        assert store.streams_where({7, 8}, ("value = ?", (3,))) == {7}
        days = store.aggregate({7}, 0, 48 * HOUR, Period.calendar("day"), ("mean", "max"))
        assert days.column("max").to_pylist() == [23, 47]
        assert store.downsample(7, 0, 48 * HOUR, 10).num_rows <= 10
        assert store.get(7, 3 * HOUR).column("value").to_pylist() == [3]
        assert store.extents([7]).column("n").to_pylist() == [48]
        assert store.delete(7, 0, HOUR, by="test", reason="test") == 1
        assert store.count() == 47
        assert store.status()["dead"] == 0


def test_a_process_of_its_own_opens_and_closes_the_folder(data) -> None:
    exercise()
    with owning():
        exercise_again = access._owner
        assert exercise_again is not None
        assert exercise_again.writer.store.count() == 47


def test_the_owner_asks_itself(data) -> None:
    with owning():
        exercise()


def test_other_processes_ask_the_data_server(served) -> None:
    with observations() as store:
        assert isinstance(store, Remote)
    exercise()


def test_faults_travel_with_what_they_say(served) -> None:
    with observations() as store:
        with pytest.raises(BatchError) as caught:
            store.submit(rows().drop_columns(["value"]))
        assert caught.value.problems
        with pytest.raises((TooMuch, ValueError)):
            store.rows([7], limit=10**9)
        with pytest.raises(AttributeError):
            store.eval("1")  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="no call"):
            Remote._get(store, "close", (), {})  # type: ignore[arg-type]


def test_the_socket_is_the_operators_alone(served) -> None:
    assert stat.S_IMODE(os.stat(socket_path()).st_mode) & 0o077 == 0


def test_a_real_other_process_sees_what_was_acknowledged(served) -> None:
    with observations() as store:
        store.submit(batch(9, [micros(clock.now())], [1.5]))
    program = (
        "import django; django.setup()\n"
        "from steuerrad.platform.observations.store import observations\n"
        "with observations() as store: print(store.latest([9]).column('value').to_pylist())"
    )
    env = {**os.environ, "STEUERRAD_DATA_DIR": str(socket_path().parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[1.5]"


def test_who_cannot_get_in_says_who_is_inside(data, monkeypatch) -> None:
    monkeypatch.setattr(access, "PATIENCE_S", 0.2)
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom steuerrad.engines.observations import open_folder\n"
        "with open_folder(Path(sys.argv[1])): print('open', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(access.folder())], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "open"
        with pytest.raises(UnavailableError, match=str(other.pid)), observations():
            pass
    finally:
        other.kill()
        other.wait()
    with observations() as store:
        assert store.count() == 0


def test_a_socket_left_behind_by_a_killed_server_does_not_mislead(data) -> None:
    socket_path().touch()
    exercise()
