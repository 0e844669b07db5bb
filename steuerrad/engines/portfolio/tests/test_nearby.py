"""The search by exchanges: its figures are those of the definition, its answers keep the rules."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from steuerrad.engines.portfolio.funding import funding
from steuerrad.engines.portfolio.gains import scenarios, values
from steuerrad.engines.portfolio.nearby import Nearby, improve, keys
from steuerrad.engines.portfolio.problem import Problem
from steuerrad.engines.portfolio.solution import tail_error, tail_mean, tail_means
from steuerrad.engines.portfolio.tests.problems import problems


@settings(max_examples=60, deadline=None)
@given(problems())
def test_every_move_is_worth_what_plain_arithmetic_says_and_none_is_missed(problem: Problem) -> None:
    gains = scenarios(problem, 7, 3)
    nearby = Nearby(problem, gains, lambda samples: tail_means(samples, 0.3))
    n = len(problem.items)
    for number in range(2**n):
        taken = np.array([bool(number >> i & 1) for i in range(n)])
        if funding(problem, keys(taken)) is None:
            continue
        moves = nearby.moves(taken)
        seen: set[tuple[int, ...]] = set()
        for out, into, worth in zip(moves.out, moves.into, moves.worth, strict=True):
            after = set(keys(taken)) - {int(out)} | ({int(into)} if into >= 0 else set())
            seen.add(tuple(sorted(after)))
            assert abs(tail_mean(values(gains, after), 0.3) - worth) < 1e-9
        for other in range(2**n):
            there = np.array([bool(other >> i & 1) for i in range(n)])
            gone, come = int((taken & ~there).sum()), int((there & ~taken).sum())
            if gone <= 1 and come <= 1 and gone + come and funding(problem, keys(there)) is not None:
                assert keys(there) in seen
        break


@settings(max_examples=60, deadline=None)
@given(problems())
def test_what_is_found_keeps_the_rules_and_is_better_each_time(problem: Problem) -> None:
    gains = scenarios(problem, 9, 5)
    start = next(
        (chosen for number in range(2 ** len(problem.items))
         if funding(problem, chosen := [i for i in range(len(problem.items)) if number >> i & 1]) is not None),
        None,
    )  # fmt: skip
    if start is None:
        return
    nearby = Nearby(problem, gains, lambda samples: samples.mean(axis=1))
    before = values(gains, start).mean()
    for chosen in improve(nearby, start, lambda one: funding(problem, one) is not None, lambda: True, 5):
        assert funding(problem, chosen) is not None
        assert values(gains, chosen).mean() > before
        before = values(gains, chosen).mean()


def test_the_worst_part_of_many_rows_is_that_of_each() -> None:
    samples = np.random.default_rng(1).normal(size=(20, 33))
    for share in (0.01, 0.1, 0.25, 1.0):
        assert np.allclose(tail_means(samples, share), [tail_mean(row, share) for row in samples])


def test_the_error_of_the_worst_part_is_what_repeating_shows() -> None:
    random = np.random.default_rng(7)
    samples = random.normal(10, 2, size=(2000, 200))
    spread = np.std([tail_mean(row) for row in samples])
    stated = np.mean([tail_error(row) for row in samples])
    assert abs(stated / spread - 1) < 0.1
