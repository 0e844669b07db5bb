# pyright: basic
"""Aggregates by period: from the hourly and daily sums where they say the same as the rows, else from the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.periods import Period, edges
from steuerrad.engines.observations.reading import condition, numbers
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.sums import floored
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE, SECOND

SUMMABLE = {
    "mean": "fsum(total) / sum(n)",
    "sum": "fsum(total)",
    "min": "min(low)",
    "max": "max(high)",
}
FROM_ROWS = {
    "mean": "fsum(value) / count(value)",
    "sum": "fsum(value)",
    "min": "min(value)",
    "max": "max(value)",
    "first": "arg_min(value, time)",
    "last": "arg_max(value, time)",
}
PERCENTILE = re.compile(r"p([0-9]{2})")
SLOTS = (DAY, HOUR, 15 * MINUTE)  # all zones in use differ from UTC by multiples of 15 minutes


@dataclass(frozen=True, slots=True)
class Query:
    """A query being put together."""

    sql: str
    values: list[object]


def aggregate(
    room: Room,
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
    low, high = reach(room, wanted, start, end)
    if low >= high:
        return empty(functions)
    # The periods at both ends are cut at start and end, as asked, not at the first and last row.
    bounds, slot, width = buckets(period, zone, low, high)
    groups = (len(bounds) if bounds else (high - low) // width + 1) * len(wanted)
    if groups > room.options.most_rows:
        raise TooMuch(f"{groups} periods are more than {room.options.most_rows}")
    summable = not without and all(name in SUMMABLE for name in functions) and slot >= HOUR
    source = sums(wanted, low, high, slot) if summable else plain(wanted, low, high, without)
    values = SUMMABLE if summable else FROM_ROWS
    number = "sum(n)::BIGINT" if summable else "count(value)"
    chosen = [f"{number} AS count", *(f'{expression(name, values)} AS "{name}"' for name in functions)]
    query = bucketed(source, chosen, bounds, slot, width)
    return room.table(query.sql, query.values)


def check(functions: Sequence[str]) -> None:
    for name in functions:
        if name not in FROM_ROWS and not percentile(name):
            raise ValueError(f"{name}: not a function; known are {', '.join(FROM_ROWS)} and p01 to p99")
    if not functions or len(set(functions)) < len(functions):
        raise ValueError("functions must be given, each once")


def percentile(name: str) -> int | None:
    found = PERCENTILE.fullmatch(name)
    return int(found[1]) or None if found else None


def expression(name: str, values: dict[str, str]) -> str:
    return values[name] if name in values else f"quantile_cont(value, {percentile(name)} / 100)"


def empty(functions: Sequence[str]) -> pa.Table:
    fields = [("stream", pa.int32()), ("start", pa.int64()), ("end", pa.int64()), ("count", pa.int64())]
    return pa.schema([*fields, *((name, pa.float64()) for name in functions)]).empty_table()


def reach(room: Room, streams: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The part of [start, end) in which there can be anything, in whole days unless start or end cut it.

    The sums go back further than the rows when a rule of retention has taken these away.
    """
    extent = room.known.extent(streams)
    oldest = newest = None
    if room.known.any_expired:
        chosen = condition(streams, None, None)
        found = room.table(
            f"SELECT min(time) AS oldest, max(time) AS newest FROM daily_cold WHERE {chosen.sql}",
            chosen.values,
        )
        oldest, newest = (found.column(name)[0].as_py() for name in ("oldest", "newest"))
    first = min((at for at in (extent and extent[0], oldest) if at is not None), default=None)
    last = max((at for at in (extent and extent[1], newest) if at is not None), default=None)
    if first is None or last is None:
        return 0, 0
    return max(start, first // DAY * DAY), min(end, (last // DAY + 1) * DAY)


def buckets(period: Period, zone: str, low: int, high: int) -> tuple[list[int], int, int]:
    """(edges, slot, width): edges of calendar periods, or none and the width of fixed ones, in µs.

    slot: the widest of SLOTS of which every bound of a period is a multiple, else 0.
    """
    if period.unit is None:
        width = period.seconds * SECOND
        return [], next((slot for slot in SLOTS if width % slot == 0), 0), width
    bounds = edges(period, zone, low, high)
    return bounds, next((slot for slot in SLOTS if all(edge % slot == 0 for edge in bounds)), 0), 0


def plain(streams: Sequence[int], low: int, high: int, without: Sequence[int]) -> Query:
    chosen = condition(streams, low, high)
    chosen.add("value IS NOT NULL")
    if without:
        flagged = condition(streams, low, high)
        flagged.add(f"flag IN ({', '.join('?' * len(without))})", *without)
        chosen.add(
            f"(stream, time) NOT IN (SELECT (stream, time) FROM flags WHERE {flagged.sql})", *flagged.values
        )
    return Query(f"SELECT stream, time, value FROM observation WHERE {chosen.sql}", chosen.values)


def sums(streams: Sequence[int], low: int, high: int, slot: int) -> Query:
    """Sums that cover [low, high): of whole days and hours, of the rows at both ends and of the rows that are hot.

    Days are only used where the periods are whole days. Warm rows have hours, hot ones have nothing yet.
    """
    days = [("daily_cold", DAY)] if slot == DAY else []
    parts = [
        *layered(streams, low, high, [*days, ("hourly_cold", HOUR)], "cold"),
        *layered(streams, low, high, [("hourly_warm", HOUR)], "warm"),
        from_rows(streams, low, high, "hot", slot),
    ]
    return Query(" UNION ALL ".join(part.sql for part in parts), [v for part in parts for v in part.values])


def layered(
    streams: Sequence[int], low: int, high: int, layers: Sequence[tuple[str, int]], tier: str
) -> Iterator[Query]:
    """Whole intervals from the widest layer, what is left at both ends from the next one, at last from the rows."""
    if low >= high:
        return
    if not layers:
        yield from_rows(streams, low, high, tier)
        return
    (table, width), *rest = layers
    inner = -(-low // width) * width, high // width * width
    if inner[0] >= inner[1]:
        yield from layered(streams, low, high, rest, tier)
        return
    whole = condition(streams, *inner)
    yield Query(f"SELECT stream, time, n, total, low, high FROM {table} WHERE {whole.sql}", whole.values)
    yield from layered(streams, low, inner[0], rest, tier)
    yield from layered(streams, inner[1], high, rest, tier)


def from_rows(streams: Sequence[int], low: int, high: int, table: str, slot: int = HOUR) -> Query:
    chosen = condition(streams, low, high)
    return Query(
        f"SELECT stream, {floored(slot)} AS time, count(value) AS n, fsum(value) AS total, "
        f"min(value) AS low, max(value) AS high FROM {table} WHERE {chosen.sql} AND value IS NOT NULL "
        "GROUP BY ALL",
        chosen.values,
    )


def bucketed(source: Query, chosen: Sequence[str], bounds: list[int], slot: int, width: int) -> Query:
    """Group the source's rows (stream, time, ...) by period."""
    listed = ", ".join(chosen)
    if not bounds:
        sql = (
            f'SELECT stream, {floored(width)} AS start, start + {width} AS "end", {listed} '
            f"FROM ({source.sql}) GROUP BY stream, start ORDER BY stream, start"
        )
        return Query(sql, source.values)
    pairs = 'SELECT unnest(?::BIGINT[]) AS start, unnest(?::BIGINT[]) AS "end"'
    if slot:  # every slot belongs to one period: a plain join
        sql = (
            f"WITH period AS ({pairs}), slot AS "
            f'(SELECT start, "end", unnest(range(start, "end", {slot})) AS moment FROM period) '
            f'SELECT stream, start, "end", {listed} FROM ({source.sql}) AS source '
            f"JOIN slot ON {floored(slot)} = slot.moment "
            'GROUP BY stream, start, "end" ORDER BY stream, start'
        )
    else:  # local mean times before the zones
        sql = (
            f'WITH period AS ({pairs}) SELECT stream, start, "end", {listed} FROM ({source.sql}) AS source '
            "ASOF JOIN period ON source.time >= period.start "
            'GROUP BY stream, start, "end" ORDER BY stream, start'
        )
    return Query(sql, [bounds[:-1], bounds[1:], *source.values])
