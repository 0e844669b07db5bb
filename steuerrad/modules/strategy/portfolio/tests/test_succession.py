"""Merged, split and superseded measures: old numbers lead on, and the city's files do not bring them back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Measure, MeasureOrganisation, Succession
from steuerrad.modules.strategy.portfolio.actions import milestones
from steuerrad.modules.strategy.portfolio.actions.succession import (
    NewMeasure,
    merge_measures,
    restore_measure,
    split_measure,
    supersede_measure,
)
from steuerrad.modules.strategy.portfolio.queries.succession import final_measures, predecessors
from steuerrad.modules.strategy.portfolio.tests.factories import measure, person
from steuerrad.platform.city.loading import load_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
PARTS = [NewMeasure("A.2.1a", "Akten im Rathaus"), NewMeasure("A.2.1b", "Akten in den Bezirken", "Später.")]


def outcomes() -> set[str]:
    context = load_city("musterstadt", force=True)
    assert context is not None
    return {name for counter in context.counts.values() for name, number in counter.items() if number}


def test_merged_measures_lead_to_the_one_and_stay_merged() -> None:
    merge_measures(
        person("coordinator"), [measure("A.1.1"), measure("A.1.2")], measure("A.2.1"), reason="eins"
    )
    assert measure("A.1.1").retired
    assert [item.number for item in final_measures(["A.1.1"])["A.1.1"]] == ["A.2.1"]
    assert {row.old.number for row in predecessors(measure("A.2.1"))} == {"A.1.1", "A.1.2"}
    assert outcomes() == {"unchanged"}
    assert measure("A.1.1").retired
    assert measure("A.1.1").history.exists()


def test_parts_of_a_split_stay_and_keep_what_the_old_one_had() -> None:
    made = split_measure(person("coordinator"), measure("A.2.1"), PARTS, reason="zu groß")
    assert [item.number for item in made] == ["A.2.1a", "A.2.1b"]
    assert outcomes() == {"unchanged"}
    for part in made:
        part.refresh_from_db()
        assert not part.retired
        assert part.field == measure("A.2.1").field
        assert part.history.get().status == part.status
        assert set(
            part.organisations.filter(retired=False).values_list("organisation__key", flat=True)
        ) == set(
            MeasureOrganisation.objects.filter(measure__number="A.2.1").values_list(
                "organisation__key", flat=True
            )
        )
    assert {item.number for item in final_measures(["A.2.1"])["A.2.1"]} == {"A.2.1a", "A.2.1b"}


def test_chains_are_followed() -> None:
    chief = person("coordinator")
    supersede_measure(chief, measure("A.1.1"), measure("A.1.2"), reason="neu")
    supersede_measure(chief, measure("A.1.2"), measure("A.2.2"), reason="neuer")
    assert [item.number for item in final_measures(["A.1.1"])["A.1.1"]] == ["A.2.2"]
    assert [row.old.number for row in predecessors(measure("A.2.2"))] == ["A.1.2", "A.1.1"]


@pytest.mark.parametrize("parts", [
    PARTS[:1], [PARTS[0], NewMeasure("A.1.1", "x")], [PARTS[0], PARTS[0]], [PARTS[0], NewMeasure("a b", "x")],
    [PARTS[0], NewMeasure("A.9", " ")],
])  # fmt: skip
def test_splits_that_cannot_be(parts: list[NewMeasure]) -> None:
    before = Measure.objects.count()
    with pytest.raises(RefusedError):
        split_measure(person("coordinator"), measure("A.2.1"), parts, reason="x")
    assert Measure.objects.count() == before
    assert not measure("A.2.1").replaced


def test_a_replaced_measure_is_not_replaced_again_nor_steered() -> None:
    chief = person("coordinator")
    supersede_measure(chief, measure("A.1.1"), measure("A.1.2"), reason="neu")
    for old, new in (("A.1.1", "A.2.1"), ("A.2.1", "A.1.1"), ("A.2.1", "A.2.1")):
        with pytest.raises(RefusedError):
            supersede_measure(chief, measure(old), measure(new), reason="x")
    with pytest.raises(RefusedError):
        milestones.add_milestone(chief, measure("A.1.1"), title="x")
    with pytest.raises(RefusedError):
        supersede_measure(chief, measure("A.2.1"), measure("A.2.2"), reason="  ")


def test_it_can_be_taken_back() -> None:
    chief = person("coordinator")
    supersede_measure(chief, measure("A.1.1"), measure("A.1.2"), reason="neu")
    restore_measure(chief, measure("A.1.1"), reason="Irrtum")
    assert not measure("A.1.1").retired
    assert final_measures(["A.1.1"]) == {}
    assert Succession.objects.count() == 1
    assert outcomes() == {"unchanged"}


@pytest.mark.parametrize("role", ["contributor", "approver", "steering"])
def test_only_the_coordination_replaces(role: str) -> None:
    with pytest.raises(PermissionDenied):
        supersede_measure(person(role), measure("A.1.1"), measure("A.1.2"), reason="neu")
