"""Frontier, runners-up, reasons, core index, Shapley, scenarios."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steuerrad.engines.portfolio import (
    Budget,
    Gain,
    Infeasible,
    Item,
    Problem,
    Target,
    alone,
    budget_sensitivity,
    columns,
    core_index,
    expected,
    frontier,
    late_probability,
    runners_up,
    scenarios,
    shapley,
    solve,
    values,
    why_in,
    why_not,
)
from steuerrad.engines.portfolio.gains import triangular
from steuerrad.engines.portfolio.shapley import by_orders, exact, sampled
from steuerrad.engines.portfolio.tests.problems import allowed, hand, problems, sure


def test_frontier_of_the_hand_check_is_all_efficient_portfolios() -> None:
    found = frontier(hand(), 11)
    assert [(one.net, one.objective) for one in found] == [
        (0, 0), (3, 5), (4, 7), (5, 10), (6, 11), (7, 12), (8, 15), (9, 17), (10, 18),
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(problems(5))
def test_frontier_rises_and_nothing_beats_it(problem: Problem) -> None:
    try:
        found = frontier(problem, 5)
    except Infeasible:
        assume(False)
    for one, two in pairwise(found):
        assert one.net < two.net
        assert one.objective < two.objective
    gains = expected(problem)
    plain = replace(problem, grants=(), items=tuple(replace(item, grants=()) for item in problem.items))
    for chosen in allowed(plain):
        cost = sum(problem.items[i].cost for i in chosen)
        worth = float(values(gains, chosen)[0])
        assert not any(cost < one.net - 0.02 and worth >= one.objective + 1e-4 for one in found), (
            "a cheaper portfolio is better than one on the frontier"
        )


def test_runners_up_of_the_hand_check() -> None:
    found = runners_up(hand(), 3)
    assert [(one.objective, one.chosen) for one in found] == [
        (18, ("b", "d")),
        (17, ("a", "b")),
        (16, ("c", "d")),
    ]
    assert len(runners_up(hand(), 1000)) == len(list(allowed(hand())))


@settings(max_examples=20, deadline=None)
@given(problems(4))
def test_runners_up_are_the_next_best(problem: Problem) -> None:
    gains = expected(problem)
    every = sorted((float(values(gains, chosen)[0]) for chosen in allowed(problem)), reverse=True)
    assume(every)
    found = [one.objective for one in runners_up(problem, 3)]
    assert found == pytest.approx(every[:3], rel=1e-4, abs=1e-4)


def test_why_not_costs_points_and_names_who_goes() -> None:
    best = solve(hand())
    switch = why_not(hand(), best, "a")
    assert (switch.loss, switch.enters, switch.leaves) == (1.0, ("a",), ("d",))
    with pytest.raises(ValueError):
        why_not(hand(), best, "b")


def test_why_not_names_the_rule() -> None:
    problem = replace(hand(), excludes=(("a", "b"),), must=frozenset("b"))
    switch = why_not(problem, solve(problem), "a")
    assert switch.loss is None
    assert {rule.kind for rule in switch.conflict.rules} == {"excludes", "must"}
    banned = replace(hand(), must_not=frozenset("a"))
    switch = why_not(banned, solve(banned), "a")
    assert ("must_not", ("a",)) in {(rule.kind, rule.keys) for rule in switch.conflict.rules}


def test_why_in_says_what_is_lost_without() -> None:
    best = solve(hand())
    assert why_in(hand(), best, "d").loss == 1.0
    assert why_in(hand(), best, "b").loss == 2.0
    assert alone(hand(), expected(hand()), best.chosen) == {"b": 7.0, "d": 11.0}
    held = replace(hand(), must=frozenset("b"))
    assert why_in(held, solve(held), "b").loss is None


def test_core_index() -> None:
    items = (
        Item("sure", {("own", 2026): 1}, (sure("t", 9),)),
        Item("coin", {("own", 2026): 5}, (Gain("t", 5, 5, 5, success=0.5),)),
        Item("rival", {("own", 2026): 5}, (sure("t", 4),)),
        Item("never", {("own", 2026): 9}, (sure("t", 1),)),
    )
    problem = Problem(items, (Target("t"),), (Budget("own", 2026, 6),))
    gains = scenarios(problem, 200, seed=2)
    found = core_index(problem, gains, budgets=(1.0,))
    won = float((gains.values[:, 1] > 4).mean())
    assert found.solved == 200
    assert found.share == pytest.approx({"sure": 1.0, "coin": won, "rival": 1 - won, "never": 0.0})


def test_more_money_is_never_worse() -> None:
    found = budget_sensitivity(hand())
    worth = [one.objective for _, one in found if one is not None]
    assert worth == sorted(worth)
    assert (worth[0], worth[-1]) == (10, 28)


def test_shapley_of_two_that_share() -> None:
    items = (Item("a", {}, (sure("t", 8),)), Item("b", {}, (sure("t", 8),)), Item("c", {}, (sure("u", 2),)))
    problem = Problem(items, (Target("t", 1.0, 10.0), Target("u")))
    found = shapley(problem, expected(problem), ("a", "b", "c"))
    assert found == {"a": 5.0, "b": 5.0, "c": 2.0}
    assert alone(problem, expected(problem), ("a", "b", "c")) == {"a": 2.0, "b": 2.0, "c": 2.0}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(-3, 9), min_size=4, max_size=4), min_size=1, max_size=4), st.integers(0, 20)
)
def test_shapley_is_its_definition(table: list[list[int]], headroom: int) -> None:
    points = np.array(table, dtype=float)
    everything = np.minimum(points.sum(axis=1), headroom).mean()
    assert exact(points, headroom).mean(axis=0) == pytest.approx(by_orders(points, headroom))
    assert exact(points, headroom).mean(axis=0).sum() == pytest.approx(everything)
    assert sampled(points, headroom, np.random.default_rng(1)).mean(axis=0).sum() == pytest.approx(everything)


@settings(max_examples=20, deadline=None)
@given(problems(5))
def test_shapley_adds_up(problem: Problem) -> None:
    gains = scenarios(problem, 10, seed=1)
    keys = [item.key for item in problem.items]
    total = float(values(gains, columns(problem, keys)).mean())
    assert sum(shapley(problem, gains, keys).values()) == pytest.approx(total, abs=1e-9)


def test_triangular_draws_have_the_moments() -> None:
    uniform = (np.arange(200_000) + 0.5) / 200_000
    sample = triangular(uniform, np.array(2.0), np.array(3.0), np.array(10.0))
    assert sample.mean() == pytest.approx(5.0, abs=1e-4)
    variance = (4 + 9 + 100 - 6 - 20 - 30) / 18
    assert sample.var() == pytest.approx(variance, rel=1e-3)
    assert triangular(uniform[:3], np.array(4.0), np.array(4.0), np.array(4.0)).tolist() == [4, 4, 4]


def test_scenarios_are_reproducible_and_items_fail_as_one() -> None:
    item = Item("m", {}, (Gain("t", 1, 2, 3, 0.5), Gain("u", 1, 2, 3, 0.5)))
    problem = Problem((item,), (Target("t"), Target("u")))
    one, two = scenarios(problem, 500, seed=7), scenarios(problem, 500, seed=7)
    assert (one.values == two.values).all()
    assert ((one.values[:, 0] == 0) == (one.values[:, 1] == 0)).all()
    assert one.values.mean() == pytest.approx(expected(problem).values.mean(), abs=0.15)


@pytest.mark.parametrize(
    ("slack", "probability"),
    [(-1, 1.0), (0, 1.0), (3, 1 - 9 / (12 * 6)), (6, 0.5), (9, 9 / 72), (12, 0.0), (99, 0.0)],
)
def test_late_probability(slack: float, probability: float) -> None:
    assert late_probability(slack, 0, 6, 12) == pytest.approx(probability)


def test_late_probability_of_a_certain_delay() -> None:
    assert late_probability(0, 0, 0, 0) == 0.0
    assert late_probability(-0.1, 0, 0, 0) == 1.0
    assert late_probability(2, 0, 0, 4) == pytest.approx(0.25)
    with pytest.raises(ValueError):
        late_probability(1, 3, 2, 4)
