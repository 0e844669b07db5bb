"""Aggregates against NumPy and zoneinfo: fixed periods and calendars, over changes of the clock, from all tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import FLAGS, Options, Period, TooMuch, batch, micros, moment
from steuerrad.engines.observations.store import Store
from steuerrad.engines.observations.storing import Keeping
from steuerrad.engines.observations.tests.kinds import Shelf
from steuerrad.engines.observations.times import DAY, HOUR, MINUTE

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = micros(datetime(2023, 10, 20, tzinfo=UTC))
DAYS = 200  # over both changes of the clock
STEP = 17 * MINUTE
TIMES = np.arange(BEGIN, BEGIN + DAYS * DAY, STEP)
VALUES = np.round(np.random.default_rng(1).normal(10, 5, TIMES.size), 1)


@pytest.fixture(scope="module")
def store(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    """A third of the rows cold, a third warm, a third hot; every tenth is no number; stream 2 is of no matter."""
    store = Shelf(url, tmp_path_factory.mktemp("store")).store(Options(memory_mb=256))
    thirds = np.array_split(np.arange(TIMES.size), 3)
    for number, part in enumerate(thirds):
        holes = pa.array(VALUES[part], mask=part % 10 == 9)
        store.apply(batch(1, TIMES[part], holes), 2 * number + 1)
        store.apply(batch(2, TIMES[part], np.full(part.size, 1e6)), 2 * number + 2)
        if number == 0:
            store.seal(everything=True)
        if number == 1:
            store.options = Options(hot_rows=1)
            store.seal()
    if isinstance(store, Store):
        assert min(store.room.hot_rows, store.room.warm_rows) > 0
    yield store
    store.close()


NUMBERS = np.arange(TIMES.size) % 10 != 9
BOUNDS = st.integers(BEGIN - 2 * DAY, BEGIN + (DAYS + 2) * DAY)
QUARTER = 15 * MINUTE


def local_start(instant: int, unit: str, zone: ZoneInfo) -> datetime:
    local = moment(instant).astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "month":
        return day.replace(day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    if unit == "week":
        return datetime.fromordinal(day.toordinal() - day.weekday()).replace(tzinfo=zone)
    return day


def expected(low: int, high: int, key) -> dict[int, list[float]]:
    groups: dict[int, list[float]] = {}
    for time, value in zip(TIMES[NUMBERS].tolist(), VALUES[NUMBERS].tolist(), strict=True):
        if low <= time < high:
            groups.setdefault(key(time), []).append(value)
    return groups


@settings(max_examples=25, deadline=None)
@given(
    low=BOUNDS,
    length=st.integers(0, 90 * DAY),
    seconds=st.sampled_from([60, 420, 3600, 7200, 86_400, 604_800]),
)
def test_fixed_periods(store: Keeping, low: int, length: int, seconds: int) -> None:
    width = seconds * 1_000_000
    told = store.aggregate([1], low, low + length, Period.fixed(seconds), ("mean", "min", "max", "sum"))
    groups = expected(low, low + length, lambda time: time // width * width)
    assert told.column("start").to_pylist() == sorted(groups)
    for row in told.to_pylist():
        values = np.array(groups[row["start"]])
        assert (row["stream"], row["end"], row["count"]) == (1, row["start"] + width, values.size)
        assert (row["min"], row["max"]) == (values.min(), values.max())
        assert row["mean"] == pytest.approx(values.mean(), abs=1e-9)
        assert row["sum"] == pytest.approx(values.sum(), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    low=BOUNDS,
    length=st.integers(DAY, DAYS * DAY),
    unit=st.sampled_from(["day", "week", "month", "year"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Havana", "Australia/Lord_Howe"]),
    percentiles=st.booleans(),
)
def test_periods_of_the_calendar(
    store: Keeping, low: int, length: int, unit, zone: str, percentiles: bool
) -> None:
    """Havana's clock changes at midnight, Lord Howe's by half an hour, Kolkata is half an hour off."""
    functions = ("mean", "p05", "p50", "first", "last") if percentiles else ("mean", "max")
    told = store.aggregate([1], low, low + length, Period.calendar(unit), functions, zone)
    tz = ZoneInfo(zone)
    groups = expected(low, low + length, lambda time: micros(local_start(time, unit, tz)))
    assert told.column("start").to_pylist() == sorted(groups)
    for row in told.to_pylist():
        values = np.array(groups[row["start"]])
        assert row["count"] == values.size
        assert row["mean"] == pytest.approx(values.mean(), abs=1e-9)
        if percentiles:
            assert row["p05"] == pytest.approx(np.percentile(values, 5), abs=1e-9)
            assert row["p50"] == pytest.approx(np.percentile(values, 50), abs=1e-9)
            assert (row["first"], row["last"]) == (values[0], values[-1])
        else:
            assert row["max"] == values.max()


def test_days_of_23_and_25_hours(store: Keeping) -> None:
    told = store.aggregate([1], BEGIN, BEGIN + DAYS * DAY, Period.calendar("day"), ("mean",), "Europe/Berlin")
    hours = {
        moment(row["start"]).astimezone(BERLIN).date().isoformat(): (row["end"] - row["start"]) // HOUR
        for row in told.to_pylist()
    }
    assert {day: n for day, n in hours.items() if n != 24} == {"2023-10-29": 25, "2024-03-31": 23}


def test_local_mean_time_before_the_zones(shelf: Shelf) -> None:
    """Berlin kept 53 minutes 28 seconds until April 1893: no multiple of a quarter of an hour."""
    store = shelf.store(Options(memory_mb=256))
    store.apply(batch(1, ["1890-05-01T23:06:31Z", "1890-05-01T23:06:32Z"], [1.0, 3.0]), 1)
    low, high = (micros(datetime(1890, 5, day, tzinfo=UTC)) for day in (1, 4))
    told = store.aggregate([1], low, high, Period.calendar("day"), ("mean",), "Europe/Berlin").to_pylist()
    assert [row["mean"] for row in told] == [1.0, 3.0]
    assert told[1]["start"] == micros(datetime(1890, 5, 1, 23, 6, 32, tzinfo=UTC))
    store.close()


@settings(max_examples=25, deadline=None)
@given(low=BOUNDS, length=st.integers(1, DAYS * DAY), points=st.integers(1, 800))
def test_charts_keep_number_least_and_greatest(store: Keeping, low: int, length: int, points: int) -> None:
    chart = store.downsample(1, low, low + length, points)
    inside = (TIMES >= low) & (TIMES < low + length) & NUMBERS  # noqa: SIM300
    assert chart.num_rows <= points + 1
    assert sum(chart.column("count").to_pylist()) == inside.sum()
    if inside.any():
        assert min(chart.column("min").to_pylist()) == VALUES[inside].min()
        assert max(chart.column("max").to_pylist()) == VALUES[inside].max()
        total = np.dot(chart.column("mean").to_numpy(), chart.column("count").to_numpy())
        assert total == pytest.approx(VALUES[inside].sum(), abs=1e-6)


def test_long_charts_begin_and_end_where_asked(store: Keeping) -> None:
    """In the middle of a day, outside the rows, within one day: from sums of days and from the rows beside them."""
    numbers = np.random.default_rng(4)
    for points in (1, 1, 1, 3, 20):
        low, high = np.sort(numbers.integers(BEGIN - 3 * DAY, BEGIN + (DAYS + 3) * DAY, 2)).tolist()
        for start, end in (
            (low, high),
            (BEGIN + 7 * HOUR, high),
            (low // DAY * DAY + 5 * HOUR, low // DAY * DAY + 18 * HOUR),
        ):
            inside = (TIMES >= start) & (TIMES < end) & NUMBERS  # noqa: SIM300
            chart = store.downsample(1, start, end, points)
            assert sum(chart.column("count").to_pylist()) == inside.sum()
            total = np.dot(chart.column("mean").to_numpy(), chart.column("count").to_numpy())
            assert total == pytest.approx(VALUES[inside].sum(), abs=1e-6)
            if chart.num_rows:
                assert max(chart.column("max").to_pylist()) == VALUES[inside].max()


def test_rows_with_a_flag_are_left_out(store: Keeping) -> None:
    times = TIMES[:10].tolist()
    store.flag(pa.table({"stream": [1, 1], "time": times[:2], "flag": [4, 2], "tests": [None, None], "run": ["a", "a"]}, schema=FLAGS))  # fmt: skip
    hour = Period.fixed(86_400)
    whole = store.aggregate([1], times[0], times[9], hour)
    without = store.aggregate([1], times[0], times[9], hour, without=(3, 4))
    assert whole.column("count").to_pylist() == [9]
    assert without.column("count").to_pylist() == [8]
    assert without.column("mean")[0].as_py() == pytest.approx(VALUES[1:9].mean())
    store.unflag([1], times[0], times[9], run="a")


def test_bounds_and_unknown_words(store: Keeping) -> None:
    with pytest.raises(TooMuch):
        store.aggregate(range(100_000), BEGIN, BEGIN + DAYS * DAY, Period.fixed(1))
    with pytest.raises(TooMuch):
        store.downsample(1, BEGIN, BEGIN + DAY, 10_001)
    for functions in (("median",), ("p00",), ("p100",), ("mean", "mean"), ()):
        with pytest.raises(ValueError):
            store.aggregate([1], BEGIN, BEGIN + DAY, Period.fixed(60), functions)
    assert store.aggregate([99], BEGIN, BEGIN + DAY, Period.fixed(60)).num_rows == 0
    assert store.aggregate([1], BEGIN + DAY, BEGIN, Period.fixed(60)).num_rows == 0


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("PT5M", Period.fixed(300)),
        ("PT1H30M", Period.fixed(5400)),
        ("P1D", Period.calendar("day")),
        ("P1Y", Period.calendar("year")),
    ],
)
def test_periods_as_text(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["", "P", "PT", "P2D", "PT0S", "5M", "PT-5M", "PT5M "])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)
