"""Figures against numbers worked out by hand, and what must hold for any series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steuerrad.modules.climate.rules import air, levels, rain, soil, thermal

H, D = thermal.HOUR, thermal.DAY
MINUTE = H // 60


def judged(lows: list[float], highs: list[float], hours: list[int], days: int = 1) -> thermal.Days:
    times = np.array(hours, np.int64) * H
    return thermal.judge(times, np.array(lows, float), np.array(highs, float), 0, days * D)


def test_one_reading_settles_a_hot_day_and_a_frost_day() -> None:
    found = judged([-0.1], [30.0], [12])
    assert found.tally("hot") == thermal.Tally(1, 0, 0)
    assert found.tally("summer") == thermal.Tally(1, 0, 0)
    assert found.tally("frost") == thermal.Tally(1, 0, 0)
    assert found.tally("ice") == thermal.Tally(0, 1, 0)


def test_too_few_hours_leave_a_day_open() -> None:
    hours = list(range(21))
    found = judged([5.0] * 21, [29.9] * 21, hours)
    assert found.tally("hot") == thermal.Tally(0, 0, 1)
    assert found.tally("frost") == thermal.Tally(0, 0, 1)
    found = judged([5.0] * 22, [29.9] * 22, list(range(22)))
    assert found.tally("hot") == thermal.Tally(0, 1, 0)


def test_a_tropical_night_reaches_from_18_to_06_utc() -> None:
    hours = list(range(48))
    warm = [20.0 if 18 <= hour < 30 else 15.0 for hour in hours]
    found = judged(warm, warm, hours, 2)
    assert list(found.states["tropical"]) == [thermal.NO, thermal.YES]
    warm[29] = 19.9
    assert list(judged(warm, warm, hours, 2).states["tropical"]) == [thermal.NO, thermal.NO]
    part = [hour for hour in hours if not 20 <= hour < 24]
    found = judged([20.0] * len(part), [20.0] * len(part), part, 2)
    assert found.states["tropical"][1] == thermal.OPEN


def test_a_day_without_readings_is_open_in_every_respect() -> None:
    found = judged([], [], [], 3)
    assert all(found.tally(name) == thermal.Tally(0, 0, 3) for name in found.states)
    assert np.isnan(found.low).all()


def test_rain_of_a_counter_that_starts_again() -> None:
    times = np.arange(6) * 5 * MINUTE
    found = rain.increments(times, np.array([1.0, 3.0, 3.0, 0.0, 0.5, 0.5]))
    assert found.mm.sum() == pytest.approx(2.5)
    assert (found.resets, found.faults) == (1, 0)
    found = rain.increments(times[:3], np.array([1.0, 3.0, 0.4]))
    assert found.mm.sum() == pytest.approx(2.4), "what it tells after a reset has fallen since"


def test_a_counter_that_lost_its_last_counts_has_not_been_reset() -> None:
    """As a real station did after an outage of six hours: 257.8, then 256.9."""
    times = np.array([0, 5 * MINUTE, 6 * H, 6 * H + 5 * MINUTE])
    found = rain.increments(times, np.array([257.0, 257.8, 256.9, 257.1]))
    assert found.mm.sum() == pytest.approx(1.0)
    assert (found.resets, found.faults) == (0, 1)


def test_a_reading_of_zero_in_between_is_no_rain() -> None:
    times = np.arange(4) * 5 * MINUTE
    found = rain.increments(times, np.array([500.0, 0.0, 500.2, 500.2]))
    assert found.mm.sum() == pytest.approx(0.2)
    assert found.resets == 0
    assert found.faults == 1


def test_more_than_can_fall_is_left_out() -> None:
    found = rain.increments(np.arange(3) * 5 * MINUTE, np.array([0.0, 400.0, 401.0]))
    assert found.mm.sum() == pytest.approx(1.0)
    assert found.faults == 1


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), st.booleans()), min_size=2, max_size=40))
def test_resets_never_change_the_sum(steps: list[tuple[int, bool]]) -> None:
    """Rain that a counter counted is the same whenever it was reset, as long as the reset shows."""
    counter, total, counts = 0.0, 0.0, [0.0]
    for tenths, reset in steps:
        amount = tenths / 10
        if reset and counter > 2 * amount + 1:
            counter = 0.0
        counter, total = counter + amount, total + amount
        counts.append(counter)
    found = rain.increments(np.arange(len(counts)) * H, np.array(counts))
    if not found.faults:
        assert found.mm.sum() == pytest.approx(total)


def test_warning_levels_and_the_rainiest_hour() -> None:
    window = levels.rain_windows()[0]
    assert [rain.level(mm, window) for mm in (14.9, 15.0, 25.0, 25.1, 40.0, 40.1)] == [
        "none", "marked", "marked", "severe", "severe", "extreme"
    ]  # fmt: skip
    times = np.arange(37) * 5 * MINUTE
    counter = np.concatenate([np.zeros(10), np.minimum(np.arange(1, 28), 12) * 2.0])
    found = rain.peak(rain.increments(times, counter), window)
    assert (found.mm, found.level) == (24.0, "marked")
    assert found.end == times[21]


def test_a_gap_longer_than_the_window_is_not_placed_in_it() -> None:
    found = rain.increments(np.array([0, 5 * H, 5 * H + 5 * MINUTE]), np.array([0.0, 30.0, 31.0]))
    one, six, day = (rain.peak(found, window) for window in levels.rain_windows())
    assert (one.mm, six.mm, day.mm) == (1.0, 31.0, 31.0)
    assert six.level == "marked"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 6))
def test_the_peak_is_what_trying_every_window_gives(mm: list[int], hours: int) -> None:
    end = (np.arange(len(mm)) + 1) * 20 * MINUTE
    found = rain.Rain(end, np.full(len(mm), 20 * MINUTE), np.array(mm, float), 0, 0)
    width = hours * 3
    tried = max(sum(mm[max(0, n - width + 1) : n + 1]) for n in range(len(mm)))
    assert rain.peak(found, levels.RainWindow(hours, (15, 25, 40))).mm == pytest.approx(tried, abs=1e-5)


def test_sums_by_bounds() -> None:
    found = rain.increments(np.array([0, H, 2 * H, 3 * H]), np.array([0.0, 1.0, 3.0, 6.0]))
    sums, seen = rain.by_bounds(found, np.array([0, 2 * H, 3 * H, 5 * H]))
    assert list(sums) == [3.0, 3.0, 0.0]
    assert list(seen) == [True, True, False]


def test_classes_of_the_air_quality_index() -> None:
    index = levels.air_indices()["uba-2025"]
    assert [air.class_of(index, "no2", value) for value in (0, 10, 11, 30, 61, 100, 101)] == [
        1,
        1,
        2,
        2,
        4,
        4,
        5,
    ]
    assert air.class_of(index, "pm2_5", 5.4) == 1
    assert air.class_of(index, "pm2_5", 5.5) == 2
    found = air.quality(index, {"pm10": 8.0, "o3": 150.0})
    assert (found.classes, found.worst, found.complete) == ({"pm10": 1, "o3": 4}, 4, False)
    assert air.quality(index, {}).worst is None
    older = levels.air_indices()["uba-2019"]
    assert air.class_of(older, "pm10", 20) == 1
    assert older.hours["pm10"] == 24


def test_a_moving_mean_needs_most_of_its_hours() -> None:
    hours = np.arange(24) * H
    values = np.full(24, 10.0)
    assert air.moving_mean(hours, values, 24, 24 * H) == 10.0
    assert air.moving_mean(hours[:17], values[:17], 24, 24 * H) is None


def test_plant_available_water() -> None:
    exact = levels.SoilType((0.1, 0.1), (0.3, 0.3))
    assert [soil.available(share, exact).state for share in (0.1, 0.17, 0.25, 0.29, 0.35)] == list(
        soil.CLASSES
    )
    assert soil.available(0.2, exact).low == pytest.approx(50)
    loam = soil.available(0.2, levels.soil_types()["loam"])
    assert loam.low < 30
    assert loam.high == pytest.approx(100)
    assert loam.state is None, "the type of soil alone does not tell"
    with pytest.raises(ValueError, match="between 0 and 1"):
        soil.available(20, exact)


def test_every_type_of_soil_holds_water_for_plants() -> None:
    for one in levels.soil_types().values():
        assert one.wilting[0] < one.capacity[0]
        assert one.wilting[1] <= one.capacity[1]
