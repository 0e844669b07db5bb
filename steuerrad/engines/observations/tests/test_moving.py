"""A folder's history moves from its file into PostgreSQL: all of it, once, also when the move was ended in between."""

from __future__ import annotations

import uuid
from pathlib import Path

import pyarrow as pa
import pytest

from steuerrad.engines.observations import (
    CORRECTIONS,
    FLAGS,
    Options,
    Period,
    Retention,
    StoreFault,
    batch,
    open_folder,
)
from steuerrad.engines.observations.postgres import moving
from steuerrad.engines.observations.tests.test_both import same
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE

START = 1_700_000_000_000_000 // DAY * DAY
SMALL = Options(memory_mb=256, hot_rows=300)


def answers(folder: Path, url: str = "") -> list[pa.Table]:
    with open_folder(folder, SMALL, url) as writer:
        writer.barrier()
        store = writer.store
        every = range(12)
        hour, day = Period.fixed(3600), Period.calendar("day")
        return [
            store.rows(limit=100_000),
            store.latest(every),
            store.extents(every),
            store.aggregate(every, START - 9 * DAY, START + 9 * DAY, hour, ("mean", "min", "max")),
            store.aggregate(every, START - 9 * DAY, START + 9 * DAY, day, ("sum",)),
            *(store.revisions(n) for n in (1, 2)),
            store.flags(), store.corrections(), store.deletions(),
            pa.table({"dead": [dead.reason for dead in writer.dead()]}, schema=pa.schema([("dead", pa.string())])),
        ]  # fmt: skip


def filled(folder: Path) -> None:
    with open_folder(folder, SMALL) as writer:
        writer.follow("alerts")
        for stream in range(10):
            times = [START + n * 20 * MINUTE for n in range(-200 - stream, 60)]
            values = [None if n % 7 == 0 else float(n % 5) for n in range(len(times))]
            writer.submit(batch(stream, times, values, extra=['{"result":"x"}' if n % 50 == 0 else None for n in range(len(times))]))  # fmt: skip
        for value in (8.0, 9.0):
            writer.submit(batch([1, 2], [START, START], [value, value])).result()
        writer.journal.submit(b"\x09of the future", 3).result()
    with open_folder(folder, SMALL) as writer:
        key = {"stream": [1, 2], "time": [START, START]}
        writer.store.flag(
            pa.table({**key, "flag": [3, 4], "tests": ["a", "b"], "run": ["r", None]}, schema=FLAGS)
        )
        fix = {**key, "value": [1.0, None], "by": ["x", "y"], "reason": ["y", "z"]}
        writer.store.correct(pa.table(fix, schema=CORRECTIONS))
        writer.delete(3, START, START + HOUR, by="me", reason="why")
        assert writer.store.retain([Retention((4, 5), 1)], START + DAY) > 0


@pytest.mark.parametrize("ended", [False, True])
def test_all_of_a_folder_moves(
    database: str, tmp_path: Path, ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{database}?schema=moved_{uuid.uuid4().hex[:12]}"
    filled(tmp_path)
    before = answers(tmp_path)
    with pytest.raises(StoreFault, match="move them"):
        open_folder(tmp_path, SMALL, url)
    monkeypatch.setattr(moving, "ROWS", 170)
    if ended:
        copied, turns = moving.copied, []

        def broken(*given: object) -> int:
            turns.append(copied(*given))  # type: ignore[arg-type]
            if len(turns) == 5:
                raise KeyboardInterrupt
            return turns[-1]

        monkeypatch.setattr(moving, "copied", broken)
        with pytest.raises(KeyboardInterrupt):
            moving.move(tmp_path, url)
        monkeypatch.setattr(moving, "copied", copied)
    assert moving.move(tmp_path, url) == before[0].num_rows
    assert not (tmp_path / "observations.duckdb").exists()
    for one, other in zip(before, answers(tmp_path, url), strict=True):
        same(one, other)
    with open_folder(tmp_path, SMALL, url) as writer:
        late = writer.store.apply(batch(4, [START - 2 * DAY], [1.0]), 10**6)
        assert late.expired == 1
        assert writer.followers.positions == {"alerts": 0}
    with pytest.raises(StoreFault, match="nothing to move"):
        moving.move(tmp_path, url)
