"""The simulated weather is plausible and does not depend on when it is reckoned."""

from __future__ import annotations

import numpy as np
import pytest

from steuerrad.modules.climate.rules import rain, weather

DAY = int(weather.DAY) * weather.MICROS
SITE = weather.Site(51.5, 7.2, 1.5, 1.2, 0)
START = 1_717_200_000 * weather.MICROS  # 2024-06-01


@pytest.fixture(scope="module")
def summer() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return weather.simulate(START, START + 90 * DAY, SITE)


def test_the_course_of_the_day_has_its_warmest_hour_in_the_afternoon(summer) -> None:
    times, values = summer["air_temperature"]
    assert len(times) == 90 * 144
    by_hour = [values[(times // (3600 * weather.MICROS)) % 24 == hour].mean() for hour in range(24)]
    assert 12 <= int(np.argmax(by_hour)) <= 17
    assert 1 <= int(np.argmin(by_hour)) <= 6
    assert 5 < max(by_hour) - min(by_hour) < 18
    assert -2 < values.min() < values.max() < 42


def test_winter_is_colder(summer) -> None:
    winter = weather.simulate(START + 200 * DAY, START + 230 * DAY, SITE)
    assert winter["air_temperature"][1].mean() < summer["air_temperature"][1].mean() - 8


def test_all_figures_lie_where_they_can(summer) -> None:
    bounds = {"relative_humidity": (20, 100), "wind_speed": (0, 80), "pm2_5": (0, 120), "pm10": (0, 200),
              "no2": (0, 200), "o3": (0, 240), "rain_since_midnight": (0, 120)}  # fmt: skip
    for key, (low, high) in bounds.items():
        values = summer[key][1]
        assert np.isfinite(values).all()
        assert values.min() >= low
        assert values.max() <= high, key
    assert (summer["pm10"][1] >= summer["pm2_5"][1]).all()


def test_it_rains_now_and_then(summer) -> None:
    times, counter = summer["rain_since_midnight"]
    found = rain.increments(times, counter)
    assert found.faults == 0
    assert 40 < found.mm.sum() < 500
    rainy = np.unique(found.end[found.mm > 0] // DAY)
    assert 15 < len(rainy) < 75


def test_deep_soil_is_steadier(summer) -> None:
    shallow, _middle, deep = (summer[f"soil_moisture@{depth}"][1] for depth, _s, _d in weather.LAYERS)
    assert shallow.std() > deep.std()
    assert shallow.min() >= 100 * weather.LOWEST
    assert shallow.max() <= 100 * weather.HIGHEST


def test_figures_do_not_depend_on_when_they_are_reckoned() -> None:
    whole = weather.simulate(START, START + 3 * DAY, SITE)
    part = weather.simulate(START + 2 * DAY, START + 3 * DAY, SITE)
    for key, (times, values) in part.items():
        np.testing.assert_array_equal(times, whole[key][0][-len(times) :])
        np.testing.assert_array_equal(values, whole[key][1][-len(values) :])
