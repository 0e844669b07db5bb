"""The questionnaire of the index: what is known is asked, what is not known stays unknown."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import Question
from steuerrad.modules.city_index import question_source
from steuerrad.modules.city_index.models import Indicator
from steuerrad.platform.city.loading import LoadError, load_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def asked(key: str) -> dict[str, Question]:
    return {item.code: item for item in question_source.questions(key)}


@pytest.fixture(autouse=True)
def spring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 1))


def test_sets_are_the_coming_questionnaire_and_every_edition() -> None:
    assert [item.key for item in question_source.sets()] == [
        "2026",
        "2025",
        "2024",
        "2023",
        "2022",
        "2021",
        "2020",
        "2019",
    ]


def test_from_august_on_the_coming_questionnaire_is_next_years(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 8, 1))
    assert question_source.sets()[0].key == "2027"


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2022, 2023, 2024])
def test_an_edition_asks_each_of_its_indicators_once_by_category(year: int) -> None:
    found = question_source.questions(str(year))
    wanted = {
        f"{item.category.key}/{item.key}" for item in Indicator.objects.filter(category__edition__year=year)
    }
    assert {item.code for item in found if item.code.count("/") == 1} == wanted
    assert len({item.code for item in found}) == len(found)
    groups = [item.group for item in found]
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
    assert all(item.ref.startswith("city_index.indicator:") for item in found)


def test_points_follow_from_the_formula_where_the_list_is_complete() -> None:
    found = asked("2020")
    seven, six = (
        Decimal(100) / (7 * 100) * 20 / Decimal("1.05"),
        Decimal(100) / (6 * 100) * 20 / Decimal("1.05"),
    )
    assert found["administration/buergeramt"].points is not None
    assert abs(found["administration/buergeramt"].points - seven * 100 / 100) < Decimal("0.01")
    assert found["it_communication/glasfaser"].points == round(six, 2)
    assert found["administration/pilotprojekte_verwaltung"].points is None
    assert found["mobility/parken/handyparken"].points is None


def test_points_of_a_later_list_say_which_list_they_come_from() -> None:
    question = asked("2023")["it_communication/glasfaser"]
    assert question.points == Decimal("3.17")
    assert "2020" in question.guidance.splitlines()[-1] or any(
        "2020" in line for line in question.guidance.splitlines()
    )


def test_parameters_are_asked_only_where_a_source_names_them() -> None:
    found = asked("2022")
    share = found["it_communication/glasfaser/haushalte_glasfaser"]
    assert (share.type, share.minimum, share.maximum) == ("share", 0, 100)
    assert "it_communication/glasfaser/haushalte_glasfaser" not in asked("2023")
    assert asked("2020")["society/smart_culture/virtuelle_360_stadttour"].type == "text"


def test_the_coming_questionnaire_carries_on_what_is_known() -> None:
    found = asked("2026")
    assert "energy_environment/umweltmonitoring" in found
    assert "administration/serviceportal" in found
    assert "it_communication/glasfaser/haushalte_glasfaser" in found
    assert "it_communication/5g" not in found
    assert all("2023" in item.guidance or "2024" in item.guidance for item in found.values())


def test_the_own_raw_value_is_the_proposal_only_for_the_same_quantity_and_unit() -> None:
    buses = asked("2026")["energy_environment/emissionsarme_busse"]
    assert buses.previous is not None
    assert (buses.previous.value, buses.previous.period, buses.type) == ("9", "2023", "share")
    assert asked("2023")["energy_environment/emissionsarme_busse"].previous is None
    assert "31,9 (2024)" in buses.guidance
    assert asked("2026")["energy_environment/energieloesungen/photovoltaik"].previous.value == "0.12"  # type: ignore[union-attr]


def test_those_who_lead_a_measure_for_it_are_proposed_the_city_as_a_whole_last() -> None:
    found = asked("2026")
    assert found["energy_environment/energieloesungen"].responsible == ("vbw",)
    assert found["mobility/sharing_angebote"].responsible == ("bogestra", "stadt-bochum")
    assert found["society/digitalisierungskonzept_schulen"].responsible == ()


def test_rules_stand_only_where_all_their_questions_are_asked() -> None:
    assert [rule.code for rule in question_source.checks("2022")] == ["glasfaser-ist-breitband"]
    assert [rule.code for rule in question_source.checks("2026")] == ["glasfaser-ist-breitband"]
    assert question_source.checks("2020") == []


@pytest.mark.parametrize("key", ["", "x", "1999", "20"])
def test_another_key_is_no_set(key: str) -> None:
    with pytest.raises(LookupError):
        question_source.questions(key)


def test_queries_are_bounded(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(18):
        question_source.questions("2026")


def test_faults_of_the_files_have_their_place(tmp_path: Path, settings: Any) -> None:
    for name in ("CITIES_DIR", "INDEXES_DIR"):
        shutil.copytree(getattr(settings, name), tmp_path / name)
        setattr(settings, name, tmp_path / name)
    with (settings.INDEXES_DIR / "smart_city_index" / "questions.csv").open("a", encoding="utf-8") as file:
        file.write("Verwaltung,Raumfahrt,,,share,%,100,0,,,\n")
    with (settings.CITIES_DIR / "bochum" / "index" / "responsible.csv").open("a", encoding="utf-8") as file:
        file.write("Verwaltung,Payment,raumfahrtamt,\n")
    with pytest.raises(LoadError) as error:
        load_city("bochum", force=True)
    faults = {(Path(item.file).name, item.column) for item in error.value.problems}
    assert {
        ("questions.csv", "indicator"),
        ("questions.csv", "maximum"),
        ("responsible.csv", "organisation"),
    } <= faults
