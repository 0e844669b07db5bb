"""Reads wait for what was acknowledged of their own streams, and for nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from steuerrad.engines.observations import Writer, applying, batch, open_folder
from steuerrad.platform.observations.store import Local


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Local, threading.Event]]:
    """A store whose applier stands still while the event is not set."""
    go, store = threading.Event(), applying.store
    go.set()

    def slowly(*told: object) -> object:
        go.wait(20)
        return store(*told)  # type: ignore[arg-type]

    monkeypatch.setattr(applying, "store", slowly)
    with open_folder(tmp_path / "observations") as writer:
        yield Local(writer), go
        go.set()


def put(writer: Writer, stream: int, time_: int) -> None:
    writer.submit(batch(stream, [time_], [1.0])).result()


def test_only_ones_own_streams_are_waited_for(held: tuple[Local, threading.Event]) -> None:
    store, go = held
    put(store.writer, 1, 10)
    put(store.writer, 2, 10)
    assert store.count([1, 2]) == 2
    go.clear()
    put(store.writer, 2, 20)  # is being applied
    put(store.writer, 3, 20)  # waits behind it
    begin = time.monotonic()
    assert store.rows([1]).num_rows == 1
    assert store.get(1, 10).num_rows == 1
    assert store.latest([1]).column("time").to_pylist() == [10]
    assert time.monotonic() - begin < 5, "not the 20 seconds that the others wait"
    found: dict[int, int] = {}
    readers = [
        threading.Thread(target=lambda n=n: found.update({n: store.rows([n]).num_rows})) for n in (2, 3)
    ]
    everything = threading.Thread(target=lambda: found.update({0: store.count()}))
    for thread in (*readers, everything):
        thread.start()
    time.sleep(0.2)
    assert found == {}
    go.set()
    for thread in (*readers, everything):
        thread.join(20)
    assert found == {2: 2, 3: 1, 0: 4}
