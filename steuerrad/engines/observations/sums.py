# pyright: basic, reportOptionalMemberAccess=false, reportOptionalIterable=false
"""Hourly and daily sums beside the rows: number, total, least and greatest value of each stream in UTC hours and days.

Sums of the same hour from several runs stand side by side and are added when they are read. A row that goes makes its
hours new, because a minimum cannot be subtracted.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from steuerrad.engines.observations.times import DAY, HOUR

TABLES = {"warm": (("hourly_warm", HOUR),), "cold": (("hourly_cold", HOUR), ("daily_cold", DAY))}


def floored(width: int, column: str = "time") -> str:
    """SQL: the start of the interval of this many µs that holds the instant, also before 1970."""
    return f"({column} - ((({column} % {width}) + {width}) % {width}))"


def summed(source: str, width: int) -> str:
    """SQL: sums of the rows of `source` per stream and interval. Rows without a number are not counted."""
    return (
        f"SELECT stream, {floored(width)} AS time, count(value) AS n, fsum(value) AS total, "
        f"min(value) AS low, max(value) AS high FROM {source} GROUP BY ALL HAVING n > 0"
    )


def merged(source: str, width: int) -> str:
    """SQL: sums of sums per stream and wider interval."""
    return (
        f"SELECT stream, {floored(width)} AS time, sum(n)::BIGINT AS n, fsum(total) AS total, "
        f"min(low) AS low, max(high) AS high FROM {source} GROUP BY ALL"
    )


def recompute(connection: duckdb.DuckDBPyConnection, tier: str, keys: pa.Table) -> None:
    """Make the sums of all hours and days anew that hold a key (stream, time) of which the row has changed."""
    for name, width in TABLES[tier]:
        touched = connection.sql(
            f"SELECT DISTINCT stream, {floored(width)} AS time FROM keys"
        ).to_arrow_table()
        time, stream = touched.column("time").to_numpy(), touched.column("stream").to_numpy()
        bounds = [int(time.min()), int(time.max()), int(stream.min()), int(stream.max())]
        connection.execute(
            f"DELETE FROM {name} WHERE time BETWEEN ? AND ? AND stream BETWEEN ? AND ? "
            "AND (stream, time) IN (SELECT (stream, time) FROM touched)",
            bounds,
        )
        connection.execute(
            f"""
            INSERT INTO {name} {
                summed(
                    f'''(SELECT * FROM {tier} WHERE time >= ? AND time < ? AND stream BETWEEN ? AND ?
                AND (stream, {floored(width)}) IN (SELECT (stream, time) FROM touched))''',
                    width,
                )
            }
            """,
            [bounds[0], bounds[1] + width, bounds[2], bounds[3]],
        )
