"""The workbook goes out, comes back filled in, is compared and written; what is hostile or wrong is refused with its place."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from openpyxl import Workbook, load_workbook

from steuerrad.modules.strategy.models import BudgetLine, Milestone, StaffDays, StatusReport
from steuerrad.modules.strategy.portfolio.actions.importing import ImportRefusedError, import_rows
from steuerrad.modules.strategy.portfolio.actions.milestones import add_milestone, change_milestone
from steuerrad.modules.strategy.portfolio.actions.money import correct_budget, plan_budget
from steuerrad.modules.strategy.portfolio.actions.risks import add_risk
from steuerrad.modules.strategy.portfolio.intake.plan import Plan
from steuerrad.modules.strategy.portfolio.intake.reading import read_filled
from steuerrad.modules.strategy.portfolio.intake.sheets import make_plan
from steuerrad.modules.strategy.portfolio.output.columns import READ, SHEETS
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person
from steuerrad.modules.strategy.portfolio.tests.filled import YEAR, Book, exported, stage
from steuerrad.modules.strategy.queries.measures import measures
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.tables.problems import TableProblem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def outcomes(plan: Plan) -> list[tuple[str, str]]:
    return [(row.kind, row.outcome) for row in plan.rows if row.outcome != "unchanged"]


def fault(book: Book, role: str = "coordinator") -> tuple[str, str]:
    """(place, reason) of the only row that is not unchanged."""
    (row,) = [row for row in book.plan(role).rows if row.outcome != "unchanged"]
    assert row.outcome == "fault"
    assert not row.changes
    return row.place, row.reason


def test_what_goes_out_unchanged_changes_nothing(django_assert_max_num_queries) -> None:
    stage()
    content = exported()
    assert load_workbook(io.BytesIO(content)).sheetnames[1:] == [str(sheet.title) for sheet in SHEETS]
    with django_assert_max_num_queries(12):
        plan = make_plan(person("coordinator"), read_filled(content, "x.xlsx").rows)
    assert set(plan.counts) == {"unchanged"}
    assert {row.kind for row in plan.rows} == {sheet.key for sheet in READ}


@pytest.mark.parametrize("language", ["de", "en"])
def test_titles_are_found_in_every_language(language: str) -> None:
    stage()
    with translation.override(language):
        content = exported()
    with translation.override("en" if language == "de" else "de"):
        plan = make_plan(person("coordinator"), read_filled(content, "x.xlsx").rows)
    assert set(plan.counts) == {"unchanged"}


def test_every_sheet_takes_new_and_changed_entries() -> None:
    stage()
    book = Book(exported())
    line = book.line("Milestones", "Milestone", "Vergabe")
    book.put("Milestones", line, "Expected now", day(50)).put("Milestones", line, "Note", None)
    new = book.end("Milestones")
    book.put("Milestones", new, "Measure number", "A.1.1").put("Milestones", new, "Milestone", "Betrieb")
    book.put("Milestones", new, "Planned", day(200).strftime("%d.%m.%Y"))
    book.put("Budget", 2, "Spent (EUR)", 1000.25).put("Budget", 2, "Spent as of", day(-3))
    new = book.end("Budget")
    book.put("Budget", new, "Measure number", "a.1.1").put("Budget", new, "Year", YEAR + 1)
    book.put("Budget", new, "Source of the money", "Eigenmittel").put(
        "Budget", new, "Source of the money", "own funds"
    )
    book.put("Budget", new, "Planned (EUR)", "1.250,50").put("Budget", new, "Source", "Haushalt")
    book.put("Staff days", 2, "Spent days", 3.5)
    report = book.line("Next report", "Measure number", "A.1.1")
    book.put("Next report", report, "Next steps", "Bauen.")
    other = next(
        row[0].row for row in book.book["Next report"].iter_rows(min_row=2) if row[0].value != "A.1.1"
    )
    for title, value in (("From", day(-60)), ("To", day(-1)), ("How it stands", "Gut.")):
        book.put("Next report", other, title, value)
    plan = book.plan()
    assert sorted(outcomes(plan)) == sorted([
        ("milestones", "changed"), ("milestones", "new"), ("budget", "changed"), ("budget", "new"), ("staff", "changed"),
        ("next_steps", "changed"), ("next_steps", "new"),
    ])  # fmt: skip
    assert sum(row.needs_reason for row in plan.rows) == 1
    done = import_rows(
        person("coordinator"), plan.writable(), reason="Abgleich", file="g.xlsx", sha256="0" * 64
    )
    assert done.written == {"milestones": 2, "budget": 2, "staff": 1, "next_steps": 2}
    milestone = Milestone.objects.get(title="Vergabe")
    assert (milestone.forecast_on, milestone.note, milestone.planned_on) == (day(50), "", day(20))
    assert Milestone.objects.get(title="Betrieb", measure=measure()).planned_on == day(200)
    line_now = BudgetLine.objects.get(measure=measure(), year=YEAR, superseded=False)
    assert (line_now.planned, line_now.spent, line_now.reason) == (
        Decimal("4321.50"),
        Decimal("1000.25"),
        "Abgleich",
    )
    assert BudgetLine.objects.get(measure=measure(), year=YEAR + 1).planned == Decimal("1250.50")
    assert StaffDays.objects.get(measure=measure(), year=YEAR).spent == Decimal("3.5")
    assert StatusReport.objects.get(measure=measure(), state="draft").next_steps == "Bauen."
    entry = AuditEntry.objects.get(action="strategy.import_portfolio")
    assert entry.changes["budget"] == [0, 2]
    assert set(make_plan(person("coordinator"), read_filled(exported(), "x.xlsx").rows).counts) == {
        "unchanged"
    }


def test_who_was_faster_shows_as_a_conflict_with_both_values() -> None:
    milestone = stage()
    book = Book(exported())
    line = book.line("Milestones", "Milestone", "Vergabe")
    book.put("Milestones", line, "Expected now", day(50)).put("Budget", 2, "Planned (EUR)", 1)
    change_milestone(person("coordinator"), milestone, version=1, forecast_on=day(30))
    old = BudgetLine.objects.get(measure=measure(), superseded=False)
    correct_budget(person("coordinator"), old, planned=Decimal(2), source="Haushalt", reason="neu")
    plan = book.plan()
    assert outcomes(plan) == [("milestones", "conflict"), ("budget", "conflict")]
    row = plan.writable()[0]
    assert "version 1" in row.reason
    assert [(change.before, change.after) for change in row.changes] == [(day(30), day(50))]
    import_rows(person("coordinator"), plan.writable(), reason="trotzdem", file="g.xlsx", sha256="")
    milestone.refresh_from_db()
    assert milestone.forecast_on == day(50)


def test_all_or_nothing_when_somebody_is_faster_than_the_confirmation() -> None:
    milestone = stage()
    book = Book(exported())
    line = book.line("Milestones", "Milestone", "Vergabe")
    new = book.end("Milestones")
    book.put("Milestones", line, "Expected now", day(50)).put("Staff days", 2, "Spent days", 3.5)
    book.put("Milestones", new, "Measure number", "A.1.1").put("Milestones", new, "Milestone", "Betrieb")
    plan = book.plan()
    change_milestone(person("coordinator"), milestone, version=1, forecast_on=day(30))
    rows = sorted(plan.writable(), key=lambda row: row.kind != "staff")
    with pytest.raises(ImportRefusedError, match=rf"Milestones!{line}"):
        import_rows(person("coordinator"), rows, reason="", file="g.xlsx", sha256="")
    assert StaffDays.objects.get(measure=measure()).spent is None
    assert not Milestone.objects.filter(title="Betrieb", measure=measure()).exists()
    assert not AuditEntry.objects.filter(action="strategy.import_portfolio").exists()


@pytest.mark.parametrize(
    ("sheet", "title", "value", "words"),
    [
        ("Milestones", "Milestone", None, "needed"),
        ("Milestones", "Reached on", "gestern", "not a date"),
        ("Milestones", "Reached on", "2999-01-01", "future"),
        ("Milestones", "Weight", 500, "1 to 100"),
        ("Milestones", "ID", 999999, "no milestone with this ID"),
        ("Milestones", "Version", None, "since the file was made"),
        ("Milestones", "Note", "=1+1", "formula"),
        ("Milestones", "Measure number", "Z.9.9", "no measure"),
        ("Budget", "Planned (EUR)", "1.234", "ambiguous"),
        ("Budget", "Planned (EUR)", -5, "not negative"),
        ("Budget", "Planned (EUR)", 1.234, "two decimal"),
        ("Budget", "Source", None, "needed"),
        ("Budget", "Year", "bald", "year"),
        ("Budget", "Source of the money", "Lotto", "funding programme"),
        ("Staff days", "Organisation", "Niemand", "no organisation"),
        ("Staff days", "Planned days", 1.25, "one decimal"),
        ("Next report", "How it stands", None, "needed"),
        ("Next report", "To", None, "period is missing"),
        ("Next report", "From", "bald", "not a date"),
    ],
)  # fmt: skip
def test_a_fault_names_its_cell_and_its_reason(sheet: str, title: str, value: Any, words: str) -> None:
    stage()
    book = Book(exported())
    line = (
        book.line(sheet, "Milestone", "Vergabe")
        if sheet == "Milestones"
        else book.line(sheet, "Measure number", "A.1.1")
    )
    book.put(sheet, line, title, value)
    if title == "Version":  # without it nobody knows what the person has seen
        book.put(sheet, line, "Note", "neu")
        (row,) = book.plan().writable()
        assert (row.outcome, words in row.reason) == ("conflict", True)
        return
    place, reason = fault(book)
    letter = book.book[sheet].cell(row=line, column=book.column(sheet, title)).column_letter
    assert place == f"{sheet}!{letter}{line}"
    assert words in reason


def test_what_one_cell_asks_of_another_is_said_of_the_other() -> None:
    stage()
    book = Book(exported()).put("Budget", 2, "Spent (EUR)", 5)
    place, reason = fault(book)
    assert (place, "Say the day" in reason) == ("Budget!G2", True)


def test_printed_milestones_keep_their_title_and_day() -> None:
    printed = Milestone.objects.exclude(document="").filter(measure=measure()).first()
    assert printed is not None
    book = Book(exported())
    line = book.line("Milestones", "ID", printed.pk)
    book.put("Milestones", line, "Planned", day(500))
    assert "comes from a document" in fault(book)[1]


def test_two_rows_about_one_entry_and_one_without_its_id_are_refused() -> None:
    stage()
    book = Book(exported())
    new = book.end("Budget")
    for column, cell in enumerate(list(book.book["Budget"][2]), 1):
        book.book["Budget"].cell(row=new, column=column).value = cell.value
    assert "stands already" in fault(book)[1]
    book = Book(exported())
    line = book.line("Milestones", "Milestone", "Vergabe")
    book.put("Milestones", line, "ID", None)
    assert "ID is missing" in fault(book)[1]


def test_columns_that_a_file_lacks_stay_as_they_are() -> None:
    stage()
    book = Book(exported())
    book.book["Milestones"].delete_cols(book.column("Milestones", "Note"))
    assert not outcomes(book.plan())
    book.book["Milestones"].delete_cols(book.column("Milestones", "ID"))
    with pytest.raises(TableProblem, match="columns are missing: ID "):
        book.plan()


def test_nobody_writes_about_or_looks_into_measures_of_others() -> None:
    foreign = next(
        item for item in measures() if "contributor" and item.pk not in
        {row.measure.pk for row in visible_states(person("contributor"), measures()) if row.lines or row.measure.number == "A.1.1"}
        and not set(item.organisations.values_list("organisation_id", flat=True)) & {m.organisation_id for m in person("contributor").memberships.all()}
    )  # fmt: skip
    plan_budget(
        person("coordinator"), foreign, year=YEAR, programme=None, planned=Decimal(77), source="geheim"
    )
    book = Book(exported("coordinator"))
    line = book.line("Budget", "Measure number", foreign.number)
    rows = [row for row in book.plan("contributor").rows if row.kind == "budget" and row.line == line]
    assert [(row.outcome, row.changes, row.row) for row in rows] == [("fault", [], None)]
    assert "may not steer" in rows[0].reason
    assert not any(row.writable for row in Book(exported("contributor")).plan("contributor").rows)
    assert b"geheim" not in b"".join(_parts(exported("contributor")))
    with pytest.raises(PermissionDenied):
        import_rows(person("steering"), [], reason="", file="", sha256="")


def _parts(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [package.read(name) for name in package.namelist()]


def test_texts_never_become_formulas_and_come_back_as_they_were() -> None:
    evil = '=HYPERLINK("http://evil.invalid","x")'
    add_milestone(person("coordinator"), measure(), title=evil, note="@SUM(1)")
    add_risk(person("coordinator"), measure(), title="-2+3", probability=1, impact=1, owner="+49")
    content = exported()
    book = Book(content)
    cell = book.book["Milestones"].cell(
        row=book.line("Milestones", "Milestone", evil), column=book.column("Milestones", "Milestone")
    )
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert b"<f>" not in b"".join(_parts(content))
    assert set(make_plan(person("coordinator"), read_filled(content, "x.xlsx").rows).counts) == {"unchanged"}


def other_book(sheet: str = "Something") -> bytes:
    book = Workbook()
    book.active.title = sheet  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def merged() -> bytes:
    stage()
    book = Book(exported())
    book.book["Milestones"].merge_cells("D2:D3")
    return book.content()


def doubled() -> bytes:
    book = Book(exported())
    sheet = book.book["Milestones"]
    sheet.cell(row=1, column=len(sheet[1]) + 1).value = "Note"
    return book.content()


def bomb() -> bytes:
    """Four megabytes of zeros for each kilobyte, beside a real workbook."""
    buffer = io.BytesIO(other_book("Milestones"))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        for number in range(30):
            package.writestr(f"xl/media/{number}.bin", b"\0" * 4 * 1024**2)
    return buffer.getvalue()


def tall() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Milestones")
    sheet.append(["Measure number", "ID", "Milestone"])
    for number in range(5100):
        sheet.append(["A.1.1", None, f"m{number}"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"", "is empty"), (lambda: b"PK\x03\x04 nonsense", "damaged"), (lambda: b"Milestone;x\n", "no Excel workbook"),
        (other_book, "none of the sheets"), (lambda: other_book("Milestones"), "columns are missing: Measure number"), (merged, "D2:D3 are merged"),
        (doubled, "twice"), (bomb, "unpacks to"), (tall, "more than 5000 rows"), (lambda: b"PK\x03\x04" + b"0" * 11 * 1024**2, "larger than"),
    ],
)  # fmt: skip
def test_files_that_are_no_such_workbook_are_refused_as_a_whole(make: Any, words: str) -> None:
    with pytest.raises(TableProblem, match=words):
        read_filled(make(), "böse.xlsx")
