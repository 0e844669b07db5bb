"""Flags in the store: read, and replaced where they are quality control's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from steuerrad.engines.observations import FLAGS
from steuerrad.engines.quality.flags import Flags, Times, Values

#: Runs of quality control begin so; flags of others (people, imports) are never touched.
OWN = "qc-"
AT_ONCE = 200_000


class Store(Protocol):
    """The part of platform/observations/store.Observations that quality control needs."""

    def extents(self, streams: Iterable[int] | None = None) -> pa.Table: ...
    def rows(self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
             **told: Any) -> pa.Table: ...  # fmt: skip
    def count(self, streams: Iterable[int] | None = None, start: int | None = None,
              end: int | None = None) -> int: ...  # fmt: skip
    def aggregate(
        self, streams: Iterable[int], start: int, end: int, period: Any, functions: Any = ("mean",)
    ) -> pa.Table: ...
    def flags(self, streams: Iterable[int] | None = None, start: int | None = None, end: int | None = None,
              limit: int = 100_000) -> pa.Table: ...  # fmt: skip
    def unflag(self, streams: Iterable[int] | None, start: int, end: int, run: str | None = None) -> int: ...
    def flag(self, table: pa.Table) -> Any: ...


def read(store: Store, stream: int, start: int, end: int) -> tuple[Times, Values]:
    """All values with start <= time < end, the last one before them and the first one behind; NaN is a missing value."""
    parts = [store.rows([stream], None, start, newest_first=True, limit=1)]
    while True:
        parts.append(store.rows([stream], start, end, limit=AT_ONCE))
        if parts[-1].num_rows < AT_ONCE:
            break
        start = parts[-1]["time"][-1].as_py() + 1
    parts.append(store.rows([stream], end, None, limit=1))
    whole = pa.concat_tables(parts)
    values = whole["value"].cast(pa.float64()).to_numpy()
    return whole["time"].to_numpy(), np.array(values, np.float64)


def listed(
    store: Store, stream: int, start: int | None = None, end: int | None = None
) -> list[dict[str, Any]]:
    """All flags of a stream, or those in a stretch of time."""
    found: list[dict[str, Any]] = []
    while True:
        part = store.flags([stream], start, end, limit=AT_ONCE)
        found += part.to_pylist()
        if part.num_rows < AT_ONCE:
            return found
        start = found[-1]["time"] + 1


def replace(
    store: Store, stream: int, start: int, end: int, run: str, times: Times, flags: Flags, tests: list[str]
) -> int:
    """Let the flags of quality control in start..end be these (sparse). What others flagged stays theirs. Returns how many
    were written; 0 when they stood there already, with the run that found them.
    """
    before = listed(store, stream, start, end)
    own = [row for row in before if (row["run"] or "").startswith(OWN)]
    foreign = {row["time"] for row in before} - {row["time"] for row in own}
    wanted = {
        time: (flag, test)
        for time, flag, test in zip(times.tolist(), flags.tolist(), tests, strict=True)
        if time not in foreign
    }
    if wanted == {row["time"]: (row["flag"], row["tests"]) for row in own}:
        return 0
    for old in sorted({row["run"] for row in own}):
        store.unflag([stream], start, end, old)
    if wanted:
        rows = [(stream, time, flag, test, run) for time, (flag, test) in sorted(wanted.items())]
        store.flag(pa.table(dict(zip(FLAGS.names, zip(*rows, strict=True), strict=True)), schema=FLAGS))
    return len(wanted)


def counted(store: Store, stream: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many values have each flag, and how many each test objects to."""
    flags: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for row in listed(store, stream):
        flags[str(row["flag"])] += 1
        tests.update(part.partition("=")[0] for part in (row["tests"] or "").split())
    return dict(flags), dict(tests)
