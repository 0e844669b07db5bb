"""The import: the formats as they stand, every kind of bad row, conflicts side by side, nothing half done."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from steuerrad.modules.city_index.actions import BadRowsError, ImportedMeanwhileError, import_results
from steuerrad.modules.city_index.catalogue import Catalogue, read_catalogue
from steuerrad.modules.city_index.importing import Plan, make_plan
from steuerrad.modules.city_index.models import Import, Index, Indicator, Result
from steuerrad.modules.city_index.reading import Given, read_results
from steuerrad.modules.city_index.tests.command_line import main
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.tables.problems import TableProblem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
FIXTURES = Path(__file__).parent / "fixtures"
HEADER = "year,category,rank,tendency,city,score,source_url,category_basis\n"
SOURCE = "https://example.org/x"


@pytest.fixture
def catalogue() -> Catalogue:
    return read_catalogue(Index.objects.get())


def plan(source: Any, catalogue: Catalogue, **given_: Any) -> Plan:
    return make_plan(read_results(source, catalogue, name="f.csv", given=Given(**given_)), catalogue)


def rows(*lines: str) -> bytes:
    return (HEADER + "\n".join(lines) + "\n").encode()


def reasons(found: Plan) -> list[tuple[int | None, str | None]]:
    return [(problem.line, problem.column) for problem in found.problems]


def write(found: Plan, catalogue: Catalogue, **options: Any) -> Import | None:
    return import_results(None, found, catalogue, file="f.csv", sha256="0" * 64, **options)


def test_takes_rankings_as_they_stand_and_reports_conflicts(catalogue: Catalogue) -> None:
    found = plan(FIXTURES / "rankings_excerpt.csv", catalogue)
    assert not found.problems
    assert len(found.new) == 6
    kinds = {(item.kind, item.here.score) for item in found.conflicts}
    assert any(kind == "score" and str(score) == "58.0" for kind, score in kinds)
    assert any(item.kind == "tendency" for item in found.conflicts)
    before = Result.objects.count()
    done = write(found, catalogue)
    assert done is not None
    assert (done.added, done.conflicts) == (6, len(found.conflicts))
    assert Result.objects.count() == before + 6
    assert AuditEntry.objects.filter(action="city_index.import", ref=f"city_index.import:{done.pk}").exists()
    verwaltung = Result.objects.get(source="https://example.org/typed")
    assert (verwaltung.decimals, verwaltung.imported) == (1, done)


def test_importing_twice_changes_nothing(catalogue: Catalogue) -> None:
    write(plan(FIXTURES / "rankings_excerpt.csv", catalogue), catalogue)
    imports = Import.objects.count()
    again = plan(FIXTURES / "rankings_excerpt.csv", catalogue)
    assert (len(again.new), again.unchanged, again.changes) == (0, 6, False)
    assert write(again, catalogue) is None
    assert Import.objects.count() == imports


def test_the_file_of_indicators_has_one_bad_row(catalogue: Catalogue) -> None:
    found = plan(FIXTURES / "indicators_excerpt.csv", catalogue)
    assert reasons(found) == [(4, "category")]
    with pytest.raises(BadRowsError):
        write(found, catalogue)
    assert not Result.objects.filter(source__startswith="https://example.org/").exists()
    done = write(found, catalogue, skip_bad=True)
    assert done is not None
    assert (done.added, done.skipped) == (2, 1)
    share = Result.objects.get(source="https://example.org/duisburg", indicator="Anteil E-Fahrzeuge")
    assert (share.decimals, share.category_key) == (2, "energy_environment")


def test_own_file_needs_the_city(catalogue: Catalogue) -> None:
    with pytest.raises(TableProblem, match="city"):
        plan(FIXTURES / "own_excerpt.csv", catalogue)
    found = plan(FIXTURES / "own_excerpt.csv", catalogue, city="Bochum")
    assert not found.problems
    places = {(row.category, row.indicator, row.rank) for row in found.new}
    assert ("mobility", "", 9) in places
    assert ("", "", 32) in places


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"1999,Gesamtwertung,1,,Hamburg,79.5,{SOURCE},", "year"),
        (f"20x0,Gesamtwertung,1,,Hamburg,79.5,{SOURCE},", "year"),
        (f",Gesamtwertung,1,,Hamburg,79.5,{SOURCE},", "year"),
        (f"2020,Bildung,1,,Hamburg,79.5,{SOURCE},", "category"),
        (f"2020,,1,,Hamburg,79.5,{SOURCE},", "category"),
        (f"2020,Gesamtwertung,1,,Hambrug,79.5,{SOURCE},", "city"),
        (f"2020,Gesamtwertung,1,,,79.5,{SOURCE},", "city"),
        (f"2020,Gesamtwertung,82,,Hamburg,79.5,{SOURCE},", "rank"),
        (f"2020,Gesamtwertung,0,,Hamburg,79.5,{SOURCE},", "rank"),
        (f"2020,Gesamtwertung,eins,,Hamburg,79.5,{SOURCE},", "rank"),
        (f"2020,Gesamtwertung,1,viel,Hamburg,79.5,{SOURCE},", "tendency"),
        (f"2020,Gesamtwertung,1,,Hamburg,100.1,{SOURCE},", "score"),
        (f"2020,Gesamtwertung,1,,Hamburg,-1,{SOURCE},", "score"),
        (f"2020,Gesamtwertung,1,,Hamburg,n/a,{SOURCE},", "score"),
        (f"2020,Gesamtwertung,1,,Hamburg,79.12345,{SOURCE},", "score"),
        (f"2020,Gesamtwertung,,,Hamburg,,{SOURCE},", "score"),
        ("2020,Gesamtwertung,1,,Hamburg,79.5,,", "source_url"),
    ],
)  # fmt: skip
def test_every_bad_row_is_reported_with_line_and_column(line: str, column: str, catalogue: Catalogue) -> None:
    good = f"2020,Gesamtwertung,1,,Hamburg,79.5,{SOURCE}/good,"
    found = plan(rows(good, line), catalogue)
    assert reasons(found) == [(3, column)]
    assert found.skipped == 1
    assert [row.line for row in found.new] == [2]


def test_names_the_nearest_city_and_the_years_of_an_indicator(catalogue: Catalogue) -> None:
    found = plan(rows(f"2020,Gesamtwertung,1,,Hambrug,79.5,{SOURCE},"), catalogue)
    assert "Hamburg" in str(found.problems)
    text = (
        f"city,year,category,indicator,score,source\nBochum,2020,Verwaltung,DMS und eRechnung,50,{SOURCE}\n"
    )
    assert "2019" in str(plan(text.encode(), catalogue).problems)


def test_one_source_must_not_contradict_itself(catalogue: Catalogue) -> None:
    found = plan(rows(
        f"2021,Gesamtwertung,40,,Mainz,50.0,{SOURCE},", f"2021,Gesamtwertung,41,,Mainz,50.0,{SOURCE},",
        f"2021,Mobilität,4,,Köln,60.0,{SOURCE},", f"2021,Mobilität,4,,Bonn,60.0,{SOURCE},",
        f"2021,Verwaltung,70,,Köln,60.0,{SOURCE},", f"2021,Verwaltung,71,,Bonn,61.0,{SOURCE},",
    ), catalogue)  # fmt: skip
    assert sorted(reasons(found)) == [(3, "rank"), (5, "rank"), (7, "rank")]


def test_repeated_rows_and_rows_that_complete_each_other(catalogue: Catalogue) -> None:
    same = f"2021,Verwaltung,70,,Jena,30.0,{SOURCE},"
    rank, score = f"2021,Mobilität,70,,Jena,,{SOURCE},", f"2021,Mobilität,,,Jena,31.5,{SOURCE},"
    found = plan(rows(same, same, rank), catalogue)
    assert (found.repeated, len(found.new)) == (1, 2)
    write(found, catalogue)
    more = plan(rows(score), catalogue)
    assert (len(more.new), len(more.completed)) == (0, 1)
    write(more, catalogue)
    both = Result.objects.get(source=SOURCE, category_key="mobility")
    assert (both.rank, str(both.score)) == (70, "31.5000")
    changed = plan(rows(f"2021,Mobilität,,,Jena,32.5,{SOURCE},"), catalogue)
    assert reasons(changed) == [(2, "score")]


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "|")]
)
def test_other_encodings_separators_and_german_headers(
    encoding: str, separator: str, catalogue: Catalogue
) -> None:
    table = [["Jahr", "Kategorie", "Rang", "Tendenz", "Stadt", "Punkte", "Quelle"],
             ["2021", "Mobilität", "17.", "-3" if encoding == "cp1252" else "−3", "Mülheim", "61,25", "Übersicht"]]  # fmt: skip
    text = "\r\n".join(separator.join(row) for row in table) + "\r\n"
    found = plan(text.encode(encoding), catalogue)
    assert not found.problems
    (row,) = found.new
    assert (str(row.score), row.decimals, row.rank, row.tendency) == ("61.25", 2, 17, -3)


def test_excel(catalogue: Catalogue) -> None:
    book = Workbook()
    book.active.append(["year", "category", "city", "score", "source"])
    book.active.append([2021, "Mobilität", "Jena", 50, SOURCE])
    book.active.append([2021, "Verwaltung", "Jena", 50.5, SOURCE])
    stream = io.BytesIO()
    book.save(stream)
    found = plan(stream.getvalue(), catalogue)
    assert [(row.score, row.decimals) for row in found.new] == [(50, None), (found.new[1].score, 1)]


def test_new_indicators_only_on_demand_and_only_in_incomplete_lists(catalogue: Catalogue) -> None:
    text = "city,year,category,indicator,score,source\nBochum,{},Verwaltung,Zaubern,50," + SOURCE + "\n"
    open_list, closed = text.format(2023).encode(), text.format(2020).encode()
    assert reasons(plan(open_list, catalogue)) == [(2, "indicator")]
    assert reasons(plan(closed, catalogue, add_indicators=True)) == [(2, "indicator")]
    found = plan(open_list, catalogue, add_indicators=True)
    assert not found.problems
    write(found, catalogue)
    added = Indicator.objects.get(name="Zaubern")
    assert (added.key, added.imported is not None) == ("zaubern", True)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", HEADER.encode(), b"\x00\x01\x02" * 400, b"%PDF-1.7 x", b"a,b\n1,2\n", b"\xff\xfe"],
)
def test_what_is_no_table_is_refused(content: bytes, catalogue: Catalogue) -> None:
    with pytest.raises(TableProblem):
        plan(content, catalogue)


def test_a_huge_file_is_refused_without_reading_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(1024**3)  # sparse: takes no room
    before = Result.objects.count()
    assert main(["index", "import", str(path)]) == 1
    assert "200 MB" in capsys.readouterr().err
    assert Result.objects.count() == before


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(FIXTURES / "indicators_excerpt.csv")
    before = Result.objects.count()
    assert main(["index", "import", path]) == 1
    assert main(["index", "import", path, "--dry-run", "--skip-bad"]) == 0
    assert main(["index", "import", str(tmp_path / "none.csv")]) == 1
    assert main(["index", "import", path, "--edition", "1990"]) == 1
    assert Result.objects.count() == before
    assert "indicators_excerpt.csv:4" in capsys.readouterr().err
    assert main(["index", "import", path, "--skip-bad"]) == 0
    assert Result.objects.count() == before + 2


def test_the_files_of_the_repository_are_known_already(catalogue: Catalogue, settings: Any) -> None:
    for name in ("rankings.csv", "city_indicators.csv"):
        found = plan(settings.INDEXES_DIR / "smart_city_index" / name, catalogue)
        assert not found.problems
        assert not found.changes


CELLS = st.one_of(
    st.sampled_from(
        ["", "2020", "2019", "Gesamtwertung", "Verwaltung", "Bochum", "Köln", "1", "81", "59,6", "100", "x"]
    ),
    st.text(max_size=12),
    st.integers(-5, 200).map(str),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=5, max_size=8), min_size=1, max_size=6))
def test_no_content_breaks_the_import(catalogue: Catalogue, table: list[list[str]]) -> None:
    text = HEADER + "\n".join(",".join(cell.replace('"', "") for cell in row) for row in table)
    try:
        found = plan(text.encode("utf-8", "replace"), catalogue)
    except TableProblem:
        return
    assert found.reading.read >= len(found.new) + len(found.completed)
    for row in found.new:
        assert row.score is not None or row.rank is not None
        assert row.score is None or 0 <= row.score <= 100


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_break_the_import(catalogue: Catalogue, content: bytes) -> None:
    try:
        plan(HEADER.encode() + content, catalogue)
    except TableProblem:
        return


def test_of_two_imports_at_the_same_moment_the_second_is_told(catalogue: Catalogue) -> None:
    """Both have planned before either writes."""
    line = f"2019,Gesamtwertung,,,Bochum,40.1,{SOURCE},x"
    first, second = plan(rows(line), catalogue), plan(rows(line), catalogue)
    assert write(first, catalogue)
    before = Import.objects.count(), AuditEntry.objects.count()
    with pytest.raises(ImportedMeanwhileError):
        write(second, catalogue)
    assert (Import.objects.count(), AuditEntry.objects.count()) == before


def test_two_imports_never_complete_a_figure_differently(catalogue: Catalogue) -> None:
    write(plan(rows(f"2019,Gesamtwertung,,,Bochum,40.1,{SOURCE},x"), catalogue), catalogue)
    ranks = [plan(rows(f"2019,Gesamtwertung,{rank},,Bochum,40.1,{SOURCE},x"), catalogue) for rank in (47, 48)]
    assert [len(found.completed) for found in ranks] == [1, 1]
    assert write(ranks[0], catalogue)
    with pytest.raises(ImportedMeanwhileError):
        write(ranks[1], catalogue, skip_bad=True)
    assert Result.objects.get(source=SOURCE, category_key="").rank == 47


@pytest.mark.django_db
def test_a_document_under_another_name_is_no_second_source(bochum: str) -> None:
    """The memo's figures, imported once more under its file's name, must not confirm the memo."""
    catalogue = read_catalogue(Index.objects.get())
    line = "Bochum,2019,Verwaltung,Gesamtergebnis (Kategorie),58.0,58,memo_index_2020.txt,\n"
    header = "city,year,category,indicator,score,rank_if_known,source,note\n"
    reading = read_results((header + line).encode(), catalogue, name="again.csv")
    assert [row.source for row in reading.rows] == ["memo_2020"]
