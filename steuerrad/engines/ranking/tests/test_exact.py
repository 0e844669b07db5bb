"""The worked table of the reference, exactly, and the simulation against it within its own stated error."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.ranking import Field, Model, Move, Movement, OwnChange, normal, prepare
from steuerrad.engines.ranking.exact import expected_rank, poisson_binomial, quantile_rank, rank_distribution

RIVALS, SD = (80.0, 74.0, 71.0, 69.0, 66.0, 60.0), 3.0
#: own score, its spread: E[rank], probabilities of ranks 1 to 7, of the top three, 5 % and 95 % rank
TABLE = {
    (68.0, 0.0): (4.7054, (0, 0.0010, 0.0500, 0.3249, 0.4913, 0.1323, 0.0005), 0.0510, (3, 6)),
    (71.0, 0.0): (3.6404, (0.0001, 0.0569, 0.3778, 0.4380, 0.1221, 0.0051, 0), 0.4348, (2, 5)),
    (71.0, 2.0): (3.6645, (0.0027, 0.1178, 0.3311, 0.3416, 0.1745, 0.0319, 0.0003), 0.4516, (2, 5)),
}


def normal_field(own: float) -> Field:
    totals = np.array([own, *RIVALS])
    n = len(totals)
    names = tuple(f"city{number}" for number in range(n))
    nothing = np.full((n, 1), np.nan)
    ranks = 1 + (totals[None, :] > totals[:, None]).sum(axis=1)
    return Field("e", 2030, names, names, ("g",), (), np.empty((n, 0)), nothing, totals, ranks, np.ones(1), n)


@pytest.mark.parametrize("own", TABLE)
def test_the_table_is_reproduced_to_every_printed_digit(own: tuple[float, float]) -> None:
    mean, probabilities, top, quantiles = TABLE[own]
    found = rank_distribution(*own, RIVALS, [SD] * 6)
    assert round(expected_rank(*own, RIVALS, [SD] * 6), 4) == mean
    assert tuple(round(p, 4) for p in found) == pytest.approx(probabilities, abs=1e-9)
    assert round(sum(found[:3]), 4) == top
    assert (quantile_rank(found, 0.05), quantile_rank(found, 0.95)) == quantiles
    assert sum(found) == pytest.approx(1, abs=1e-12)
    assert sum(rank * p for rank, p in enumerate(found, 1)) == pytest.approx(
        expected_rank(*own, RIVALS, [SD] * 6), abs=1e-9
    )


@pytest.mark.parametrize("own", TABLE)
def test_the_simulation_agrees_within_four_standard_errors(own: tuple[float, float]) -> None:
    model = Model(own="still", own_sd=own[1], movement=Movement.fixed(SD))
    found = prepare(normal_field(own[0]), "city0", (), model, draws=40_000, seed=11).before
    exact = rank_distribution(*own, RIVALS, [SD] * 6)
    assert 0 < found.rank.error < 0.01
    assert abs(found.rank.mean - expected_rank(*own, RIVALS, [SD] * 6)) < 4 * found.rank.error
    for p, simulated, error in zip(exact, found.ranks, found.rank_errors, strict=True):
        assert abs(p - simulated) < 4 * error
    assert abs(found.top(3).value - sum(exact[:3])) < 4 * found.top(3).error
    assert (found.rank.low, found.rank.high) == TABLE[own][3]


def test_paired_gain_of_the_reference() -> None:
    model = Model(own="still", movement=Movement.fixed(SD))
    prepared = prepare(normal_field(68.0), "city0", (), model, draws=40_000, seed=11)
    found = prepared.outcome(OwnChange((Move.by("", 3.0, "total"),)))
    gain = expected_rank(68, 0, RIVALS, [SD] * 6) - expected_rank(71, 0, RIVALS, [SD] * 6)
    assert round(gain, 3) == 1.065
    assert abs(found.places.mean - gain) < 4 * found.places.error
    assert abs(found.one_better.value - 0.719) < 4 * found.one_better.error + 0.0005
    assert found.places.sd == pytest.approx(0.864, abs=0.012)  # 1.096 without common random numbers
    # The naive answer of a frozen field: from 5th to 3rd.
    frozen = prepare(normal_field(68.0), "city0", (), Model("still", movement=Movement.fixed(0.0)), draws=100)
    assert frozen.now.rank.mean == 5
    assert frozen.outcome(OwnChange((Move.by("", 3.0, "total"),))).places.mean == 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_poisson_binomial_is_the_sum_over_all_subsets(chances: list[float]) -> None:
    wanted = [0.0] * (len(chances) + 1)
    for happens in itertools.product((True, False), repeat=len(chances)):
        wanted[sum(happens)] += math.prod(
            p if yes else 1 - p for p, yes in zip(chances, happens, strict=True)
        )
    assert poisson_binomial(np.array(chances)) == pytest.approx(wanted, abs=1e-12)


def test_certain_scores_have_a_certain_rank() -> None:
    assert rank_distribution(70, 0, (80, 60), (0, 0)) == (0, 1, 0)
    assert expected_rank(70, 0, (80, 60), (0, 0)) == 2


def test_senseless_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        poisson_binomial(np.array([0.5, 1.1]))
    with pytest.raises(ValueError, match="negative"):
        rank_distribution(1, -1, (1,), (1,))


@given(st.floats(1e-5, 1 - 1e-5))
def test_normal_quantile_inverts_the_distribution(p: float) -> None:
    assert float(normal.cdf(normal.quantile(p))) == pytest.approx(p, abs=1e-6)


def test_the_published_table_says_what_the_code_computes() -> None:
    page = Path(__file__).parents[4] / "docs" / "explanation" / "what_if.md"
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(("| 68 |", "| 71 "))
    ]  # fmt: skip
    assert len(rows) == len(TABLE)
    for row, own in zip(rows, TABLE, strict=True):
        exact = rank_distribution(*own, RIVALS, [SD] * 6)
        model = Model("still", own[1], movement=Movement.fixed(SD))
        found = prepare(normal_field(own[0]), "city0", (), model, draws=200_000, seed=7).before
        printed = [float(value) for value in row[3].split(",")]
        assert printed == pytest.approx(exact, abs=0.00005)
        assert float(row[1]) == pytest.approx(expected_rank(*own, RIVALS, [SD] * 6), abs=0.00005)
        assert float(row[2].split(" ± ")[0]) == pytest.approx(found.rank.mean, abs=0.00005)
        assert [float(value) for value in row[4].split(",")] == pytest.approx(found.ranks, abs=0.00005)
        assert float(row[6].split(" ± ")[0]) == pytest.approx(found.top(3).value, abs=0.00005)
