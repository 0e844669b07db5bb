"""Loading a city's strategy: repeatable, all or nothing, each fault at its line and column."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from steuerrad.modules.strategy.loaders import load_strategy
from steuerrad.modules.strategy.models import (
    Field,
    Kpi,
    KpiValue,
    Measure,
    MeasureOrganisation,
    MeasureStatus,
    System,
    Target,
    Theme,
)
from steuerrad.platform.accounts.models import User
from steuerrad.platform.city.loading import LoadContext, LoadError, load_city

SLUG = "musterstadt"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A copy of the invented city that a test may change."""
    copy = tmp_path / "cities" / SLUG
    shutil.copytree(settings.CITIES_DIR / SLUG, copy)
    settings.CITIES_DIR = tmp_path / "cities"
    return copy


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / "strategy" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(folder: Path, name: str, table: list[list[str]]) -> None:
    with (folder / "strategy" / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def put(folder: Path, name: str, line: int, column: str, value: str) -> None:
    """Put a value into a cell; line 1 is the header."""
    table = rows(folder, name)
    if column not in table[0]:
        table = [[*table[0], column], *([*row, ""] for row in table[1:])]
    table[line - 1][table[0].index(column)] = value
    write(folder, name, table)


def load(force: bool = True) -> dict[str, dict[str, int]]:
    context = load_city(SLUG, force=force)
    assert context is not None
    return {table: dict(counter) for table, counter in context.counts.items()}


def faults() -> list[tuple[str, int | None, str | None, str]]:
    """(file name, line, column, reason) of a load that must fail."""
    with pytest.raises(LoadError) as caught:
        load_city(SLUG, force=True)
    return [(Path(p.file).name, p.line, p.column, p.reason) for p in caught.value.problems]


@pytest.mark.django_db
def test_second_load_changes_nothing(folder: Path) -> None:
    first = load()
    assert first["strategy_measure"] == {"created": len(rows(folder, "measures.csv")) - 1}
    second = load()
    assert {outcome for counter in second.values() for outcome in counter} <= {"unchanged"} | {"deleted"}
    assert all(
        number == 0 for counter in second.values() for name, number in counter.items() if name == "deleted"
    )
    assert load_city(SLUG) is None


@pytest.mark.django_db
def test_city_is_loaded_as_its_files_say(folder: Path) -> None:
    load()
    for model, name in (
        (Theme, "themes"), (Field, "fields"), (Measure, "measures"), (Kpi, "kpis"), (Target, "targets"),
        (KpiValue, "values"), (System, "systems"), (MeasureOrganisation, "measure_organisations"),
    ):  # fmt: skip
        assert model._default_manager.count() == len(rows(folder, f"{name}.csv")) - 1, name
    measure = Measure.objects.get(number="A.1.1")
    entry = measure.history.get()
    assert (entry.status, entry.since) == (measure.status, date(2025, 6, 30))
    assert entry.source.startswith("measures.csv: ")


FAULTS = [
    ("themes.csv", 2, "code", "a b", "use letters"),
    ("themes.csv", 2, "name", "", "is empty"),
    ("themes.csv", 2, "line", "0", "not a line"),
    ("themes.csv", 2, "line", "x", "is not a number"),
    ("themes.csv", 2, "document", "nowhere", "no such document"),
    ("themes.csv", 2, "name", "x" * 201, "longer than 200"),
    ("organisations.csv", 2, "line", "-1", "is below 1"),
    ("organisations.csv", 2, "part_of", "nobody", "unknown organisation"),
    ("fields.csv", 3, "theme", "XX", "unknown theme"),
    ("fields.csv", 3, "code", "A.1", "stands already in line 2"),
    ("measures.csv", 2, "field", "Q.9", "unknown field of action"),
    ("measures.csv", 2, "status", "running", "is unknown"),
    ("measures.csv", 2, "status", "", "is empty"),
    ("measures.csv", 2, "start", "20", "four digits"),
    ("measures.csv", 2, "start", "1850", "between 1900 and 2100"),
    ("measures.csv", 2, "end", "1999", None),
    ("measures.csv", 2, "number", "../etc", "use letters"),
    ("measures.csv", 2, "line_end", "1", "before the first line"),
    ("measure_organisations.csv", 2, "measure", "Z.9", "unknown measure"),
    ("measure_organisations.csv", 2, "organisation", "nobody", "unknown organisation"),
    ("measure_organisations.csv", 2, "role", "boss", "one of: lead, partner"),
    ("measure_documents.csv", 2, "url", "javascript:alert(1)", "http"),
    ("kpis.csv", 2, "direction", "sideways", "one of"),
    ("kpis.csv", 2, "kind", "colour", "one of"),
    ("kpis.csv", 2, "field", "", "is empty"),
    ("kpis.csv", 2, "marked", "maybe", "neither yes nor no"),
    ("targets.csv", 2, "kpi", "A.9-9", "unknown KPI"),
    ("targets.csv", 2, "type", "hope", "one of"),
    ("targets.csv", 2, "qualifier", "perhaps", "is unknown"),
    ("targets.csv", 2, "value", "12345678901234567890", "digits before"),
    ("targets.csv", 2, "value", "0.123456789", "decimal places"),
    ("values.csv", 2, "kpi", "A.9-9", "unknown KPI"),
    ("values.csv", 2, "date", "2999-01-01", "future"),
    ("values.csv", 2, "date", "30.02.2025", "not a day"),
    ("values.csv", 2, "value", "", "is empty"),
    ("values.csv", 2, "quality", "guessed", "is unknown"),
    ("values.csv", 2, "unit", "parsec", "the KPI's unit is"),
    ("systems.csv", 2, "measures", "A.1.1;Z.9", "unknown measure Z.9"),
    ("systems.csv", 2, "module", "Big Module", "lower-case"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "line", "column", "value", "reason"), FAULTS)
def test_fault_names_file_line_and_column(
    folder: Path, name: str, line: int, column: str, value: str, reason: str | None
) -> None:
    put(folder, name, line, column, value)
    found = faults()
    if reason is None:  # the start is the faulty one then
        column, reason = "start", "is after the end"
    assert any(
        (file, at, where) == (name, line, column) and reason in why for file, at, where, why in found
    ), found
    assert not Theme.objects.exists()
    assert not Measure.objects.exists()


@pytest.mark.django_db
def test_supply_by_nobody_is_a_fault(folder: Path) -> None:
    write(folder, "kpi_supply.csv", [["kpi", "supplied_by"], ["A.1-1", "nobody.nothing"]])
    assert [(name, line, column) for name, line, column, _ in faults()] == [
        ("kpi_supply.csv", 2, "supplied_by")
    ]


@pytest.mark.django_db
def test_all_faults_are_told_at_once(folder: Path) -> None:
    put(folder, "themes.csv", 2, "name", "")
    put(folder, "kpis.csv", 3, "direction", "sideways")
    put(folder, "values.csv", 2, "value", "many")
    assert {name for name, _, _, _ in faults()} == {"themes.csv", "kpis.csv", "values.csv"}


@pytest.mark.django_db
def test_status_without_a_day_is_a_fault(folder: Path) -> None:
    path = folder / "city.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("as_of")), encoding="utf-8"
    )
    assert ("city.toml", None, "strategy.as_of") in [fault[:3] for fault in faults()]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"code,name\n\x81\x8d,x\n", b"code;name\n", b"%PDF-1.7\n", b"code,name\nA,\"x\n", b"name\nx\n"],
)  # fmt: skip
def test_broken_file_is_one_clear_fault(folder: Path, content: bytes) -> None:
    (folder / "strategy" / "themes.csv").write_bytes(content)
    assert any(name == "themes.csv" for name, _, _, _ in faults())
    assert not Field.objects.exists()


