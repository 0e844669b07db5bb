"""Learning from past years, forecasting, and judging forecasts: against what is known by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from steuerrad.engines.ranking import Model, Movement, Prior, prepare
from steuerrad.engines.ranking.backtest import backtest, coverage, crps
from steuerrad.engines.ranking.forecast import forecast
from steuerrad.engines.ranking.indicators import fit_indicators, worths
from steuerrad.engines.ranking.movement import POOL, fit, move, paired, pools
from steuerrad.engines.ranking.tests.fields import NAN, full_fields, totals_field


def past(drifts: tuple[float, ...], slope: float, sd: float, cities: int = 60, seed: int = 3) -> list:
    """Editions from 2020 on that move by s' = s + drift + (slope - 1) * (s - 50) + N(0, sd)."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(50, 12, cities)
    found = [totals_field(scores.tolist(), year=2020)]
    for number, drift in enumerate(drifts, 1):
        scores = scores + drift + (slope - 1) * (scores - 50) + rng.normal(0, sd, cities)
        found.append(totals_field(scores.tolist(), year=2020 + number, changed=number == 2))
    return found


def test_learns_drift_spread_and_regression_to_the_mean() -> None:
    found = fit(past((4.0, -2.0, 1.0), 0.8, 3.0), Prior())
    assert [item.year for item in found.years] == [2021, 2022, 2023]
    assert found.slope == pytest.approx(0.8, abs=0.05)
    assert found.slope_sd < 0.05
    assert found.pairs == 180
    centre = found.centre or 0.0
    for year, drift in zip(found.years, (4.0, -2.0, 1.0), strict=True):
        # drifts are stated around the learned centre, not around 50
        assert year.drift == pytest.approx(drift + (0.8 - 1) * (centre - 50), abs=1.5)
        assert np.std(year.residuals) == pytest.approx(3.0, abs=0.8)
        assert sum(year.residuals) == pytest.approx(0, abs=1e-6)
    assert [item.broken for item in found.years] == [False, True, False]


def test_without_editions_the_prior_stands() -> None:
    prior = Prior(score_sd=5.0, shock_sd=4.0)
    found = fit([totals_field((60, 50))], prior)
    assert (found.slope, found.years, found.pairs) == (0.9, (), 0)
    field = totals_field((70, 50, 30))
    drawn = move(
        found, np.repeat(field.totals[:, None], 40_000, 1).astype(np.float32), np.random.default_rng(1), None
    )
    assert drawn.mean(axis=1) == pytest.approx([68, 50, 32], abs=0.15)  # 0.9 around the mean of the field
    assert drawn[1].std() == pytest.approx((25 + 16) ** 0.5, abs=0.1)
    assert np.cov(drawn[0], drawn[2])[0, 1] == pytest.approx(
        16 - 0.15**2 * 20 * 20, abs=1
    )  # the common drift


