"""A small index worked out by hand, and what must hold for every index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steuerrad.engines.scoring.composite import (
    Method,
    aggregate,
    aggregate_many,
    compute,
    copeland,
    correlations,
    denominate,
    fill_by_group,
)
from steuerrad.engines.scoring.framework import Framework, FrameworkError, Indicator, Node
from steuerrad.engines.scoring.normalise import Normaliser
from steuerrad.engines.scoring.outliers import Treatment

NONE = np.nan
SMALL = Framework(
    (Indicator("fibre", "net"), Indicator("outage", "net", 3, direction=-1), Indicator("forms", "office")),
    (Node("net", "whole", 2), Node("office", "whole"), Node("whole")),
)
VALUES = np.array([[0.0, 30, 1], [5, 20, 3], [10, 10, 2]])


def test_an_index_by_hand() -> None:
    found = compute(SMALL, VALUES)
    assert found.scores.tolist() == [[0, 0, 0], [50, 50, 100], [100, 100, 50]]
    assert found.node("net").tolist() == [0, 50, 100]
    assert found.node("forms").tolist() == found.node("office").tolist() == [0, 100, 50]
    assert found.total == pytest.approx([0, 200 / 3, 250 / 3])
    assert found.ranks.tolist() == [3, 2, 1]
    assert found.known.tolist() == pytest.approx([1, 1, 1])


def test_effective_weights_and_levels_by_hand() -> None:
    assert SMALL.effective_weights() == pytest.approx([1 / 6, 1 / 2, 1 / 3, 2 / 3, 1 / 3, 1])
    assert SMALL.levels.tolist() == [1, 1, 1, 2, 2, 3]
    deep = Framework((Indicator("a", "x"), Indicator("b", "top")), (Node("top"), Node("x", "top")))
    assert deep.levels.tolist() == [1, 1, 3, 2]
    assert deep.bottom_up == (1, 0)
    assert compute(deep, np.array([[1.0, 5], [2, 3]])).total.tolist() == [50, 50]


def test_what_is_missing_by_hand() -> None:
    values = VALUES.copy()
    values[2, 1] = NONE
    found = compute(SMALL, values)
    assert found.node("net").tolist() == [0, 87.5, 100]
    assert found.known.tolist() == pytest.approx([1, 1, 0.5])
    strict = compute(SMALL, values, Method(min_share=0.6))
    assert np.isnan(strict.node("net")[2])
    assert np.isnan(strict.total[2])
    assert strict.ranks.tolist() == [2, 1, 0]
    half = compute(SMALL, values, Method(min_share=0.5))
    assert half.total == pytest.approx(found.total)


def test_geometric_means_by_hand() -> None:
    pair = Framework((Indicator("a", "top"), Indicator("b", "top")), (Node("top"),))
    scores = np.array([[1.0, 100], [25, 4], [50, NONE]])
    assert aggregate(pair, scores, "geometric")[:, 0] == pytest.approx([10, 10, 50])
    with pytest.raises(ValueError, match="above 0"):
        compute(pair, np.array([[1.0, 2], [3, 4]]), Method(aggregation="geometric"))
    own = Framework(pair.indicators, (Node("top", aggregation="geometric"),))
    assert aggregate(own, scores)[:2, 0] == pytest.approx([10, 10])


def test_denominators() -> None:
    values, sizes = np.array([[10.0, 7], [30, 8], [5, 9]]), np.array([[2.0], [10], [NONE]])
    found = denominate(values, sizes, [0, None])
    assert found[:, 1].tolist() == [7, 8, 9]
    assert found[:2, 0].tolist() == [5, 3]
    assert np.isnan(found[2, 0])
    with pytest.raises(ValueError, match="row 1: a denominator must be positive"):
        denominate(values, np.array([[1.0], [0], [1]]), [0, None])


def test_filling_by_group_says_what_it_filled() -> None:
    values = np.array([[1.0, NONE], [2, NONE], [6, 5], [NONE, NONE], [9, 1]])
    groups = ["a", "a", "a", "a", "b"]
    found, filled = fill_by_group(values, groups)
    assert found[:, 0].tolist() == [1, 2, 6, 3, 9]
    assert found[:4, 1].tolist() == [5, 5, 5, 5]
    assert filled.sum() == 4
    assert fill_by_group(values, groups, "median")[0][3, 0] == 2
    lone, none = fill_by_group(values, ["a", "b", "c", "d", "e"])
    assert np.array_equal(lone, values, equal_nan=True)
    assert not none.any()


def test_copeland_by_hand() -> None:
    # fibre 1/6, outage 1/2, forms 1/3: the third beats the first on all; forms and outage decide the rest.
    assert copeland(SMALL, compute(SMALL, VALUES).scores).tolist() == [-2, 0, 2]
    tie = Framework((Indicator("a", "top"), Indicator("b", "top")), (Node("top"),))
    assert copeland(tie, np.array([[1.0, 2], [2, 1], [NONE, NONE]])).tolist() == [0, 0, 0]


def test_correlations_by_hand() -> None:
    columns = np.array([[1.0, 2, 5, NONE], [2, 4, 5, 1], [3, 6, 5, 2], [4, 1, 5, NONE]])
    found = correlations(columns)
    assert found[0, 1] == pytest.approx(np.corrcoef(columns[:, 0], columns[:, 1])[0, 1])
    assert np.isnan(found[0, 2])  # no variation
    assert np.isnan(found[0, 3])  # two in common are always on a line
    assert found[0, 0] == 1


@pytest.mark.parametrize(
    ("indicators", "nodes", "key", "reason"),
    [
        ((Indicator("a", "top"),), (Node("top"), Node("other")), "", "one element at the top"),
        ((Indicator("a", "top"),), (), "a", "no aggregate"),
        ((Indicator("a", ""),), (Node("top"),), "a", "needs a parent"),
        ((Indicator("a", "top"), Indicator("a", "top")), (Node("top"),), "a", "key of its own"),
        ((Indicator("a", "top", -1),), (Node("top"),), "a", "weight"),
        ((Indicator("a", "top", 0),), (Node("top"),), "top", "weight 0"),
        ((Indicator("a", "top", direction=0),), (Node("top"),), "a", "direction"),
        ((Indicator("a", "top"),), (Node("top"), Node("empty", "top")), "empty", "no parts"),
        ((Indicator("a", "x"),), (Node("top"), Node("x", "y"), Node("y", "x")), "x", "circle"),
    ],
)  # fmt: skip
def test_trees_that_are_none(indicators, nodes, key, reason) -> None:
    with pytest.raises(FrameworkError, match=reason) as raised:
        Framework(indicators, nodes)
    assert raised.value.key == key


CELLS = st.integers(0, 60).map(float)
TABLES = arrays(np.float64, st.tuples(st.integers(2, 7), st.just(5)), elements=CELLS)
GAPPED = arrays(
    np.float64, st.tuples(st.integers(2, 7), st.just(5)), elements=st.one_of(st.just(NONE), CELLS)
)
WEIGHTS = arrays(np.float64, (4, 8), elements=st.sampled_from([0.5, 1.0, 2.0]))
FIVE = Framework(
    (
        Indicator("a", "x", 2), Indicator("b", "x", direction=-1), Indicator("c", "x"),
        Indicator("d", "y", target=40, posts=(0, 60)), Indicator("e", "y", 3),
    ),
    (Node("x", "top"), Node("y", "top", 2), Node("top")),
)  # fmt: skip
ORDERED = ("min_max", "percentile_rank", "rank")


@given(TABLES, st.sampled_from(ORDERED), st.integers(0, 4), st.integers(1, 80))
def test_getting_better_never_costs_a_rank(values, kind, column, gain) -> None:
    """Without treatment of outliers and for these methods."""
    method = Method(Normaliser(kind))
    before = compute(FIVE, values, method)
    changed = values.copy()
    changed[0, column] += gain * FIVE.directions[column]
    after = compute(FIVE, changed, method)
    if before.ranks[0] and after.ranks[0] and not np.isnan(before.scores[0, column]):
        assert after.ranks[0] <= before.ranks[0]
        assert after.total[0] >= before.total[0] - 1e-9 or np.isnan(before.scores).any()


def test_under_a_z_score_getting_better_can_cost_a_rank() -> None:
    """The first catches up with two that are close to each other, and the smaller spread widens what is left."""
    flat = Framework(tuple(Indicator(key, "top") for key in "abc"), (Node("top"),))
    method = Method(Normaliser("z_score", 0, 1))
    before = np.array([[0.0, 1, 1], [10, 0, 1], [9.9, 0.05, 0]])
    after = before.copy()
    after[0, 0] = 9
    assert compute(flat, before, method).ranks.tolist() == [1, 2, 3]
    assert compute(flat, after, method).ranks.tolist() == [2, 1, 3]


@example(
    np.array([[3.0], [np.nan], [3], [0], [3]]) * [1, *[np.nan] * 4], "min_max", [0.1] * 5
)  # skewness: just -2
@given(GAPPED, st.sampled_from(ORDERED), st.lists(st.sampled_from([0.1, 3.0, 250.0]), min_size=5, max_size=5))
def test_units_do_not_matter(values, kind, factors) -> None:
    method = Method(Normaliser(kind), Treatment())
    plain = compute(FIVE, values, method)
    other = compute(FIVE, values * np.array(factors) + 8, method)
    assert other.total == pytest.approx(plain.total, nan_ok=True, abs=1e-6)


@given(GAPPED, st.randoms(use_true_random=False))
def test_order_of_units_and_indicators_does_not_matter(values, random) -> None:
    rows, columns = list(range(len(values))), list(range(5))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = Framework(tuple(FIVE.indicators[number] for number in columns), FIVE.nodes[::-1])
    plain = compute(FIVE, values)
    other = compute(turned, values[rows][:, columns])
    assert other.total == pytest.approx(plain.total[rows], nan_ok=True, abs=1e-9)
    assert (other.ranks == plain.ranks[rows]).all()


@given(GAPPED, st.sampled_from([0.0, 0.5, 1.0]))
def test_ranks_and_totals_are_bounded(values, min_share) -> None:
    found = compute(FIVE, values, Method(min_share=min_share))
    known = ~np.isnan(found.total)
    assert ((found.total[known] >= 0) & (found.total[known] <= 100 + 1e-9)).all()
    assert ((found.ranks[known] >= 1) & (found.ranks[known] <= known.sum())).all()
    assert (found.ranks[~known] == 0).all()
    assert not known.any() or found.ranks[known].min() == 1
    loose = compute(FIVE, values)
    assert (known <= ~np.isnan(loose.total)).all()  # asking for more data never ranks more


@given(TABLES)
def test_the_total_is_the_effectively_weighted_sum(values) -> None:
    scores = values  # any scores do
    total = aggregate(FIVE, scores)[:, FIVE.root]
    assert total == pytest.approx(scores @ FIVE.effective_weights()[:5])


@given(GAPPED, WEIGHTS, st.sampled_from(["arithmetic", "geometric"]), st.sampled_from([0.0, 0.6]))
def test_many_sets_of_weights_equal_one_after_the_other(values, weights, kind, min_share) -> None:
    scores = values + 1
    many = aggregate_many(FIVE, scores, weights, kind, min_share=min_share)
    for number, row in enumerate(weights):
        leaves = [Indicator(x.key, x.parent, w) for x, w in zip(FIVE.indicators, row[:5], strict=True)]
        nodes = [Node(x.key, x.parent, w) for x, w in zip(FIVE.nodes, row[5:], strict=True)]
        one = aggregate(Framework(tuple(leaves), tuple(nodes)), scores, kind, min_share=min_share)
        found = many[number].T
        assert found == pytest.approx(one, nan_ok=True)
    if kind == "geometric":
        plain = aggregate_many(FIVE, scores, weights, min_share=min_share)
        both = ~np.isnan(plain)
        assert (many[both] <= plain[both] + 1e-9).all()  # the inequality of the means


@given(GAPPED)
def test_copeland_is_a_balance_and_knows_no_scale(values) -> None:
    found = copeland(FIVE, values)
    assert found.sum() == 0
    assert np.abs(found).max() <= len(values) - 1
    assert (copeland(FIVE, np.sqrt(values)) == found).all()
    best = np.vstack([values, np.full(5, 99.0)])
    rivals = (~np.isnan(values)).any(axis=1).sum()
    assert copeland(FIVE, best)[-1] == rivals
