"""Answers end where they would have too many bytes: the page is shorter, and its link leads on (OGC 18-088, 9.3.3.7 lets the
service choose).

A result may be a text of 64 KB, so rows are read in parts and their texts are counted before the next part is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from steuerrad.engines.observations import SCHEMA
from steuerrad.platform.observations.store import Observations, Where

#: Texts beside the numbers that one answer holds, in bytes. Read as JSON they take up to twenty times as much for a moment.
MOST_BYTES = 8 * 1024**2
#: Rows read at once: with the longest texts they have 128 MB.
PART = 2_001
#: Of the catalogue: JSON of one answer, and how many rows of it are read from the database at once.
MOST_JSON, ROWS_AT_ONCE = 32 * 1024**2, 200
BULKY = ("properties", "geometry", "metadata", "description", "observed_area")

Cursor = tuple[int, int]
PLAIN, RARE = "extra IS NULL", "extra IS NOT NULL"


@dataclass(frozen=True)
class Reading:
    """What is asked of the store. order: of columns; None is by time."""

    store: Observations
    streams: Sequence[int]
    start: int | None
    end: int | None
    where: Where | None = None
    newest_first: bool = False
    order: Sequence[tuple[str, bool]] | None = None

    def rows(self, limit: int, offset: int, after: Cursor | None) -> pa.Table:
        return self.store.rows(
            self.streams, self.start, self.end, newest_first=self.newest_first, limit=limit, offset=offset, after=after,
            where=self.where, order=self.order,
        )  # fmt: skip

    def only(self, condition: str) -> Reading:
        sql, values = self.where or ("", ())
        return replace(self, where=(f"({sql}) AND {condition}" if sql else condition, values))

    def until(self, time: int) -> Reading:
        """No further than this moment, seen from where reading begins."""
        return replace(self, start=time) if self.newest_first else replace(self, end=time + 1)


def weights(table: pa.Table) -> np.ndarray:
    """Bytes of the text of each row."""
    return pc.fill_null(pc.binary_length(table.column("extra")), 0).to_numpy().astype(np.int64)


def fitting(table: pa.Table, room: int) -> tuple[int, int]:
    """How many of the first rows fit into so many bytes of text, and how many bytes these have."""
    if table.column("extra").null_count == table.num_rows:
        return table.num_rows, 0
    sums = np.cumsum(weights(table))
    rows = int(np.searchsorted(sums, room, side="right"))
    return rows, int(sums[rows - 1]) if rows else 0


def page(
    reading: Reading, limit: int, offset: int = 0, after: Cursor | None = None, *, room: int | None = None
) -> tuple[pa.Table, bool, int]:
    """Rows of a page, whether there are more behind them, and the bytes of their texts.

    room: bytes that the texts may have; without it they may have MOST_BYTES, and there is one row at least:
    whoever follows the links arrives.
    """
    if limit >= PART and offset == 0 and reading.order is None:
        plain = _plain(reading, limit + 1, after)
        if plain is not None:
            return plain.slice(0, limit), plain.num_rows > limit, 0
    parts: list[pa.Table] = []
    rows, held, more = 0, 0, False
    while limit and not more:
        wanted = min(PART, limit + 1 - rows)
        table = reading.rows(wanted, offset, after)
        kept, size = fitting(table, (MOST_BYTES if room is None else room) - held)
        if not kept and not rows and table.num_rows and room is None:
            kept, size = 1, int(weights(table)[0])
        more = kept < table.num_rows
        parts.append(table.slice(0, kept))
        rows, held = rows + kept, held + size
        if table.num_rows < wanted or rows > limit:
            break
        offset, after = (0, _last(table)) if reading.order is None else (offset + table.num_rows, None)
    found = pa.concat_tables(parts) if parts else SCHEMA.empty_table()
    return found.slice(0, limit), more or rows > limit, held


def _plain(reading: Reading, limit: int, after: Cursor | None) -> pa.Table | None:
    """Many rows at once where none among them has a text; None where one has. Two readings instead of one for each part."""
    table = reading.only(PLAIN).rows(limit, 0, after)
    among = reading.only(RARE)
    if table.num_rows == limit:
        among = among.until(_last(table)[0])
    start, end = among.start, among.end
    if after is not None:
        start, end = (start, after[0] + 1) if reading.newest_first else (after[0], end)
    return None if reading.store.count(among.streams, start, end, among.where) else table


def _last(table: pa.Table) -> Cursor:
    row = table.slice(table.num_rows - 1, 1)
    return row.column("time")[0].as_py(), row.column("stream")[0].as_py()


def of_catalogue(rows: Any, skip: int, limit: int) -> tuple[list[Any], bool]:
    """Rows of the catalogue from `skip` on, and whether there are more. Their JSON has at most MOST_JSON bytes, or is one row."""
    found: list[Any] = []
    held = 0
    for row in rows[skip : skip + limit + 1].iterator(ROWS_AT_ONCE):
        held += size_of(row)
        if len(found) == limit or (found and held > MOST_JSON):
            return found, True
        found.append(row)
    return found, False


def size_of(row: Any) -> int:
    """Bytes of what can be long in a row of the catalogue, as far as it was fetched."""
    loaded = row.__dict__
    size = 0
    for name in BULKY:
        value = loaded.get(name)
        if value:
            size += len(value) if isinstance(value, str) else len(orjson.dumps(value))
    return size
