"""Sensitivity indices against functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest

from steuerrad.engines.scoring.sobol import sobol_indices


def ishigami(points: np.ndarray) -> np.ndarray:
    x = (2 * points - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_a_sum_has_the_shares_of_its_variances() -> None:
    found = sobol_indices(lambda points: points[:, 0] + 2 * points[:, 1], 3, runs=20_000, seed=1)
    assert found.first == pytest.approx([0.2, 0.8, 0], abs=0.005)
    assert found.whole == pytest.approx([0.2, 0.8, 0], abs=0.005)
    assert found.variance == pytest.approx(5 / 12, rel=0.02)
    assert found.runs == 32_768 * 5


def test_the_function_of_ishigami_and_homma() -> None:
    """Exact: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2 with a = 7, b = 0.1 (Ishigami and Homma 1990)."""
    found = sobol_indices(ishigami, 3, runs=16_384, seed=2)
    assert found.first == pytest.approx([0.3139, 0.4424, 0], abs=0.005)
    assert found.whole == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.005)
    assert (found.first_low <= found.first).all()
    assert (found.whole <= found.whole_high).all()


def test_what_does_not_vary_has_no_indices() -> None:
    found = sobol_indices(lambda points: np.ones(len(points)), 2, runs=10)
    assert found.variance == 0
    assert np.isnan(found.first).all()


def test_results_that_are_no_numbers() -> None:
    with pytest.raises(ValueError, match="no number"):
        sobol_indices(lambda points: np.full(len(points), np.nan), 1, runs=4)
    with pytest.raises(ValueError, match="at least"):
        sobol_indices(lambda points: points[:, 0], 0, runs=4)
