"""Times in and out of ISO 8601, and what a batch refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.observations import (
    HIGHEST,
    LOWEST,
    MOST_STREAM,
    BatchError,
    batch,
    checked,
    instants,
    intervals,
    iso,
    micros,
    moment,
)

NAIVE = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))  # noqa: DTZ001
NOON = micros(datetime(2024, 1, 1, 12, tzinfo=UTC))


@given(st.integers(LOWEST, HIGHEST))
def test_every_instant_goes_out_and_in_unchanged(instant: int) -> None:
    text = iso(pa.array([instant], pa.int64()))[0].as_py()
    assert instants([text]).to_pylist() == [instant]
    assert micros(moment(instant)) == instant
    assert datetime.fromisoformat(text) == moment(instant)


@given(NAIVE, st.integers(-14 * 60, 14 * 60), st.booleans())
def test_any_offset_is_understood(naive: datetime, minutes: int, short: bool) -> None:
    aware = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = aware.isoformat()
    if short:
        text = text[:-3] + text[-2:]  # +0130
    assert instants([text]).to_pylist() == [micros(aware)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T12:00Z", 0),
        ("2024-01-01t12:00:00z", 0),
        ("2024-01-01 12:00:00,5+00", 500_000),
        ("2024-01-01T12:00:00.1234567899Z", 123_456),
        ("2024-01-01T13:00:00+01:00", 0),
    ],
)
def test_usual_variations(text: str, expected: int) -> None:
    assert instants([text]).to_pylist() == [NOON + expected]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-01-01T12:00:00", "without zone"),
        ("2024-01-01", "without zone"),
        ("2024-13-01T12:00:00Z", "no such time"),
        ("2023-02-29T12:00:00Z", "no such time"),
        ("2024-01-01T24:30:00Z", "no such time"),
        ("noon", "ISO 8601"),
        ("", "ISO 8601"),
        ("12024-01-01T12:00:00Z", "ISO 8601"),
    ],
)
def test_what_is_no_time_is_refused_with_its_row(text: str, reason: str) -> None:
    with pytest.raises(BatchError, match=reason) as told:
        instants(["2024-01-01T12:00:00Z", text])
    assert [problem.row for problem in told.value.problems] == [1]


def test_intervals() -> None:
    starts, ends = intervals(["2024-01-01T12:00:00Z/2024-01-01T13:00:00Z", "2024-01-01T12:00:00Z"])
    assert starts.to_pylist() == [NOON, NOON]
    assert ends is not None
    assert ends.to_pylist() == [NOON + 3_600_000_000, None]
    assert intervals(["2024-01-01T12:00:00Z"])[1] is None
    with pytest.raises(BatchError, match="ends before"):
        intervals(["2024-01-01T12:00:00Z/2024-01-01T11:00:00Z"])
    with pytest.raises(BatchError):
        intervals(["2024-01-01T12:00:00Z/"])


def test_times_of_every_kind_mean_the_same() -> None:
    stamp = datetime(2024, 1, 1, 12, tzinfo=UTC)
    kinds = [
        [NOON],
        [stamp],
        ["2024-01-01T12:00:00Z"],
        np.array([NOON]),
        np.array(["2024-01-01T12:00:00"], "datetime64[ns]"),
        pa.array([stamp], pa.timestamp("ms", "UTC")),
        pa.chunked_array([pa.array(["2024-01-01T13:00:00+01:00"])]),
    ]
    for time in kinds:
        assert batch(1, time, [1.0]).column("time").to_pylist() == [NOON]


@pytest.mark.parametrize(
    ("columns", "row", "column"),
    [
        ((1, [NOON, NOON], [1.0, float("nan")]), 1, "value"),
        ((1, [NOON, NOON], np.array([np.inf, 1.0])), 0, "value"),
        ((1, [NOON, NOON], np.array([1.0, np.nan])), 1, "value"),
        ((1, [NOON, HIGHEST + 1], [1.0, 1.0]), 1, "time"),
        ((1, [LOWEST - 1], [1.0]), 0, "time"),
        ((1, [NOON, None], [1.0, 1.0]), 1, "time"),
        ((1, [NOON, datetime(2024, 1, 1)], [1.0, 1.0]), 1, "time"),  # noqa: DTZ001
        ((1, [datetime(2024, 1, 1)], [1.0]), 0, "time"),  # noqa: DTZ001
        (([1, None], [NOON, NOON], [1.0, 1.0]), 1, "stream"),
        (([1, -1], [NOON, NOON], [1.0, 1.0]), 1, "stream"),
        (([MOST_STREAM + 1], [NOON], [1.0]), 0, "stream"),
        ((2**40, [NOON], [1.0]), 0, "stream"),
        ((1, [NOON], [1.0, 2.0]), None, "value"),
        ((1, [NOON, NOON], [1.0, "x"]), 1, "value"),
        ((1, [NOON], [1.0], [HIGHEST + 1]), 0, "result_time"),
        ((1, [NOON], [1.0], None, ["x" * 70_000]), 0, "extra"),
        ((1, [NOON, 1.5], [1.0, 1.0]), None, "time"),
    ],
)
def test_what_a_batch_refuses(columns: tuple, row: int | None, column: str) -> None:
    with pytest.raises(BatchError) as told:
        batch(*columns)
    assert (told.value.problems[0].row, told.value.problems[0].column) == (row, column)


def test_only_tables_of_the_schema_are_taken() -> None:
    good = batch(1, [NOON], [1.0])
    assert checked(pa.concat_tables([good, good])).num_rows == 2
    for bad in (
        good.drop_columns(["extra"]),
        good.cast(good.schema.set(0, pa.field("stream", pa.int64()))),
        pa.table([*good.columns[:2], pa.array([np.nan]), *good.columns[3:]], schema=good.schema),
    ):
        with pytest.raises(BatchError):
            checked(bad)


@given(
    st.lists(
        st.tuples(
            st.integers(-2, MOST_STREAM + 2),
            st.one_of(
                st.integers(LOWEST - 5, HIGHEST + 5),
                st.integers(LOWEST, HIGHEST).map(lambda n: moment(n).isoformat()),
            ),
            st.floats(),
            st.one_of(st.none(), st.integers(LOWEST - 5, HIGHEST + 5)),
        ),
        max_size=4,
    )
)
def test_few_rows_and_many_are_taken_alike(rows: list[tuple]) -> None:
    """Seventeen times the same rows go another way through the code."""
    columns: list[list] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    many = [column * 17 for column in columns]
    try:
        expected = batch(*many).slice(0, len(rows))
    except BatchError as error:
        with pytest.raises(BatchError, match=re.escape(str(error.problems[0].reason))):
            batch(*columns)
    else:
        assert batch(*columns).equals(expected)
