# pyright: basic
"""Series for charts: at most so many points, whatever the length of time; minimum and maximum are kept."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from steuerrad.engines.observations.aggregating import SUMMABLE, reach, sums
from steuerrad.engines.observations.arrow import pc
from steuerrad.engines.observations.days import SUMS, Known, added, of_rows
from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.reading import condition as conditioned
from steuerrad.engines.observations.reading import selected
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.sums import floored, merged
from steuerrad.engines.observations.times import DAY, HOUR, LOWEST, MINUTE, SECOND

SCHEMA = pa.schema(
    [
        ("time", pa.int64()), ("end", pa.int64()), ("count", pa.int64()),
        ("mean", pa.float64()), ("min", pa.float64()), ("max", pa.float64()),
    ]
)  # fmt: skip
MOST_POINTS = 10_000
# Widths that people read off an axis; above a day whole days.
NICE = [
    SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
    MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY,
]  # fmt: skip


def downsample(room: Room, stream: int, start: int, end: int, points: int = 500) -> pa.Table:
    """See Store.downsample."""
    if not 1 <= points <= MOST_POINTS:
        raise TooMuch(f"points must lie between 1 and {MOST_POINTS}, not {points}")
    low, high = reach(room, [stream], start, end)
    if low >= high:
        return SCHEMA.empty_table()
    if (
        low >= room.known.expired_before(stream)
        and (raw := few_rows(room, stream, low, high, points)) is not None
    ):
        return raw
    width = wide_enough(end - start, points)
    if (
        width >= DAY
        and not room.known.any_expired
        and (found := of_days(room, stream, start, end, width)) is not None
    ):
        return found
    if width >= HOUR:
        source = sums([stream], low, high, DAY if width % DAY == 0 else HOUR)
        values = SUMMABLE, "sum(n)::BIGINT"
    else:
        chosen = conditioned([stream], low, high)
        sql = f"SELECT stream, time, value FROM observation WHERE {chosen.sql} AND value IS NOT NULL"
        return grouped(room, sql, chosen.values, width, "count(value)", FROM_VALUES)
    return grouped(room, source.sql, source.values, width, values[1], values[0])


def of_days(room: Room, stream: int, start: int, end: int, width: int) -> pa.Table | None:
    """From the daily sums in memory; None when sorted rows are just being moved or changed."""
    sealed = room.sealed
    if sealed % 2:
        return None
    known = known_days(room, stream, sealed)
    extent = room.known.extent([stream])
    if extent is None:
        return None
    # A day is cut only where there are rows on both sides of the cut.
    first = start // DAY * DAY if start <= extent[0] else -(-start // DAY) * DAY
    last = -(-end // DAY) * DAY if end > extent[1] else end // DAY * DAY
    cut = rows_of(room, stream, [(start, first), (last, end)] if first <= last else [(start, end)])
    if room.sealed != sealed:
        return None
    room.days.keep(stream, known)
    sums = added(pa.concat_tables([*known.between(first, last), of_rows(cut)]), width)
    time, n, total, low, high = sums.columns
    mean = pc.divide(total, pc.cast(n, pa.float64()))
    return pa.table([time, pc.add(time, width), n, mean, low, high], schema=SCHEMA)


def known_days(room: Room, stream: int, sealed: int) -> Known:
    """Daily sums of all rows of a stream, brought up to date from what was known of them before."""
    known = room.days.get(stream)
    if known is None or known.sealed != sealed:
        return Known(sealed, settled_days(room, stream), *young_days(room, stream))
    since = room.recent.since(stream, known.number, known.last)
    if since is None:
        return Known(sealed, known.settled, *young_days(room, stream))
    rows, number = since
    return known if rows is None else known.with_rows(rows, number)


def settled_days(room: Room, stream: int) -> pa.Table:
    """Of the warm and cold rows."""
    warm = merged("(SELECT * FROM hourly_warm WHERE stream = ?)", DAY)
    found = room.table(
        "SELECT time, sum(n)::BIGINT AS n, fsum(total) AS total, min(low) AS low, max(high) AS high FROM "
        f"(SELECT * FROM daily_cold WHERE stream = ? UNION ALL {warm}) GROUP BY time ORDER BY time",
        [stream, stream],
    )
    return found.cast(SUMS).combine_chunks()


def young_days(room: Room, stream: int) -> tuple[int, int, pa.Table]:
    """Of the hot rows: up to which number and time, and the sums."""
    number = room.recent.number
    rows = room.table("SELECT time, value FROM hot WHERE stream = ?", [stream])
    last = int(rows.column("time").to_numpy().max()) if rows.num_rows else LOWEST - 1
    return number, last, added(of_rows(rows), DAY)


def rows_of(room: Room, stream: int, spans: Iterable[tuple[int, int]]) -> pa.Table:
    """time, value of all rows in these spans of time."""
    chosen = [conditioned([stream], start, end) for start, end in spans if start < end]
    if not chosen:
        return pa.schema([("time", pa.int64()), ("value", pa.float64())]).empty_table()
    sql = " UNION ALL ".join(f"SELECT time, value FROM observation WHERE {one.sql}" for one in chosen)
    return room.table(sql, [value for one in chosen for value in one.values])


FROM_VALUES = {"mean": "fsum(value) / count(value)", "min": "min(value)", "max": "max(value)"}


def grouped(
    room: Room, sql: str, values: list[object], width: int, number: str, functions: dict[str, str]
) -> pa.Table:
    table = room.table(
        f'SELECT {floored(width)} AS start, start + {width} AS "end", {number} AS count, '
        f"{functions['mean']} AS mean, {functions['min']} AS least, {functions['max']} AS most "
        f"FROM ({sql}) GROUP BY start ORDER BY start",
        values,
    )
    return table.rename_columns(SCHEMA.names).cast(SCHEMA)


def few_rows(room: Room, stream: int, low: int, high: int, points: int) -> pa.Table | None:
    """The rows themselves when they are not more than the points wanted. Guessed first, so that years are not read."""
    extent = room.known.extent([stream])
    if extent is None:
        return None
    density = extent[2] / max(1, extent[1] - extent[0])
    if density * (high - low) > 4 * points:
        return None
    chosen = conditioned([stream], low, high).add("value IS NOT NULL")
    rows = selected(room, chosen, "time", points + 1, 0)
    if rows.num_rows > points:
        return None
    time, value = rows.column("time"), rows.column("value")
    ones = pa.array([1] * rows.num_rows, pa.int64())
    return pa.table([time, time, ones, value, value, value], schema=SCHEMA)


def wide_enough(length: int, points: int) -> int:
    """The least nice width in µs of which `points` cover the length (one more where both ends are cut)."""
    for width in NICE:
        if width * points >= length:
            return width
    return -(-length // (DAY * points)) * DAY
