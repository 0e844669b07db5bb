"""Export and import: what leaves comes back unchanged, hostile files do nothing, nothing is written unseen."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.answers import decline, save_draft, submit_answer
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.intake.plan import make_plan
from steuerrad.modules.campaign.intake.reading import read_filled
from steuerrad.modules.campaign.models import Answer, Round
from steuerrad.modules.campaign.output.columns import COLUMNS
from steuerrad.modules.campaign.output.rows import snapshot_rows, working_rows
from steuerrad.modules.campaign.output.workbook import sheet_title, workbook_bytes
from steuerrad.modules.campaign.tests.stage import (
    ada,
    approver,
    berta,
    browser,
    coordinator,
    given,
    now_of,
    opened_round,
    question,
    released,
)
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.tables.problems import TableProblem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]


def workbook_of(round_: Round) -> bytes:
    return workbook_bytes(round_, working_rows(round_), made_at=clock.now(), kind="working state")


def column(key: str) -> int:
    return [item.key for item in COLUMNS].index(key) + 1


def filled(content: bytes, **cells: dict[str, Any]) -> bytes:
    """The workbook with cells typed in: code={key of the column: value}."""
    book = load_workbook(io.BytesIO(content))
    wanted = dict(cells)
    for sheet in book.worksheets:
        for line in range(2, sheet.max_row + 1):
            for key, value in wanted.pop(str(sheet.cell(line, 1).value), {}).items():
                sheet.cell(line, column(key)).value = value
    assert not wanted, f"not in the workbook: {wanted}"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plan_of(user: Any, round_: Round, content: bytes) -> dict[str, Any]:
    found = read_filled(content, "voll.xlsx")
    rows, problems = found.rows, found.problems
    assert not problems, str(problems)
    return {row.code: row for row in make_plan(user, round_, rows).rows}


def confirm(user: Any, round_: Round, content: bytes, name: str = "voll.xlsx", **more: Any) -> Any:
    """Upload, look, tick everything that is ticked beforehand, write."""
    client = browser(user)
    response = client.post(
        reverse("campaign:import", args=[round_.pk]), {"file": SimpleUploadedFile(name, content)}
    )
    assert response.status_code == 302, response.content.decode()[-3000:]
    page = client.get(response["Location"]).content.decode()
    ticked = re.findall(r'name="chosen" value="([^"]+)"[^>]* checked', page)
    return client.post(
        response["Location"], {"chosen": ticked, "mode": "submit", "do": "write"} | more, follow=True
    )


def test_the_workbook_has_a_cover_a_sheet_for_each_category_and_the_evidence() -> None:
    round_ = opened_round()
    submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    book = load_workbook(io.BytesIO(workbook_of(round_)))
    assert len(book.sheetnames) == 4
    assert book.sheetnames[1:3] == ["Netz", "Verwaltung"]
    assert book["Netz"].cell(2, column("value")).value == 410
    assert book["Netz"].cell(2, column("revision")).value == 1
    assert [cell.value for cell in book.worksheets[3][2]][:4] == [
        "homes",
        1,
        "Bericht",
        "https://example.org/a",
    ]


def test_an_untouched_workbook_changes_nothing() -> None:
    round_ = opened_round()
    submit_answer(
        ada(), question(round_, "homes").pk, given("410", comment="zwei\nZeilen; und =mehr"), based_on=0
    )
    save_draft(berta(), question(round_, "share").pk, given("12,5"), based_on=0)
    submit_answer(berta(), question(round_, "app").pk, given("ja"), based_on=0)
    outcomes = {
        code: row.outcome for code, row in plan_of(coordinator(), round_, workbook_of(round_)).items()
    }
    assert outcomes == {"homes": "unchanged", "app": "unchanged"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_filled_workbook_comes_in_whatever_its_language(language: str) -> None:
    from django.utils import translation

    round_ = opened_round()
    with translation.override(language):
        content = workbook_of(round_)
    content = filled(content, homes={"value": 410, "quality": "measured", "source": "Zählung", "links": "https://example.org/x"},
                     share={"value": "12,5", "quality": "estimated", "comment": "hochgerechnet"}, app={"value": "ja"})  # fmt: skip
    confirm(coordinator(), round_, content)
    assert {row.question.code: (row.value, row.submitted) for row in Answer.objects.select_related("question")} == {
        "homes": ("410", True), "share": ("12.5", True), "app": ("yes", False)}  # fmt: skip
    assert now_of(question(round_, "homes")).current.evidence.get().url == "https://example.org/x"  # type: ignore[union-attr]


def test_a_comment_in_the_file_overrides_a_warning_but_no_error() -> None:
    round_ = opened_round()
    cells = {
        "quality": "measured",
        "source": "Zählung",
        "comment": "Gebietsreform",
        "links": "https://example.org/x",
    }
    confirm(
        ada(),
        round_,
        filled(workbook_of(round_), homes={"value": 4000, **cells}, fibre={"value": -3, **cells}),
    )
    assert now_of(question(round_, "homes")).state == "answered"
    assert now_of(question(round_, "fibre")).state == "open"


def test_nothing_is_written_before_the_confirmation_and_dropping_forgets_the_file() -> None:
    round_, client = opened_round(), browser(ada())
    content = filled(workbook_of(round_), homes={"value": 410})
    response = client.post(
        reverse("campaign:import", args=[round_.pk]), {"file": SimpleUploadedFile("a.xlsx", content)}
    )
    assert "410" in client.get(response["Location"]).content.decode()
    assert not Answer.objects.exists()
    client.post(response["Location"], {"do": "drop"})
    assert not Answer.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_newer_answer_is_a_conflict_that_is_not_ticked_beforehand() -> None:
    round_ = opened_round()
    content = filled(workbook_of(round_), homes={"value": 420, "quality": "estimated", "comment": "x"})
    submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    row = plan_of(coordinator(), round_, content)["homes"]
    assert (row.outcome, row.newest) == ("conflict", 1)
    assert "Ada" in row.reason
    page = confirm(coordinator(), round_, content).content.decode()
    assert "Nothing is ticked" in page
    confirm(coordinator(), round_, content, chosen=["homes:1:conflict"])
    assert now_of(question(round_, "homes")).current.value == "420"  # type: ignore[union-attr]


def test_what_changes_between_look_and_confirmation_is_not_overwritten() -> None:
    round_, client = opened_round(), browser(coordinator())
    content = filled(workbook_of(round_), homes={"value": 420, "quality": "estimated", "comment": "x"})
    address = client.post(
        reverse("campaign:import", args=[round_.pk]), {"file": SimpleUploadedFile("a.xlsx", content)}
    )["Location"]
    client.get(address)
    submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    page = client.post(address, {"chosen": ["homes:0:new"], "do": "write"}, follow=True).content.decode()
    assert "have changed since you saw them" in page
    assert now_of(question(round_, "homes")).current.value == "410"  # type: ignore[union-attr]


def test_faults_name_cell_and_reason_and_spare_the_other_rows() -> None:
    round_ = opened_round()
    table = "\n".join([
        "code;value;quality;as_of;links;revision",
        "homes;viele;measured;;;", "fibre;3;prima;;;", "share;12;;31.2.2026;;", "app;ja;;;file:///etc/passwd;",
        "stage_live;5;;;;zwei", "nope;1;;;;", "homes;2;;;;",
    ])  # fmt: skip
    found = plan_of(coordinator(), round_, table.encode())
    rows = read_filled(table.encode(), "a.csv").rows
    plan = make_plan(coordinator(), round_, rows)
    assert [(row.column, row.outcome) for row in plan.rows] == [
        ("value", "fault"), ("quality", "fault"), ("as_of", "fault"), ("links", "fault"), ("revision", "fault"),
        ("code", "fault"), ("code", "fault"),
    ]  # fmt: skip
    assert plan.rows[0].place.endswith(":2")
    assert found


def test_people_import_only_what_they_may_answer() -> None:
    round_ = opened_round()
    content = b"code;value\nhomes;410\nshare;41\n"
    found = plan_of(ada(), round_, content)
    assert (found["homes"].outcome, found["share"].outcome) == ("new", "fault")
    assert plan_of(approver(), round_, content)["homes"].outcome == "fault"


def test_empty_cells_take_nothing_away() -> None:
    round_ = opened_round()
    submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    assert plan_of(ada(), round_, b"code;value\nhomes;\n") == {}
    row = plan_of(ada(), round_, b"code;value;comment\nfibre;;nur Kommentar\n")["fibre"]
    assert row.outcome == "fault"


def test_a_waiting_file_belongs_to_who_uploaded_it() -> None:
    round_ = opened_round()
    content = filled(workbook_of(round_), homes={"value": 410})
    address = browser(ada()).post(
        reverse("campaign:import", args=[round_.pk]), {"file": SimpleUploadedFile("a.xlsx", content)}
    )["Location"]
    assert browser(coordinator()).get(address).status_code == 404
    assert browser(coordinator()).get(StoredFile.objects.get().get_absolute_url()).status_code in {403, 404}


def bomb() -> bytes:
    """A workbook whose sheet says that it unpacks to half a gigabyte."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<workbook/>")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(500):
                part.write(b"0" * 1024 * 1024)
    return buffer.getvalue()


