"""The tables of a store, and how an older store becomes a newer one.

Observations lie in three tables of the same columns, youngest first. `hot`: as they came. `warm` and `cold`: runs that
were sorted by (stream, time) when they were moved there, so that a read of one stream touches few row groups
(a log-structured merge tree of two levels: O'Neil and others 1996). No index: it would cost 6.8 times the disk.
`hourly_*` and `daily_cold` hold sums of the rows of their table; sums of several runs for the same hour add up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb

from steuerrad.engines.observations.faults import StoreFault

COLUMNS = "stream, time, value, result_time, extra"
ROW = "(stream INTEGER, time BIGINT, value DOUBLE, result_time BIGINT, extra VARCHAR)"
SUMS = "(stream INTEGER, time BIGINT, n BIGINT, total DOUBLE, low DOUBLE, high DOUBLE)"
TIERS = ("hot", "warm", "cold")

FIRST = f"""
CREATE TABLE hot {ROW};
CREATE TABLE warm {ROW};
CREATE TABLE cold {ROW};
CREATE TABLE hourly_warm {SUMS};
CREATE TABLE hourly_cold {SUMS};
CREATE TABLE daily_cold {SUMS};
CREATE TABLE summary (
    stream INTEGER, first BIGINT, last BIGINT, n BIGINT, value DOUBLE, result_time BIGINT, extra VARCHAR
);
CREATE TABLE revisions (
    stream INTEGER, time BIGINT, revision INTEGER, value DOUBLE, result_time BIGINT, extra VARCHAR,
    replaced_at BIGINT
);
CREATE TABLE deletions (
    stream INTEGER, start BIGINT, until BIGINT, rows BIGINT, "by" VARCHAR, reason VARCHAR, "at" BIGINT
);
CREATE TABLE expired (stream INTEGER, before BIGINT);
CREATE TABLE flags (stream INTEGER, time BIGINT, flag UTINYINT, tests VARCHAR, run VARCHAR, "at" BIGINT);
CREATE TABLE corrections (
    stream INTEGER, time BIGINT, value DOUBLE, "by" VARCHAR, reason VARCHAR, "at" BIGINT
);
CREATE TABLE dead (id BIGINT, "at" BIGINT, reason VARCHAR, rows BIGINT, body BLOB);
CREATE TABLE followers (name VARCHAR, seq BIGINT);
CREATE VIEW observation AS
    SELECT * FROM cold UNION ALL SELECT * FROM warm UNION ALL SELECT * FROM hot;
"""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One step, in one transaction with the note that it is done; so a store may be killed between steps.

    Long work is cut into several steps. version: that of the store after the step.
    """

    version: int
    work: str | Callable[[duckdb.DuckDBPyConnection], None]


# Choosing a compression for every column of every batch took half of the time that a large one needs, mostly for
# columns without any value; hot rows are written anew, compressed, when they are sorted.
HOT_AS_IT_COMES = f"""
DROP VIEW observation;
ALTER TABLE hot RENAME TO hot_before;
CREATE TABLE hot (
    stream INTEGER USING COMPRESSION uncompressed, time BIGINT USING COMPRESSION uncompressed,
    value DOUBLE USING COMPRESSION uncompressed, result_time BIGINT USING COMPRESSION uncompressed,
    extra VARCHAR USING COMPRESSION uncompressed
);
INSERT INTO hot SELECT {COLUMNS} FROM hot_before;
DROP TABLE hot_before;
CREATE VIEW observation AS
    SELECT * FROM cold UNION ALL SELECT * FROM warm UNION ALL SELECT * FROM hot;
"""
UPGRADES: tuple[Upgrade, ...] = (Upgrade(1, FIRST), Upgrade(2, HOT_AS_IT_COMES))


def upgraded(connection: duckdb.DuckDBPyConnection, upgrades: Sequence[Upgrade] = UPGRADES) -> int:
    """Bring a store up to date, from where it stands. Returns its version.

    Raises StoreFault when it is newer than this program.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS meta (key VARCHAR, value BIGINT)")
    if number(connection, "version") is None:
        connection.execute("INSERT INTO meta VALUES ('version', 0), ('applied', 0)")
    for upgrade in upgrades:
        if upgrade.version <= (number(connection, "version") or 0):
            continue
        connection.execute("BEGIN")
        try:
            if isinstance(upgrade.work, str):
                connection.execute(upgrade.work)
            else:
                upgrade.work(connection)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", [upgrade.version])
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    version = number(connection, "version") or 0
    newest = upgrades[-1].version
    if version > newest:
        raise StoreFault(f"the store has version {version}, this program knows up to {newest}")
    return version


def number(connection: duckdb.DuckDBPyConnection, key: str) -> int | None:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchall()
    return int(found[0][0]) if found else None
