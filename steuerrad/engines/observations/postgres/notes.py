# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""What stands beside the raw values in PostgreSQL: flags, corrections, revisions, deletions."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from steuerrad.engines.observations.notes import CORRECTIONS, FLAGS, conformed, now
from steuerrad.engines.observations.postgres.place import Place
from steuerrad.engines.observations.postgres.reading import condition
from steuerrad.engines.observations.reading import numbers

AT = pa.field("at", pa.int64())
LISTED = {
    "flags": (pa.schema([*FLAGS, AT]), '"at"'),
    "corrections": (pa.schema([*CORRECTIONS, AT]), '"at", id'),
    "revisions": (
        pa.schema([
            ("stream", pa.int32()), ("time", pa.int64()), ("revision", pa.int32()), ("value", pa.float64()),
            ("result_time", pa.int64()), ("extra", pa.string()), ("replaced_at", pa.int64()),
        ]),
        "revision",
    ),
}  # fmt: skip
DELETIONS = pa.schema([
    ("stream", pa.int32()), ("start", pa.int64()), ("until", pa.int64()), ("rows", pa.int64()),
    ("by", pa.string()), ("reason", pa.string()), ("at", pa.int64()),
])  # fmt: skip
ANNOTATION = pa.schema([("flag", pa.uint8()), ("corrected", pa.float64())])


def flag(place: Place, table: pa.Table) -> int:
    """Set flags; a row that has one loses it. Of several for the same row the last counts."""
    table = conformed(table, FLAGS)
    if not table.num_rows:
        return 0
    last = {key: at for at, key in enumerate(zip(*(table.column(n).to_pylist() for n in ("stream", "time")), strict=True))}  # fmt: skip
    rows = table.take(pa.array([at for _key, at in sorted(last.items())], pa.int64()))
    with place.transaction() as connection:
        connection.execute(
            "INSERT INTO flags SELECT stream, time, flag, tests, run, %s "
            "FROM unnest(%s::int4[], %s::int8[], %s::int2[], %s::text[], %s::text[]) AS k (stream, time, flag, tests, run) "
            'ON CONFLICT (stream, time) DO UPDATE SET flag = excluded.flag, tests = excluded.tests, run = excluded.run, "at" = excluded."at"',
            [now(), *(rows.column(name).to_pylist() for name in FLAGS.names)],
        )
    return rows.num_rows


def unflag(place: Place, streams: Iterable[int] | None, start: int, end: int, run: str | None = None) -> int:
    chosen = condition(numbers(streams), start, end)
    if run is not None:
        chosen.add("run = %s", run)
    with place.transaction() as connection:
        return connection.execute(f"DELETE FROM flags WHERE {chosen.sql}", chosen.values).rowcount


def correct(place: Place, table: pa.Table) -> int:
    """Append corrections; the newest of a row counts, all are kept."""
    table = conformed(table, CORRECTIONS)
    if not table.num_rows:
        return 0
    with place.transaction() as connection:
        connection.execute(
            'INSERT INTO corrections (stream, time, value, "by", reason, "at") SELECT *, %s '
            "FROM unnest(%s::int4[], %s::int8[], %s::float8[], %s::text[], %s::text[])",
            [now(), *(table.column(name).to_pylist() for name in CORRECTIONS.names)],
        )
    return table.num_rows


def listed(
    place: Place, name: str, streams: Iterable[int] | None, start: int | None, end: int | None, limit: int
) -> pa.Table:
    """Rows of flags, corrections or revisions, by stream and time."""
    schema, last = LISTED[name]
    chosen = condition(numbers(streams), start, end)
    columns = ", ".join(f'"{column}"' for column in schema.names)
    return place.table(
        f"SELECT {columns} FROM {name} WHERE {chosen.sql} ORDER BY stream, time, {last} LIMIT %s",
        [*chosen.values, limit],
        schema,
    )


def deletions(place: Place, stream: int | None = None) -> pa.Table:
    chosen = condition(None if stream is None else [stream], None, None)
    columns = ", ".join(f'"{column}"' for column in DELETIONS.names)
    return place.table(
        f"SELECT {columns} FROM deletions WHERE {chosen.sql} ORDER BY id", chosen.values, DELETIONS
    )


def annotated(place: Place, rows: pa.Table) -> pa.Table:
    """Rows with the columns flag and corrected beside them, in the same order."""
    found = ANNOTATION.empty_table()
    if rows.num_rows:
        keys = [rows.column("stream").to_pylist(), rows.column("time").to_pylist()]
        found = place.table(
            "SELECT flags.flag, fixed.value AS corrected "
            "FROM unnest(%s::int4[], %s::int8[]) WITH ORDINALITY AS k (stream, time, place) "
            "LEFT JOIN flags ON flags.stream = k.stream AND flags.time = k.time "
            "LEFT JOIN LATERAL (SELECT value FROM corrections AS c WHERE c.stream = k.stream AND c.time = k.time "
            'ORDER BY "at" DESC, id DESC LIMIT 1) AS fixed ON true ORDER BY k.place',
            keys,
            ANNOTATION,
        )
    for name in ANNOTATION.names:
        rows = rows.append_column(name, found.column(name))
    return rows