def test_more_years_narrow_the_forecast() -> None:
    widths = [
        np.ptp(np.quantile(forecast(past((2.0,) * years, 0.9, 2.0), draws=4000).scores[0], (0.05, 0.95)))
        for years in (0, 1, 4, 12)
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.5 * widths[-1]


def test_a_break_of_method_draws_the_years_that_fit_and_widens_without_them() -> None:
    found = fit(past((4.0, -2.0, 1.0), 0.8, 3.0), Prior())
    assert [item.year for item in found.usable(True)[0]] == [2022]
    assert [item.year for item in found.usable(False)[0]] == [2021, 2023]
    assert found.usable(None)[1] == found.usable(True)[1] == 1.0
    unbroken = replace(found, years=tuple(item for item in found.years if not item.broken))
    assert unbroken.usable(True) == (unbroken.years, 1.5)
    assert pools(unbroken, True).std() == pytest.approx(1.5 * pools(unbroken, None).std(), rel=1e-5)
    assert pools(found, None).shape == (4, POOL)


def test_cities_known_once_only_teach_nothing() -> None:
    one, two = totals_field((60, NAN, 50), ranks=(1, 2, 3), year=2020), totals_field((61, 55, 52), year=2021)
    before, after = paired(one, two)
    assert (before.tolist(), after.tolist()) == ([60, 50], [61, 52])


def test_a_negative_spread_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Movement.fixed(-1.0)


def test_indicators_learn_and_stay_on_their_scale() -> None:
    *history, field = full_fields(60, (4, 4), (2027, 2028, 2029, 2030))
    learned = fit_indicators(field, history, Prior())
    assert [item.year for item in learned.years] == [2028, 2029, 2030]
    assert learned.slope.mean() == pytest.approx(0.9, abs=0.08)
    assert field.scores @ worths(field) == pytest.approx(field.totals, abs=1e-9)
    prepared = prepare(field, "city5", history, draws=3000)
    totals = prepare(field, "city5", history, Model(level="totals"), draws=3000)
    assert (prepared.level, totals.level) == ("indicators", "totals")
    assert 0 <= prepared.rivals_next.min() <= prepared.rivals_next.max() <= 100
    # both ways of looking at the same past agree about the total
    assert prepared.rivals_next.mean() == pytest.approx(totals.rivals_next.mean(), abs=1.5)
    assert prepared.before.score.sd == pytest.approx(totals.before.score.sd, rel=0.25)


def test_indicators_that_were_measured_otherwise_teach_nothing() -> None:
    *history, field = full_fields(60, (4, 4), (2029, 2030))
    changed = replace(field, indicators=tuple(replace(item, changed=True) for item in field.indicators))
    assert fit_indicators(changed, history, Prior()).years == ()
    assert prepare(changed, "city5", history, draws=100).level == "totals"
    assert prepare(changed, "city5", history, Model(level="indicators"), draws=100).level == "indicators"
    half = tuple(replace(item, changed=number < 3) for number, item in enumerate(field.indicators))
    learned = fit_indicators(replace(field, indicators=half), history, Prior())
    assert np.isnan(learned.years[0].drift[:3]).all()
    assert np.isfinite(learned.years[0].drift[3:]).all()
    found = prepare(replace(field, indicators=half), "city5", history, draws=100)
    assert np.isfinite(found.rivals_next).all()


def test_coverage_of_continuous_and_whole_numbers() -> None:
    draws = np.arange(1000) / 10.0
    assert coverage(draws, 50.05, 0.5) == 1
    assert coverage(draws, 5.05, 0.5) == 0
    assert coverage(draws, 5.05, 0.9) == 1
    ranks = np.repeat([1.0, 2.0, 3.0, 4.0], 250)  # the middle half is just the ranks 2 and 3
    assert [coverage(ranks, rank, 0.5) for rank in (1, 2, 3, 4)] == [0, 1, 1, 0]
    assert coverage(ranks, 1, 0.9) == pytest.approx(0.8)
    rng = np.random.default_rng(1)
    truths = rng.integers(1, 5, 4000)
    assert np.mean([coverage(ranks, truth, 0.9) for truth in truths]) == pytest.approx(0.9, abs=0.02)


def test_crps_of_one_draw_is_the_absolute_error_and_of_a_normal_as_printed() -> None:
    assert crps(np.array([3.0]), 5.0) == 2
    draws = np.random.default_rng(1).normal(0, 1, 200_000)
    assert crps(draws, 0.0) == pytest.approx(
        0.2337, abs=0.003
    )  # (sqrt(2) - 1) / sqrt(pi), Gneiting and Raftery 2007


def test_a_backtest_of_a_world_like_the_model_is_calibrated() -> None:
    fields = past((2.0, -3.0, 4.0, 0.0, -1.0, 3.0, -2.0, 1.0, 2.0, -4.0), 0.9, 5.0, cities=80)
    lines = backtest(fields, draws=2000)
    whole = {line.quantity: line for line in lines if line.year is None}
    assert [line.year for line in lines[:4]] == [2021, 2021, 2022, 2022]
    assert [line.learned_from for line in lines[:6:2]] == [0, 1, 2]
    assert whole["score"].cases == whole["rank"].cases == 800
    for line in whole.values():
        assert line.covered_50 == pytest.approx(0.5, abs=0.12)
        assert line.covered_90 == pytest.approx(0.9, abs=0.08)
        assert line.crps_compared is not None
        assert line.naive_error is not None
        assert line.crps_compared < line.naive_error  # a spread that fits beats a bare number
    assert [line.method_break for line in lines if line.quantity == "rank"][:3] == [False, True, False]


def test_a_backtest_sees_nothing_of_the_edition_that_it_forecasts() -> None:
    fields = past((2.0, -3.0, 4.0), 0.9, 5.0)
    spoilt = [*fields[:3], replace(fields[3], totals=fields[3].totals + 20.0)]
    one, two = backtest(fields, draws=500), backtest(spoilt, draws=500)
    assert one[:4] == two[:4]
    mine, other = one[4], two[4]
    assert (mine.year, mine.width_90) == (other.year, other.width_90) == (2023, mine.width_90)
    assert mine.bias is not None
    assert other.bias == pytest.approx(mine.bias - 20.0)


def test_unknown_cities_are_not_judged_and_newcomers_stand_anywhere() -> None:
    one = totals_field((80, 70, NAN), ranks=(1, 2, 0), year=2020)
    two = totals_field((81, NAN, 60), ranks=(1, 0, 3), year=2021, participants=5)
    lines = backtest([one, two], draws=300)
    assert [(line.quantity, line.cases, line.compared) for line in lines[:2]] == [
        ("score", 2, 1),
        ("rank", 2, 1),
    ]
    found = forecast([one], participants=5, draws=300)
    assert found.ranks.max() == 5
    assert len(found.cities) == 3
    with pytest.raises(ValueError, match="no edition"):
        forecast([])
