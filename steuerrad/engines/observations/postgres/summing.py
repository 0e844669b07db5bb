# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Hourly and daily sums in PostgreSQL: added to as rows come, made anew where a row has changed or gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray

from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.postgres.arrays import Float8, Int4, Int8
from steuerrad.engines.observations.times import DAY, HOUR

LAYERS = (("hourly", HOUR), ("daily", DAY))
# Two numbers near the end of the range have no sum; PostgreSQL calls that an error, which would stop the batch.
ADDED = (
    "CASE WHEN abs(kept.total) > 8e307 OR abs(excluded.total) > 8e307 THEN 'Infinity'::float8 "
    "ELSE kept.total + excluded.total END"
)


def floored(width: int, column: str = "time") -> str:
    """SQL: the start of the interval of this many µs that holds the instant, also before 1970."""
    return f"({column} - ((({column} %% {width}) + {width}) %% {width}))"


def add(connection: psycopg.Connection[Any], rows: pa.Table) -> None:
    """Count rows that are new. The caller holds the locks of their streams."""
    counted = rows.filter(pc.is_valid(rows.column("value")))
    if not counted.num_rows:
        return
    for name, width in LAYERS:
        time = counted.column("time").to_numpy()
        grouped = (
            pa.table({"stream": counted.column("stream"), "time": pa.array(time - time % width),
                      "value": counted.column("value")})
            .group_by(["stream", "time"])
            .aggregate([("value", "count"), ("value", "sum"), ("value", "min"), ("value", "max")])
            .sort_by([("stream", "ascending"), ("time", "ascending")])
        )  # fmt: skip
        connection.execute(
            f"INSERT INTO {name} AS kept SELECT * FROM "
            "unnest(%s::int4[], %s::int8[], %s::int8[], %s::float8[], %s::float8[], %s::float8[]) "
            f"ON CONFLICT (stream, time) DO UPDATE SET n = kept.n + excluded.n, total = {ADDED}, "
            "low = least(kept.low, excluded.low), high = greatest(kept.high, excluded.high)",
            [
                Int4(grouped.column("stream").to_numpy()), Int8(grouped.column("time").to_numpy()),
                Int8(grouped.column("value_count").to_numpy()), Float8(grouped.column("value_sum").to_numpy()),
                Float8(grouped.column("value_min").to_numpy()), Float8(grouped.column("value_max").to_numpy()),
            ],
        )  # fmt: skip


def recompute(connection: psycopg.Connection[Any], stream: NDArray[Any], time: NDArray[np.int64]) -> None:
    """Make the sums of the hours and days that hold a changed row anew: a least value cannot be subtracted."""
    source = "observation"
    for name, width in LAYERS:
        keys = np.unique(np.stack([stream.astype(np.int64), time - time % width], axis=1), axis=0)
        renew(connection, name, source, width, keys)
        source = name


def renew(
    connection: psycopg.Connection[Any], name: str, source: str, width: int, keys: NDArray[np.int64]
) -> None:
    """keys: rows of (stream, start of the interval), each once."""
    given = [Int4(keys[:, 0]), Int8(keys[:, 1])]
    connection.execute(
        f"DELETE FROM {name} USING unnest(%s::int4[], %s::int8[]) AS k (stream, time) "
        f"WHERE {name}.stream = k.stream AND {name}.time = k.time",
        given,
    )
    low, high = int(keys[:, 1].min()), int(keys[:, 1].max()) + width
    connection.execute(
        f"INSERT INTO {name} SELECT k.stream, k.time, {parts(source)} FROM unnest(%s::int4[], %s::int8[]) AS k (stream, time) "
        f"JOIN {source} AS s ON s.stream = k.stream AND s.time >= k.time AND s.time < k.time + {width} "
        f"WHERE s.time >= {low} AND s.time < {high} {'AND s.value IS NOT NULL' if source == 'observation' else ''} "
        "GROUP BY k.stream, k.time",
        given,
    )


def renewed_between(connection: psycopg.Connection[Any], stream: int, start: int, end: int) -> None:
    """Sums of the hours that the interval touches anew from what is left of the rows, those of days from the hours."""
    source = "observation"
    for name, width in LAYERS:
        low, high = start // width * width, -(-end // width) * width
        connection.execute(
            f"DELETE FROM {name} WHERE stream = %s AND time >= %s AND time < %s", [stream, low, high]
        )
        connection.execute(
            f"INSERT INTO {name} SELECT stream, {floored(width)}, {parts(source)} FROM {source} AS s "
            f"WHERE stream = %s AND time >= %s AND time < %s {'AND value IS NOT NULL' if source == 'observation' else ''} "
            "GROUP BY 1, 2",
            [stream, low, high],
        )
        source = name


def parts(source: str) -> str:
    """SQL: number, total, least and greatest of rows, or of sums of a finer layer."""
    if source == "observation":
        return "count(s.value), sum(s.value), min(s.value), max(s.value)"
    return "sum(s.n)::int8, sum(s.total), min(s.low), max(s.high)"
