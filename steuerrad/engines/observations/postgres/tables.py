# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""The tables in PostgreSQL, and how an older database becomes a newer one.

Observations are partitioned by the month of their time (µs since 1970 UTC); what lies before or after the years in which
cities measure shares a partition each, so that nobody can make the database have a table for every month of 9999 years.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from steuerrad.engines.observations.faults import StoreFault
from steuerrad.engines.observations.times import micros

FIRST_YEAR, LAST_YEAR = (
    1990,
    2100,
)  # from the first on and before the last each month has a partition of its own
EARLY, LATE = "observation_early", "observation_late"
OPENING, PARTITIONING = 1, 2  # second numbers of advisory locks; the first is that of the schema

FIRST = f"""
CREATE TABLE observation (
    stream int4 NOT NULL, time int8 NOT NULL, value float8, result_time int8, extra text COLLATE "C",
    PRIMARY KEY (stream, time)
) PARTITION BY RANGE (time);
CREATE INDEX observation_noted ON observation (stream, time) WHERE extra IS NOT NULL;
CREATE INDEX observation_time ON observation USING brin (time);
CREATE TABLE {EARLY} PARTITION OF observation
    FOR VALUES FROM (MINVALUE) TO ({micros(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))});
CREATE TABLE {LATE} PARTITION OF observation
    FOR VALUES FROM ({micros(datetime(LAST_YEAR, 1, 1, tzinfo=UTC))}) TO (MAXVALUE);
CREATE TABLE summary (
    stream int4 PRIMARY KEY, first int8, last int8, n int8 NOT NULL DEFAULT 0,
    value float8, result_time int8, extra text, before int8
) WITH (fillfactor = 60);
CREATE TABLE hourly (
    stream int4, time int8, n int8 NOT NULL, total float8 NOT NULL, low float8 NOT NULL, high float8 NOT NULL,
    PRIMARY KEY (stream, time)
) WITH (fillfactor = 80);
CREATE TABLE daily (LIKE hourly INCLUDING ALL) WITH (fillfactor = 60);
CREATE TABLE revisions (
    stream int4, time int8, revision int4, value float8, result_time int8, extra text, replaced_at int8 NOT NULL,
    PRIMARY KEY (stream, time, revision)
);
CREATE TABLE deletions (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream int4, start int8, until int8, rows int8, "by" text, reason text, "at" int8
);
CREATE TABLE flags (
    stream int4, time int8, flag int2 NOT NULL, tests text, run text, "at" int8 NOT NULL, PRIMARY KEY (stream, time)
);
CREATE TABLE corrections (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream int4 NOT NULL, time int8 NOT NULL, value float8, "by" text, reason text, "at" int8 NOT NULL
);
CREATE INDEX corrections_of ON corrections (stream, time);
CREATE TABLE journals (id text PRIMARY KEY, applied int8 NOT NULL, machine text, "at" int8);
CREATE TABLE dead (journal text, id int8, "at" int8, reason text, rows int8, body bytea, PRIMARY KEY (journal, id));
CREATE TABLE followers (journal text, name text, seq int8 NOT NULL, PRIMARY KEY (journal, name));
"""
UPGRADES: tuple[tuple[int, str], ...] = ((1, FIRST),)


def upgraded(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make the schema, or bring it up to date, each step in one transaction; several machines may try at once.

    Raises StoreFault when it is newer than this program.
    """
    with connection.transaction():
        locked(connection, schema, OPENING)
        row = connection.execute("SELECT to_regnamespace(%s)", [schema]).fetchone()
        if row is None or row[0] is None:  # who made the schema for this account need not let it make others
            connection.execute(f'CREATE SCHEMA "{schema}"')
        connection.execute("CREATE TABLE IF NOT EXISTS meta (key text PRIMARY KEY, value int8 NOT NULL)")
        connection.execute("INSERT INTO meta VALUES ('version', 0) ON CONFLICT DO NOTHING")
    for number, sql in UPGRADES:
        with connection.transaction():
            locked(connection, schema, OPENING)
            if version(connection) < number:
                connection.execute(sql)
                connection.execute("UPDATE meta SET value = %s WHERE key = 'version'", [number])
    found, newest = version(connection), UPGRADES[-1][0]
    if found > newest:
        raise StoreFault(
            f"the observations in PostgreSQL have version {found}, this program knows up to {newest}"
        )


def version(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    return int(row[0]) if row else 0


def locked(connection: psycopg.Connection[Any], schema: str, what: int) -> None:
    """Until the end of the transaction one at a time does this in the schema."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [schema, what])


def months(times: NDArray[np.int64]) -> set[int]:
    """Months since 1970 that have a partition of their own."""
    found = np.unique(times.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64))
    low, high = (FIRST_YEAR - 1970) * 12, (LAST_YEAR - 1970) * 12
    return {int(month) for month in found[(found >= low) & (found < high)]}


def begin(month: int) -> int:
    return micros(datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=UTC))


def named(month: int) -> str:
    return f"observation_{1970 + month // 12}_{month % 12 + 1:02}"


def partitioned(connection: psycopg.Connection[Any], schema: str, wanted: Iterable[int]) -> None:
    """Make the partitions that are missing. Attached, not made in place: that would wait for all readers."""
    with connection.transaction():
        locked(connection, schema, PARTITIONING)
        for month in sorted(wanted):
            name = named(month)
            found = connection.execute("SELECT to_regclass(%s)", [f'"{schema}".{name}']).fetchone()
            if found and found[0] is None:
                connection.execute(f"CREATE TABLE {name} (LIKE observation INCLUDING ALL)")
                connection.execute(
                    f"ALTER TABLE observation ATTACH PARTITION {name} "
                    f"FOR VALUES FROM ({begin(month)}) TO ({begin(month + 1)})"
                )


def partitions(connection: psycopg.Connection[Any]) -> list[str]:
    """Names of the partitions by month, oldest first."""
    rows = connection.execute(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
        "WHERE inhparent = 'observation'::regclass ORDER BY relname"
    ).fetchall()
    return [name for (name,) in rows if name not in (EARLY, LATE)]
