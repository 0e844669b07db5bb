"""Programmes, criteria and milestones of a city's files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from steuerrad.modules.strategy.models import Criterion, FundingProgramme, Milestone
from steuerrad.modules.strategy.portfolio.actions.milestones import change_milestone
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person
from steuerrad.platform.city.loading import LoadError, load_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any, musterstadt: str) -> Path:
    copy = tmp_path / "cities" / "musterstadt"
    shutil.copytree(settings.CITIES_DIR / "musterstadt", copy)
    settings.CITIES_DIR = tmp_path / "cities"
    return copy / "strategy"


def test_what_people_said_about_a_printed_milestone_stays_when_the_city_is_loaded_again(folder: Path) -> None:
    row = Milestone.objects.get(title="Erstes Amt ohne Papier")
    change_milestone(person("coordinator"), row, version=1, forecast_on=day(400), note="Ausschreibung")
    context = load_city("musterstadt", force=True)
    assert context is not None
    assert not context.counts["strategy_milestone"]["updated"]
    row.refresh_from_db()
    assert (row.forecast_on, row.retired) == (day(400), False)


def test_milestones_of_people_are_not_retired_by_the_file(folder: Path) -> None:
    own = Milestone.objects.create(measure=measure(), title="Eigener")
    (folder / "milestones.csv").write_text("measure,title,planned,document\n")
    assert load_city("musterstadt") is not None
    own.refresh_from_db()
    assert not own.retired
    assert not Milestone.objects.exclude(document="").filter(retired=False).exists()


@pytest.mark.parametrize(("file", "line", "column"), [
    ("funding_programmes.csv", "x,Name,,,1.2,,,,,,,,Quelle,,,", "rate"),
    ("funding_programmes.csv", "x,Name,,,0.7,0.6,,,,,,,Quelle,,,", "rate_up_to"),
    ("funding_programmes.csv", "x,Name,,,,,-5,,,,,,Quelle,,,", "cap"),
    ("funding_programmes.csv", "x,Name,,,,,,,,2025-01-01,2024-01-01,,Quelle,,,", "spending_last"),
    ("funding_programmes.csv", "x,Name,,,,,,,,,,,,,,", "source"),
    ("funding_programmes.csv", "x,Name,,,,,,,,,,,Quelle,javascript:x,,", "url"),
    ("criteria.csv", "x,Name,,,,lever,0,leitlinie,3", "weight"),
    ("criteria.csv", "x,Name,,,,other,1,leitlinie,3", "group"),
    ("milestones.csv", "Z.9,Titel,2025-01-01,,,leitlinie,3", "measure"),
    ("milestones.csv", "A.1.1,Titel,2025-13-01,,,leitlinie,3", "planned"),
    ("milestones.csv", "A.1.1,Titel,,2999-01-01,,leitlinie,3", "done"),
    ("milestones.csv", "A.1.1,Titel,2025-01-01,,,,", "document"),
])  # fmt: skip
def test_faults_are_named_with_their_place_and_nothing_is_loaded(
    folder: Path, file: str, line: str, column: str
) -> None:
    path = folder / file
    before = [model.objects.count() for model in (FundingProgramme, Criterion, Milestone)]
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(LoadError) as refused:
        load_city("musterstadt")
    [problem] = list(refused.value.problems)
    assert problem.column == column
    assert problem.line == len(path.read_text().splitlines())
    assert [model.objects.count() for model in (FundingProgramme, Criterion, Milestone)] == before
