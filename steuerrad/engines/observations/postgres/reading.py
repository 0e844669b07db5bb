# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Reading rows from PostgreSQL: as `observations.reading`, with conditions decided where they are understood."""

from __future__ import annotations

import re
import time as clock
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA
from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.known import EXTENTS
from steuerrad.engines.observations.postgres.conditions import Decider, split
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.reading import (
    Condition,
    Order,
    Where,
    following,
    greater,
    lesser,
    numbers,
    ordered,
    spans,
)
from steuerrad.engines.observations.tables import COLUMNS
from steuerrad.engines.observations.times import HOUR

CHUNK_ROWS = 200_000  # that are fetched at once for DuckDB to decide over
WIDEN = 4
# The key is never missing, and only so can the index be read backwards.
KEY_DESC = re.compile(r"\b(time|stream) DESC NULLS LAST")


def condition(streams: Sequence[int] | None, start: int | None, end: int | None, where: Where | None = None) -> Condition:  # fmt: skip
    """As reading.condition, with %s for values. where: for PostgreSQL already (`conditions.split`)."""
    found = Condition()
    if streams is not None:
        if not streams:
            found.add("FALSE")
        elif len(streams) == 1:
            found.add("stream = %s", streams[0])
        else:  # not BETWEEN: that would walk over all times of all streams between
            found.add("stream = ANY(%s::int[])", list(streams))
    if start is not None:
        found.add("time >= %s", start)
    if end is not None:
        found.add("time < %s", end)
    if where is not None:
        found.add(where[0], *where[1])
    return found


def asked_for(streams: Iterable[int] | None) -> tuple[str, list[object]]:
    """SQL of the streams in the order asked for, to join with: (stream, place)."""
    if streams is None:
        return "(SELECT stream, stream::int8 AS place FROM summary)", []
    listed = [int(stream) for stream in streams]
    return "unnest(%s::int8[]) WITH ORDINALITY AS wanted (stream, place)", [listed]


def latest(place: Place, streams: Iterable[int] | None) -> pa.Table:
    """One row of the batch schema per stream that has rows, in the order asked for."""
    source, values = asked_for(streams)
    return place.table(
        "SELECT summary.stream, last AS time, value, result_time, extra "
        f"FROM {source} {'AS wanted' if streams is None else ''} JOIN summary ON summary.stream = wanted.stream WHERE n > 0 ORDER BY place",
        values,
        SCHEMA,
    )


def extents(place: Place, streams: Iterable[int] | None) -> pa.Table:
    source, values = asked_for(streams)
    return place.table(
        f"SELECT summary.stream, first, last, n FROM {source} {'AS wanted' if streams is None else ''} "
        "JOIN summary ON summary.stream = wanted.stream WHERE n > 0 ORDER BY place",
        values,
        EXTENTS,
    )


def extent(place: Place, streams: Sequence[int] | None) -> tuple[int, int, int] | None:
    """First, last and number of rows of all these streams together; None without any row."""
    chosen = condition(streams, None, None)
    row = place.row(
        f"SELECT min(first), max(last), sum(n)::int8 FROM summary WHERE n > 0 AND {chosen.sql}", chosen.values
    )
    return None if not row or row[0] is None else (row[0], row[1], row[2])


