"""The newest rows from memory are those of the disk, whatever is stored or taken away, also while it happens."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import Options, batch, reading, recent
from steuerrad.engines.observations.downsampling import wide_enough
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.times import DAY, MINUTE
from tests.support.effort import tries

START = 1_700_000_000_000_000
UNIT = 30 * MINUTE
SMALL = Options(memory_mb=256)
Step = tuple[str, int, int, bool]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.sampled_from(["later", "later", "late", "delete", "seal"]), st.integers(0, 1), st.integers(1, 8), st.booleans()),
    min_size=5, max_size=30,
)  # fmt: skip


def same_as_the_disk(store: Store, stream: int, limit: int) -> None:
    told = store.rows([stream], newest_first=True, limit=limit)
    assert told.equals(reading.read(store.room, [stream], newest_first=True, limit=limit))


def chart_of_the_rows(store: Store, stream: int, start: int, end: int, points: int) -> None:
    """The chart is what the rows say, part by part."""
    chart = store.downsample(stream, start, end, points).to_pylist()
    rows = reading.read(store.room, [stream], start, end, limit=10_000).to_pylist()
    width = wide_enough(end - start, points)
    parts: dict[int, list[float]] = {}
    for row in rows:
        if row["value"] is not None:
            parts.setdefault(row["time"] // width * width, []).append(row["value"])
    if len(chart) > 0 and chart[0]["time"] == chart[0]["end"]:
        return  # the rows themselves
    assert [(p["time"], p["end"], p["count"], p["mean"], p["min"], p["max"]) for p in chart] == [
        (time, time + width, len(v), sum(v) / len(v), min(v), max(v)) for time, v in sorted(parts.items())
    ]


def done(store: Store, seq: int, step: Step) -> None:
    what, stream, n, ask = step
    if what == "later":
        times = [START + (10 * seq + k) * UNIT for k in range(n)]
        store.apply(
            batch([(stream + k) % 3 for k in range(n)], times, [k / 4 if k else None for k in range(n)]), seq
        )
    elif what == "late":
        store.apply(batch(stream, [START + 10 * n * UNIT], [-1.0]), seq)
    elif what == "delete":
        store.delete(stream, START + 10 * n * UNIT, START + 10 * (n + 2) * UNIT, by="a", reason="b")
    else:
        store.seal(everything=True)
    for one in range(2) if ask else ():
        same_as_the_disk(store, one, n)
        chart_of_the_rows(store, one, START, START + n * DAY, 1)
        chart_of_the_rows(store, one, START + (n - 2) * 9 * UNIT, START + 20 * DAY, n)


@settings(max_examples=tries(10), deadline=None)
@given(steps=STEPS, most=st.sampled_from([1, 3, 100]), size=st.sampled_from([0, 3_000, 10**6]))
def test_memory_says_what_the_disk_says(steps: list[Step], most: int, size: int) -> None:
    """most: batches that are remembered; size: bytes for the rows of all streams."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(recent, "MOST_BATCHES", most)
        store = Store(Path(folder) / "store.duckdb", SMALL)
        store.room.tails = recent.Tails(store.room.recent, size)
        for seq, step in enumerate(steps, 1):
            done(store, seq, step)
        for stream in range(3):
            same_as_the_disk(store, stream, 5)
        store.close()


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, list[int]]:
    """A store, and the streams of which rows were read from the disk."""
    store, streams = Store(tmp_path / "store.duckdb", SMALL), list[int]()
    read = reading.read

    def counting(room: object, wanted: list[int], *told: object, **named: object) -> object:
        streams.extend(wanted)
        return read(room, wanted, *told, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "read", counting)
    return store, streams


def test_the_disk_is_asked_once(counted: tuple[Store, list[int]]) -> None:
    store, asked = counted
    store.apply(batch(1, [START + n * MINUTE for n in range(100)], [0.0] * 100), 1)
    for seq in range(2, 30):
        found = store.rows([1], newest_first=True, limit=50)
        assert found.column("time")[0].as_py() == START + (97 + seq) * MINUTE
        assert found.num_rows == 50
        assert found.column("time").num_chunks <= recent.CHUNKS + 2
        store.apply(batch([1, 2], [START + (98 + seq) * MINUTE] * 2, [1.0, 1.0]), seq)
    assert asked == [1]
    store.rows([1], newest_first=True, limit=90)
    assert asked == [1, 1], "more than is remembered"
    store.rows([1], newest_first=True, limit=recent.LONGEST + 1)
    store.rows([1], newest_first=True, limit=90)
    assert asked == [1, 1, 1], "very many are not remembered"


def test_what_is_forgotten_is_read_again(
    counted: tuple[Store, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, asked = counted
    monkeypatch.setattr(recent, "MOST_BATCHES", 2)
    for seq in range(1, 9):
        store.apply(batch(1, [seq], [1.0]), seq)
        if seq in (1, 3, 6):
            found = store.rows([1], newest_first=True).column("time").to_pylist()
            assert found == list(range(seq, 0, -1))
    assert asked == [1, 1], "two batches after the first time, three after the second"


def test_room_is_bounded(counted: tuple[Store, list[int]]) -> None:
    store, asked = counted
    rows = 1_000
    store.apply(
        batch([n % 20 for n in range(20 * rows)], [START + n for n in range(20 * rows)], [0.5] * 20 * rows), 1
    )
    store.room.tails = recent.Tails(store.room.recent, 10 * 40 * rows)
    for _ in range(2):
        for stream in range(20):
            store.rows([stream], newest_first=True, limit=rows)
    assert store.room.tails.held <= 10 * 40 * rows
    assert len(asked) == 40, "those asked for last are kept, and these were asked for long ago"
    store.rows([19], newest_first=True, limit=rows)
    assert len(asked) == 40


def test_while_rows_arrive_and_go_nothing_is_lost_or_stale(tmp_path: Path) -> None:
    """What was stored before the question is in the answer, without a gap; what was deleted before it is not."""
    store, batches = Store(tmp_path / "store.duckdb", SMALL), 61
    stored, gone, wrong = [0], [0], list[str]()
    end = threading.Event()

    def ask() -> None:
        while not end.is_set():
            least, most = stored[0], gone[0]
            times = store.rows([1], newest_first=True, limit=40).column("time").to_pylist()
            if least - most > 0 and (not times or times[0] < least):
                wrong.append(f"{times[:3]} without {least}")
            if times and times[-1] <= most:
                wrong.append(f"{times[-3:]} with {most}, which is deleted")
            if times != list(range(times[0], times[-1] - 1, -1)) if times else False:
                wrong.append(f"{times} with a gap")

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for seq in range(1, batches):
        store.apply(batch([1, 2], [seq, seq], [1.0, 1.0]), seq)
        stored[0] = seq
        if seq % 15 == 0:
            store.delete(1, 0, seq - 9, by="a", reason="b")
            gone[0] = seq - 10
    end.set()
    for reader in readers:
        reader.join()
    store.close()
    assert wrong == []