def macro_book() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", "<a/>")
        package.writestr("xl/vbaProject.bin", b"x")
    return buffer.getvalue()


def book_without_answers() -> bytes:
    book = Workbook()
    book.active.append(["Name", "Straße"])  # type: ignore[union-attr]
    book.active.append(["a", "b"])  # type: ignore[union-attr]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_declined_question_comes_back_without_a_fault() -> None:
    round_ = opened_round()
    decline(ada(), question(round_, "homes").pk, reason="Das zählt hier niemand.", based_on=0)
    assert plan_of(coordinator(), round_, workbook_of(round_)) == {}


def test_a_damaged_sheet_is_named_in_every_language() -> None:
    """A sheet of notes is left out; one that cannot be read must not pass for one."""
    book, broken = io.BytesIO(workbook_of(opened_round())), io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            damaged = name.endswith("/sheet2.xml")
            new.writestr(name, b"<worksheet><sheetData><row" if damaged else old.read(name))
    with override("de"), pytest.raises(TableProblem, match=r"\[Netz\]"):
        read_filled(broken.getvalue(), "a.xlsx")


@pytest.mark.parametrize("make", [bomb, macro_book, book_without_answers, lambda: b"", lambda: b"PK\x03\x04garbage",
                                  lambda: b"%PDF-1.4", lambda: b"\x00" * 100, lambda: b"a;b\n1;2\n"])  # fmt: skip
