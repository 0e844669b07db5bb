"""The same batches in both stores, and the same questions: the answers may not differ."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import CORRECTIONS, FLAGS, Options, Period, TooMuch, batch
from steuerrad.engines.observations.postgres.conditions import conjuncts, split
from steuerrad.engines.observations.reading import Where
from steuerrad.engines.observations.storing import Keeping
from steuerrad.engines.observations.tests.kinds import Shelf
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE
from tests.support.effort import tries

START = 1_700_000_000_000_000 // DAY * DAY
STREAMS = st.integers(0, 4)
TIMES = st.integers(0, 400).map(lambda n: START + n * 10 * MINUTE)
VALUES = st.one_of(st.none(), st.integers(-8, 8).map(lambda n: n / 4))
EXTRAS = st.sampled_from([
    None, None, None, '{"result":"dry"}', '{"result":12,"end":1700000900000000}',
    '{"parameters":{"depth":30,"by":"Anna"},"foi":7}', '{"result":true,"id":"9-9"}', '{"validTime":[5,9]}',
])  # fmt: skip
RESULTS = st.one_of(st.none(), TIMES)
BATCHES = st.lists(
    st.lists(st.tuples(STREAMS, TIMES, VALUES, RESULTS, EXTRAS), min_size=1, max_size=25),
    min_size=1,
    max_size=6,
)
#: What filters of the SensorThings interface become: parts that PostgreSQL understands alike, and parts that it does not.
WHERES: tuple[Where | None, ...] = (
    None,
    ("value > ?", [0.5]),
    ("(value = CAST(? AS DOUBLE)) AND stream IN (SELECT unnest(CAST(? AS BIGINT[])))", [0.0, (1, 3)]),
    ("(NOT coalesce((value <= CAST(? AS DOUBLE)), false))", [0.0]),
    ("result_time IS NULL OR time >= ?", [START + DAY]),
    ("TRY((round((value * CAST(? AS DOUBLE))) > CAST(? AS DOUBLE)))", [2.0, 1.0]),
    ("(CASE WHEN json_type(extra, ?) = 'VARCHAR' THEN json_extract_string(extra, ?) END) = CAST(? AS VARCHAR)",
     ['$."result"', '$."result"', "dry"]),
    ("(CASE WHEN extra IS NULL THEN time ELSE coalesce(CAST(json_extract(extra, '$.end') AS BIGINT), time) END < "
     "CAST(? AS BIGINT))", [START + DAY]),
    ("value IS NOT NULL AND TRY_CAST(json_extract_string(extra, ?) AS BIGINT) = ? AND stream >= ?", ["$.foi", 7, 1]),
    ("hour(make_timestamp(time)) < ? AND value > ?", [6, -1.0]),
    ("(value % nullif(CAST(? AS DOUBLE), 0) = 0)", [1.0]),
)  # fmt: skip


def filled(store: Keeping, batches: list[list[tuple]]) -> None:
    for number, rows in enumerate(batches, 1):
        stream, time, value, result, extra = map(list, zip(*rows, strict=True))
        store.apply(
            batch(stream, time, value, result if any(r is not None for r in result) else None, extra), number
        )
        if number % 2:
            store.seal(everything=True)


def same(one: pa.Table, other: pa.Table) -> None:
    """Also types; numbers as near as sums in another order may be."""
    assert [f.type for f in one.schema] == [f.type for f in other.schema]
    assert one.column_names == other.column_names
    for name in one.column_names:
        a, b = one.column(name), other.column(name)
        if name in ("replaced_at", "at"):
            continue
        if pa.types.is_floating(a.type):
            assert a.is_valid().to_pylist() == b.is_valid().to_pylist()
            np.testing.assert_allclose(a.to_numpy(), b.to_numpy(), rtol=1e-12, atol=1e-12)
        else:
            assert a.to_pylist() == b.to_pylist(), name


@settings(max_examples=tries(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=BATCHES, where=st.sampled_from(WHERES), limit=st.integers(1, 60), offset=st.integers(0, 20),
    newest=st.booleans(), low=TIMES, length=st.integers(0, 400),
    unit=st.sampled_from([Period.fixed(900), Period.fixed(3600), Period.calendar("day"), Period.calendar("month")]),
    points=st.integers(1, 60),
)  # fmt: skip
def test_both_answer_alike(
    database: str, batches: list[list[tuple]], where: Where | None, limit: int, offset: int, newest: bool, low: int,
    length: int, unit: Period, points: int,
) -> None:  # fmt: skip
    high = low + length * 10 * MINUTE
    with tempfile.TemporaryDirectory() as folder:
        shelves = [Shelf(url, Path(folder)) for url in ("", database)]
        one, other = stores = [shelf.store(Options(memory_mb=256)) for shelf in shelves]
        try:
            for store in stores:
                filled(store, batches)
            every = range(6)
            for ask in (
                lambda s: s.latest(every),
                lambda s: s.extents(every),
                lambda s: s.rows(
                    None, low, high, newest_first=newest, limit=limit, offset=offset, where=where
                ),
                lambda s: s.rows(order=(("value", newest), ("result_time", False)), limit=limit, where=where),
                lambda s: s.rows([1, 2, 4], after=(low, 2), newest_first=newest, limit=limit, where=where),
                lambda s: s.aggregate(every, low, high, unit, ("mean", "sum", "min", "max"), "Europe/Berlin"),
                lambda s: s.aggregate(every, low, high, unit, ("p10", "first", "last"), "Europe/Berlin"),
                lambda s: s.downsample(1, low, high, points),
                *(lambda s, n=n: s.revisions(n) for n in range(5)),
            ):
                same(ask(one), ask(other))
            assert one.count(every, low, high, where) == other.count(every, low, high, where)
            if where:
                assert one.streams_where(every, where) == other.streams_where(every, where)
        finally:
            for store in stores:
                store.close()


def test_what_is_handed_down_and_what_is_not() -> None:
    """Each condition is either understood by PostgreSQL or decided by DuckDB; no value is lost on the way."""
    for where in WHERES[1:]:
        assert where is not None
        parted = split(where)
        values = [*(parted.pushed or ("", []))[1], *(parted.rest or ("", []))[1]]
        assert len(values) == len(where[1])
    handed_down = [split(where).rest is None for where in WHERES]
    assert handed_down == [True, True, True, True, True, False, False, True, False, False, False]
    parted = split(WHERES[8])
    assert parted.pushed == ("(value is not null) AND (stream >= %s)", [1])
    assert parted.rest == ("(TRY_CAST(json_extract_string(extra, ?) AS BIGINT) = ?)", ["$.foi", 7])


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("a > 1 AND b = 2", ["a > 1", "b = 2"]),
        ("(a AND b) AND c", ["(a AND b)", "c"]),
        ("a = 1 OR b = 2 AND c", ["a = 1 OR b = 2 AND c"]),
        ("time BETWEEN ? AND ?", ["time BETWEEN ? AND ?"]),
        ("extra = ' AND ' AND brand", ["extra = ' AND '", "brand"]),
        ("(unclosed AND b", ["(unclosed AND b"]),
    ],
)
def test_parts_joined_by_and(sql: str, parts: list[str]) -> None:
    assert conjuncts(sql) == parts


@pytest.mark.parametrize(
    "sql",
    ["pg_sleep(1) > 0", "value > ANY(x)", "time = CAST(? AS TIME)", "extra LIKE ?", "1; DROP TABLE x", "value::int = 1",
     "extra = 'text'", "value + 1 > 2", "time > 1e5", "upper(extra) = ?"],
)  # fmt: skip
def test_words_that_are_not_known_alike_are_never_handed_down(sql: str) -> None:
    assert split((sql, [0] * sql.count("?"))).pushed is None


def test_flags_and_corrections_stand_beside_the_rows_alike(database: str, tmp_path: Path) -> None:
    rows: dict[str, Any] = {"stream": [0, 0, 1], "time": [START, START + HOUR, START]}
    told = []
    for url in ("", database):
        store = Shelf(url, tmp_path).store(Options(memory_mb=256))
        store.apply(batch(rows["stream"], rows["time"], [1.0, 2.0, 3.0]), 1)
        flagged = {**rows, "flag": [3, 4, 1], "tests": ["a", None, "b"], "run": ["r"] * 3}
        assert store.flag(pa.table(flagged, schema=FLAGS)) == 3
        twice = {name: [cells[0], cells[0]] for name, cells in flagged.items()}
        assert store.flag(pa.table(twice, schema=FLAGS)) == 1, "one row, though named twice"
        assert store.flag(FLAGS.empty_table()) == store.correct(CORRECTIONS.empty_table()) == 0
        fix = {**rows, "value": [9.0, None, 8.0], "by": ["x"] * 3, "reason": ["y"] * 3}
        assert store.correct(pa.table(fix, schema=CORRECTIONS)) == 3
        told.append((store.rows(flags=True), store.flags(), store.corrections([0])))
        assert store.unflag([0], START, START + 1, run="r") == 1
        assert store.flags().num_rows == 2
        assert store.delete(0, START, START + 1, by="me", reason="why") == 1
        assert store.corrections([0]).num_rows == 1
        assert store.deletions(0).column("rows").to_pylist() == [1]
        with pytest.raises(TooMuch):
            store.downsample(0, START, START + DAY, 0)
        store.close()
    for one, other in zip(*told, strict=True):
        same(one, other)
