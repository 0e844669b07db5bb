from __future__ import annotations

import random
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from steuerrad.engines.scoring import shown
from steuerrad.modules.city_index.rules.consistency import (
    check_rankings,
    rank_change_conflicts,
    source_conflicts,
)
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.reproduce import reproduce
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure, IndicatorSpec
from steuerrad.modules.city_index.rules.tests.memo import STRUCTURE_2019, STRUCTURE_2020, known, memo
from steuerrad.modules.city_index.rules.typed import Quantity


def of_memo() -> list[KnownFigure]:
    """The memo's indicators of 2020 as published figures."""
    return [
        KnownFigure(
            2020,
            "Bochum",
            row.category,
            row.name if row.kind != "score" else None,
            "score" if row.kind == "score" else "indicator",
            row.value,
            "memo",
        )
        for row in memo().rows
        if row.kind != "rank" and row.value
    ]


def test_the_categories_of_2020_are_reproduced() -> None:
    verdicts = reproduce(of_memo(), {2020: STRUCTURE_2020})
    assert [(v.figure.category, v.outcome) for v in verdicts] == [
        (category.name, "reproduced") for category in STRUCTURE_2020.categories
    ]


def test_says_what_is_missing() -> None:
    figures = [f for f in of_memo() if f.indicator != "Parken"]
    verdict = next(v for v in reproduce(figures, {2020: STRUCTURE_2020}) if v.figure.category == "Mobilität")
    assert (verdict.outcome, verdict.missing) == ("not_checkable", ("Parken",))
    assert verdict.right is not None
    assert verdict.right.contains(71)
    alone = KnownFigure(2020, "Ulm", "Mobilität", None, "score", "70,0", "x")
    assert reproduce([alone], {})[0].missing == ("structure of the edition",)
    assert reproduce([KnownFigure(2020, "Ulm", "Mobilität", None, "score", "n/a", "x")], {})[0].missing == (
        "a readable figure",
    )


def test_bounds_can_contradict_although_a_part_is_missing() -> None:
    figures = [f for f in of_memo() if f.indicator != "Parken" and f.quantity != "score"]
    figures.append(KnownFigure(2020, "Bochum", "Mobilität", None, "score", "75,0", "x"))
    (verdict,) = reproduce(figures, {2020: STRUCTURE_2020})
    assert (verdict.outcome, verdict.missing) == ("contradicted", ("Parken",))


def test_totals_known_with_all_five_categories_are_reproduced_to_their_last_digit() -> None:
    verdicts = reproduce(known(), {2019: STRUCTURE_2019, 2020: STRUCTURE_2020})
    totals = {(v.figure.edition, v.figure.city): v for v in verdicts if v.figure.category is None}
    assert totals[2019, "Remscheid"].outcome == "reproduced"
    two_decimals = totals[2020, "Remscheid"]
    assert two_decimals.outcome == "reproduced"
    assert two_decimals.right is not None
    assert two_decimals.right.width == Fraction(1, 100)


def test_parts_decide_between_sources_that_disagree() -> None:
    figures = [*of_memo(), KnownFigure(2020, "Bochum", "Verwaltung", None, "score", "32,0", "a slip")]
    figures.append(KnownFigure(2020, "Bochum", None, None, "score", "59,6", "x"))
    verdicts = reproduce(figures, {2020: STRUCTURE_2020})
    assert [v.outcome for v in verdicts] == ["reproduced"] * 5 + ["contradicted", "reproduced"]
    assert verdicts[-1].right is not None
    assert verdicts[-1].right.width < Fraction(1, 5)