def test_hostile_and_wrong_files_get_a_reason_and_write_nothing(make: Any) -> None:
    content = make()
    with pytest.raises(TableProblem) as problem:
        read_filled(content, "böse.xlsx")
    assert problem.value.reason
    round_ = opened_round()
    response = browser(ada()).post(
        reverse("campaign:import", args=[round_.pk]), {"file": SimpleUploadedFile("böse.xlsx", content)}
    )
    assert response.status_code == 422
    assert not Answer.objects.exists()
    assert not StoredFile.objects.exists()


def test_texts_never_become_formulas() -> None:
    round_ = opened_round()
    evil = '=HYPERLINK("https://example.org","x")'
    submit_answer(ada(), question(round_, "homes").pk, given("410", comment=evil, source="+1+1"), based_on=0)
    sheet = load_workbook(io.BytesIO(workbook_of(round_)))["Netz"]
    for key, text in (("comment", evil), ("source", "+1+1")):
        cell = sheet.cell(2, column(key))
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    csv = b"".join(
        browser(ada()).get(reverse("campaign:download", args=[round_.pk, "working", "csv"]))
    ).decode()  # type: ignore[call-overload]
    assert "'=HYPERLINK" in csv
    assert plan_of(ada(), round_, csv.encode())["homes"].outcome == "unchanged"


