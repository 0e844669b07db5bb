# pyright: basic
"""Reading rows: of some streams, between two times, in order, by pages, with a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA
from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.tables import COLUMNS
from steuerrad.engines.observations.times import HOUR

Where = tuple[str, Sequence[object]]
Order = Sequence[tuple[str, bool]]  # column, descending
LISTED = 200  # streams written into the query; more of them are joined
FIRST_WINDOW = 4 * HOUR
WIDEN = 8


@dataclass(slots=True)
class Condition:
    """Parts of a WHERE with ? places and what belongs there."""

    parts: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, sql: str, *values: object) -> Condition:
        self.parts.append(sql)
        self.values.extend(values)
        return self

    @property
    def sql(self) -> str:
        return " AND ".join(f"({part})" for part in self.parts) or "TRUE"


def condition(
    streams: Sequence[int] | None, start: int | None, end: int | None, where: Where | None = None
) -> Condition:
    """streams: sorted, each once (`numbers`). start <= time < end. where comes from an AST of the caller, never from a user's text."""
    found = Condition()
    if streams is not None:
        if not streams:
            found.add("FALSE")
        elif len(streams) == streams[-1] - streams[0] + 1:
            found.add("stream BETWEEN ? AND ?", streams[0], streams[-1])
        elif len(streams) <= LISTED:
            found.add(f"stream IN ({', '.join('?' * len(streams))})", *streams)
        else:  # as one text: a list of values costs more to hand over than the read
            listed = ",".join(map(str, streams))
            found.add("stream BETWEEN ? AND ?", streams[0], streams[-1])
            found.add("stream IN (SELECT unnest(string_split(?, ',')::INTEGER[]))", listed)
    if start is not None:
        found.add("time >= ?", start)
    if end is not None:
        found.add("time < ?", end)
    if where is not None:
        found.add(where[0], *where[1])
    return found


def numbers(streams: Iterable[int] | None) -> list[int] | None:
    return None if streams is None else sorted({int(stream) for stream in streams})


def rows(
    room: Room,
    streams: Iterable[int] | None = None,
    start: int | None = None,
    end: int | None = None,
    *,
    newest_first: bool = False,
    limit: int = 1000,
    offset: int = 0,
    after: tuple[int, int] | None = None,
    where: Where | None = None,
    order: Order | None = None,
) -> pa.Table:
    """See Store.rows. Raises TooMuch for a limit above the bound, ValueError for an unknown column to order by."""
    if limit < 0 or offset < 0:
        raise ValueError("limit and offset must not be negative")
    if limit > room.options.most_rows:
        raise TooMuch(f"more than {room.options.most_rows} rows at once")
    wanted = numbers(streams)
    plain = newest_first and start is end is after is where is order is None
    if plain and wanted is not None and len(wanted) == 1 and limit:
        return newest(room, wanted[0], offset + limit).slice(offset)
    return read(room, wanted, start, end, newest_first, limit, offset, after, where, order)


def newest(room: Room, stream: int, limit: int) -> pa.Table:
    """The newest rows of one stream, from memory when they were asked for lately."""
    found = room.tails.newest(stream, limit)
    if found is None:
        number = room.recent.number
        found = read(room, [stream], newest_first=True, limit=limit)
        room.tails.read(stream, limit, found, number)
    return found


def read(
    room: Room, wanted: list[int] | None, start: int | None = None, end: int | None = None,
    newest_first: bool = False, limit: int = 1000, offset: int = 0, after: tuple[int, int] | None = None,
    where: Where | None = None, order: Order | None = None,
) -> pa.Table:  # fmt: skip
    """As `rows`, from the disk."""
    extent = room.known.extent(wanted)
    if extent is None or limit == 0:
        return SCHEMA.empty_table()
    if after is not None:
        where = following(after, newest_first, where)
        start, end = (start, lesser(end, after[0] + 1)) if newest_first else (greater(start, after[0]), end)
    low, high = greater(start, extent[0]), lesser(end, extent[1] + 1)
    ordering = ordered(order, newest_first)
    if order is not None:
        return selected(room, condition(wanted, low, high, where), ordering, limit, offset)
    found = SCHEMA.empty_table()
    for from_, to in spans(low, high, extent, limit + offset, newest_first=newest_first):
        found = selected(room, condition(wanted, from_, to, where), ordering, limit + offset, 0)
        if found.num_rows >= limit + offset:
            break
    return found.slice(offset, limit)


def spans(
    low: int, high: int, extent: tuple[int, int, int], wanted: int, *, newest_first: bool
) -> Iterator[tuple[int, int]]:
    """Growing spans of time from the side where reading begins: what comes first needs only a small part.

    The first is guessed from how dense the streams are; the last is the whole.
    """
    first, last, n = extent
    width = max(FIRST_WINDOW, int((last - first) / n * wanted * 1.2))
    while width < (high - low) / 2:
        yield (high - width, high) if newest_first else (low, low + width)
        width *= WIDEN
    if low < high:
        yield low, high


def selected(room: Room, condition: Condition, ordering: str, limit: int, offset: int) -> pa.Table:
    table = room.table(
        f"SELECT {COLUMNS} FROM observation WHERE {condition.sql} ORDER BY {ordering} LIMIT ? OFFSET ?",
        [*condition.values, limit, offset],
    )
    return table.cast(SCHEMA)


def ordered(order: Order | None, newest_first: bool) -> str:
    parts = [("time", newest_first)] if order is None else list(order)
    for column, _descending in parts:
        if column not in SCHEMA.names:
            raise ValueError(f"{column}: not a column to order by")
    named = [column for column, _descending in parts]
    rest = [
        (column, newest_first if order is None else False)
        for column in ("time", "stream")
        if column not in named
    ]
    return ", ".join(
        f"{column} {'DESC NULLS LAST' if descending else 'ASC NULLS LAST'}"
        for column, descending in [*parts, *rest]
    )


def following(after: tuple[int, int], newest_first: bool, where: Where | None) -> Where:
    sign = "<" if newest_first else ">"
    key = f"(time {sign} ? OR (time = ? AND stream {sign} ?))"
    values = [after[0], after[0], after[1]]
    return (key, values) if where is None else (f"{key} AND ({where[0]})", [*values, *where[1]])


def greater(a: int | None, b: int) -> int:
    return b if a is None else max(a, b)


def lesser(a: int | None, b: int) -> int:
    return b if a is None else min(a, b)


def count(
    room: Room,
    streams: Iterable[int] | None = None,
    start: int | None = None,
    end: int | None = None,
    where: Where | None = None,
) -> int:
    """From memory when neither times nor a condition are given."""
    wanted = numbers(streams)
    extent = room.known.extent(wanted)
    if extent is None:
        return 0
    inside = (start is None or start <= extent[0]) and (end is None or end > extent[1])
    if where is None and inside:
        return extent[2]
    chosen = condition(wanted, start, end, where)
    table = room.table(f"SELECT count(*) AS n FROM observation WHERE {chosen.sql}", chosen.values)
    return int(table.column("n")[0].as_py())


def streams_where(
    room: Room,
    streams: Iterable[int] | None,
    where: Where,
    start: int | None = None,
    end: int | None = None,
) -> set[int]:
    chosen = condition(numbers(streams), start, end, where)
    table = room.table(f"SELECT DISTINCT stream FROM observation WHERE {chosen.sql}", chosen.values)
    return set(table.column("stream").to_pylist())