def field_of(cities: int) -> tuple[list[KnownFigure], EditionStructure]:
    sizes = (7, 7, 6, 6, 6)
    categories = tuple(
        CategoryStructure(
            f"c{c}",
            (*(IndicatorSpec(f"i{i}") for i in range(n)), IndicatorSpec("p", "pilot")),
        )
        for c, n in enumerate(sizes)
    )
    draw = random.Random(7)
    figures: list[KnownFigure] = []
    totals: dict[str, Fraction] = {}

    def add(city: str, category: str | None, name: str | None, quantity: Quantity, value: Fraction) -> None:
        figures.append(KnownFigure(2025, city, category, name, quantity, str(shown(value, 1)), "x"))

    for number in range(cities):
        city = f"city {number}"
        scores: list[Fraction] = []
        for category, n in zip(categories, sizes, strict=True):
            values = [Fraction(draw.randint(0, 100000), 1000) for _ in range(n)]
            pilot = Fraction(draw.randint(0, 5000 * n), 1000)
            for spec, value in zip(category.indicators, [*values, pilot], strict=True):
                add(city, category.name, spec.name, "indicator", value)
            score = (sum(values, Fraction(0)) + pilot) / n / Fraction("1.05")
            add(city, category.name, None, "score", score)
            scores.append(score)
        totals[city] = sum(scores, Fraction(0)) / 5
        add(city, None, None, "score", totals[city])
    for rank, city in enumerate(sorted(totals, key=lambda name: -totals[name]), start=1):
        figures.append(KnownFigure(2025, city, None, None, "rank", str(rank), "x"))
    return figures, EditionStructure(2025, categories, cities=cities)


def test_a_consistent_edition_of_83_cities_is_reproduced_in_under_a_second() -> None:
    figures, structure = field_of(83)
    started = time.process_time()
    verdicts = reproduce(figures, {2025: structure})
    checks = check_rankings(figures, {2025: 83})
    elapsed = time.process_time() - started
    assert len(verdicts) == 83 * 6
    assert {v.outcome for v in verdicts} == {"reproduced"}
    assert all(check.conflicts == () for check in checks)
    assert elapsed < 1.0


def test_a_single_wrong_figure_of_83_cities_is_found() -> None:
    figures, structure = field_of(83)
    index = next(
        i for i, f in enumerate(figures) if f.city == "city 40" and f.category == "c2" and not f.indicator
    )
    wrong = Decimal(figures[index].value) + 3
    figures[index] = KnownFigure(2025, "city 40", "c2", None, "score", str(wrong), "x")
    found = {
        (v.figure.city, v.figure.category)
        for v in reproduce(figures, {2025: structure})
        if v.outcome == "contradicted"
    }
    assert found == {("city 40", "c2"), ("city 40", None)}


def test_the_published_rankings_of_2019_contradict_each_other_once() -> None:
    conflicts = [
        (check.category, conflict.first.name, conflict.second.name if conflict.second else "")
        for check in check_rankings(known(), {2019: 81, 2020: 81})
        for conflict in check.conflicts
    ]
    assert conflicts == [("IT und Kommunikation", "Pforzheim", "Duisburg")]


def test_the_total_of_2020_that_nobody_published_is_bounded_by_its_rank() -> None:
    (check,) = [c for c in check_rankings(known(), {2020: 81}) if not c.category]
    bound = check.result.of("Bochum")
    assert bound.rank == (18, 18)
    assert bound.score.contains(Decimal("59.62"))
    assert bound.score.width < 7


def figure(edition: int, quantity: Quantity, value: str, source: str = "x") -> KnownFigure:
    return KnownFigure(edition, "Jena", "Mobilität", None, quantity, value, source)


@pytest.mark.parametrize(("change", "conflicts"), [("-16", 1), ("-15", 0), ("+15", 1), ("–", 0)])
def test_changes_of_rank_must_add_up(change: str, conflicts: int) -> None:
    figures = [figure(2021, "rank", "46"), figure(2022, "rank", "61"), figure(2022, "rank_change", change)]
    assert len(rank_change_conflicts(figures)) == conflicts


def test_a_rounded_source_agrees_with_a_finer_one() -> None:
    assert source_conflicts([figure(2021, "score", "70.25"), figure(2021, "score", "70,3", "y")]) == ()
    (conflict,) = source_conflicts([figure(2021, "score", "70.25"), figure(2021, "score", "70,4", "y")])
    assert [f.source for f in conflict.figures] == ["x", "y"]
    assert len(source_conflicts([figure(2021, "rank", "7"), figure(2021, "rank", "8")])) == 1
