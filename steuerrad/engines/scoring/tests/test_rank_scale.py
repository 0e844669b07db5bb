"""Printed scores against a rank scale, by hand and by making such scores."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.scoring import Interval, printed_interval
from steuerrad.engines.scoring.printed import shown
from steuerrad.engines.scoring.rank_scale import rank_scale_fit, rank_scale_verdict


def printed(text: str) -> Interval:
    return printed_interval(text, low=0, high=100)


def test_by_hand_among_81() -> None:
    """Places are 1.25 apart; one printed decimal covers 0.1 of that."""
    fit = rank_scale_fit(printed("11.3"), 81)
    assert (fit.ranks, fit.chance, fit.points, fit.telling) == ((72,), Fraction(8, 100), None, True)
    assert rank_scale_fit(printed("42.1"), 81).ranks == ()
    half = rank_scale_fit(printed("50"), 81)
    assert (half.ranks, half.points, half.chance) == ((41,), (1, 2), Fraction(80, 100))
    assert rank_scale_fit(printed("66.7"), 81).points == (2, 3)
    assert rank_scale_fit(printed("1.2"), 81).ranks == (80,)  # 1.25, rounded half down or half even
    assert not rank_scale_fit(printed("100"), 81).telling
    assert rank_scale_fit(printed("100"), 81).ranks == (1,)
    assert rank_scale_fit(printed("0"), 2).ranks == (2,)


def test_verdicts() -> None:
    assert rank_scale_verdict([printed("100"), printed("0.0")], 81).outcome == "not_checkable"
    both = rank_scale_verdict([printed("11.3"), printed("26.2"), printed("100")], 81)
    assert (both.outcome, both.chance, both.telling) == ("possible", Fraction(64, 10_000), 2)
    assert rank_scale_verdict([printed("11.3"), printed("42.1")], 81).outcome == "contradicted"
    assert rank_scale_verdict([printed("42.1")], 2000).chance == 1  # so many places that all fits
    assert not both.points
    assert rank_scale_verdict([printed("50.0"), printed("66.7"), printed("100")], 81).points
    with pytest.raises(ValueError):
        rank_scale_verdict([printed("1")], 1)


@given(st.integers(2, 400), st.data(), st.integers(0, 2))
def test_a_score_made_from_a_place_fits_that_place(competitors: int, data, decimals: int) -> None:
    rank = data.draw(st.integers(1, competitors))
    score = shown(Fraction(100 * (competitors - rank), competitors - 1), decimals)
    fit = rank_scale_fit(printed(str(score)), competitors)
    assert rank in fit.ranks
    assert all(1 <= place <= competitors for place in fit.ranks)
    assert list(fit.ranks) == sorted(fit.ranks)
    for place in fit.ranks:
        assert printed(str(score)).contains(Fraction(100 * (competitors - place), competitors - 1))


@given(st.integers(2, 400), st.integers(0, 1000))
def test_no_fitting_place_is_forgotten(competitors: int, tenths: int) -> None:
    score = printed(f"{tenths / 10:.1f}")
    expected = [
        rank for rank in range(1, competitors + 1)
        if score.contains(Fraction(100 * (competitors - rank), competitors - 1))
    ]  # fmt: skip
    assert list(rank_scale_fit(score, competitors).ranks) == expected
