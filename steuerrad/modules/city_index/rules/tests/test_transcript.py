from __future__ import annotations

import pytest

from steuerrad.modules.city_index.rules.transcript import TranscriptError, read_rows, read_statements
from steuerrad.modules.city_index.rules.typed import TypedRow, TypedStatement

HEADER = "line,category,kind,name,value,change,previous_name,previous_value"


def test_reads_figures_exactly_as_typed() -> None:
    (row, dropped) = read_rows(
        [HEADER, '7,Verwaltung,indicator,City-App,"0,0",0,City-App,"0,0"', "8,V,indicator,,,,Gone,100"]
    )
    assert row == TypedRow("Verwaltung", "indicator", "City-App", "0,0", "0", "City-App", "0,0", line=7)
    assert (dropped.name, dropped.previous_name, dropped.previous_value) == ("", "Gone", "100")


def test_reads_statements() -> None:
    assert read_statements(["line,category,quantity,name,edition,value", ",V,top,,2020,5"]) == (
        TypedStatement(None, "V", "top", "", 2020, "5"),
    )


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([HEADER, "x,V,indicator,A,1,,,", "2,V,indikator,A,1,,,"], [(2, "line"), (3, "kind")]),
        ([HEADER, "1,V,score,A,1,,,,,,more"], [(2, "")]),
        (
            ["category,kind"],
            [(1, "name"), (1, "value"), (1, "change"), (1, "previous_name"), (1, "previous_value")],
        ),
        (
            [],
            [
                (1, "category"),
                (1, "kind"),
                (1, "name"),
                (1, "value"),
                (1, "change"),
                (1, "previous_name"),
                (1, "previous_value"),
            ],
        ),
    ],
)
def test_names_every_fault(lines: list[str], faults: list[tuple[int, str]]) -> None:
    with pytest.raises(TranscriptError) as caught:
        read_rows(lines)
    assert [(line, column) for line, column, _ in caught.value.faults] == faults


def test_names_faults_of_statements() -> None:
    lines = ["line,category,quantity,name,edition,value", "1,V,mood,,2020,5", "2,V,rank,,this year,5"]
    with pytest.raises(TranscriptError) as caught:
        read_statements(lines)
    assert [(line, column) for line, column, _ in caught.value.faults] == [(2, "quantity"), (3, "edition")]
