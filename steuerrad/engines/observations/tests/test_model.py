"""The store against a dictionary: whatever is done to it, both say the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from steuerrad.engines.observations import Options, Period, Retention, batch
from steuerrad.engines.observations.tests.kinds import Shelf
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE
from tests.support.effort import tries

START = 1_700_000_000_000_000 // DAY * DAY
DAYS = 4
STREAMS = st.integers(0, 3)
TIMES = st.integers(-DAYS * 24 * 2, DAYS * 24 * 2).map(lambda n: START + n * 30 * MINUTE)
VALUES = st.one_of(st.none(), st.integers(-3, 3).map(float))
EXTRAS = st.sampled_from([None, None, None, '{"result":"dry"}'])
ROWS = st.lists(st.tuples(STREAMS, TIMES, VALUES, EXTRAS), max_size=12)

Key = tuple[int, int]
Cell = tuple[float | None, str | None]


class Model:
    """What a store is meant to do, in the plainest way."""

    def __init__(self) -> None:
        self.rows: dict[Key, Cell] = {}
        self.revisions: dict[Key, list[Cell]] = {}
        self.before: dict[int, int] = {}
        self.gone: dict[Key, Cell] = {}  # rows that a rule of retention took: their sums stay

    def apply(self, rows: list[tuple[int, int, float | None, str | None]]) -> tuple[int, int, int, int]:
        new = same = revised = expired = 0
        for stream, time, value, extra in rows:
            key, cell = (stream, time), (value, extra)
            if time < self.before.get(stream, time):
                expired += 1
            elif key not in self.rows:
                self.rows[key] = cell
                new += 1
            elif self.rows[key] == cell:
                same += 1
            else:
                self.revisions.setdefault(key, []).append(self.rows[key])
                self.rows[key] = cell
                revised += 1
        return new, same, revised, expired

    def delete(self, stream: int, start: int, end: int) -> int:
        keys = [key for key in self.rows if key[0] == stream and start <= key[1] < end]
        for key in keys:
            del self.rows[key]
        for key in [key for key in self.revisions if key[0] == stream and start <= key[1] < end]:
            del self.revisions[key]
        low, high = start // HOUR * HOUR, -(-end // HOUR) * HOUR
        for key in [key for key in self.gone if key[0] == stream and start < end and low <= key[1] < high]:
            del self.gone[key]
        return len(keys)

    def retain(self, stream: int, before: int) -> int:
        keys = [key for key in self.rows if key[0] == stream and key[1] < before]
        if keys:
            self.before[stream] = max(before, self.before.get(stream, before))
        for key in keys:
            self.gone[key] = self.rows.pop(key)
        for key in [key for key in self.revisions if key[0] == stream and key[1] < before]:
            if keys:
                del self.revisions[key]
        return len(keys)


class StoreMachine(RuleBasedStateMachine):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.shelf = Shelf(self.url, Path(self.folder.name))
        self.options = Options(hot_rows=10, warm_rows=30, memory_mb=256)
        self.store, self.model, self.seq = self.shelf.store(self.options), Model(), 0

    @rule(rows=ROWS)
    def apply(self, rows: list[tuple[int, int, float | None, str | None]]) -> None:
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
        table = batch(columns[0], columns[1], columns[2], extra=columns[3])
        self.seq += 1
        outcome = self.store.apply(table, self.seq)
        expected = self.model.apply(rows)
        told = (outcome.new, outcome.duplicates, outcome.revised, outcome.expired)
        assert told[1:] == expected[1:]
        assert told[0] == expected[0]
        assert self.store.apply(table, self.seq).rows.num_rows == 0  # the same number again changes nothing

    @rule(streams=st.lists(STREAMS, min_size=1, max_size=4), values=st.lists(VALUES, min_size=4, max_size=4))
    def go_on(self, streams: list[int], values: list[float | None]) -> None:
        """Rows later than all before, as almost all are."""
        last = max((time for _stream, time in self.model.rows), default=START)
        rows = [(stream, last + n * MINUTE, value, None) for n, (stream, value) in enumerate(zip(streams, values, strict=False), 1)]  # fmt: skip
        self.apply(rows)

    @rule(stream=STREAMS, limit=st.integers(1, 30), offset=st.integers(0, 3))
    def newest(self, stream: int, limit: int, offset: int) -> None:
        """From memory, when it was asked for before."""
        found = self.store.rows([stream], newest_first=True, limit=limit, offset=offset)
        expected = sorted(((time, *cell) for (own, time), cell in self.model.rows.items() if own == stream), key=lambda row: -row[0])  # fmt: skip
        told = [(r["time"], r["value"], r["extra"]) for r in found.to_pylist()]
        assert told == expected[offset : offset + limit]

    @rule(stream=STREAMS, start=TIMES, length=st.integers(0, 40))
    def delete(self, stream: int, start: int, length: int) -> None:
        end = start + length * 30 * MINUTE
        told = self.store.delete(stream, start, end, by="test", reason="test")
        assert told == self.model.delete(stream, start, end)

    @rule(stream=STREAMS, day=st.integers(-DAYS, DAYS))
    def retain(self, stream: int, day: int) -> None:
        before = START + day * DAY
        told = self.store.retain([Retention((stream,), 1)], before + DAY + HOUR)
        assert told == self.model.retain(stream, before)

    @rule(everything=st.booleans())
    def seal(self, everything: bool) -> None:
        self.store.seal(everything=everything)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = self.shelf.store(self.options)

    @invariant()
    def rows_are_the_same(self) -> None:
        found = self.store.rows(order=(("stream", False), ("time", False))).to_pylist()
        assert [((r["stream"], r["time"]), (r["value"], r["extra"])) for r in found] == sorted(
            self.model.rows.items(), key=lambda item: item[0]
        )

    @invariant()
    def memory_is_the_same(self) -> None:
        extents = {r["stream"]: (r["first"], r["last"], r["n"]) for r in self.store.extents().to_pylist()}
        latest = {r["stream"]: (r["time"], r["value"], r["extra"]) for r in self.store.latest().to_pylist()}
        for stream in range(4):
            times = sorted(time for own, time in self.model.rows if own == stream)
            assert extents.get(stream) == ((times[0], times[-1], len(times)) if times else None)
            assert latest.get(stream) == ((times[-1], *self.model.rows[stream, times[-1]]) if times else None)

    @invariant()
    def revisions_are_the_same(self) -> None:
        for stream in range(4):
            found: dict[Key, list[Cell]] = {}
            for r in self.store.revisions(stream).to_pylist():
                cells = found.setdefault((stream, r["time"]), [])
                cells.append((r["value"], r["extra"]))
                assert r["revision"] == len(cells)
            assert found == {key: value for key, value in self.model.revisions.items() if key[0] == stream}

    @invariant()
    def sums_are_the_same(self) -> None:
        first, last = START - DAYS * DAY + 90 * MINUTE, START + DAYS * DAY - 30 * MINUTE
        for seconds in (1800, 3600, 86_400):
            found = self.store.aggregate(
                range(4), first, last, Period.fixed(seconds), ("mean", "min", "max", "sum")
            )
            told = {
                (r["stream"], r["start"]): (r["count"], r["min"], r["max"], r["sum"])
                for r in found.to_pylist()
            }
            assert told == self.expected(seconds * 1_000_000, first, last)

    def expected(self, width: int, first: int, last: int) -> dict[Key, tuple[int, float, float, float]]:
        groups: dict[Key, list[float]] = {}
        whole = -(-first // HOUR) * HOUR, last // HOUR * HOUR
        gone = {
            key: cell
            for key, cell in self.model.gone.items()
            if width >= HOUR and whole[0] <= key[1] < whole[1]
        }  # only sums of whole hours are left of them
        for (stream, time), (value, _extra) in (*self.model.rows.items(), *gone.items()):
            if value is not None and first <= time < last:
                groups.setdefault((stream, time // width * width), []).append(value)
        return {key: (len(values), min(values), max(values), sum(values)) for key, values in groups.items()}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


def test_both_say_the_same_as_a_dictionary(url: str) -> None:
    run_state_machine_as_test(
        lambda: StoreMachine(url),
        settings=settings(
            max_examples=tries(6 if url else 10), stateful_step_count=12, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("seal_first", [True, False])
def test_retention_keeps_sums_and_refuses_what_comes_too_late(shelf: Shelf, seal_first: bool) -> None:
    store = shelf.store(Options(memory_mb=256))
    times = [START + n * HOUR for n in range(-72, 1)]
    store.apply(batch(1, times, [float(n) for n in range(73)]), 1)
    if seal_first:
        store.seal(everything=True)
    hours = store.aggregate([1], times[0], START + HOUR, Period.fixed(3600), ("mean", "max"))
    removed = store.retain([Retention(None, raw_days=1)], now=START + HOUR)
    assert removed == 48
    assert store.count([1]) == 25
    assert store.aggregate([1], times[0], START + HOUR, Period.fixed(3600), ("mean", "max")).equals(hours)
    chart = store.downsample(1, times[0], START + HOUR, 3)
    assert sum(chart.column("count").to_pylist()) == 73
    late = store.apply(batch(1, [times[3], times[60]], [9.0, 9.0]), 2)
    assert (late.expired, late.revised, late.new) == (1, 1, 0)
    store.close()
    again = shelf.store(Options(memory_mb=256))
    assert again.apply(batch(1, [times[4]], [9.0]), 3).expired == 1
    again.close()
