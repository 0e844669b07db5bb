"""Normalisation by hand, and what must hold whatever the data."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steuerrad.engines.scoring.normalise import Normaliser, NormaliserKind, normalise
from steuerrad.engines.scoring.order import middle_ranks, rank_shift, score_ranks

NONE = np.nan
KINDS = get_args(NormaliserKind)
UP, DOWN = np.array([1.0]), np.array([-1.0])


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


def scored(
    values: np.ndarray, kind: NormaliserKind, direction: np.ndarray = UP, **more: np.ndarray
) -> list[float]:
    method = Normaliser(kind, 50, 10) if kind == "z_score" else Normaliser(kind)
    return normalise(values, direction, method, **more)[:, 0].tolist()


def test_min_max_by_hand() -> None:
    assert scored(column(2, 5, 9, 12, 18), "min_max") == [0, 18.75, 43.75, 62.5, 100]
    assert scored(column(2, 5, 9, 12, 18), "min_max", DOWN) == [100, 81.25, 56.25, 37.5, 0]
    assert normalise(column(2, 5, 18), UP, Normaliser("min_max", 1, 100))[0, 0] == 1


def test_percentile_rank_by_hand() -> None:
    assert scored(column(2, 5, 9, 12, 18), "percentile_rank") == [0, 25, 50, 75, 100]
    assert scored(column(2, 5, 5, 12, 18), "percentile_rank") == [0, 25, 25, 75, 100]
    assert scored(column(2, 5, 5, 12, 18), "percentile_rank", DOWN) == [100, 50, 50, 25, 0]
    assert scored(column(3, 3, 3), "percentile_rank") == [0, 0, 0]


def test_rank_by_hand() -> None:
    assert scored(column(2, 5, 5, 12), "rank") == [1, 2, 2, 4]
    assert scored(column(2, 5, 5, 12), "rank", DOWN) == [4, 2, 2, 1]


def test_z_score_by_hand() -> None:
    assert scored(column(1, 2, 3), "z_score") == [40, 50, 60]
    assert scored(column(1, 2, 3), "z_score", DOWN) == [60, 50, 40]


def test_distance_to_target_by_hand() -> None:
    assert scored(column(0, 5, 10, 20), "distance_to_target", targets=np.array([10.0])) == [0, 50, 100, 100]
    assert scored(column(0, 5, 10, 20), "distance_to_target", DOWN, targets=np.array([10.0])) == [
        100,
        100,
        100,
        0,
    ]
    # The worst has reached the target already: so have all.
    assert scored(column(11, 12), "distance_to_target", targets=np.array([10.0])) == [100, 100]
    assert scored(column(12, 12), "distance_to_target", DOWN, targets=np.array([12.0])) == [100, 100]


def test_goalposts_by_hand() -> None:
    posts = np.array([[10.0, 20.0]])
    assert scored(column(5, 10, 15, 25), "goalposts", posts=posts) == [0, 0, 50, 100]
    assert scored(column(5, 10, 15, 25), "goalposts", DOWN, posts=posts) == [100, 100, 50, 0]


def test_a_column_that_tells_nobody_apart_has_no_score() -> None:
    for kind in ("min_max", "z_score"):
        assert np.isnan(scored(column(4, 4, 4), kind)).all()
    assert np.isnan(scored(column(NONE, 4), "percentile_rank")).all()  # nobody to compare with


def test_missing_columns() -> None:
    for kind in KINDS:
        found = scored(column(NONE, NONE), kind, targets=np.ones(1), posts=np.array([[0.0, 1.0]]))
        assert np.isnan(found).all(), kind


@pytest.mark.parametrize(
    ("values", "directions", "method", "more"),
    [
        (np.ones((2, 2)), UP, Normaliser(), {}),
        (np.ones((2, 1)), np.zeros(1), Normaliser(), {}),
        (column(1, np.inf), UP, Normaliser(), {}),
        (column(1, 2), UP, Normaliser("distance_to_target"), {}),
        (column(1, 2), UP, Normaliser("distance_to_target"), {"targets": np.array([NONE])}),
        (column(1, 2), UP, Normaliser("goalposts"), {}),
        (column(1, 2), UP, Normaliser("goalposts"), {"posts": np.array([[2.0, 2.0]])}),
    ],
)
def test_what_cannot_be_scored(values, directions, method, more) -> None:
    with pytest.raises(ValueError):
        normalise(values, directions, method, **more)


@pytest.mark.parametrize("scale", [(0, 0), (2, 1), (0, np.inf), (np.nan, 1)])
def test_scales_that_are_none(scale: tuple[float, float]) -> None:
    with pytest.raises(ValueError):
        Normaliser("min_max", *scale)
    with pytest.raises(ValueError):
        Normaliser("z_score", 0, 0)


CELLS = st.one_of(st.just(NONE), st.integers(-1000, 1000).map(float))
MATRICES = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=CELLS)


def method_of(kind: NormaliserKind) -> Normaliser:
    return Normaliser(kind, 10, 2) if kind == "z_score" else Normaliser(kind, 1, 100)


def normalised(
    values: np.ndarray, directions: np.ndarray, kind: NormaliserKind, factor: float = 1, shift: float = 0
):
    m = values.shape[1]
    targets = np.full(m, 700.0) * factor + shift
    posts = np.tile([-500.0, 500.0], (m, 1)) * factor + shift
    return normalise(values * factor + shift, directions, method_of(kind), targets=targets, posts=posts)


@given(MATRICES, st.sampled_from(KINDS), st.booleans())
def test_scores_keep_the_order_stay_on_the_scale_and_leave_gaps(values, kind, up) -> None:
    directions = np.full(values.shape[1], 1.0 if up else -1.0)
    scores = normalised(values, directions, kind)
    assert np.isnan(scores[np.isnan(values)]).all()
    if kind not in ("rank", "z_score"):
        known = ~np.isnan(scores)
        assert ((scores[known] >= 1 - 1e-9) & (scores[known] <= 100 + 1e-9)).all()
    for number in range(values.shape[1]):
        better = values[:, number] * directions[number]
        known = ~np.isnan(scores[:, number])
        order = np.argsort(better[known], kind="stable")
        assert (np.diff(scores[known, number][order]) >= -1e-9).all()
        same = np.diff(better[known][order]) == 0
        assert (np.diff(scores[known, number][order])[same] == 0).all()


@given(
    MATRICES, st.sampled_from(KINDS), st.sampled_from([0.5, 3.0, 1000.0]), st.sampled_from([-20.0, 0.0, 7.0])
)
def test_the_unit_of_an_indicator_does_not_matter(values, kind, factor, shift) -> None:
    directions = np.ones(values.shape[1])
    plain = normalised(values, directions, kind)
    other = normalised(values, directions, kind, factor, shift)
    assert other == pytest.approx(plain, nan_ok=True, abs=1e-6)


@given(MATRICES, st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(values, kind, random) -> None:
    rows = list(range(len(values)))
    random.shuffle(rows)
    directions = np.ones(values.shape[1])
    plain = normalised(values, directions, kind)
    assert normalised(values[rows], directions, kind) == pytest.approx(plain[rows], nan_ok=True, abs=1e-9)


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 7)), elements=CELLS))
def test_ranks_count_those_that_are_better(scores: np.ndarray) -> None:
    ranks = score_ranks(scores)
    for row, found in zip(scores, ranks, strict=True):
        expected = [0 if np.isnan(x) else 1 + int((row > x).sum()) for x in row]
        assert found.tolist() == expected


def test_ranks_of_rank_statistics_and_their_shift() -> None:
    assert middle_ranks(np.array([10.0, 20, 20, NONE, 5])).tolist()[:3] == [2, 3.5, 3.5]
    reference = np.array([1, 2, 3, 0])
    assert rank_shift(np.array([[2, 1, 3, 4], [0, 0, 3, 1]]), reference).tolist() == [pytest.approx(2 / 3), 0]
    assert np.isnan(rank_shift(np.array([0, 0, 0, 1]), reference))
    assert score_ranks(np.array([0.1 + 0.2, 0.3]), decimals=9).tolist() == [1, 1]
