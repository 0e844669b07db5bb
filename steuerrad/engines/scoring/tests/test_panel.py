"""Ratings by several people: centre, spread, agreement, totals with intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import friedmanchisquare

from steuerrad.engines.scoring.panel import agreement, spread, totals, totals_by_person

NONE = np.nan


def cube(*people: list[list[float]]) -> np.ndarray:
    return np.array(people, dtype=np.float64)


def test_centre_and_spread_by_hand() -> None:
    found = spread(cube([[1, 4]], [[2, NONE]], [[3, NONE]], [[6, NONE]]))
    assert found.count.tolist() == [[4, 1]]
    assert found.mean.tolist() == [[3, 4]]
    assert found.median.tolist() == [[2.5, 4]]
    assert found.deviation[0, 0] == pytest.approx(np.sqrt(14 / 3))
    assert np.isnan(found.deviation[0, 1])  # one opinion has no spread
    assert (found.lower_quartile[0, 0], found.upper_quartile[0, 0]) == (1.75, 3.75)
    assert found.interquartile_range[0, 0] == 2
    assert (found.least[0, 0], found.greatest[0, 0]) == (1, 6)


def test_nobody_rated() -> None:
    found = spread(np.full((3, 2, 1), NONE))
    assert found.count.tolist() == [[0], [0]]
    assert np.isnan(found.mean).all()
    assert np.isnan(found.median).all()
    assert np.isnan(spread(np.empty((0, 2, 1))).mean).all()


def test_agreement_by_hand() -> None:
    found = agreement(np.array([[1, 2, 3, 4], [1, 3, 2, 4], [2, 1, 3, 4]], dtype=np.float64))
    assert found.w == pytest.approx(420 / 540)  # sums of ranks 4, 6, 8, 12
    assert found.chi_square == pytest.approx(3 * 3 * 420 / 540)
    tied = agreement(np.array([[1, 2, 2, 3], [10, 20, 30, 40]], dtype=np.float64))
    assert tied.w == pytest.approx(222 / 228)


def test_agreement_of_incomplete_ratings_says_what_it_rests_on() -> None:
    ratings = np.array([[1, 2, 3, 4], [2, 3, 4, 5], [5, 4, NONE, NONE], [NONE, NONE, NONE, 1]])
    found = agreement(ratings)
    assert (found.people, found.measures, found.w) == (2, 4, pytest.approx(1))
    lone = agreement(np.array([[1.0, 2, 3]]))
    assert (lone.people, np.isnan(lone.w)) == (0, True)
    assert np.isnan(agreement(np.full((3, 4), 2.0)).w)  # all alike: nothing to agree upon


@given(arrays(np.float64, (4, 6), elements=st.integers(1, 5).map(float)))
def test_agreement_equals_friedmans_test(ratings: np.ndarray) -> None:
    found = agreement(ratings)
    if np.isnan(found.w):
        assert (ratings == ratings[:, :1]).all()
        return
    statistic, p_value = friedmanchisquare(*ratings.T)
    assert found.chi_square == pytest.approx(statistic)
    assert found.p_value == pytest.approx(p_value)
    assert 0 <= found.w <= 1
    assert agreement(ratings[::-1]).w == pytest.approx(found.w)
    assert agreement(ratings[:, ::-1] * 3 + 1).w == pytest.approx(found.w)


def test_totals_by_hand() -> None:
    ratings = cube([[5, 1], [2, 2]], [[3, 3], [2, NONE]])
    found = totals(ratings, np.array([3.0, 1.0]))
    assert found.total.tolist() == [(3 * 4 + 2) / 4, 2]
    assert found.ranks.tolist() == [1, 2]
    assert found.people.tolist() == [2, 1]
    # Two people give three samples: both the first 4, both the second 3, mixed 3.5.
    assert (found.low[0], found.high[0]) == (3, 4)
    assert (found.rank_low[0], found.rank_high[0]) == (1, 1)
    assert np.isnan(found.low[1])  # its second criterion was rated by one person
    assert (found.rank_low[1], found.rank_high[1]) == (0, 0)
    assert totals_by_person(ratings, np.array([3.0, 1.0]))[0].tolist() == [4, 2]


def test_a_total_rests_on_all_criteria_unless_less_is_asked() -> None:
    ratings = cube([[4, NONE]], [[2, NONE]])
    weights = np.array([1.0, 1.0])
    assert np.isnan(totals(ratings, weights).total[0])
    assert totals(ratings, weights).ranks[0] == 0
    half = totals(ratings, weights, min_share=0.5)
    assert (half.total[0], half.covered[0], half.people[0]) == (3, 0.5, 2)
    unweighted = totals(ratings, np.array([1.0, 0.0]))
    assert (unweighted.total[0], unweighted.covered[0]) == (3, 1)


def test_median_resists_one_extreme_person() -> None:
    ratings = cube([[3]], [[3]], [[3]], [[3]], [[10]])
    assert totals(ratings, np.ones(1), centre="median").total[0] == 3
    assert totals(ratings, np.ones(1)).total[0] == pytest.approx(4.4)


def test_the_interval_holds_what_a_normal_panel_would() -> None:
    random = np.random.default_rng(3)
    ratings = random.normal(50, 10, size=(400, 1, 1))
    found = totals(ratings, np.ones(1), draws=4000)
    half = 1.645 * 10 / np.sqrt(400)
    assert found.high[0] - found.low[0] == pytest.approx(2 * half, rel=0.1)


def test_ranks_of_clear_and_open_races() -> None:
    clear = cube(*([[9.0], [5.0], [1.0]] for _ in range(6)))
    found = totals(clear, np.ones(1), draws=50)
    assert found.rank_shares.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    split = cube(*([[4.0 + flip], [5.0 - flip]] for flip in (0, 1, 0, 1)))
    open_race = totals(split, np.ones(1), draws=500)
    assert (open_race.rank_low.tolist(), open_race.rank_high.tolist()) == ([1, 1], [2, 2])
    assert open_race.rank_shares.sum(axis=1) == pytest.approx([1, 1])


@given(
    arrays(np.float64, (5, 3, 2), elements=st.one_of(st.just(NONE), st.integers(1, 5).map(float))),
    st.sampled_from(["mean", "median"]),
)
def test_totals_are_bounded_and_the_order_of_people_does_not_matter(ratings: np.ndarray, centre) -> None:
    weights = np.array([2.0, 1.0])
    found = totals(ratings, weights, centre=centre, draws=60)
    known = ~np.isnan(found.total)
    assert ((found.total[known] >= 1) & (found.total[known] <= 5)).all()
    sure = ~np.isnan(found.low)
    assert (found.low[sure] <= found.high[sure]).all()
    assert (found.rank_low[sure] >= 1).all()
    assert (found.rank_high[sure] <= known.sum()).all()
    turned = totals(ratings[::-1], weights, centre=centre, draws=1)
    assert turned.total == pytest.approx(found.total, nan_ok=True)
    assert (turned.ranks == found.ranks).all()


def test_the_same_seed_gives_the_same_answer_in_any_block() -> None:
    ratings = np.random.default_rng(1).integers(1, 6, size=(7, 5, 3)).astype(np.float64)
    first, again = (totals(ratings, np.ones(3), seed=4) for _ in range(2))
    assert (first.low == again.low).all()
    assert (first.rank_shares == again.rank_shares).all()


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [1.0, -1.0], [np.nan, 1.0]])
def test_weights_that_cannot_be_used(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        totals(np.ones((2, 2, 2)), np.array(weights))


def test_shapes_and_levels_that_cannot_be_used() -> None:
    with pytest.raises(ValueError, match="people x measures x criteria"):
        spread(np.ones((2, 2)))
    with pytest.raises(ValueError, match="infinite"):
        spread(np.full((2, 2, 1), np.inf))
    with pytest.raises(ValueError, match="level"):
        totals(np.ones((2, 2, 1)), np.ones(1), level=1)
    with pytest.raises(ValueError, match="one criterion"):
        agreement(np.ones((2, 2, 1)))
