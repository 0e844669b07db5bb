# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Moving the history of a folder from its DuckDB file into PostgreSQL.

Run as `python -m steuerrad.engines.observations.postgres.moving FOLDER URL` while nobody has the folder open. Rows that are
there already are recognised, so it may be ended and begun again; the file is renamed when all of it is there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA, checked
from steuerrad.engines.observations.faults import InUse, StoreFault, Unavailable
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.locking import FolderLock
from steuerrad.engines.observations.postgres import applying
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.postgres.store import PostgresStore
from steuerrad.engines.observations.room import Options, Room
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.tables import COLUMNS
from steuerrad.engines.observations.times import DAY, HOUR, LOWEST
from steuerrad.engines.observations.writer import JOURNAL, STORE, Writer

MOVED = ".moved"
ROWS = 100_000  # in one transaction
READ_SECONDS = 600.0
#: Tables that are copied as they are, with their columns.
BESIDE = {
    "revisions": ("stream", "time", "revision", "value", "result_time", "extra", "replaced_at"),
    "flags": ("stream", "time", "flag", "tests", "run", "at"),
    "corrections": ("stream", "time", "value", "by", "reason", "at"),
    "deletions": ("stream", "start", "until", "rows", "by", "reason", "at"),
}


def move(folder: Path, url: str) -> int:
    """Bring everything into the database; returns the number of rows. Raises InUse, StoreFault, Unavailable."""
    path = folder / STORE
    if not path.exists():
        raise StoreFault(f"{path} is not there: nothing to move")
    applied_rest(folder)
    with FolderLock(folder):
        source, journal = Store(path), Journal(folder / JOURNAL)
        target = PostgresStore(url, journal, Options())
        try:
            target.open()
            rows = sum(copied(target.place, part) for part in parts(source.room))
            with target.place.transaction() as connection:
                if not connection.execute("SELECT FROM meta WHERE key = %s", [moved_key(journal)]).fetchone():
                    for name in BESIDE:
                        beside(source.room, connection, name)
                    expired(source.room, connection)
                    kept(source, connection, target.place.identity)
                    connection.execute("INSERT INTO meta VALUES (%s, %s)", [moved_key(journal), rows])
                    applying.settle(connection, target.place.identity, journal.last)
        finally:
            for one in (target, source, journal):
                one.close()
        os.replace(path, path.with_name(path.name + MOVED))
    return rows


def moved_key(journal: Journal) -> str:
    return f"moved {journal.identity}"


def applied_rest(folder: Path) -> None:
    """What the journal still holds goes into the file first."""
    with FolderLock(folder) as lock:
        writer = Writer(Journal(folder / JOURNAL), Store(folder / STORE), lock)
        writer.barrier(READ_SECONDS)
        writer.close()


def parts(room: Room) -> Iterator[pa.Table]:
    """All rows by stream and time, small streams together, large ones in parts."""
    extents = room.known.extents(None).sort_by("stream")
    first, size = None, 0
    for stream, n in zip(*(extents.column(name).to_pylist() for name in ("stream", "n")), strict=True):
        first = stream if first is None else first
        size += n
        if size >= ROWS:
            yield from between(room, first, stream)
            first, size = None, 0
    if first is not None:
        yield from between(room, first, extents.column("stream")[-1].as_py())


def between(room: Room, first: int, last: int) -> Iterator[pa.Table]:
    after = (first, LOWEST - 1)
    while True:
        part = room.table(
            f"SELECT {COLUMNS} FROM observation WHERE stream BETWEEN ? AND ? AND (stream > ? OR time > ?) "
            "ORDER BY stream, time LIMIT ?",
            [after[0], last, after[0], after[1], ROWS],
            READ_SECONDS,
        ).cast(SCHEMA)
        if part.num_rows:
            yield part
        if part.num_rows < ROWS:
            return
        after = part.column("stream")[-1].as_py(), part.column("time")[-1].as_py()


def copied(place: Place, rows: pa.Table) -> int:
    applying.prepare(place, rows)
    with place.transaction() as connection:
        applying.stored(connection, checked(rows))
    return rows.num_rows


def beside(room: Room, connection: psycopg.Connection, name: str) -> None:
    columns = ", ".join(f'"{column}"' for column in BESIDE[name])
    order = "stream, time, revision" if name == "revisions" else '"at"'
    rows = room.table(f"SELECT {columns} FROM {name} ORDER BY {order}", seconds=READ_SECONDS)
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
        for row in rows.to_pylist():
            copy.write_row([row[column] for column in BESIDE[name]])


def kept(source: Store, connection: psycopg.Connection, identity: str) -> None:
    """What belongs to the journal: how far followers are, and batches that could not be applied."""
    for name, seq in source.positions().items():
        connection.execute("INSERT INTO followers VALUES (%s, %s, %s)", [identity, name, seq])
    for dead in source.buried(2**31 - 1).to_pylist():
        connection.execute(
            "INSERT INTO dead VALUES (%s, %s, %s, %s, %s, %s)",
            [identity, dead["id"], dead["at"], dead["reason"], dead["rows"], source.buried_body(dead["id"])],
        )


def expired(room: Room, connection: psycopg.Connection) -> None:
    """Up to when raw rows were given up, and the sums that are left of them."""
    rows = room.table(
        "SELECT stream, max(before) AS before FROM expired GROUP BY stream ORDER BY stream"
    ).to_pylist()
    for row in rows:
        connection.execute(
            "INSERT INTO summary (stream, before) VALUES (%s, %s) ON CONFLICT (stream) DO UPDATE SET before = excluded.before",
            [row["stream"], row["before"]],
        )
        for name, source in (("hourly", "hourly_cold"), ("daily", "daily_cold")):
            width = HOUR if name == "hourly" else DAY
            sums = room.table(
                "SELECT stream, time, sum(n)::BIGINT AS n, fsum(total) AS total, min(low) AS low, max(high) AS high "
                f"FROM {source} WHERE stream = ? AND time + {width} <= ? GROUP BY stream, time ORDER BY time",
                [row["stream"], row["before"]],
                READ_SECONDS,
            )
            with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for sum_ in sums.to_pylist():
                    copy.write_row(list(sum_.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Move observations from a file into PostgreSQL.")
    parser.add_argument("folder", type=Path, help="observations/ in the data folder")
    parser.add_argument("url", help="postgresql://user@host/name[?schema=name]")
    given = parser.parse_args()
    try:
        rows = move(given.folder, given.url)
    except (InUse, StoreFault) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Unavailable as error:
        sys.stderr.write(f"{error}: {error.reason}\n")
        return 1
    sys.stdout.write(f"{rows:,} rows are in PostgreSQL; {STORE}{MOVED} may be removed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
