"""Batches that overtook each other on the way: new rows between others, while rows are being sorted and moved."""

from __future__ import annotations

import threading
from pathlib import Path

from steuerrad.engines.observations import Options, batch
from steuerrad.engines.observations.store import Store


def test_new_rows_between_others_do_not_wait_while_rows_are_moved(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.duckdb", Options(memory_mb=256))
    store.apply(batch(1, [10, 30], [1.0, 3.0]), 1)
    done: list[tuple[int, int, int]] = []

    def apply(times: list[int], values: list[float], seq: int) -> threading.Thread:
        def work() -> None:
            outcome = store.apply(batch(1, times, values), seq)
            done.append((outcome.new, outcome.duplicates, outcome.revised))

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    with store.room.moving:  # as sealing holds it
        apply([20, 25], [2.0, 2.5], 2).join(20)
        assert done == [(2, 0, 0)]
        changing = apply([20, 27, 30], [2.0, 2.7, 9.0], 3)
        changing.join(0.3)
        assert changing.is_alive(), "one that changes a row needs its place, and waits"
    changing.join(20)
    assert done == [(2, 0, 0), (1, 1, 1)]
    assert store.rows([1]).column("value").to_pylist() == [1.0, 2.0, 2.5, 2.7, 9.0]
    assert store.extents([1]).to_pylist() == [{"stream": 1, "first": 10, "last": 30, "n": 5}]
    store.close()
