"""Forms that come back filled in: which sheets are read, which columns, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from steuerrad.platform.tables import TableProblem
from steuerrad.platform.tables.filled import read_filled
from steuerrad.platform.tables.tests.made import book


@dataclass(frozen=True)
class Sheet:
    """A form with its columns by title."""

    key: str
    columns: Mapping[str, str] = field(hash=False)
    needed: tuple[str, ...]
    title: str = ""

    def headers(self) -> Mapping[str, str]:
        return self.columns

    def titles(self) -> tuple[str, ...]:
        return (self.title,) if self.title else ()

    def title_of(self, key: str) -> str:
        return key.upper()


STEPS = Sheet("steps", {"nummer": "id", "number": "id", "note": "note"}, ("id",), "schritte")
MONEY = Sheet("money", {"year": "year", "sum": "sum"}, ("year", "sum"), "geld")
ANY_SHEET = Sheet("any", {"code": "code", "value": "value"}, ("code", "value"))


def test_sheets_are_found_by_their_titles_and_cells_by_their_columns() -> None:
    data = book(
        Deckblatt=[["Hallo"]],
        Geld=[["Sum", "Whatever", "Year"], [1.5, "x", 2026], [None, "nur hier", None], [None, None, 2027]],
        SCHRITTE=[["Nummer"], [7]],
    )
    found = read_filled(data, "f.xlsx", [STEPS, MONEY])
    assert [(row.form.key, row.line, row.cells) for row in found.rows] == [
        ("money", 2, {"sum": "1.5", "year": "2026"}),
        ("money", 4, {"sum": "", "year": "2027"}),
        ("steps", 2, {"id": "7"}),
    ]
    assert [row.place("sum") for row in found.rows[:2]] == ["Geld!A2", "Geld!A4"]
    assert (found.rows[2].place(), found.rows[2].place("note")) == ("SCHRITTE!2", "SCHRITTE!2")
    assert (found.forms, found.left_out) == (2, ["Deckblatt"])


def test_a_sheet_that_is_named_like_a_form_must_be_one() -> None:
    with pytest.raises(TableProblem, match=r"f.xlsx\[Geld\]:1: columns are missing: SUM \(found"):
        read_filled(book(Geld=[["Year"], [2026]]), "f.xlsx", [MONEY])
    with pytest.raises(TableProblem, match="columns are missing: YEAR, SUM"):
        read_filled(book(Geld=[]), "f.xlsx", [MONEY])
    with pytest.raises(TableProblem, match=r"f.xlsx\[Schritte\]:1: names the column “Number” twice"):
        read_filled(book(Schritte=[["Nummer", "Number"]]), "f.xlsx", [STEPS])
    with pytest.raises(TableProblem, match=r"f.xlsx\[Geld\]!B1: holds a formula"):
        read_filled(book(Geld=[["Year", "=A2"], [2026, 1]]), "f.xlsx", [MONEY])


def test_a_form_without_title_is_every_sheet_with_its_columns() -> None:
    data = book(A=[["Code", "Value"], ["a", 1]], Notizen=[["Code", "Code"]], B=[["value", "CODE"], [2, "b"]])
    found = read_filled(data, "f.xlsx", [ANY_SHEET])
    assert [(row.sheet, row.cells["code"], row.cells["value"]) for row in found.rows] == [
        ("A", "a", "1"),
        ("B", "b", "2"),
    ]
    assert (found.forms, found.left_out) == (2, ["Notizen"])


def test_files_without_any_form_say_so() -> None:
    assert not read_filled(book(X=[["a"]]), "f.xlsx", [MONEY]).forms
    assert not read_filled(b"a;b\n1;2\n", "f.csv", [ANY_SHEET]).forms
    with pytest.raises(TableProblem, match="is no Excel workbook"):
        read_filled(b"year;sum\n1;2\n", "f.csv", [MONEY], text=False)
    with pytest.raises(TableProblem, match="is a PDF"):
        read_filled(b"%PDF-1.7", "f.csv", [MONEY], text=False)