def streamed(
    connection: psycopg.Connection[Any],
    streams: Iterable[int] | None,
    start: int,
    end: int,
    take: Callable[[pa.Table], None],
    most: int,
) -> int:
    """Hand over all rows of one moment by stream and time, `most` at a time; returns their number."""
    wanted, rows = numbers(streams), 0
    after: tuple[int, int] | None = None
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    while True:
        chosen = condition(wanted, start, end)
        if after is not None:
            chosen.add("(stream, time) > (%s, %s)", *after)
        sql = f"SELECT {COLUMNS} FROM observation WHERE {chosen.sql} ORDER BY stream, time LIMIT %s"
        part = Place.read(connection, sql, [*chosen.values, most], SCHEMA)
        if part.num_rows:
            take(part)
        rows += part.num_rows
        if part.num_rows < most:
            connection.execute("COMMIT")
            return rows
        after = part.column("stream")[-1].as_py(), part.column("time")[-1].as_py()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads of one store."""

    place: Place
    decider: Decider

    def rows(
        self,
        streams: Iterable[int] | None,
        start: int | None,
        end: int | None,
        *,
        newest_first: bool,
        limit: int,
        offset: int,
        after: tuple[int, int] | None,
        where: Where | None,
        order: Order | None,
    ) -> pa.Table:
        """See Store.rows. Raises TooMuch for a limit above the bound, ValueError for an unknown column to order by."""
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset must not be negative")
        if limit > self.place.options.most_rows:
            raise TooMuch(f"more than {self.place.options.most_rows} rows at once")
        ordering = ordered(order, newest_first)
        wanted = numbers(streams)
        found = extent(self.place, wanted)
        if found is None or limit == 0:
            return SCHEMA.empty_table()
        if after is not None:
            where = following(after, newest_first, where)
            start, end = (
                (start, lesser(end, after[0] + 1)) if newest_first else (greater(start, after[0]), end)
            )
        asked = Asked(wanted, greater(start, found[0]), lesser(end, found[1] + 1), where, newest_first)
        if split(where).rest is None:
            return self._pushed(asked, found, ordering, order, limit, offset)
        if order is None:
            return self._first(asked, found, limit + offset).slice(offset, limit)
        return self._sorted(asked, found, ordering, limit, offset)

    def _pushed(
        self, asked: Asked, found: tuple[int, int, int], ordering: str, order: Order | None, limit: int, offset: int
    ) -> pa.Table:  # fmt: skip
        pushed = split(asked.where).pushed
        if order is not None:
            chosen = condition(asked.streams, asked.low, asked.high, pushed)
            return self._selected(chosen, ordering, limit, offset)
        rows = SCHEMA.empty_table()
        for low, high in spans(asked.low, asked.high, found, limit + offset, newest_first=asked.newest_first):
            rows = self._selected(condition(asked.streams, low, high, pushed), ordering, limit + offset, 0)
            if rows.num_rows >= limit + offset:
                break
        return rows.slice(offset, limit)

    def _selected(self, chosen: Condition, ordering: str, limit: int, offset: int) -> pa.Table:
        indexed = KEY_DESC.sub(r"\1 DESC", ordering)
        return self.place.table(
            f"SELECT {COLUMNS} FROM observation WHERE {chosen.sql} ORDER BY {indexed} LIMIT %s OFFSET %s",
            [*chosen.values, limit, offset],
            SCHEMA,
        )

    def _first(self, asked: Asked, found: tuple[int, int, int], wanted: int) -> pa.Table:
        """The first rows, in the order of time, for which DuckDB says that the condition holds."""
        parts: list[pa.Table] = []
        for part in self.decided(asked, found, first=4 * wanted):
            parts.append(part.slice(0, wanted - sum(p.num_rows for p in parts)))
            if sum(p.num_rows for p in parts) >= wanted:
                break
        return pa.concat_tables(parts) if parts else SCHEMA.empty_table()

    def _sorted(
        self, asked: Asked, found: tuple[int, int, int], ordering: str, limit: int, offset: int
    ) -> pa.Table:
        options = self.place.options
        parts: list[pa.Table] = []
        for part in self.decided(asked, found):
            parts.append(part)
            if sum(p.num_rows for p in parts) > options.most_rows:
                raise TooMuch(f"more than {options.most_rows} rows would have to be sorted")
        if not parts:
            return SCHEMA.empty_table()
        whole = pa.concat_tables(parts)
        return self.decider.ordered(whole, ordering, limit, offset, options.query_seconds)

    def count(
        self, streams: Iterable[int] | None, start: int | None, end: int | None, where: Where | None
    ) -> int:
        """From the summary when neither times nor a condition cut anything off."""
        wanted = numbers(streams)
        found = extent(self.place, wanted)
        if found is None:
            return 0
        inside = (start is None or start <= found[0]) and (end is None or end > found[1])
        if where is None and inside:
            return found[2]
        asked = Asked(wanted, greater(start, found[0]), lesser(end, found[1] + 1), where)
        parted = split(where)
        if parted.rest is not None:
            return sum(part.num_rows for part in self.decided(asked, found))
        chosen = condition(wanted, asked.low, asked.high, parted.pushed)
        row = self.place.row(f"SELECT count(*) FROM observation WHERE {chosen.sql}", chosen.values)
        return int(row[0])

    def streams_where(
        self, streams: Iterable[int] | None, where: Where, start: int | None, end: int | None
    ) -> set[int]:
        wanted = numbers(streams)
        found = extent(self.place, wanted)
        if found is None:
            return set()
        asked = Asked(wanted, greater(start, found[0]), lesser(end, found[1] + 1), where)
        parted = split(where)
        if parted.rest is None:
            chosen = condition(wanted, asked.low, asked.high, parted.pushed)
            return self._streams(chosen)
        told: set[int] = set()
        for part in self.decided(asked, found):
            told.update(part.column("stream").unique().to_pylist())
            if wanted is not None and len(told) == len(wanted):
                break
        return told

    def _streams(self, chosen: Condition) -> set[int]:
        """One look per stream, not one per row: a stream is done with its first row."""
        table = self.place.table(
            "SELECT stream FROM summary AS one WHERE n > 0 AND EXISTS "
            f"(SELECT FROM (SELECT * FROM observation WHERE observation.stream = one.stream) AS own WHERE {chosen.sql})",
            chosen.values,
            pa.schema([("stream", pa.int32())]),
        )
        return set(table.column("stream").to_pylist())

    def decided(
        self, asked: Asked, found: tuple[int, int, int], first: int = CHUNK_ROWS
    ) -> Iterator[pa.Table]:
        """Rows in the order of time and stream, chunk by chunk, for which the whole condition holds."""
        parted = split(asked.where)
        assert parted.rest is not None
        limit = self.place.options.query_seconds
        deadline = clock.monotonic() + limit
        ordering = ordered(None, asked.newest_first)
        for low, high, rows in windows(asked, found, min(first, CHUNK_ROWS)):
            after: tuple[int, int] | None = None
            while True:
                left = deadline - clock.monotonic()
                if left <= 0:
                    raise TooMuch(f"the read took longer than {limit:g} s")
                chosen = condition(asked.streams, low, high, parted.pushed)
                if after is not None:
                    sign = "<" if asked.newest_first else ">"
                    chosen.add(f"(time, stream) {sign} (%s, %s)", *after)
                chunk = self._selected(chosen, ordering, rows, 0)
                if chunk.num_rows:
                    kept = self.decider.filtered(chunk, parted.rest, left)
                    if kept.num_rows:
                        yield kept
                if chunk.num_rows < rows:
                    break
                last = chunk.slice(rows - 1, 1)
                after = last.column("time")[0].as_py(), last.column("stream")[0].as_py()


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows of these streams with low <= time < high for which the condition holds."""

    streams: Sequence[int] | None
    low: int
    high: int
    where: Where | None
    newest_first: bool = False


def windows(asked: Asked, found: tuple[int, int, int], rows: int) -> Iterator[tuple[int, int, int]]:
    """(low, high, rows to fetch at once): parts of time side by side, small ones first."""
    first, last, n = found
    rows = max(1_000, rows)
    low, high = asked.low, asked.high
    width = max(HOUR, (last - first) // max(1, n) * rows)
    while low < high:
        part = (max(low, high - width), high) if asked.newest_first else (low, min(high, low + width))
        yield *part, rows
        low, high = (low, part[0]) if asked.newest_first else (part[1], high)
        rows = min(CHUNK_ROWS, rows * WIDEN)
        width = min(width * WIDEN, 2**61)
