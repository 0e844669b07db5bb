from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.ranking import (
    Entry,
    competition_ranks,
    field_change,
    min_max_score,
    rank_bounds,
    rank_score,
    split_change,
)
from steuerrad.engines.scoring import Interval, printed_interval


def score(text: str) -> Interval:
    return printed_interval(text, low=0, high=100)


def test_equal_scores_share_the_best_rank() -> None:
    assert competition_ranks([70, 80, 70, 60]).tolist() == [2, 1, 2, 4]
    with pytest.raises(ValueError):
        competition_ranks([1.0, float("nan")])


def test_a_score_between_two_ranks_bounds_the_unknown_rank() -> None:
    result = rank_bounds(
        [
            Entry("A", (3, 3), score("70,0")),
            Entry("B", (10, 10), score("60,0")),
            Entry("C", None, score("65,0")),
            Entry("D", (5, 5)),
        ],
        20,
    )
    assert result.conflicts == ()
    assert result.of("C").rank == (4, 9)
    assert result.of("D").score == Interval.of(Decimal("59.95"), Decimal("70.05"))


def test_equal_printed_scores_may_have_different_ranks() -> None:
    entries = [Entry("A", (3, 3), score("70,0")), Entry("B", (4, 4), score("70,0"))]
    assert rank_bounds(entries, 9, distinct=True).conflicts == ()


def test_reports_the_pair_that_contradicts_with_both_sources() -> None:
    result = rank_bounds(
        [
            Entry("Pforzheim", (39, 39), score("56.4"), "one paper"),
            Entry("Duisburg", (45, 45), score("56.6"), "another paper"),
            Entry("Braunschweig", (33, 33), score("59.0")),
        ],
        81,
    )
    (conflict,) = result.conflicts
    assert conflict.second is not None
    assert (conflict.kind, conflict.first.source, conflict.second.source) == (
        "order",
        "one paper",
        "another paper",
    )
    assert result.of("Pforzheim").excluded
    assert result.of("Duisburg").excluded
    assert not result.of("Braunschweig").excluded


def test_one_figure_against_many_is_the_suspect() -> None:
    entries = [Entry(str(i), (i, i), score(f"{90 - i},0")) for i in range(1, 6)]
    entries.append(Entry("odd", (6, 6), score("99,0")))
    result = rank_bounds(entries, 6)
    assert {bound.name for bound in result.bounds if bound.excluded} == {"odd"}


def test_too_many_better_ones_contradict_a_rank_without_any_contradicting_pair() -> None:
    better = [Entry(f"b{i}", None, score("90,0")) for i in range(4)]
    result = rank_bounds([*better, Entry("x", (3, 3), score("50,0"))], 10)
    assert [(c.kind, c.first.name) for c in result.conflicts] == [("count", "x")]


def test_the_same_rank_twice_contradicts_only_when_ranks_are_distinct() -> None:
    twins = [Entry("A", (3, 3)), Entry("B", (3, 3))]
    assert rank_bounds(twins, 9).conflicts == ()
    assert [c.kind for c in rank_bounds(twins, 9, distinct=True).conflicts] == ["same_rank"]


def test_taken_ranks_are_closed_to_others_when_ranks_are_distinct() -> None:
    entries = [Entry("A", (1, 2)), Entry("B", (1, 2)), Entry("C", (2, 4)), Entry("D", (1, 3))]
    result = rank_bounds(entries, 4, distinct=True)
    assert [bound.rank for bound in result.bounds] == [(1, 2), (1, 2), (4, 4), (3, 3)]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.booleans())
def test_bounds_hold_the_truth(data: st.DataObject, distinct: bool) -> None:
    size = data.draw(st.integers(1, 12))
    true = data.draw(
        st.lists(
            st.decimals(min_value=0, max_value=100, places=2),
            min_size=size,
            max_size=size,
            unique=distinct,
        )
    )
    ranks = competition_ranks([float(x) for x in true])
    entries = [
        Entry(
            str(i),
            (int(rank), int(rank)) if data.draw(st.booleans()) else None,
            printed_interval(f"{value:.1f}", low=0, high=100) if data.draw(st.booleans()) else None,
        )
        for i, (value, rank) in enumerate(zip(true, ranks, strict=True))
    ]
    shown = [e for e in entries if data.draw(st.booleans())]
    result = rank_bounds(shown, size, distinct=distinct)
    assert result.conflicts == ()
    for bound in result.bounds:
        i = int(bound.name)
        assert bound.rank[0] <= ranks[i] <= bound.rank[1]
        assert bound.score.contains(true[i])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_rank_bounds_are_the_tightest_there_are(data: st.DataObject) -> None:
    """Against brute force over all score vectors of a small integer scale."""
    intervals = [
        data.draw(st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda x: (min(x), max(x))))
        for _ in range(4)
    ]
    possible: list[set[int]] = [set() for _ in intervals]
    for vector in product(*(range(lo, hi + 1) for lo, hi in intervals)):
        for seen, rank in zip(possible, competition_ranks(vector), strict=True):
            seen.add(int(rank))
    entries = [Entry(str(i), None, Interval.of(lo, hi)) for i, (lo, hi) in enumerate(intervals)]
    for bound, seen in zip(rank_bounds(entries, 4).bounds, possible, strict=True):
        assert bound.rank == (min(seen), max(seen))


def test_refuses_impossible_input() -> None:
    with pytest.raises(ValueError):
        rank_bounds([Entry("A", (5, 5))], 4)
    with pytest.raises(ValueError):
        rank_bounds([Entry("A"), Entry("A")], 4)
    with pytest.raises(KeyError):
        rank_bounds([Entry("A")], 4).of("B")


def test_own_change_against_the_field() -> None:
    before = {"own": 50, "a": 40, "b": 60, "c": 70, "gone": 10}
    now = {"own": 55, "a": 52, "b": 63, "c": 69, "new": 1}
    change = field_change(before, now, "own")
    assert change is not None
    assert (change.own, change.others, change.median, change.rank) == (5, 3, 3, 2)
    assert change.against_field == 2
    assert field_change(before, now, "new") is None
    alone = field_change({"own": 1}, {"own": 2}, "own")
    assert alone is not None
    assert (alone.median, alone.rank, alone.against_field) == (None, None, None)


raw = st.fractions(min_value=0, max_value=50, max_denominator=20)


@given(raw, raw, st.lists(raw, max_size=6), st.lists(raw, max_size=6))
def test_the_split_of_a_change_adds_up(
    x0: Fraction, x1: Fraction, f0: list[Fraction], f1: list[Fraction]
) -> None:
    for rule in (min_max_score, rank_score):
        assert split_change(x0, x1, f0, f1, rule).total == rule(x1, f1) - rule(x0, f0)


def test_points_can_fall_although_the_own_value_rose() -> None:
    split = split_change(5, 6, [2, 12], [2, 22], min_max_score)
    assert split.own == 10
    assert split.field == -20
