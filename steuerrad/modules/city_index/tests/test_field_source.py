"""Editions as fields: what is published arrives, what is not stays unknown, in a bounded number of queries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from steuerrad.engines.ranking import Model, Move, Movement, OwnChange, prepare
from steuerrad.kernel.registry import registry
from steuerrad.modules.city_index.field_source import FIELDS, field_editions, levers, load, load_all
from steuerrad.modules.city_index.models import Edition, Index, IndexCity, RawValue, Result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
OWN = "bochum"


def test_is_contributed() -> None:
    assert "city_index.field" in {item.id for item in registry.all("field_sources")}


def test_offers_editions_with_enough_scores_only(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        found = field_editions()
    assert [item.key for item in found] == ["2019", "2020", "2021", "2022", "2023"]
    assert all(item.own_city == OWN for item in found)
    assert "2024" not in {item.key for item in found}  # one city's rank is no field


def test_the_field_of_2020_has_the_own_indicators(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        field = load("2020")
    own = field.cities.index(OWN)
    assert field.participants == 81
    assert len(field.cities) < 81
    assert field.ranks[own] == 18
    assert np.isnan(field.totals[own])  # its total was never printed
    keys = [item.key for item in field.indicators]
    place = keys.index("administration/interne_prozesse")
    assert field.scores[own, place] == 100.0
    assert field.indicators[place].title == "Interne Prozesse"
    assert field.changed  # 38 instead of 35 indicators
    admin = field.groups.index("administration")
    assert field.attainable(admin) == (735.0, 735.0)  # 7 indicators and 5 % for pilots
    pilots = [item for item in field.indicators if item.group == admin and item.maximum == 35.0]
    assert len(pilots) == 1


def test_category_scores_follow_from_the_weights_of_the_field() -> None:
    field = load("2020")
    own = field.cities.index(OWN)
    checked = 0
    for at, group in enumerate(field.groups):
        inside = [n for n, item in enumerate(field.indicators) if item.group == at]
        points, printed = field.scores[own, inside], field.group_scores[own, at]
        low, high = field.attainable(at)
        if np.isfinite(points).all() and np.isfinite(printed) and low == high:
            assert abs(100 * points.sum() / low - printed) < 0.1, group
            checked += 1
    assert checked >= 3


def test_incomplete_lists_give_a_range_of_attainable_points() -> None:
    field = load("2023")
    ranges = [field.attainable(at) for at in range(len(field.groups))]
    assert any(low < high for low, high in ranges)
    assert all(low > 0 for low, _ in ranges)


def test_levers_follow_renamed_indicators(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):
        found = levers("2022")
    assert found
    keys = {item.key for item in load("2022").indicators}
    assert {item.indicator for item in found} <= keys
    assert all(item.candidate.startswith("strategy.measure:") and item.basis for item in found)
    assert len({(item.candidate, item.indicator) for item in found}) == len(found)


@pytest.mark.parametrize("key", ["1999", "2024", "", "x", "²", "20 22", "99999999999999999999"])
def test_unknown_editions_are_refused(key: str) -> None:
    with pytest.raises(KeyError):
        FIELDS.load(key)
    with pytest.raises(KeyError):
        FIELDS.levers(key)


def test_a_what_if_on_the_published_field() -> None:
    editions = [load(item.key) for item in field_editions()]
    field = next(item for item in editions if item.key == "2020")
    prepared = prepare(field, OWN, [item for item in editions if item.year < 2020], draws=2000, seed=1)
    assert prepared.now.rank.mean == 18
    assert 58 < prepared.now.score.low < prepared.now.score.high < 65  # between its neighbours
    found = prepared.outcome(OwnChange((Move.to("administration/city_app", 100.0),)))
    assert found.points.mean == pytest.approx(100 / 735 * 100 / 5, abs=0.01)
    assert found.places.mean > 0
    assert {"few_years", "ranks_only", "unnamed", "own_rank_only"} <= {note.code for note in found.notes}
    category = prepare(field.of_group("mobility"), OWN, draws=2000)
    assert category.now.rank.mean == 9


def synthetic() -> Edition:
    """A full edition of 83 invented cities with 37 indicators, as an import would leave it."""
    index = Index.objects.get()
    edition = Edition.objects.create(index=index, year=2031, cities=83, indicator_count=37 + 5)
    rng = np.random.default_rng(1)
    cities = IndexCity.objects.bulk_create(
        [IndexCity(key=f"stadt-{n}", name=f"Stadt {n}") for n in range(83)], ignore_conflicts=False
    )
    means: list[np.ndarray] = []
    results = []
    for order, count in enumerate((8, 8, 7, 7, 7)):
        category = edition.categories.create(
            key=f"k{order}", name=f"K{order}", order=order, list_complete=True
        )
        points = rng.uniform(0, 100, (83, count)).round(1)
        for number in range(count):
            category.indicators.create(key=f"i{number}", name=f"I{number}", order=number)
            results += [
                Result(edition=edition, city=city, category_key=category.key, indicator=f"I{number}",
                       score=str(value), decimals=1, source="x")
                for city, value in zip(cities, points[:, number], strict=True)
            ]  # fmt: skip
        score = points.sum(axis=1) / (105 * count) * 100
        means.append(score)
        results += [
            Result(edition=edition, city=city, category_key=category.key, score=f"{value:.1f}", decimals=1, source="x")
            for city, value in zip(cities, score, strict=True)
        ]  # fmt: skip
    total = np.mean(means, axis=0)
    ranks = (-total).argsort().argsort() + 1
    results += [
        Result(edition=edition, city=city, score=f"{value:.1f}", decimals=1, rank=int(rank), source="x")
        for city, value, rank in zip(cities, total, ranks, strict=True)
    ]  # fmt: skip
    Result.objects.bulk_create(results)
    return edition


def test_a_full_imported_edition(django_assert_max_num_queries: Any) -> None:
    synthetic()
    with django_assert_max_num_queries(12):
        field = load("2031")
    assert field.scores.shape == (83, 37)
    assert np.isfinite(field.scores).all()
    assert np.isfinite(field.totals).all()
    assert field.participants == 83
    weights = np.array([100 / field.attainable(item.group)[0] for item in field.indicators])
    member = np.array([[item.group == at for item in field.indicators] for at in range(5)])
    groups = (field.scores * weights) @ member.T
    assert np.abs(groups.mean(axis=1) - field.totals).max() < 0.06  # printed with one decimal
    prepared = prepare(field, "stadt-7", draws=1000)
    assert not {"unnamed", "ranks_only", "indicator_unknown"} & {note.code for note in prepared.notes}


def test_all_editions_at_once_are_those_one_by_one(django_assert_max_num_queries: Any) -> None:
    keys = ["2023", "2020"]
    with django_assert_max_num_queries(12):
        found = load_all(keys)
    assert [item.key for item in found] == keys
    assert np.array_equal(found[1].scores, load("2020").scores, equal_nan=True)
    with pytest.raises(KeyError):
        load_all(["2020", "1999"])


def test_quantities_known_of_all_cities_come_with_the_scale_that_fits() -> None:
    edition = synthetic()
    cities = list(IndexCity.objects.filter(key__startswith="stadt-").order_by("pk"))
    values = np.arange(83) * 0.5 + 1.0
    scores = (values - values.min()) / (values.max() - values.min()) * 100
    for name, count in (("I0", 83), ("I1", 82)):  # of I1 one city's value is not known
        for city, value, score in list(zip(cities, values, scores, strict=True))[:count]:
            RawValue.objects.create(
                edition=edition, city=city, quantity=name, value=f"{value:.1f}", unit="%", source="x"
            )
            Result.objects.filter(edition=edition, city=city, category_key="k0", indicator=name).update(
                score=f"{score:.1f}")  # fmt: skip
    field = load("2031")
    assert field.raw is not None
    first, second = field.indicators[:2]
    assert (first.scale, first.higher_is_better, first.unit) == ("min_max", True, "%")
    assert np.isfinite(field.raw[:, 0]).all()
    assert second.scale == "points"
    assert np.isnan(field.raw[:, 1]).all()
    others = [item for item in field.indicators if item.title == "I0" and item.group]
    assert all(
        item.scale == "points" for item in others
    )  # same name, but the scores do not follow from the values
    prepared = prepare(field, "stadt-40", model=Model("still", movement=Movement.fixed(0.0)), draws=100)
    found = prepared.outcome(OwnChange((Move("k0/i0", 100.0, 100.0, 100.0, kind="raw"),)))
    assert "exceeds_scale" in {note.code for note in found.notes}
    assert found.points.mean > 0
    RawValue.objects.create(edition=edition, city=cities[0], quantity="I0", value="9.9", unit="%", source="y")
    assert load("2031").raw is None  # two sources, two values: not known of every city any more
