"""Loading the folders: complete, repeatable, every fault with its place, nothing half done."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings as project

from steuerrad.modules.city_index.models import (
    Edition,
    Indicator,
    IndicatorMapping,
    Result,
    TypedRow,
    TypedStatement,
)
from steuerrad.platform.city.loading import LoadError, load_city
from steuerrad.platform.links.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders(tmp_path: Path, settings: project.__class__) -> Path:
    """Copies of the data that a test may spoil."""
    for name in ("CITIES_DIR", "INDEXES_DIR"):
        target = tmp_path / getattr(settings, name).name
        shutil.copytree(getattr(settings, name), target)
        setattr(settings, name, target)
    return tmp_path


def index(folders: Path, name: str) -> Path:
    return folders / "indexes" / "smart_city_index" / name


def spoil(path: Path, before: str, after: str) -> int:
    """Replace the first occurrence; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def faults(folders: Path) -> str:
    with pytest.raises(LoadError) as error:
        load_city("bochum")
    assert not Result.objects.exists()
    assert not Edition.objects.exists()
    return str(error.value.problems)


def test_everything_is_loaded_and_a_second_time_changes_nothing() -> None:
    load_city("bochum")
    assert Edition.objects.count() == 7
    assert Result.objects.filter(edition__year=2020, city__key="bochum").exclude(indicator="").count() >= 37
    assert TypedRow.objects.filter(report__document="memo_2020").count() == 53
    assert TypedStatement.objects.filter(document="newspaper_2024").exists()
    assert IndicatorMapping.objects.filter(to_edition__year=2020, relation="merged").exists()
    link = Link.objects.filter(origin="city_index", kind="answers").first()
    assert link is not None
    assert link.source.startswith("strategy.measure:")
    again = load_city("bochum", force=True)
    assert again is not None
    ours = {
        table: counter for table, counter in again.counts.items() if table.startswith(("city_index", "links"))
    }
    assert {name for counter in ours.values() for name, number in counter.items() if number} == {"unchanged"}


def test_what_vanishes_from_a_file_vanishes_and_imports_stay(folders: Path) -> None:
    load_city("bochum")
    before = Result.objects.count()
    path = index(folders, "city_indicators.csv")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    load_city("bochum")
    assert Result.objects.count() == before - 1


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("rankings.csv", "2019,Gesamtwertung,2,,Karlsruhe,69.0", "2019,Gesamtwertung,2,,Karlsruhe,690", "score"),
        ("rankings.csv", "2019,Gesamtwertung,2,,Karlsruhe", "2019,Gesamtwertung,2,,Karlsruhee", "city"),
        ("indicators.csv", "2019,Verwaltung,city_app", "2018,Verwaltung,city_app", "edition"),
        ("mappings.csv", "broader,false", "wider,false", "relation"),
        ("mappings.csv", "Bürgeramt", "Bürgeramtt", "to_name"),
        ("cities.csv", "bochum", "Bo chum", "key"),
        ("raw_values.csv", "6.9", "viel", "value"),
        ("aggregates.csv", "52.4", "152.4", "mean_score"),
        ("editions.toml", "year = 2020", "year = 2019", "edition[2]"),
        ("index.toml", 'slug = "smart_city_index"', 'slug = "other"', "slug"),
    ],
)  # fmt: skip
def test_faults_of_the_index_name_file_and_place(
    folders: Path, name: str, before: str, after: str, said: str
) -> None:
    line = spoil(index(folders, name), before, after)
    text = faults(folders)
    assert name in text
    assert said in text
    if name.endswith(".csv"):
        assert f"{name}:{line}" in text


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("memo_2020.csv", "Verwaltung,rank,", "Verwaltung,place,", "kind"),
        ("memo_2020_text.csv", "rank_change", "rank_changed", "quantity"),
        ("claims.csv", "foi_2022,12", "foi_1922,12", "document"),
        ("own_indicators.csv", "Verwaltung,City-App", "Verwaltung,City-Appp", "indicator"),
        ("indicator_measures.csv", "Verwaltung,Bezahlsysteme,", "Verwaltung,Bezahlsystemee,", "indicator"),
        ("indicator_measures.csv", "IS-DAD-1,", "IS-DAD-99,", "measure"),
    ],
)  # fmt: skip
def test_faults_of_the_city_name_file_and_line(
    folders: Path, name: str, before: str, after: str, said: str
) -> None:
    line = spoil(folders / "cities" / "bochum" / "index" / name, before, after)
    text = faults(folders)
    assert f"{name}:{line}" in text
    assert said in text


def test_a_missing_index_is_a_fault(folders: Path) -> None:
    spoil(folders / "cities" / "bochum" / "city.toml", 'index = "smart_city_index"', 'index = "nowhere"')
    assert "nowhere" in faults(folders)


def test_an_indicator_that_an_import_named_survives_loading(folders: Path) -> None:
    from steuerrad.modules.city_index.tests.command_line import main

    load_city("bochum")
    file = folders / "new.csv"
    file.write_text(
        "city,year,category,indicator,score,source\nBochum,2023,Verwaltung,Zaubern,50,x\n", encoding="utf-8"
    )
    assert main(["index", "import", str(file), "--add-indicators"]) == 0
    load_city("bochum", force=True)
    assert Indicator.objects.filter(name="Zaubern").exists()
    assert Result.objects.filter(indicator="Zaubern").exists()
