"""Statements in documents that print no table: held against what other sources say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steuerrad.modules.city_index.rules.audit import audit_report
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.tests.memo import STRUCTURE_2019, STRUCTURE_2020, memo
from steuerrad.modules.city_index.rules.typed import Quantity, TypedReport, TypedRow, TypedStatement

KNOWN = (
    KnownFigure(2019, "Bochum", None, None, "rank", "32", "paper"),
    KnownFigure(2020, "Bochum", None, None, "rank", "18", "answer"),
    KnownFigure(2021, "Bochum", None, None, "rank", "7", "paper"),
    KnownFigure(2021, "Bochum", "Mobilität", None, "rank", "3", "press_release"),
    KnownFigure(2023, "Bochum", "Verwaltung", None, "rank", "6", "association"),
    KnownFigure(2023, "Bochum", "Energie und Umwelt", None, "score", "66.9", "paper"),
    KnownFigure(2021, "", None, None, "data_points", "10773", "publisher"),
    KnownFigure(2024, "", None, None, "cities", "82", "publisher"),
    KnownFigure(2024, "", None, None, "parameters", "162", "publisher"),
)


def audit(document: str, *statements: TypedStatement) -> tuple[Finding, ...]:
    edition = max(one.edition for one in statements)
    return audit_report(TypedReport("Bochum", edition, None, (), statements, document), known=KNOWN)


def says(edition: int, quantity: Quantity, value: str, category: str = "") -> TypedStatement:
    return TypedStatement(1, category, quantity, "", edition, value)


def test_the_newspaper_of_2024_is_wrong_about_the_year_before() -> None:
    (finding,) = audit(
        "newspaper",
        says(2023, "rank", "4", "Verwaltung"),
        says(2024, "cities", "82"),
        says(2024, "parameters", "162"),
        says(2024, "rank", "4"),  # nobody else says anything of it
    )
    assert (finding.rule, finding.place.edition, finding.printed) == ("statement_wrong", 2023, "4")
    assert finding.follows is not None
    assert finding.follows.value == 6
    assert (finding.severity, finding.certainty, finding.evidence[0].source) == (
        "warning",
        "likely",
        "association",
    )


def test_the_press_release_of_2021_repeats_the_data_points_of_the_year_before() -> None:
    (finding,) = audit(
        "press_release",
        says(2021, "rank", "7"),
        says(2021, "rank_change", "11"),
        says(2020, "rank", "18"),
        says(2019, "rank", "32"),
        says(2020, "top", "20"),
        says(2021, "rank", "3", "Mobilität"),  # its own figure proves nothing, but contradicts nothing either
        says(2021, "data_points", ">11000"),
    )
    assert (finding.params["quantity"], finding.printed) == ("data_points", ">11000")
    assert finding.follows is not None
    assert finding.follows.value == 10773


@pytest.mark.parametrize(("value", "wrong"), [("14", False), ("+14", False), ("-14", True), ("13", True)])
def test_a_change_of_rank_is_checked_against_the_ranks_of_both_years(value: str, wrong: bool) -> None:
    assert bool(audit("answer to a question", says(2020, "rank_change", value))) is wrong


@pytest.mark.parametrize(("value", "wrong"), [("66,9", False), ("67", False), ("66,8", True), ("68", True)])
def test_a_source_that_rounds_more_is_not_contradicted(value: str, wrong: bool) -> None:
    assert bool(audit("x", says(2023, "score", value, "Energie und Umwelt"))) is wrong


def with_statement(statement: TypedStatement) -> list[Finding]:
    report = replace(memo(), statements=(statement,))
    return [f for f in audit_report(report, STRUCTURE_2020, STRUCTURE_2019) if f.place.column == "text"]


@pytest.mark.parametrize(
    ("category", "quantity", "name", "edition", "value", "rule"),
    [
        ("Verwaltung", "pilot_of_maximum", "", 2020, "35/35", None),
        ("Verwaltung", "pilot_of_maximum", "", 2020, "35/30", "statement_wrong"),
        ("Gesellschaft", "pilot_of_maximum", "", 2020, "35/35", "statement_wrong"),
        ("Verwaltung", "score", "", 2019, "44,2", None),
        ("Verwaltung", "score", "", 2019, "58,0", "follows_from_error"),
        ("Verwaltung", "score", "", 2019, "61,0", "statement_wrong"),
        ("Verwaltung", "score_change", "", 2020, "+15,4", None),
        ("Verwaltung", "score_change", "", 2020, "1,6", "follows_from_error"),
        ("Mobilität", "top", "", 2020, "10", None),
        ("Mobilität", "top", "", 2020, "5", "statement_wrong"),
        ("Gesellschaft", "rank_change", "", 2020, "28", None),
        ("Gesellschaft", "rank_change", "", 2020, "+28", "statement_wrong"),
        ("Gesellschaft", "indicator", "Digitale Szene", 2020, "26,7", None),
        ("Gesellschaft", "indicator", "Digitale Szene", 2020, "62,7", "statement_wrong"),
        ("Gesellschaft", "score", "", 2020, "viel", "unreadable_figure"),
        ("Gesellschaft", "pilot_of_maximum", "", 2020, "35", "unreadable_figure"),
    ],
)
def test_statements_against_the_table_of_the_memo(
    category: str, quantity: Quantity, name: str, edition: int, value: str, rule: str | None
) -> None:
    found = with_statement(TypedStatement(1, category, quantity, name, edition, value))
    assert [f.rule for f in found] == ([] if rule is None else [rule])


def changed(row: int, **figures: str) -> TypedReport:
    report = memo()
    rows: list[TypedRow] = list(report.rows)
    rows[row] = replace(rows[row], **figures)
    return replace(report, rows=tuple(rows), statements=())


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("-10,2", "change_wrong_sign"),
        ("+12,0", "change_wrong_transposed"),
        ("+19,2", "change_wrong_digit"),
        ("+5,1", "change_copied"),
        ("+77,7", "change_wrong"),
    ],
)
def test_names_the_slip_that_made_a_change_wrong(change: str, key: str) -> None:
    found = audit_report(changed(3, change=change), STRUCTURE_2020, STRUCTURE_2019)
    (finding,) = [f for f in found if f.place.row == "Online-Dienstleistungen" and f.severity == "error"]
    assert (finding.rule, finding.message_key) == ("change_wrong", key)


def test_a_wrong_value_is_found_by_its_category_and_confirmed_by_its_change() -> None:
    found = audit_report(changed(3, value="64,3"), STRUCTURE_2020, STRUCTURE_2019)
    here = [f for f in found if (f.place.category, f.place.edition) == ("Verwaltung", 2020)]
    errors = [f for f in here if f.severity == "error" and f.is_primary]
    assert [f.rule for f in errors] == ["parts_contradict_score"]
    culprits = [f for f in here if f.basis == "culprit"]
    assert [(f.place.row, f.certainty) for f in culprits] == [("Online-Dienstleistungen", "very likely")]
    assert culprits[0].follows is not None
    assert abs(float(culprits[0].follows.value) - 46.3) < 0.5


def test_duplicate_names_are_reported() -> None:
    found = audit_report(changed(2, name="Bürgeramt"), STRUCTURE_2020, STRUCTURE_2019)
    assert [f.params["second"] for f in found if f.rule == "duplicate_name"] == ["70,8"]
