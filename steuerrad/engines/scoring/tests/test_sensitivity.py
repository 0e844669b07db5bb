"""Uncertainty of ranks: what must come out, whatever the seed."""

from __future__ import annotations

import numpy as np
import pytest

from steuerrad.engines.scoring import sensitivity
from steuerrad.engines.scoring.composite import Method, compute
from steuerrad.engines.scoring.framework import Framework, Indicator, Node
from steuerrad.engines.scoring.normalise import Normaliser
from steuerrad.engines.scoring.outliers import Treatment
from steuerrad.engines.scoring.sensitivity import Alternatives, assumption_indices, leave_out, vary
from steuerrad.engines.scoring.tests.test_composite import SMALL, VALUES

ALL_OPEN = Alternatives(
    treatments=(None, Treatment()),
    normalisers=(Normaliser("min_max", 1, 100), Normaliser("percentile_rank", 1, 100)),
    aggregations=("arithmetic", "geometric"),
    weight_noise={1: 0.25, 2: 0.5},
)


def table(units: int = 12) -> np.ndarray:
    return np.random.default_rng(5).lognormal(size=(units, 3))


def test_without_alternatives_nothing_varies() -> None:
    found = vary(SMALL, table(), Method(), Alternatives(), runs=5)
    assert (found.ranks == found.nominal).all()
    assert found.shift.tolist() == [0] * 5
    assert (found.low == found.nominal).all()
    assert (found.high == found.nominal).all()


def test_a_choice_of_two_gives_the_ranks_of_both() -> None:
    values = table()
    pair = (Normaliser(), Normaliser("percentile_rank"))
    found = vary(SMALL, values, Method(), Alternatives(normalisers=pair), runs=60)
    expected = {tuple(compute(SMALL, values, Method(normaliser)).ranks.tolist()) for normaliser in pair}
    assert len(expected) == 2  # else this shows nothing
    assert {tuple(row) for row in found.ranks.tolist()} == expected


def test_who_is_best_in_everything_stays_first() -> None:
    values = table()
    values[3] = values.max(axis=0) * SMALL.directions + [1, 0, 1]
    values[3, 1] = values[:, 1].min() / 2
    found = vary(SMALL, values, Method(), ALL_OPEN, runs=200)
    assert (found.nominal[3], found.low[3], found.median[3], found.high[3]) == (1, 1, 1, 1)
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()
    assert found.shift.max() > 0


def test_weights_stay_inside_their_noise() -> None:
    sets = sensitivity._weight_sets(SMALL, {1: 0.25}, seed=1)
    assert (sets[:, 3:] == SMALL.weights[3:]).all()
    ratio = sets[:, :3] / SMALL.weights[:3]
    assert ratio.min() >= 0.75
    assert ratio.max() <= 1.25
    assert ratio.std() == pytest.approx(0.5 / np.sqrt(12), rel=0.05)  # uniform


def test_the_seed_decides_and_blocks_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    first = vary(SMALL, table(), Method(), ALL_OPEN, runs=40, seed=3)
    assert (vary(SMALL, table(), Method(), ALL_OPEN, runs=40, seed=3).ranks == first.ranks).all()
    assert (vary(SMALL, table(), Method(), ALL_OPEN, runs=40, seed=4).ranks != first.ranks).any()
    monkeypatch.setattr(sensitivity, "_BLOCK", 1)
    assert (vary(SMALL, table(), Method(), ALL_OPEN, runs=40, seed=3).ranks == first.ranks).all()


def test_units_without_a_total_have_no_rank() -> None:
    values = table()
    values[0] = np.nan
    found = vary(SMALL, values, Method(), ALL_OPEN, runs=20)
    assert (found.ranks[:, 0] == 0).all()
    assert np.isnan([found.mean[0], found.low[0], found.high[0]]).all()
    assert found.ranks[:, 1:].min() == 1


def test_leaving_out_by_hand() -> None:
    found = {item.key: item for item in leave_out(compute(SMALL, VALUES))}
    assert list(found) == ["fibre", "outage", "forms", "net", "office"]
    assert found["office"].ranks.tolist() == [3, 2, 1]
    assert found["office"].shift == found["forms"].shift == 0
    assert found["net"].ranks.tolist() == [3, 1, 2]
    assert found["net"].shift == pytest.approx(2 / 3)
    chain = Framework((Indicator("a", "top"),), (Node("top"),))
    lone = leave_out(compute(chain, np.array([[1.0], [2.0]])))
    assert np.isnan(lone[0].shift)  # nothing is left


def test_leaving_out_equals_an_index_built_without() -> None:
    values = table()
    without = Framework(SMALL.indicators[1:], SMALL.nodes)
    found = next(item for item in leave_out(compute(SMALL, values)) if item.key == "fibre")
    assert found.ranks.tolist() == compute(without, values[:, 1:]).ranks.tolist()


def test_the_only_open_choice_explains_everything() -> None:
    names, found = assumption_indices(
        SMALL, table(), Method(), Alternatives(normalisers=(Normaliser(), Normaliser("percentile_rank"))), runs=400
    )  # fmt: skip
    assert names == ("normalisation",)
    assert found.first[0] == pytest.approx(1, abs=0.15)
    assert found.whole[0] == pytest.approx(1, abs=0.15)
    with pytest.raises(ValueError, match="no choice"):
        assumption_indices(SMALL, table(), Method(), Alternatives())


def test_a_choice_that_changes_nothing_explains_nothing() -> None:
    same = Alternatives(
        treatments=(None, Treatment(skewness=1e9)),
        normalisers=(Normaliser(), Normaliser("percentile_rank")),
    )
    names, found = assumption_indices(SMALL, table(), Method(), same, runs=200)
    assert names == ("treatment", "normalisation")
    assert (found.first[0], found.whole[0]) == (0, 0)


def test_alternatives_that_cannot_be_computed() -> None:
    with pytest.raises(ValueError, match="above 0"):
        vary(SMALL, table(), Method(), Alternatives(aggregations=("arithmetic", "geometric")), runs=20)
    with pytest.raises(ValueError, match="alternative"):
        Alternatives(normalisers=())
    with pytest.raises(ValueError, match="noise"):
        Alternatives(weight_noise={1: 2})
    with pytest.raises(ValueError, match="run"):
        vary(SMALL, table(), Method(), Alternatives(), runs=0)
