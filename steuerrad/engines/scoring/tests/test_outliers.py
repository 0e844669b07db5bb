"""Treatment of outliers: against scipy's moments, by hand, and what must hold whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kurtosis, skew

from steuerrad.engines.scoring.outliers import Treatment, beyond, moments, treat

CALM = [float(value) for value in range(20)]


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


@given(arrays(np.float64, st.integers(4, 30), elements=st.integers(-100, 100).map(float)))
def test_moments_equal_those_of_scipy(values: np.ndarray) -> None:
    found = moments(np.append(values, np.nan))
    if np.ptp(values) == 0:
        assert found == (0, 0)
        return
    assert found == pytest.approx((skew(values, bias=False), kurtosis(values, bias=False)), abs=1e-9)


def test_a_calm_column_is_left_alone() -> None:
    values = column(*CALM, np.nan)
    result, report = treat(values, Treatment())
    assert report == ()
    assert result[:-1].tolist() == values[:-1].tolist()


def test_extreme_points_take_the_next_value_on_their_side() -> None:
    high, report = treat(column(*CALM, 900, 1000), Treatment())
    assert high[-2:, 0].tolist() == [19, 19]
    assert (report[0].column, report[0].moved, report[0].logarithm, report[0].settled) == (
        0,
        (21, 20),
        False,
        True,
    )
    assert beyond(report[0].before, Treatment())
    low, report = treat(column(*CALM, -900), Treatment())
    assert (low[-1, 0], report[0].moved) == (0, (20,))


def test_too_many_points_make_it_a_logarithm_of_the_untouched_column() -> None:
    values = column(*CALM, 900, 1000)
    result, report = treat(values, Treatment(most_points=1))
    assert (report[0].logarithm, report[0].moved) == (True, ())
    assert result[:, 0] == pytest.approx(np.log(values[:, 0] + 0.01 * 1000))
    mirrored, _ = treat(-values, Treatment(most_points=1))
    assert mirrored == pytest.approx(-result)


def test_what_no_treatment_settles_is_said() -> None:
    _, report = treat(column(*([0.0] * 30), 1.0), Treatment(most_points=0))
    assert not report[0].settled  # two values stay two values in logarithms


@given(
    arrays(
        np.float64, st.integers(5, 25), elements=st.one_of(st.just(np.nan), st.integers(-5, 5).map(float))
    ),
    st.sampled_from([1.0, 40.0, 1e6]),
    st.integers(0, 5),
)
def test_treatment_keeps_order_gaps_and_range(values: np.ndarray, factor: float, points: int) -> None:
    values[0] *= factor
    before = values[:, None]
    result, report = treat(before, Treatment(most_points=points))
    assert (np.isnan(result) == np.isnan(before)).all()
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    assert (np.diff(result[known, 0][order]) >= -1e-12).all()
    assert all(len(item.moved) <= points for item in report)
    if not report:
        assert np.array_equal(result, before, equal_nan=True)


def test_thresholds_that_are_none() -> None:
    with pytest.raises(ValueError):
        Treatment(most_points=-1)
