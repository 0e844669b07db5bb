"""What only a store beyond this machine must stand: an absent server, a lost connection, a second writer, a copied folder."""

from __future__ import annotations

import shutil
import threading
import uuid
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pytest

from steuerrad.engines.observations import (
    Busy,
    Options,
    Period,
    Retention,
    StoreFault,
    Unavailable,
    applier,
    batch,
    open_folder,
)
from steuerrad.engines.observations.postgres import applying
from steuerrad.engines.observations.postgres.place import split
from steuerrad.engines.observations.postgres.store import PostgresStore
from steuerrad.engines.observations.postgres.tables import UPGRADES, months
from steuerrad.engines.observations.tests import outages
from steuerrad.engines.observations.tests.kinds import Shelf
from steuerrad.engines.observations.times import DAY, HOUR
from tests.support.effort import tries

START = 1_700_000_000_000_000 // DAY * DAY
SMALL = Options(memory_mb=256, pending_rows=5_000)
NOWHERE = "postgresql://postgres@127.0.0.1:1/postgres"


@pytest.fixture
def own(database: str) -> str:
    """The address of an empty schema."""
    return f"{database}?schema=own_{uuid.uuid4().hex[:12]}"


def asked(url: str, sql: str) -> list[tuple]:
    with psycopg.connect(split(url)[0]) as connection:
        return connection.execute(sql).fetchall()  # type: ignore[arg-type]


def test_nothing_is_lost_or_twice_when_the_server_is_killed_under_two_writers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applier, "RETRY_SECONDS", (0.1, 0.3))
    found = outages.run(tmp_path, faults=tries(3), longest=0.2)
    assert len(found.acknowledged) > 20
    assert (found.lost, found.twice, found.wrong, found.wrong_sums) == (0, 0, 0, 0)
    assert (found.dead, found.revisions, found.strange) == (0, 0, [])
    assert found.slowest_refusal_s < 30


def test_without_a_server_what_comes_is_kept_and_reads_say_so(tmp_path: Path, own: str) -> None:
    with open_folder(tmp_path, SMALL, NOWHERE) as writer:
        writer.submit(batch(1, [START], [1.0])).result(10)
        with pytest.raises(Unavailable, match="does not answer") as told:
            writer.store.latest()
        assert "127.0.0.1" not in str(told.value)  # it is told to anybody
        assert "127.0.0.1" in told.value.reason
        with pytest.raises(Unavailable, match="does not answer"):
            writer.barrier()
        status = writer.status()
        assert (status.pending_rows, status.dead) == (1, 0)
        assert status.fault is not None
        assert "refused" in status.fault
        thousand = batch(2, [START + n for n in range(1_000)], [1.0] * 1_000)
        for _ in range(4):
            writer.submit(thousand).result(10)
        with pytest.raises(Busy):
            writer.submit(thousand)
        kept = writer.status().pending_rows
    with open_folder(tmp_path, SMALL, own) as writer:
        writer.barrier()
        assert writer.store.count([1]) == 1
        assert writer.store.count([2]) == 1_000
        assert writer.status().fault is None
    assert kept > 4_000


