"""The KPIs as questions, and what becomes of released answers."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import ReleasedAnswer
from steuerrad.modules.strategy import question_source
from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.platform.city.cross_checks import parse_side
from steuerrad.platform.city.loading import LoadContext, LoadError, load_city

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
KEY = "2026"


def answer(code: str, value: str | None, **more: Any) -> ReleasedAnswer:
    fields = {"as_of": date(2025, 12, 31), "quality": "measured", "source": "Zählung", "note": "",
              "organisation": "Stadtwerke"}  # fmt: skip
    return ReleasedAnswer(code, value, **(fields | more))


def by_code() -> dict[str, Any]:
    return {item.code: item for item in question_source.questions(KEY)}


def test_every_kpi_is_asked_once_with_form_and_lead() -> None:
    found = question_source.questions(KEY)
    assert [item.code for item in found] == list(
        Kpi.objects.filter(retired=False).values_list("code", flat=True)
    )
    assert len(found) == 130
    share = by_code()["DG-DBT-K2.1"]
    assert (share.type, share.minimum, share.maximum, share.unit) == ("share", 0, 100, "%")
    assert by_code()["NMU-NIM-K3.1"].type == "integer"
    assert by_code()["IWW-TG-H4"].minimum is None
    for item in found:
        measure = Kpi.objects.get(code=item.code).measure
        leads = (
            set(measure.organisations.filter(role="lead").values_list("organisation__key", flat=True))
            if measure
            else set()
        )
        assert set(item.responsible) == leads


def test_the_city_as_a_whole_is_proposed_last() -> None:
    found = [
        item.responsible for item in question_source.questions(KEY) if "stadt-bochum" in item.responsible
    ]
    assert found
    assert all(keys[-1] == "stadt-bochum" for keys in found)


def test_the_newest_valid_value_up_to_the_year_is_the_proposal() -> None:
    previous = by_code()["ZI-KI-K2.1"].previous
    assert previous is not None
    assert (previous.value, previous.period, previous.quality) == ("1200", "2022-11-30", "estimated")
    assert {item.code: item for item in question_source.questions("2021")}["ZI-KI-K2.1"].previous is None


def test_a_computed_kpi_names_its_function() -> None:
    assert by_code()["NMU-ER-K6.1"].kpi == "city_index.pv_capacity_kwp"
    assert by_code()["DG-DBT-K2.1"].kpi == ""


def test_queries_do_not_grow_with_the_kpis(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        question_source.questions(KEY)


def test_sets_cover_last_year_to_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 3, 1))
    assert [item.key for item in question_source.sets()] == ["2027", "2026", "2025"]


@pytest.mark.parametrize("key", ["", "20", "next", "²²²²", "-202"])
def test_another_key_is_no_set(key: str) -> None:
    with pytest.raises(LookupError):
        question_source.questions(key)


def test_a_released_answer_becomes_a_value_and_repeating_it_changes_nothing() -> None:
    for _ in range(2):
        question_source.deliver(KEY, [answer("NMU-NIM-K3.1", "410")], None)
    (value,) = KpiValue.objects.filter(kpi__code="NMU-NIM-K3.1", date="2025-12-31")
    assert (value.value, value.origin, value.quality, value.source, value.revision) == (
        Decimal(410), "collected", "measured", "Zählung", 1)  # fmt: skip


def test_a_changed_answer_becomes_a_revision() -> None:
    question_source.deliver(KEY, [answer("NMU-NIM-K3.1", "410")], None)
    question_source.deliver(KEY, [answer("NMU-NIM-K3.1", "412", source="")], None)
    old, new = KpiValue.objects.filter(kpi__code="NMU-NIM-K3.1", date="2025-12-31").order_by("revision")
    assert (old.superseded, new.value, new.revision, new.source) == (True, Decimal(412), 2, "Stadtwerke")
    assert new.reason


def test_declined_unknown_and_computed_ones_leave_no_value() -> None:
    before = KpiValue.objects.count()
    question_source.deliver(
        KEY, [answer("NMU-NIM-K3.1", None), answer("XX-1", "3"), answer("NMU-ER-K6.1", "3")], None
    )
    assert KpiValue.objects.count() == before


def test_a_share_beyond_100_is_refused() -> None:
    with pytest.raises(RefusedError):
        question_source.deliver(KEY, [answer("DG-DBT-K2.1", "101")], None)


def test_an_answer_for_a_day_to_come_is_one_of_today() -> None:
    question_source.deliver(KEY, [answer("NMU-NIM-K3.1", "1", as_of=date(2999, 1, 1))], None)
    assert KpiValue.objects.get(kpi__code="NMU-NIM-K3.1", value=1).date == clock.today()


def test_rules_of_the_city_name_only_kpis_that_exist() -> None:
    rules = {rule.code: rule for rule in question_source.checks(KEY)}
    assert rules["schulen-glasfaser"].left == {"DG-DBT-K2.2": 1}
    assert rules["schulen-glasfaser"].right == {"DG-DBT-K2.1": 1}


def test_sides_of_a_rule() -> None:
    assert parse_side("A-1.2 + 0.5 * B-1 + 10 + A-1.2") == {"A-1.2": 2, "B-1": Decimal("0.5"), "": 10}
    for spoilt in ("", "A + ", "* A", "x * A", "2 *"):
        with pytest.raises(ValueError):
            parse_side(spoilt)


def test_a_fault_in_the_rules_stops_loading_with_its_place(tmp_path: Path, settings: Any) -> None:
    shutil.copytree(settings.CITIES_DIR, tmp_path / "cities")
    settings.CITIES_DIR = tmp_path / "cities"
    path = tmp_path / "cities" / "bochum" / "strategy" / "cross_checks.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("falsch,XX-9,<<,2 * ,,schlimm,\r\n")
    with pytest.raises(LoadError) as error:
        load_city("bochum", force=True)
    faults = {(item.line, item.column) for item in error.value.problems}
    assert {(5, name) for name in ("left", "relation", "right", "text", "severity")} <= faults
    with pytest.raises(LoadError):
        question_source.checks(KEY)


def test_a_city_without_rules_has_none(tmp_path: Path) -> None:
    context = LoadContext(tmp_path, "bochum")
    assert question_source.read_checks(context) == []
    assert not context.problems
