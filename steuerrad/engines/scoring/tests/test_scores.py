from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.scoring import (
    MEAN,
    SUM_WITH_BONUS,
    AggregationRule,
    Interval,
    Part,
    category_score,
    check_figure,
    explain,
    locate_fault,
    printed_interval,
    required_value,
    shown,
)

IT_2019 = (
    ("Breitband", "85,0", 100),
    ("Glasfaser", "3,4", 100),
    ("Mobilfunk", "100,0", 100),
    ("Public-WLAN", "95,0", 100),
    ("LoRaWAN", "0,0", 100),
    ("Weitere Pilotprojekte", "25,0", 25),
)


def parts_of(table: tuple[tuple[str, str, int], ...]) -> list[Part]:
    return [
        Part(
            name,
            printed_interval(text, low=0, high=most),
            "indicator" if most == 100 else "bonus",
            Fraction(most),
        )
        for name, text, most in table
    ]


def test_a_category_of_2020_is_reproduced_although_its_parts_round_to_another_digit() -> None:
    texts = ["91,7", "4,5", "87,5", "92,6", "77,4", "37,5", "30,0"]
    maxima = [100] * 6 + [30]
    score = category_score(
        [printed_interval(t, low=0, high=m) for t, m in zip(texts, maxima, strict=True)], maxima
    )
    assert Fraction("66.80") < score.lo < Fraction("66.81")
    assert Fraction("66.90") < score.hi < Fraction("66.91")
    assert str(shown(score.middle, 1)) == "66.9"
    assert check_figure(printed_interval("66,8"), score).outcome == "reproduced"


def test_clipping_narrows_the_score() -> None:
    clipped = explain(parts_of(IT_2019), SUM_WITH_BONUS).score
    unclipped = explain(
        [Part(n, printed_interval(t), "indicator" if m == 100 else "bonus") for n, t, m in IT_2019],
        SUM_WITH_BONUS,
    ).score
    assert unclipped.contains(clipped)
    assert clipped.width < unclipped.width


def test_a_category_of_full_points_ends_exactly_at_its_maximum_and_hides_nothing_beyond() -> None:
    full = parts_of((("a", "100,0", 100), ("b", "100,0", 100), ("pilots", "10,0", 10)))
    score = explain(full, SUM_WITH_BONUS).score
    assert score.hi == 100
    assert check_figure(printed_interval("99,8"), score).outcome == "contradicted"


def test_explains_sum_and_divisor() -> None:
    result = explain(parts_of(IT_2019), SUM_WITH_BONUS)
    assert result.indicators == 5
    assert result.divisor == Fraction("5.25")
    assert result.sum.contains(Decimal("308.4"))
    assert str(shown(result.score.middle, 1)) == "58.7"


def test_only_two_parts_can_explain_the_it_score_of_2019() -> None:
    fault = locate_fault(printed_interval("64,9"), parts_of(IT_2019), SUM_WITH_BONUS, other_counts=(6, 4))
    assert [part.name for part in fault.parts] == ["Glasfaser", "LoRaWAN"]
    fibre, lorawan = fault.parts
    assert fibre.required.contains(Decimal("35.7"))
    assert lorawan.required.contains(Decimal("32.3"))
    assert fibre.required.width < 1
    assert fault.counts == ()
    assert fault.left_out == ()
    # A forgotten indicator would need nearly the full 100 points; the arithmetic alone does not exclude it.
    assert fault.missing is not None
    assert fault.missing.lo > 99
    assert fault.missing.hi == 100


def test_a_wrong_count_and_a_forgotten_part_are_recognised() -> None:
    parts = parts_of(IT_2019)
    with_six = explain(parts, SUM_WITH_BONUS, indicators=6).score
    assert locate_fault(with_six, parts, SUM_WITH_BONUS, other_counts=(6,)).counts == (6,)
    without_pilots = explain(parts[:-1], SUM_WITH_BONUS).score
    assert locate_fault(without_pilots, parts, SUM_WITH_BONUS).left_out == ("Weitere Pilotprojekte",)


values = st.lists(st.decimals(min_value=0, max_value=100, places=3), min_size=1, max_size=9)


@given(values, st.decimals(min_value=0, max_value=5, places=3), st.data())
def test_required_value_holds_the_true_part(true: list[Decimal], pilot: Decimal, data: st.DataObject) -> None:
    n = len(true)
    parts = [Part(str(i), Interval.of(v - 1, v + 1)) for i, v in enumerate(true)]
    parts.append(Part("p", Interval.of(pilot), "bonus", Fraction(5 * n)))
    index = data.draw(st.integers(0, n - 1))
    score = Interval.of((sum(map(Fraction, true)) + Fraction(pilot)) / n / Fraction("1.05"))
    assert required_value(score, parts, SUM_WITH_BONUS, index).contains(true[index])
    found = locate_fault(score, parts, SUM_WITH_BONUS).part(str(index))
    assert found is not None
    assert found.required.contains(true[index])


def test_other_rules_fit_too() -> None:
    parts = [
        Part("a", Interval.of(10), weight=Fraction(3)),
        Part("b", Interval.of(20)),
    ]
    assert explain(parts, MEAN).score == Interval.of(15)
    assert explain(parts, AggregationRule("weighted_mean")).score == Interval.of(Fraction(25, 2))
    assert explain(parts, AggregationRule("sum_over_max")).score == Interval.of(15)
    assert required_value(Interval.of(15), parts, AggregationRule("weighted_mean"), 0) == Interval.of(
        Fraction(40, 3)
    )
    with pytest.raises(ValueError):
        explain([], MEAN)


def test_incomplete_knowledge_contradicts_but_never_confirms() -> None:
    printed = Interval.of(50)
    assert check_figure(printed, Interval.of(40, 60), ("x",)).outcome == "not_checkable"
    assert check_figure(printed, Interval.of(60, 70), ("x",)).outcome == "contradicted"
    assert check_figure(printed, None, ("x",)).missing == ("x",)
    assert check_figure(printed, Interval.of(50, 51)).outcome == "reproduced"