def test_a_formula_is_a_fault_of_its_row_with_sheet_and_cell() -> None:
    """Nobody has seen what it would come to: the value saved with it may be old, or missing."""
    round_ = opened_round()
    content = filled(workbook_of(round_), homes={"value": "=400+10"}, fibre={"value": 3})
    found = plan_of(coordinator(), round_, content)
    assert (found["homes"].outcome, found["homes"].column, found["homes"].place) == (
        "fault",
        "value",
        "Netz!H2",
    )
    assert "Formel" in found["homes"].reason
    assert found["fibre"].outcome == "new"


def test_sheet_titles_are_short_legal_and_different() -> None:
    taken: set[str] = set()
    long = "Energie/Umwelt [und] alles, was dazu gehört und noch mehr"
    titles = [sheet_title(long, taken) for _ in range(12)] + [
        sheet_title("History", taken),
        sheet_title("", taken),
    ]
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(0 < len(title) <= 31 and not set(title) & set("[]:*?/\\") for title in titles)


def test_released_files_hold_only_what_is_released_now() -> None:
    round_ = opened_round()
    released(question(round_, "homes"), "410")
    released(question(round_, "fibre"), "100")
    submit_answer(ada(), question(round_, "fibre").pk, given("101"), based_on=1)
    client = browser(approver())
    data = json.loads(
        b"".join(client.get(reverse("campaign:download", args=[round_.pk, "released", "json"])))
    )  # type: ignore[call-overload]
    assert [(row["code"], row["value"]) for row in data["records"]] == [("homes", "410")]
    assert (
        browser(ada()).get(reverse("campaign:download", args=[round_.pk, "released", "json"])).status_code
        == 403
    )


def test_a_snapshot_stays_what_it_was_after_the_round_is_opened_again() -> None:
    from steuerrad.modules.campaign.actions.freezing import reopen_round

    round_ = opened_round()
    released(question(round_, "homes"), "410")
    snapshot = freeze_round(coordinator(), round_.pk, reason="Frist")
    reopen_round(coordinator(), round_.pk, reason="Nachmeldung")
    released(question(round_, "homes"), "411")
    assert [(row.question.code, row.value) for row in snapshot_rows(snapshot)] == [("homes", "410")]
    response = browser(coordinator()).get(
        reverse("campaign:download", args=[round_.pk, "snapshot-1", "json"])
    )
    assert response.content.decode() == snapshot.content
    import hashlib

    assert hashlib.sha256(response.content).hexdigest() == snapshot.sha256


def test_contributors_take_away_their_own_questions_only() -> None:
    round_ = opened_round()
    csv = b"".join(
        browser(ada()).get(reverse("campaign:download", args=[round_.pk, "working", "csv"]))
    ).decode()  # type: ignore[call-overload]
    assert "homes" in csv
    assert "Gibt es eine App" not in csv


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("secret", "csv"),
        ("snapshot-1", "csv"),
        ("snapshot-x", "json"),
        ("working", "exe"),
        ("snapshot-99999999", "csv"),
    ],
)
def test_other_downloads_do_not_exist(what: str, form: str) -> None:
    round_ = opened_round()
    assert (
        browser(coordinator()).get(reverse("campaign:download", args=[round_.pk, what, form])).status_code
        == 404
    )


def test_released_answers_are_open_data_without_people_and_demo() -> None:
    from steuerrad.kernel.registry import registry
    from steuerrad.platform.datasets import queries

    dataset = registry.dataset("campaign.answers")
    assert dataset is not None
    round_ = opened_round()
    released(question(round_, "homes"), "410")
    submit_answer(ada(), question(round_, "fibre").pk, given("100"), based_on=0)
    demo = opened_round("s2026", demo=True)
    released(question(demo, "homes"), "401")
    rows = list(queries.rows(dataset, None))
    assert len(rows) == 1
    assert "410" in rows[0]
    assert not any("Ada" in str(cell) for cell in rows[0])