@pytest.mark.django_db
def test_missing_file_is_a_fault(folder: Path) -> None:
    (folder / "strategy" / "measures.csv").unlink()
    assert ("measures.csv", None, None, "file is missing") in faults()


@pytest.mark.django_db
def test_one_fault_keeps_the_old_state(folder: Path) -> None:
    load()
    before = list(Measure.objects.values_list("number", "title", "status"))
    put(folder, "measures.csv", 2, "title", "Other title")
    put(folder, "values.csv", 2, "quality", "guessed")
    faults()
    assert list(Measure.objects.values_list("number", "title", "status")) == before


@pytest.mark.django_db
def test_vanished_rows_are_retired_and_come_back(folder: Path) -> None:
    load()
    table = rows(folder, "measure_documents.csv")
    kpis = rows(folder, "targets.csv")
    write(folder, "targets.csv", kpis[:-1])
    load()
    gone = Target.objects.get(code=kpis[-1][0])
    assert gone.retired
    write(folder, "targets.csv", kpis)
    write(folder, "measure_documents.csv", table)
    load()
    gone.refresh_from_db()
    assert not gone.retired


def told(measure: Measure) -> list[str]:
    return [entry.status for entry in measure.history.all()]


@pytest.mark.django_db
def test_status_history_grows_only_when_the_file_changes(folder: Path) -> None:
    put(folder, "measures.csv", 2, "status", "planned")
    load()
    measure = Measure.objects.get(number=rows(folder, "measures.csv")[1][0])
    put(folder, "measures.csv", 2, "title", "Other title")
    load()
    assert told(measure) == ["planned"]
    put(folder, "measures.csv", 2, "status", "in_progress")
    load()
    measure.refresh_from_db()
    assert (told(measure), measure.status) == (["planned", "in_progress"], "in_progress")
    put(folder, "measures.csv", 2, "status", "idea")
    load()
    assert measure.history.last().reason == "city file changed"


