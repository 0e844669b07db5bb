"""Stores beyond one machine on the same work: PostgreSQL as it is built in, PostgreSQL bare, and DuckLake.

Built in: journal, revisions, sums, two machines. Bare: one table by key, without any of these; it shows what they cost.

Each is filled with 2 million rows of 1,000 streams in batches of 100,000, then takes 30 batches of 1,000 of which a
tenth is there already (a second time nothing may change), then two writers at once, then is read. The server keeps its
word (fsync on). DuckLake needs the packages duckdb-extension-ducklake and duckdb-extension-postgres-scanner in the version
of the installed duckdb; without them its part says so. Sizes are those of a laptop: object storage is a local folder.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import numpy as np
import psycopg
import pyarrow as pa

from steuerrad.engines.observations import Period, Writer, batch, open_folder
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE
from tests.support import postgres

STREAMS, STEP = 1_000, 10 * MINUTE
START = 1_600_000_000_000_000 // DAY * DAY
ROWS, LOAD, SMALL, TURNS = 2_000_000, 100_000, 1_000, 30
LAST = START + (ROWS // STREAMS - 1) * STEP
COLUMNS = "stream INTEGER, time BIGINT, value DOUBLE PRECISION"


class Candidate(Protocol):
    """What the store must do for this measurement."""

    def take(self, table: pa.Table, *, new: bool) -> None: ...
    def latest(self) -> object: ...
    def newest(self) -> object: ...
    def hourly(self) -> object: ...
    def tidy(self) -> None: ...


def arriving(rows: int, first: int, half: int | None = None) -> pa.Table:
    """Rows of all streams in turn, or of the first or second half of them."""
    at, among = np.arange(first, first + rows), STREAMS if half is None else STREAMS // 2
    streams = at % among + (half or 0) * among
    return batch(streams.astype(np.int32), START + at // among * STEP, np.round(at % 97 / 7, 1))


class Own:
    """The embedded store of this project."""

    def __init__(self, folder: Path) -> None:
        self.writer = open_folder(folder / "own")

    def take(self, table: pa.Table, *, new: bool) -> None:
        self.writer.submit(table).result()
        self.writer.barrier()

    def latest(self) -> object:
        return self.writer.store.latest()

    def newest(self) -> object:
        return self.writer.store.rows([17], newest_first=True)

    def hourly(self) -> object:
        return self.writer.store.aggregate(range(STREAMS), LAST - 10 * DAY, LAST, Period.fixed(3600))

    def tidy(self) -> None:
        self.writer.store.seal(everything=True)


class Machines:
    """The store in PostgreSQL of this project; each thread that writes is a machine with a journal of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.local, self.writers = threading.local(), list[Writer]()
        self.taken(open_folder(folder / "first", url=url))

    def taken(self, writer: Writer) -> Writer:
        self.writers.append(writer)
        self.local.writer = writer
        return writer

    @property
    def writer(self) -> Writer:
        if not hasattr(self.local, "writer"):
            return self.taken(open_folder(self.folder / f"machine-{uuid.uuid4().hex}", url=self.url))
        return self.local.writer

    def take(self, table: pa.Table, *, new: bool) -> None:
        self.writer.submit(table).result()
        self.writer.barrier()

    def latest(self) -> object:
        return self.writer.store.latest()

    def newest(self) -> object:
        return self.writer.store.rows([17], newest_first=True)

    def hourly(self) -> object:
        return self.writer.store.aggregate(range(STREAMS), LAST - 10 * DAY, LAST, Period.fixed(3600))

    def tidy(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def close(self) -> None:
        for writer in self.writers:
            writer.close()


class Postgres:
    """One table by key, as upsert from a staging table; the latest rows in a table of their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.local = threading.local()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLE o ({COLUMNS}, PRIMARY KEY (stream, time))")
            connection.execute(f"CREATE TABLE latest ({COLUMNS}, PRIMARY KEY (stream))")

    @property
    def connection(self) -> psycopg.Connection:
        if not hasattr(self.local, "connection"):
            self.local.connection = psycopg.connect(self.url)
            self.local.connection.execute(f"CREATE TEMP TABLE staging ({COLUMNS})")
        return self.local.connection

    def take(self, table: pa.Table, *, new: bool) -> None:
        rows = zip(*(table.column(n).to_pylist() for n in ("stream", "time", "value")), strict=True)
        with self.connection.cursor() as cursor:
            cursor.execute("TRUNCATE staging")
            with cursor.copy("COPY staging FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int4", "int8", "float8"])
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                "INSERT INTO o SELECT * FROM staging ON CONFLICT (stream, time) DO UPDATE "
                "SET value = excluded.value WHERE o.value IS DISTINCT FROM excluded.value"
            )
            cursor.execute(
                "INSERT INTO latest SELECT DISTINCT ON (stream) * FROM staging ORDER BY stream, time DESC "
                "ON CONFLICT (stream) DO UPDATE SET time = excluded.time, value = excluded.value "
                "WHERE latest.time < excluded.time"
            )
        self.connection.commit()

    def answer(self, sql: str) -> object:
        found = self.connection.execute(sql).fetchall()
        self.connection.commit()
        return found

    def latest(self) -> object:
        return self.answer("SELECT * FROM latest")

    def newest(self) -> object:
        return self.answer("SELECT * FROM o WHERE stream = 17 ORDER BY time DESC LIMIT 1000")

    def hourly(self) -> object:
        return self.answer(
            f"SELECT stream, time / {HOUR} AS h, avg(value) FROM o WHERE time >= {LAST - 10 * DAY} "
            "GROUP BY stream, h"
        )

    def tidy(self) -> None:
        self.connection.rollback()
        self.connection.autocommit = True
        self.connection.execute("VACUUM ANALYZE o")
        self.connection.autocommit = False


class DuckLake:
    """Parquet files of each commit, catalogue in PostgreSQL; MERGE where a row may be there already."""

    def __init__(self, folder: Path, url: str) -> None:
        extensions = importlib.import_module("duckdb_extensions")
        self.root = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
        for name in ("ducklake", "postgres_scanner"):
            extensions.import_extension(name, con=self.root)
            self.root.execute(f"LOAD {name}")
        (folder / "lake").mkdir()
        self.root.execute(
            f"ATTACH 'ducklake:postgres:{url}' AS lake (DATA_PATH '{folder / 'lake'}', DATA_INLINING_ROW_LIMIT 0)"
        )
        self.root.execute(f"CREATE TABLE lake.o ({COLUMNS})")
        self.local = threading.local()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self.local, "connection"):
            self.local.connection = self.root.cursor()
        return self.local.connection

    def take(self, table: pa.Table, *, new: bool) -> None:
        rows = table.select(["stream", "time", "value"])
        low, high = (fn(rows.column("time").to_numpy()) for fn in (np.min, np.max))
        for attempt in range(20):
            try:
                if new:
                    self.connection.execute("INSERT INTO lake.o SELECT * FROM rows")
                else:
                    self.connection.execute(
                        "MERGE INTO lake.o AS o USING rows ON o.stream = rows.stream AND o.time = rows.time "
                        f"AND o.time BETWEEN {low} AND {high} "
                        "WHEN MATCHED AND o.value IS DISTINCT FROM rows.value THEN UPDATE SET value = rows.value "
                        "WHEN NOT MATCHED THEN INSERT"
                    )
            except duckdb.TransactionException:  # another writer was first
                if attempt == 19:
                    raise
            else:
                return

    def answer(self, sql: str) -> object:
        return self.connection.execute(sql).to_arrow_table()

    def latest(self) -> object:
        return self.answer("SELECT stream, max(time), arg_max(value, time) FROM lake.o GROUP BY stream")

    def newest(self) -> object:
        return self.answer("SELECT * FROM lake.o WHERE stream = 17 ORDER BY time DESC LIMIT 1000")

    def hourly(self) -> object:
        return self.answer(
            f"SELECT stream, time // {HOUR} AS h, avg(value) FROM lake.o WHERE time >= {LAST - 10 * DAY} GROUP BY ALL"
        )

    def tidy(self) -> None:
        self.connection.execute("CALL ducklake_merge_adjacent_files('lake')")


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Median seconds."""
    taken: list[float] = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def measured(name: str, store: Candidate) -> None:
    def load() -> None:
        for first in range(0, ROWS, LOAD):
            store.take(arriving(LOAD, first), new=True)

    def small(begin: int, half: int | None = None) -> None:
        for turn in range(TURNS):
            store.take(arriving(SMALL, begin + turn * SMALL * 9 // 10, half), new=False)

    def together(begin: int, *, apart: bool) -> float:
        """Seconds that two writers take, from when both are ready."""
        start = threading.Barrier(3, timeout=60)

        def work(number: int) -> None:
            store.take(arriving(1, begin - 1 - number), new=False)
            start.wait()
            small(begin + ROWS * number, number if apart else None)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        start.wait()
        return timed(lambda: [thread.join() for thread in threads])

    loading, one = timed(load), timed(lambda: small(ROWS))
    two = [together(ROWS * 2, apart=False), together(ROWS * 5, apart=True)]
    reads = [timed(read, 5) * 1e3 for read in (store.latest, store.newest, store.hourly)]
    tidying = timed(store.tidy)
    after = [timed(read, 5) * 1e3 for read in (store.latest, store.newest, store.hourly)]
    print(
        f"   {name:<22}{ROWS / loading:>10,.0f}{TURNS * SMALL / one:>12,.0f}"
        + "".join(f"{2 * TURNS * SMALL / seconds:>10,.0f}" for seconds in two)
        + "".join(f"{ms:>9,.1f}" for ms in reads)
        + f"{tidying:>9.1f}"
        + "".join(f"{ms:>9,.1f}" for ms in after),
        flush=True,
    )


def main() -> None:
    postgres.SETTINGS.update(
        {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB"}
    )
    print(
        "   rows/s: load in batches of 100,000, of 1,000 with repeats, two writers on the same and on other streams;"
    )
    print(
        "   ms before and after tidying (s): latest of 1,000, newest 1,000 of one, hourly means of ten days"
    )
    with tempfile.TemporaryDirectory() as name, postgres.server() as url:
        folder = Path(name)
        own = Own(folder)
        measured("own, embedded", own)
        own.writer.close()
        built = Machines(folder / "built", url)
        measured("PostgreSQL, built in", built)
        built.close()
        measured("PostgreSQL, bare", Postgres(url))
        if importlib.util.find_spec("duckdb_extension_ducklake") is None:
            print(f"   DuckLake: no package of its extension for duckdb {duckdb.__version__} is installed")
            return
        measured("DuckLake", DuckLake(folder, url))


if __name__ == "__main__":
    main()