def test_a_connection_lost_in_the_middle_of_a_transaction(
    tmp_path: Path, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit nothing of the batch is there; the second try stores it once."""
    settle, broken = applying.settle, []

    def ended(connection: psycopg.Connection, identity: str, seq: int) -> None:
        settle(connection, identity, seq)
        if not broken:
            broken.append(seq)
            with psycopg.connect(split(own)[0], autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])

    monkeypatch.setattr(applying, "settle", ended)
    with open_folder(tmp_path, SMALL, own) as writer:
        writer.submit(batch(1, [START, START + 1], [1.0, 2.0])).result(10)
        writer.barrier()
        assert broken
        assert writer.store.count() == 2
        assert writer.store.extents().column("n").to_pylist() == [2]
        assert writer.status().dead == 0


def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    tmp_path: Path, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply, turns = applying.apply, []

    def unheard(place: object, table: pa.Table, seq: int) -> applying.Outcome:
        outcome = apply(place, table, seq)  # type: ignore[arg-type]
        turns.append(outcome.new)
        if len(turns) == 1:
            raise psycopg.OperationalError("the connection was lost")
        return outcome

    monkeypatch.setattr(applying, "apply", unheard)
    with open_folder(tmp_path, SMALL, own) as writer:
        writer.submit(batch(1, [START], [1.0])).result(10)
        writer.barrier()
        assert turns == [1, 0]
        assert writer.store.extents().column("n").to_pylist() == [1]
        assert writer.store.aggregate([1], START, START + HOUR, Period.fixed(3600)).column(
            "count"
        ).to_pylist() == [1]


def test_two_machines_revise_the_same_rows(tmp_path: Path, own: str) -> None:
    """Every value that was ever stored is the current one or a revision; sums are those of the current ones."""
    times = [START + n * HOUR // 4 for n in range(40)]
    rounds = 15
    with open_folder(tmp_path / "a", SMALL, own) as one, open_folder(tmp_path / "b", SMALL, own) as two:

        def send(writer: object, machine: int) -> None:
            for turn in range(rounds):
                streams = np.random.default_rng(turn * 2 + machine).permutation(6)
                rows = [(int(s), t, float(turn * 2 + machine)) for s in streams for t in times]
                writer.submit(batch(*map(list, zip(*rows, strict=True)))).result(30)  # type: ignore[attr-defined]

        threads = [threading.Thread(target=send, args=(w, n)) for n, w in enumerate((one, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        one.barrier(60)
        two.barrier(60)
        assert (one.status().dead, two.status().dead) == (0, 0)
        store = one.store
        rows = {(r["stream"], r["time"]): r["value"] for r in store.rows(limit=1_000).to_pylist()}
        assert len(rows) == 6 * 40
        for stream in range(6):
            ever: dict[int, list[float]] = {}
            for row in store.revisions(stream, limit=100_000).to_pylist():
                before = ever.setdefault(row["time"], [])
                before.append(row["value"])
                assert row["revision"] == len(before)
            for at in times:
                told = [*ever.get(at, []), rows[stream, at]]
                assert sorted(told) == [float(n) for n in range(2 * rounds)]
                for machine in range(2):  # each machine's own order is kept
                    mine = [value for value in told if value % 2 == machine]
                    assert mine == sorted(mine)
            hours = store.aggregate(
                [stream], START, START + DAY, Period.fixed(3600), ("sum", "max")
            ).to_pylist()
            for hour in hours:
                values = [rows[stream, at] for at in times if hour["start"] <= at < hour["end"]]
                assert (hour["sum"], hour["max"]) == (sum(values), max(values))
        assert two.store.rows(limit=1_000).equals(store.rows(limit=1_000))


def test_a_journal_that_was_put_back_from_a_copy_gets_a_new_name(tmp_path: Path, own: str) -> None:
    """Its next numbers were used before: under the old name they would count as applied and be lost."""
    with open_folder(tmp_path / "live", SMALL, own) as writer:
        writer.submit(batch(1, [START], [1.0])).result(10)
        writer.barrier()
        writer.journal.copy(tmp_path / "copy.sqlite")
        writer.submit(batch(1, [START + 1], [2.0])).result(10)
        writer.barrier()
        name = writer.journal.identity
    (tmp_path / "back").mkdir()
    shutil.copyfile(tmp_path / "copy.sqlite", tmp_path / "back" / "journal.sqlite")
    with open_folder(tmp_path / "back", SMALL, own) as writer:
        assert writer.journal.identity != name
        writer.submit(batch(1, [START + 2], [3.0])).result(10)
        writer.barrier()
        assert writer.store.count() == 3


def test_two_copies_of_a_journal_do_not_write_at_once(tmp_path: Path, own: str) -> None:
    with open_folder(tmp_path / "live", SMALL, own) as writer:
        writer.journal.copy(tmp_path / "copy.sqlite")
        (tmp_path / "other").mkdir()
        shutil.copyfile(tmp_path / "copy.sqlite", tmp_path / "other" / "journal.sqlite")
        with open_folder(tmp_path / "other", SMALL, own) as other:
            other.submit(batch(1, [START], [1.0])).result(10)
            with pytest.raises(Unavailable) as told:
                other.barrier()
            assert "open elsewhere" in told.value.reason


def test_the_name_of_an_address_is_the_schema(own: str) -> None:
    info, schema = split(own)
    assert schema.startswith("own_")
    assert f"search_path={schema}" in info.replace("\\", "")
    for bad in ('?schema=a"b', "?schema=", "?schema=Big"):
        with pytest.raises(StoreFault, match="schema"):
            split(NOWHERE + bad)
    with pytest.raises(StoreFault, match="postgresql"):
        split("mysql://somewhere/base")


def test_an_account_needs_no_more_than_its_schema(tmp_path: Path, database: str) -> None:
    name = f"small_{uuid.uuid4().hex[:12]}"
    own = database.replace("postgres@", f"{name}@") + f"?schema={name}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")  # type: ignore[arg-type]
        with pytest.raises(StoreFault, match="permission denied"):
            open_folder(tmp_path, SMALL, own)
        connection.execute(f"CREATE SCHEMA {name} AUTHORIZATION {name}")  # type: ignore[arg-type]
    with open_folder(tmp_path, SMALL, own) as writer:
        writer.submit(batch(1, [START], [1.0])).result(10)
        writer.barrier()
        assert writer.store.count() == 1


def test_tables_of_a_newer_program_are_left_alone(tmp_path: Path, own: str) -> None:
    open_folder(tmp_path, SMALL, own).close()
    schema = split(own)[1]
    with psycopg.connect(split(own)[0]) as connection:
        connection.execute(f"UPDATE {schema}.meta SET value = value + 1")  # type: ignore[arg-type]
    with pytest.raises(StoreFault, match=f"version {UPGRADES[-1][0] + 1}"):
        open_folder(tmp_path, SMALL, own)


def test_months_come_on_demand_and_go_when_they_are_empty(tmp_path: Path, own: str) -> None:
    """Times that nobody measures do not make tables: they share two."""
    listed = "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = '{}.observation'::regclass"
    with open_folder(tmp_path, SMALL, own) as writer:
        far = ["0002-01-01T00:00:00Z", "1850-05-01T00:00:00Z", "9999-12-31T00:00:00Z", "2105-01-01T00:00:00Z"]
        writer.submit(batch(1, far, [1.0] * 4)).result(10)
        near = [START - n * 40 * DAY for n in range(4)]
        writer.submit(batch(2, near, [1.0] * 4)).result(10)
        writer.barrier()
        names = {name for (name,) in asked(own, listed.format(split(own)[1]))}
        assert len(names) == 2 + 4
        assert writer.store.retain([Retention((2,), 30)], START + DAY) == 3
        assert len(asked(own, listed.format(split(own)[1]))) == 2 + 1
        assert writer.store.count() == 5
        assert isinstance(writer.store, PostgresStore)
        writer.store.place.months = months(
            np.array(near)
        )  # what another machine believes that did not take them
        writer.submit(batch(3, near, [1.0] * 4)).result(10)  # of another stream, into months that went
        writer.barrier()
        assert writer.store.count() == 9
        assert writer.status().dead == 0
        writer.submit(batch(4, [START], [1e308])).result(10)
        writer.submit(batch(4, [START + 1], [1e308])).result(10)
        writer.barrier()
        assert writer.store.count([4]) == 2
        hour = writer.store.aggregate(
            [4], START, START + HOUR, Period.fixed(3600), ("sum", "max")
        ).to_pylist()
        assert (hour[0]["sum"], hour[0]["max"]) == (float("inf"), 1e308)


def test_a_value_that_postgresql_cannot_hold_is_buried(tmp_path: Path, own: str) -> None:
    with open_folder(tmp_path, SMALL, own) as writer:
        writer.submit(batch(1, [START], [None], extra=['{"result":"a\x00b"}'])).result(10)
        writer.submit(batch(1, [START + 1], [1.0])).result(10)
        writer.barrier()
        assert writer.store.count() == 1
        (dead,) = writer.dead()
        assert "0x00" in dead.reason
        assert writer.dead_rows(dead.id).num_rows == 1
        writer.discard(dead.id)
        assert writer.status().dead == 0


def test_followers_are_those_of_their_machine(tmp_path: Path, own: str) -> None:
    with open_folder(tmp_path / "a", SMALL, own) as one, open_folder(tmp_path / "b", SMALL, own) as two:
        followers = [writer.follow("alerts") for writer in (one, two)]
        one.submit(batch(1, [START], [1.0])).result(10)
        two.submit(batch(1, [START + 1], [2.0])).result(10)
        told = [follower.read(wait=10) for follower in followers]
        assert [[s.table.column("value").to_pylist() for s in read] for read in told] == [[[1.0]], [[2.0]]]
        followers[0].done(told[0][0].seq)
    with open_folder(tmp_path / "a", SMALL, own) as one:
        assert one.follow("alerts").read() == []
    with open_folder(tmp_path / "b", SMALL, own) as two:
        assert len(two.follow("alerts").read()) == 1


def test_the_same_address_keeps_what_a_shelf_has(tmp_path: Path, database: str) -> None:
    shelf = Shelf(database, tmp_path)
    with shelf.writer(SMALL, "a") as writer:
        writer.submit(batch(1, [START], [1.0])).result(10)
    with shelf.writer(SMALL, "b") as writer:
        assert writer.store.latest().column("value").to_pylist() == [1.0]
        with pytest.raises(StoreFault, match="pg_dump"):
            writer.backup(tmp_path / "backup")
