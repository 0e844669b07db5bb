"""What must not lose an acknowledged row: a killed process, a full disk, a faulty batch, a second opener."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from steuerrad.engines.observations import (
    BatchError,
    Busy,
    Closed,
    Forked,
    InUse,
    Options,
    StoreFault,
    batch,
    open_folder,
    restore,
)
from steuerrad.engines.observations.applying import Outcome
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.tables import UPGRADES, Upgrade, number
from steuerrad.engines.observations.tests import filling
from steuerrad.engines.observations.tests.killing import run
from steuerrad.engines.observations.tests.kinds import Shelf
from tests.support.effort import tries

START = 1_700_000_000_000_000
SECOND = 1_000_000
SMALL = Options(memory_mb=256, hot_rows=5_000, warm_rows=20_000)


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    result = run(tmp_path / "observations", kills=tries(8))
    assert result.acknowledged > 100
    assert (result.lost, result.twice, result.torn, result.wrong) == (0, 0, 0, 0)


@pytest.mark.parametrize("limit", [300_000, 4_000_000])
def test_a_full_disk_refuses_and_recovers(tmp_path: Path, limit: int) -> None:
    folder = tmp_path / "observations"
    told = subprocess.run(
        [sys.executable, filling.__file__, str(folder), str(limit)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["refused"] > 0
    assert found["readable"] == 3
    assert found["after"] == 20
    assert found["fault"] is None
    with open_folder(folder, SMALL) as writer:
        stored = writer.store.rows(limit=2_000_000)
    values = stored.column("value").to_pylist()
    assert len(values) == len(found["kept"]) * filling.ROWS
    assert {int(value) for value in values} == set(found["kept"])


def test_a_faulty_batch_is_buried_and_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = Store.apply

    def faulty(self: Store, table: object, seq: int) -> Outcome:
        if 13.0 in table.column("value").to_pylist():  # type: ignore[attr-defined]
            raise duckdb.ConversionException("the store does not like thirteen")
        return apply(self, table, seq)

    monkeypatch.setattr(Store, "apply", faulty)
    with open_folder(tmp_path, SMALL) as writer:
        futures = [writer.submit(batch(1, [START + n], [float(n)])) for n in range(20)]
        receipts = [future.result(30) for future in futures]
        writer.barrier()
        assert writer.store.count() == 19
        (dead,) = writer.dead()
        assert (dead.seq, dead.rows) == (receipts[13].seq, 1)
        assert "thirteen" in dead.reason
        assert writer.dead_rows(dead.id).column("value").to_pylist() == [13.0]
        monkeypatch.setattr(Store, "apply", apply)
        writer.replay(dead.id)
        writer.barrier()
        assert writer.store.count() == 20
        assert writer.status().dead == 0
        with pytest.raises(KeyError):
            writer.discard(dead.id)


def test_a_damaged_entry_of_the_journal_is_buried_at_the_start(shelf: Shelf) -> None:
    with shelf.writer(SMALL) as writer:
        writer.submit(batch(1, [START], [1.0])).result()
        writer.journal.submit(b"\x01\x07no batch", 3).result()
        writer.journal.submit(b"\x09of the future", 3).result()
    with shelf.writer(SMALL) as writer:
        assert [dead.rows for dead in writer.dead()] == [3, 3]
        with pytest.raises(BatchError):
            writer.dead_rows(writer.dead()[0].id)
        writer.submit(batch(1, [START + 1], [2.0])).result()
        writer.barrier()
        assert writer.store.count() == 2


def test_a_program_that_forgets_to_close_ends_in_order(tmp_path: Path) -> None:
    """What is open at the end is closed; DuckDB's bindings would report it as leaked."""
    program = (
        "import sys; from pathlib import Path; from steuerrad.engines.observations import batch, open_folder\n"
        "writer = open_folder(Path(sys.argv[1])); writer.submit(batch(1, [1], [1.0])).result()\n"
        "writer.barrier(); print(writer.store.count())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert (ended.stdout.strip(), ended.stderr) == ("1", "")


def test_a_second_opener_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with open_folder(tmp_path, SMALL):
        with pytest.raises(InUse, match=str(os.getpid())) as told:
            open_folder(tmp_path, SMALL)
        assert told.value.pid == os.getpid()
    open_folder(tmp_path, SMALL).close()


def in_child(store: Store, answer: multiprocessing.SimpleQueue[str]) -> None:
    try:
        store.count([1], START)
    except Forked as error:
        answer.put(str(error))


def test_a_forked_child_may_not_use_the_store(tmp_path: Path) -> None:
    with open_folder(tmp_path, SMALL) as writer:
        writer.submit(batch(1, [START], [1.0])).result()
        writer.barrier()
        context = multiprocessing.get_context("fork")
        answer = context.SimpleQueue()
        child = context.Process(target=in_child, args=(writer.store, answer))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        assert not answer.empty()
        assert "before the fork" in answer.get()


def test_too_much_waiting_is_refused_instead_of_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    apply = Store.apply

    def slow(self: Store, table: object, seq: int) -> Outcome:
        go.wait(30)
        return apply(self, table, seq)

    monkeypatch.setattr(Store, "apply", slow)
    with open_folder(tmp_path, Options(memory_mb=256, pending_rows=1_000)) as writer:
        taken = 0
        while taken < 10:
            writer.submit(batch(1, [START + taken * 100 + n for n in range(100)], [1.0] * 100)).result()
            taken += 1
        with pytest.raises(Busy) as told:
            writer.submit(batch(1, [START - 1], [1.0]))
        assert 0 < told.value.retry_after <= 30
        go.set()
        writer.barrier()
        assert writer.store.count() == 1_000
        assert (writer.status().pending_rows, writer.status().pending_bytes) == (0, 0)
    with pytest.raises(Closed):
        writer.submit(batch(1, [START], [1.0]))


def test_the_clock_may_jump(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with shelf.writer(SMALL) as writer:
        writer.submit(batch(1, [START], [1.0])).result()
        for jump in (-(10**9), 10**9):
            real = time.time_ns()
            monkeypatch.setattr(time, "time_ns", lambda at=real + jump * 10**9: at)
            writer.submit(batch(1, [START], [float(jump)])).result()
            writer.barrier()
        found = writer.store.revisions(1).to_pylist()
        assert [row["revision"] for row in found] == [1, 2]
        assert writer.store.latest().column("value").to_pylist() == [1e9]


def test_a_year_of_backlog_comes_in_beside_fresh_rows(shelf: Shelf) -> None:
    year = list(range(START - 366 * 86_400 * SECOND, START, 600 * SECOND))
    with shelf.writer(SMALL) as writer:
        writer.submit(batch(1, [START], [0.0])).result()
        for first in range(len(year) - 1_000, -1, -1_000):  # the newest first, as data loggers do
            part = year[first : first + 1_000]
            writer.submit(batch(1, part, [1.0] * len(part)))
            writer.submit(batch(2, [START + first], [2.0]))
        writer.submit(batch(1, year, [1.0] * len(year))).result()  # and all of it again
        writer.barrier()
        assert writer.store.count([1]) == len(year) + 1
        assert writer.store.count([2]) == len(range(len(year) - 1_000, -1, -1_000))
        assert not writer.store.revisions(1).num_rows


NEXT = UPGRADES[-1].version + 1
BREAKS = (
    *UPGRADES,
    Upgrade(NEXT, "CREATE TABLE next AS SELECT * FROM meta"),
    Upgrade(NEXT + 1, "INSERT INTO next VALUES ('step', 3)"),
    Upgrade(NEXT + 2, "DROP TABLE meta_of_the_past; ALTER TABLE next RENAME TO after"),
)


def upgrade_and_die(path: Path) -> None:
    def die(_connection: duckdb.DuckDBPyConnection) -> None:
        _connection.execute("INSERT INTO next VALUES ('half', 1)")
        os._exit(9)

    Store(path, SMALL, (*BREAKS[:-1], Upgrade(NEXT + 2, die)))


def test_an_interrupted_upgrade_is_taken_up_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    store = Store(path, SMALL)
    store.apply(batch(1, [START], [1.0]), 1)
    store.close()
    child = multiprocessing.get_context("spawn").Process(target=upgrade_and_die, args=(path,))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    with duckdb.connect(str(path)) as connection:
        assert number(connection, "version") == NEXT + 1
        keys = connection.execute("SELECT key FROM next ORDER BY key").fetchall()
        assert keys == [("applied",), ("step",), ("version",)]
    with pytest.raises(duckdb.CatalogException, match="meta_of_the_past"):
        Store(path, SMALL, BREAKS)
    store = Store(path, SMALL, (*BREAKS[:-1], Upgrade(NEXT + 2, "DROP TABLE next")))
    assert store.count() == 1
    store.close()
    with pytest.raises(StoreFault, match=f"version {NEXT + 2}"):
        Store(path, SMALL)


@pytest.mark.parametrize("rows", [0, 3])
def test_a_store_of_the_first_version_keeps_its_hot_rows(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "store.duckdb"
    store = Store(path, SMALL, UPGRADES[:1])
    if rows:
        store.apply(batch(1, [START + n for n in range(rows)], [float(n) for n in range(rows)]), 1)
    store.close()
    store = Store(path, SMALL)
    assert store.rows().column("value").to_pylist() == [float(n) for n in range(rows)]
    store.apply(batch(1, [START + rows], [9.0], extra=['{"foi":1}']), 2)
    store.seal(everything=True)
    assert store.get(1, START + rows).column("extra").to_pylist() == ['{"foi":1}']
    assert store.count() == rows + 1
    store.close()


def test_a_backup_of_a_running_folder_has_what_was_acknowledged_before(tmp_path: Path) -> None:
    stop = threading.Event()
    with open_folder(tmp_path / "live", SMALL) as writer:
        writer.submit(batch(2, [START], [1.0])).result()

        def load() -> None:
            turn = 0
            while not stop.is_set():
                turn += 1
                writer.submit(batch(1, [START + turn * 100 + n for n in range(100)], [1.0] * 100)).result()

        thread = threading.Thread(target=load)
        thread.start()
        time.sleep(0.5)
        before = writer.submit(batch(3, [START], [3.0])).result()
        manifest = writer.backup(tmp_path / "backup")
        stop.set()
        thread.join()
        with pytest.raises(FileExistsError):
            writer.backup(tmp_path / "backup")
    assert before.seq > 0
    restore(tmp_path / "backup", tmp_path / "restored")
    with open_folder(tmp_path / "restored", SMALL) as writer:
        assert writer.store.latest([2, 3]).column("value").to_pylist() == [1.0, 3.0]
        assert writer.store.count() >= manifest.rows
        assert writer.store.count([1]) % 100 == 0
        writer.submit(batch(1, [START - 1], [1.0])).result()
        writer.barrier()
        assert writer.store.get(1, START - 1).num_rows == 1
    with pytest.raises(FileExistsError):
        restore(tmp_path / "backup", tmp_path / "restored")
    (tmp_path / "backup" / "journal.sqlite").write_bytes(b"")
    with pytest.raises(StoreFault, match="damaged"):
        restore(tmp_path / "backup", tmp_path / "other")


def test_a_follower_takes_up_where_it_was(shelf: Shelf) -> None:
    with shelf.writer(SMALL) as writer:
        writer.submit(batch(1, [START], [0.0])).result()
        writer.barrier()
        follower = writer.follow("alerts")
        for n in range(1, 5):
            writer.submit(batch(1, [START + n], [float(n)])).result()
        writer.barrier()
        first = follower.read(most_rows=2)
        assert [item.table.column("value").to_pylist() for item in first] == [[1.0], [2.0]]
        follower.done(first[0].seq)
    with shelf.writer(SMALL) as writer:
        rest = writer.follow("alerts").read(wait=5)
        assert [item.table.column("value").to_pylist() for item in rest] == [[2.0], [3.0], [4.0]]
        writer.follow("alerts").done(rest[-1].seq)
        assert writer.follow("alerts").read() == []
