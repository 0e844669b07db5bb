"""Cross-checks of two series and drift against neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.quality import (
    Drift,
    Neighbours,
    ParameterError,
    apart,
    cross_check,
    differences,
    drift,
    residuals,
    rules,
)
from steuerrad.engines.quality.cross_checks import nearest

DEW, RAIN = rules([
    {"kind": "not_above", "name": "dew", "low": "dew_point", "high": "air_temperature", "tolerance": 0.2},
    {"kind": "not_while", "name": "dry", "over": "rain_rate", "limit": 0, "under": "relative_humidity", "least": 40},
])  # fmt: skip


def series(*rows):
    return np.array([row[0] for row in rows]), np.array([float(row[1]) for row in rows])


def test_dew_point_above_the_temperature_puts_both_in_doubt() -> None:
    dew, air = cross_check(
        DEW, series((0, 10), (60, 12), (120, 9)), series((1, 10), (61, 11), (500, 3)), within=30
    )
    assert dew.tolist() == [1, 3, 2]
    assert air.tolist() == [1, 3, 2]


def test_rain_in_dry_air() -> None:
    rain, air = cross_check(
        RAIN, series((0, 0), (60, 2), (120, 2)), series((0, 30), (60, 39), (120, 95)), within=5
    )
    assert rain.tolist() == [1, 3, 1]
    assert air.tolist() == [1, 3, 1]


def test_a_series_without_its_companion_is_not_evaluated() -> None:
    one, other = cross_check(DEW, series((0, 1)), (np.zeros(0, np.int64), np.zeros(0)), within=5)
    assert one.tolist() == [2]
    assert other.tolist() == []


@given(st.lists(st.integers(0, 500), min_size=1), st.lists(st.integers(0, 500), min_size=1, unique=True))
def test_nearest_partner(times, among) -> None:
    among = np.array(sorted(among))
    found = among[nearest(np.array(times), among)]
    assert np.abs(found - times).tolist() == [min(abs(among - one)) for one in times]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"kind": "above"}, "cross_check 1.kind"),
        ({"kind": "not_above", "name": "a", "low": "x"}, "cross_check 1"),
        (
            {"kind": "not_above", "name": "a", "low": "x", "high": "y", "tolerance": "1"},
            "cross_check 1.tolerance",
        ),
    ],
)
def test_wrong_rules_are_named(row, place) -> None:
    with pytest.raises(ParameterError) as fault:
        rules([row])
    assert fault.value.place == place


def test_drift_is_seen_weather_and_siting_are_not() -> None:
    rng = np.random.default_rng(3)
    days, told = 80, Drift(suspect=1.0)
    weather = np.cumsum(rng.normal(0, 0.3, days * 24)) + 8 * np.sin(np.arange(days * 24) * 2 * np.pi / 24)
    others = weather + rng.normal(0, 0.4, (6, days * 24))
    own = weather + 2.5 + rng.normal(0, 0.4, days * 24)  # a warmer place
    others[2, 900:] += 20  # one broken neighbour
    assert set(drift(differences(own, others, 3), told)) == {1, 2}
    ramp = np.clip((np.arange(days * 24) - 40 * 24) / (30 * 24), 0, 1) * 5
    found = drift(differences(own + ramp, others, 3), told)
    assert (found[:44] < 3).all()
    assert (found[55:70] == 3).all()


def test_too_few_neighbours_or_days_are_not_evaluated() -> None:
    own, others = np.zeros(60 * 24), np.zeros((2, 60 * 24))
    assert set(drift(differences(own, others, 3), Drift(suspect=1.0))) == {2}
    assert set(drift(differences(own, np.zeros((0, 60 * 24)), 1), Drift(suspect=1.0))) == {2}
    own[: 50 * 24] = np.nan
    assert set(drift(differences(own, np.zeros((3, 60 * 24)), 3), Drift(suspect=1.0))) == {2}


def test_hours_apart_are_seen_weather_and_siting_are_not() -> None:
    rng = np.random.default_rng(5)
    days, told = 40, Neighbours(suspect=3)
    hour = np.arange(days * 24)
    weather = np.cumsum(rng.normal(0, 0.3, days * 24)) + 8 * np.sin(hour * 2 * np.pi / 24)
    others = weather + rng.normal(0, 0.4, (6, days * 24))
    own = (
        weather + 6 * (hour % 24 == 13) + rng.normal(0, 0.4, days * 24)
    )  # the sun reaches the sensor at one o'clock
    assert set(apart(residuals(own, others, 3), told)) == {1, 2}
    for make, least in ((lambda part: part + 5, 24), (lambda part: part * 0 + part.mean(), 8)):
        bad = own.copy()
        bad[30 * 24 : 31 * 24] = make(bad[30 * 24 : 31 * 24])
        found = apart(residuals(bad, others, 3), told)
        assert (found[30 * 24 : 31 * 24] == 3).sum() >= least
        assert (found[: 30 * 24] < 3).all()
        assert (found[31 * 24 + 1 :] < 3).all(), "one bad day does not put the days after it in doubt"
    single = own.copy()
    single[30 * 24 + 5] += 20
    assert (apart(residuals(single, others, 3), told) < 3).all(), "one hour alone is the spike test's"


def test_hours_without_neighbours_or_days_before_are_not_evaluated() -> None:
    own = np.zeros(20 * 24)
    assert set(apart(residuals(own, np.zeros((2, 20 * 24)), 3), Neighbours(suspect=1))) == {2}
    found = apart(residuals(own, np.zeros((3, 20 * 24)), 3), Neighbours(suspect=1))
    assert (found[: 7 * 24] == 2).all()
    assert (found[7 * 24 :] == 1).all()
