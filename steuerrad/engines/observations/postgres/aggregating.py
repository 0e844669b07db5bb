# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Aggregates by period in PostgreSQL: from the sums where they say the same as the rows, else from the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from steuerrad.engines.observations.aggregating import SUMMABLE, Query, buckets, check, empty, percentile
from steuerrad.engines.observations.downsampling import MOST_POINTS, wide_enough
from steuerrad.engines.observations.downsampling import SCHEMA as CHART
from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.periods import Period
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.postgres.reading import condition
from steuerrad.engines.observations.postgres.summing import floored
from steuerrad.engines.observations.reading import numbers
from steuerrad.engines.observations.times import DAY, HOUR

OF_SUMS = {"mean": "sum(total) / sum(n)", "sum": "sum(total)", "min": "min(low)", "max": "max(high)"}
OF_HOURS = {"mean": "total / n", "sum": "total", "min": "low", "max": "high"}  # each hour stands in one row
OF_ROWS = {
    "mean": "sum(value) / count(value)",
    "sum": "sum(value)",
    "min": "min(value)",
    "max": "max(value)",
    "first": "(array_agg(value ORDER BY time))[1]",
    "last": "(array_agg(value ORDER BY time DESC))[1]",
}


def aggregate(
    place: Place,
    streams: Iterable[int],
    start: int,
    end: int,
    period: Period,
    functions: Sequence[str] = ("mean",),
    *,
    zone: str = "UTC",
    without: Sequence[int] = (),
) -> pa.Table:
    """See Store.aggregate."""
    check(functions)
    wanted = numbers(streams) or []
    low, high = reach(place, wanted, start, end)
    if low >= high:
        return empty(functions)
    bounds, slot, width = buckets(period, zone, low, high)
    groups = (len(bounds) if bounds else (high - low) // width + 1) * len(wanted)
    if groups > place.options.most_rows:
        raise TooMuch(f"{groups} periods are more than {place.options.most_rows}")
    summable = not without and all(name in SUMMABLE for name in functions) and slot >= HOUR
    source = sums(wanted, low, high, slot) if summable else plain(wanted, low, high, without)
    if summable and width == HOUR:
        query = hours(source, functions)
    else:
        number = "sum(n)::int8" if summable else "count(value)"
        chosen = [f"{number} AS count", *(f'{expression(name, summable)} AS "{name}"' for name in functions)]
        query = bucketed(source, chosen, bounds, width)
    return place.table(query.sql, query.values, empty(functions).schema)


def hours(source: Query, functions: Sequence[str]) -> Query:
    """The sums as they are: a whole hour comes from them, a part of one from the rows, never both."""
    listed = ", ".join(f'{OF_HOURS[name]} AS "{name}"' for name in functions)
    return Query(
        f'SELECT stream, time AS start, time + {HOUR} AS "end", n AS count, {listed} '
        f"FROM ({source.sql}) AS source ORDER BY stream, start",
        source.values,
    )


def expression(name: str, summable: bool) -> str:
    known = OF_SUMS if summable else OF_ROWS
    return known.get(name) or f"percentile_cont({percentile(name)} / 100.0) WITHIN GROUP (ORDER BY value)"


def reach(place: Place, streams: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The part of [start, end) in which there can be anything, in whole days unless start or end cut it.

    The sums go back further than the rows when a rule of retention has taken these away.
    """
    chosen = condition(streams, None, None)
    row = place.row(
        f"SELECT min(first), max(last), bool_or(before IS NOT NULL) FROM summary WHERE {chosen.sql}",
        chosen.values,
    )
    first, last, expired = row or (None, None, None)
    if expired:
        oldest, newest = place.row(
            f"SELECT min(time), max(time) FROM daily WHERE {chosen.sql}", chosen.values
        )
        first = min((at for at in (first, oldest) if at is not None), default=None)
        last = max((at for at in (last, newest) if at is not None), default=None)
    if first is None or last is None:
        return 0, 0
    return max(start, first // DAY * DAY), min(end, (last // DAY + 1) * DAY)


def plain(streams: Sequence[int], low: int, high: int, without: Sequence[int]) -> Query:
    chosen = condition(streams, low, high).add("value IS NOT NULL")
    if without:
        chosen.add(
            "NOT EXISTS (SELECT FROM flags WHERE flags.stream = o.stream AND flags.time = o.time "
            "AND flag = ANY(%s::int[]))",
            [int(flag) for flag in without],
        )
    return Query(f"SELECT stream, time, value FROM observation AS o WHERE {chosen.sql}", chosen.values)


def sums(streams: Sequence[int], low: int, high: int, slot: int) -> Query:
    """Sums that cover [low, high): of whole days where the periods are whole days, of hours, of the rows at both ends."""
    layers = [("daily", DAY), ("hourly", HOUR)] if slot == DAY else [("hourly", HOUR)]
    parts = list(layered(streams, low, high, layers))
    return Query(" UNION ALL ".join(part.sql for part in parts), [v for part in parts for v in part.values])


def layered(
    streams: Sequence[int], low: int, high: int, layers: Sequence[tuple[str, int]]
) -> Iterator[Query]:
    """Whole intervals from the widest layer, what is left at both ends from the next one, at last from the rows."""
    if low >= high:
        return
    if not layers:
        chosen = condition(streams, low, high)
        yield Query(
            f"SELECT stream, {floored(HOUR)} AS time, count(value) AS n, sum(value) AS total, min(value) AS low, "
            f"max(value) AS high FROM observation WHERE {chosen.sql} AND value IS NOT NULL GROUP BY 1, 2",
            chosen.values,
        )
        return
    (table, width), *rest = layers
    inner = -(-low // width) * width, high // width * width
    if inner[0] >= inner[1]:
        yield from layered(streams, low, high, rest)
        return
    whole = condition(streams, *inner)
    yield Query(f"SELECT stream, time, n, total, low, high FROM {table} WHERE {whole.sql}", whole.values)
    yield from layered(streams, low, inner[0], rest)
    yield from layered(streams, inner[1], high, rest)


def bucketed(source: Query, chosen: Sequence[str], bounds: list[int], width: int) -> Query:
    """Group the source's rows (stream, time, ...) by period."""
    listed = ", ".join(chosen)
    if not bounds:
        return Query(
            f'SELECT stream, start, start + {width} AS "end", {listed} '
            f"FROM (SELECT *, {floored(width)} AS start FROM ({source.sql}) AS source) AS placed "
            "GROUP BY stream, start ORDER BY stream, start",
            source.values,
        )
    array = "%s::int8[]"
    return Query(
        f'SELECT stream, ({array})[period] AS start, ({array})[period + 1] AS "end", {listed} '
        f"FROM (SELECT *, width_bucket(time, {array}) AS period FROM ({source.sql}) AS source) AS placed "
        f"WHERE period BETWEEN 1 AND {len(bounds) - 1} GROUP BY stream, period ORDER BY stream, period",
        [bounds, bounds, bounds, *source.values],
    )


def downsample(place: Place, stream: int, start: int, end: int, points: int = 500) -> pa.Table:
    """See Store.downsample."""
    if not 1 <= points <= MOST_POINTS:
        raise TooMuch(f"points must lie between 1 and {MOST_POINTS}, not {points}")
    low, high = reach(place, [stream], start, end)
    if low >= high:
        return CHART.empty_table()
    if (raw := few_rows(place, stream, low, high, points)) is not None:
        return raw
    width = wide_enough(end - start, points)
    summable = width >= HOUR
    source = (
        sums([stream], low, high, DAY if width % DAY == 0 else HOUR)
        if summable
        else plain([stream], low, high, ())
    )
    functions = ("mean", "min", "max")
    chosen = [f"{expression(name, summable)} AS {name}" for name in functions]
    query = bucketed(
        source, [f"{'sum(n)::int8' if summable else 'count(value)'} AS count", *chosen], [], width
    )
    found = place.table(query.sql, query.values, empty(functions).schema)
    return found.drop_columns(["stream"]).rename_columns(CHART.names).cast(CHART)


def few_rows(place: Place, stream: int, low: int, high: int, points: int) -> pa.Table | None:
    """The rows themselves when they are not more than the points wanted, and none was given up by retention."""
    row = place.row("SELECT first, last, n, before FROM summary WHERE stream = %s", [stream])
    if not row or row[0] is None or (row[3] is not None and low < row[3]):
        return None
    if row[2] / max(1, row[1] - row[0]) * (high - low) > 4 * points:
        return None
    chosen = condition([stream], low, high).add("value IS NOT NULL")
    rows = place.table(
        f"SELECT time, value FROM observation WHERE {chosen.sql} ORDER BY time LIMIT %s",
        [*chosen.values, points + 1],
        pa.schema([("time", pa.int64()), ("value", pa.float64())]),
    )
    if rows.num_rows > points:
        return None
    time, value = rows.column("time"), rows.column("value")
    ones = pa.array([1] * rows.num_rows, pa.int64())
    return pa.table([time, time, ones, value, value, value], schema=CHART)