@pytest.mark.django_db
def test_newer_entry_of_people_stays_the_status(folder: Path) -> None:
    put(folder, "measures.csv", 2, "status", "planned")
    load()
    measure = Measure.objects.get(number=rows(folder, "measures.csv")[1][0])
    person = User.objects.create_user("a@example.org")
    MeasureStatus.objects.create(
        measure=measure, status="in_operation", since=date(2026, 1, 1), recorded_at=NOW, recorded_by=person
    )
    measure.status = "in_operation"
    measure.save()
    load()
    measure.refresh_from_db()
    assert (told(measure), measure.status) == (["planned", "in_operation"], "in_operation")
    put(folder, "measures.csv", 2, "status", "in_progress")
    load()
    measure.refresh_from_db()
    assert told(measure) == ["planned", "in_progress", "in_operation"]
    assert measure.status == "in_operation"


def revisions(kpi: str) -> list[tuple[int, Decimal, bool, str]]:
    values = KpiValue.objects.filter(kpi__code=kpi).order_by("date", "revision")
    return [(v.revision, v.value.normalize(), v.superseded, v.reason) for v in values]


@pytest.fixture
def one_value(folder: Path) -> Path:
    header = ["kpi", "date", "value", "quality", "source"]
    write(folder, "values.csv", [header, ["A.1-1", "2025-01-31", "10", "measured", "Amt"]])
    return folder


@pytest.mark.django_db
def test_changed_value_is_a_new_revision(one_value: Path) -> None:
    load()
    put(one_value, "values.csv", 2, "value", "12")
    assert load()["strategy_kpivalue"] == {"corrected": 1}
    assert revisions("A.1-1") == [(1, Decimal(10), True, ""), (2, Decimal(12), False, "city file changed")]
    assert load()["strategy_kpivalue"] == {"unchanged": 1}


@pytest.mark.django_db
def test_value_corrected_by_people_is_not_overridden(one_value: Path) -> None:
    load()
    first = KpiValue.objects.get(kpi__code="A.1-1")
    first.superseded = True
    first.save()
    KpiValue.objects.create(
        kpi=first.kpi, date=first.date, revision=2, value=11, quality="measured", source="Amt",
        origin=KpiValue.COLLECTED, reason="counted anew", recorded_at=NOW,
    )  # fmt: skip
    assert load()["strategy_kpivalue"] == {"unchanged": 1}
    put(one_value, "values.csv", 2, "value", "12")
    assert load()["strategy_kpivalue"] == {"kept": 1}
    assert [row[:3] for row in revisions("A.1-1")] == [(1, Decimal(10), True), (2, Decimal(11), False)]


@pytest.mark.django_db
def test_value_gone_from_the_file_is_withdrawn_not_deleted(one_value: Path) -> None:
    load()
    table = rows(one_value, "values.csv")
    write(one_value, "values.csv", [table[0], ["A.1-1", "2025-02-28", "10", "measured", "Amt"]])
    assert load()["strategy_kpivalue"] == {"created": 1, "withdrawn": 1}
    assert [row[2] for row in revisions("A.1-1")] == [True, False]


@pytest.mark.django_db
def test_kpi_may_point_to_a_measure_that_does_not_exist(folder: Path) -> None:
    put(folder, "kpis.csv", 2, "measure", "A.1.99")
    load()
    kpi = Kpi.objects.get(code=rows(folder, "kpis.csv")[1][0])
    assert (kpi.measure, kpi.measure_as_printed) == (None, "A.1.99")


@pytest.fixture(scope="module")
def copy_of_bochum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("cities") / "bochum"
    shutil.copytree(settings.CITIES_DIR / "bochum", copy)
    return copy


TEXTS = st.one_of(
    st.sampled_from([
        "", " ", "-1", "0", "1e9", "NaN", "∞", "2022-13-01", "=1+1", "x" * 5000, "a;b;;", "99999999999999999999",
        "1,5", "\u202e", "\ud7ff", "'", '"', "true", "ZI-NI-1", "http://", "0.000000001", "9999",
    ]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=30),
)  # fmt: skip


@pytest.mark.django_db
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(draw=st.data())
def test_any_cell_may_hold_anything(bochum: str, copy_of_bochum: Path, draw: st.DataObject) -> None:
    """A changed cell of the real files is either loaded or reported; nothing else happens."""
    path = draw.draw(st.sampled_from(sorted((copy_of_bochum / "strategy").glob("*.csv"))))
    before = path.read_bytes()
    table = rows(copy_of_bochum, path.name)
    line = draw.draw(st.integers(0, len(table) - 1))
    column = draw.draw(st.integers(0, len(table[line]) - 1))
    table[line][column] = draw.draw(TEXTS)
    write(copy_of_bochum, path.name, table)
    context = LoadContext(folder=copy_of_bochum, city_slug="bochum")
    try:
        with transaction.atomic():
            load_strategy(context)
            transaction.set_rollback(True)
    finally:
        path.write_bytes(before)
    assert bool(context.problems) != bool(context.counts)
