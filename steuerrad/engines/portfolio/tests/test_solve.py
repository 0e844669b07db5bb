"""The best portfolio against hand, brute force and rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings

from steuerrad.engines.portfolio import (
    Budget,
    Gain,
    Grant,
    GroupLimit,
    Infeasible,
    Item,
    Limits,
    OutOfTimeError,
    Problem,
    ProblemError,
    StaffLimit,
    Target,
    columns,
    conflict,
    expected,
    greedy,
    scenarios,
    solve,
    tail_mean,
    values,
)
from steuerrad.engines.portfolio.conflict import feasible
from steuerrad.engines.portfolio.highs import Found
from steuerrad.engines.portfolio.program import Program
from steuerrad.engines.portfolio.rows import rows
from steuerrad.engines.portfolio.tests.problems import allowed, hand, problems, sure

QUICK = settings(max_examples=40, deadline=None)


def test_hand_check() -> None:
    found = solve(hand())
    assert (found.chosen, found.objective, found.status, found.gap) == (("b", "d"), 18.0, "proven", 0.0)
    assert (found.cost, found.net) == (10, 10)
    taken = greedy(hand())
    assert values(expected(hand()), columns(hand(), taken))[0] == 17
    assert taken == ("a", "b")


@QUICK
@given(problems())
def test_equals_brute_force(problem: Problem) -> None:
    gains = expected(problem)
    every = [float(values(gains, chosen)[0]) for chosen in allowed(problem)]
    if not every:
        with pytest.raises(Infeasible):
            solve(problem)
        return
    found = solve(problem)
    assert found.objective == pytest.approx(max(every), rel=1e-5, abs=1e-5)
    assert columns(problem, found.chosen) in list(allowed(problem))
    assert found.status == "proven"
    assert found.bound >= found.objective


@settings(max_examples=12, deadline=None)
@given(problems(5))
def test_risk_equals_brute_force(problem: Problem) -> None:
    gains = scenarios(problem, 20, seed=3)
    sample = [values(gains, chosen) for chosen in allowed(problem)]
    assume(sample)
    for lam in (1.0, 0.5, 0.0):
        best = max(lam * one.mean() + (1 - lam) * tail_mean(one) for one in sample)
        found = solve(problem, gains, lam=lam, limits=Limits(gap=0.0))
        assert found.objective == pytest.approx(best, rel=2e-5, abs=2e-5)


@QUICK
@given(problems())
def test_conflict_is_a_conflict_and_no_rule_in_it_is_idle(problem: Problem) -> None:
    try:
        solve(problem)
    except Infeasible as error:
        found = error.conflict
    else:
        with pytest.raises(ValueError):
            conflict(problem)
        return
    every = rows(problem)
    inside = [row for row in every if row.rule in found.rules or row.rule.kind == "rate"]
    assert not feasible(problem, inside)
    for rule in found.rules:
        rest = list(inside)
        rest.remove(next(row for row in inside if row.rule == rule))
        assert feasible(problem, rest)


def test_repair_says_by_how_much() -> None:
    problem = replace(hand(), must=frozenset("abcd"))
    with pytest.raises(Infeasible) as caught:
        solve(problem)
    (repair,) = caught.value.conflict.repairs
    assert repair.rule.kind == "budget"
    assert repair.amount == pytest.approx(8)
    mended = replace(problem, budgets=(Budget("own", 2026, 10 + repair.amount),))
    assert solve(mended).objective == 33


def test_a_dominated_item_is_never_chosen_alone() -> None:
    good = Item("good", {("own", 2026): 4}, (sure("t", 5),))
    worse = Item("worse", {("own", 2026): 5}, (sure("t", 4),))
    found = solve(Problem((worse, good), (Target("t"),), (Budget("own", 2026, 8),)))
    assert found.chosen == ("good",)


def test_of_equal_portfolios_the_cheaper_wins() -> None:
    items = (
        Item("dear", {("own", 2026): 9}, (sure("t", 5),)),
        Item("cheap", {("own", 2026): 8}, (sure("t", 5),)),
        Item("idle", {("own", 2026): 1}),
    )
    found = solve(Problem(items, (Target("t", 1.0, 5.0),), (Budget("own", 2026, 99),)))
    assert found.chosen == ("cheap",)


def test_saturation_and_yes_no() -> None:
    items = (
        Item("a", {("own", 2026): 1}, (sure("share", 8), sure("flag", 0))),
        Item("b", {("own", 2026): 1}, (sure("share", 8),)),
        Item("c", {("own", 2026): 1}, (sure("flag", 0),)),
    )
    targets = (Target("share", 0.5, 10.0), Target("flag", 1.0, 3.0, yes_no=True))
    problem = Problem(items, targets, (Budget("own", 2026, 3),))
    assert solve(problem).by_target == {"share": 5.0, "flag": 3.0}
    assert values(expected(problem), (0, 2))[0] == 7.0
    assert solve(problem).chosen == ("a", "b")


def test_a_harmful_measure_counts_against() -> None:
    items = (Item("harm", {("own", 2026): 1}, (Gain("t", -3, -2, -1),)), Item("good", {}, (sure("t", 3),)))
    found = solve(Problem(items, (Target("t", 1.0, 10.0),)))
    assert found.chosen == ("good",)


def test_grants_pay_within_rate_cap_period_and_deadline() -> None:
    item = Item("m", {("own", 2026): 100_000.0, ("own", 2027): 100_000.0}, (sure("t", 1),), grants=("g",),
                ready=date(2026, 5, 1))  # fmt: skip
    grant = Grant("g", "own", 0.65, 60_000.0, 2026, 2026, date(2026, 6, 30))
    problem = Problem((item,), (Target("t"),), (Budget("own", None, 140_000.0),), (grant,))
    found = solve(problem)
    assert found.chosen == ("m",)
    assert [(f.grant, f.year) for f in found.funding] == [("g", 2026)]
    assert found.funding[0].amount == pytest.approx(60_000)
    assert found.net == pytest.approx(140_000)
    assert solve(replace(problem, budgets=(Budget("own", None, 139_999.0),))).chosen == ()
    late = replace(problem, items=(replace(item, ready=date(2026, 7, 1)),))
    assert solve(late).chosen == ()


def test_budget_is_never_passed_by_the_solver_s_tolerance() -> None:
    items = tuple(Item(f"m{n}", {("own", 2026): 1_000_000.02}, (sure("t", 1),)) for n in range(3))
    problem = Problem(items, (Target("t"),), (Budget("own", 2026, 3_000_000.0),))
    assert len(solve(problem).chosen) == 2


def test_tail_mean_counts_the_edge_in_part() -> None:
    sample = np.array([4.0, 1.0, 3.0, 2.0])
    assert tail_mean(sample, 0.25) == 1.0
    assert tail_mean(sample, 0.5) == 1.5
    assert tail_mean(sample, 0.375) == pytest.approx((1 + 0.5 * 2) / 1.5)
    assert tail_mean(sample, 1.0) == 2.5
    with pytest.raises(ValueError):
        tail_mean(sample, 0.0)


def test_caution_prefers_the_safe_measure() -> None:
    """Risky: 10 points with 60 %, mean 6; safe: 5 points for sure. The worst tenth of the risky one is 0."""
    items = (
        Item("risky", {("own", 2026): 1}, (Gain("t", 10, 10, 10, success=0.6),)),
        Item("safe", {("own", 2026): 1}, (sure("t", 5),)),
    )
    problem = Problem(items, (Target("t"),), (Budget("own", 2026, 1),))
    gains = scenarios(problem, 2000, seed=1)
    bold, careful = solve(problem, gains, lam=1.0), solve(problem, gains, lam=0.5)
    assert (bold.chosen, careful.chosen) == (("risky",), ("safe",))
    assert bold.mean == pytest.approx(6.0, abs=4 * 10 * (0.24 / 2000) ** 0.5)
    assert (bold.cvar, careful.cvar, careful.objective) == (0.0, 5.0, 5.0)


def test_a_tail_is_found_within_the_stated_distance() -> None:
    random = np.random.default_rng(4)
    items = tuple(
        Item(f"m{n}", {("own", 2026): float(random.integers(1, 9))},
             (Gain(f"t{n % 3}", 0, 2, float(random.integers(3, 20)), success=float(random.uniform(0.3, 1))),))
        for n in range(12)
    )  # fmt: skip
    problem = Problem(items, tuple(Target(f"t{k}", 1.0, 15.0) for k in range(3)), (Budget("own", 2026, 20),))
    gains = scenarios(problem, 60, seed=2)
    samples = [values(gains, chosen) for chosen in allowed(problem)]
    for lam in (0.5, 0.0):
        best = max(lam * one.mean() + (1 - lam) * tail_mean(one) for one in samples)
        found = solve(problem, gains, lam=lam)
        assert best * 0.99 <= found.objective <= best + 1e-9
        assert found.bound >= best - 1e-4
        assert found.status == "proven"


def test_out_of_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Found("time", None, np.nan, np.nan)
    monkeypatch.setattr(Program, "run", lambda self, seconds, gap, relaxed: nothing)
    with pytest.raises(OutOfTimeError):
        solve(hand())


def test_a_search_cut_short_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Found("time", np.array([1.0, 1.0, 0.0, 0.0]), 0.0, -1e4 * 20 / 33)
    monkeypatch.setattr(Program, "run", lambda self, seconds, gap, relaxed: halfway)
    found = solve(hand())
    assert (found.status, found.objective) == ("time", 17.0)
    assert found.bound == pytest.approx(20.0)
    assert found.gap == pytest.approx(3 / 17)


def wide_problem() -> Problem:
    """A target shared by more items than subsets are listed for."""
    random = np.random.default_rng(5)
    items = tuple(
        Item(f"m{n}", {("own", 2026): float(c)}, (sure("t", float(g)),))
        for n, (c, g) in enumerate(zip(random.integers(1, 9, 14), random.integers(1, 9, 14), strict=True))
    )
    return Problem(items, (Target("t", 1.0, 20.0),), (Budget("own", 2026, 15),))


def test_many_items_on_one_target() -> None:
    problem = wide_problem()
    best = max(float(values(expected(problem), chosen)[0]) for chosen in allowed(problem))
    assert solve(problem).objective == pytest.approx(best)


def test_nothing_to_choose_from() -> None:
    assert solve(Problem((), ())).chosen == ()
    with pytest.raises(Infeasible):
        solve(Problem((), (), groups=(GroupLimit("x", 1),)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Problem((Item("a"), Item("a")), ()),
        lambda: Problem((Item("a", {("own", 2026): -1.0}),), ()),
        lambda: Problem((Item("a", {("own", 2026): float("nan")}),), ()),
        lambda: Problem((Item("a", {}, (Gain("t", 3, 2, 4),)),), (Target("t"),)),
        lambda: Problem((Item("a", {}, (Gain("t", 1, 2, 4, success=1.2),)),), (Target("t"),)),
        lambda: Problem((Item("a", {}, (Gain("t", 1, 2, float("inf")),)),), (Target("t"),)),
        lambda: Problem((Item("a", {}, (sure("t", 1),)),), ()),
        lambda: Problem((Item("a", grants=("g",)),), ()),
        lambda: Problem((), (Target("t", -1.0),)),
        lambda: Problem((), (Target("t", yes_no=True),)),
        lambda: Problem((), (), grants=(Grant("g", "own", 1.5, 1.0, 2026, 2026),)),
        lambda: Problem((), (), grants=(Grant("g", "own", 0.5, 1.0, 2027, 2026),)),
        lambda: Problem((), (), (Budget("own", 2026, -1.0),)),
        lambda: Problem((), (), staff=(StaffLimit(2026, float("nan")),)),
        lambda: Problem((Item("a"),), (), requires=(("a", "b"),)),
        lambda: Problem((Item("a"),), (), must=frozenset("b")),
    ],
)
def test_contradictions_are_refused(wrong) -> None:
    with pytest.raises(ProblemError):
        wrong()
