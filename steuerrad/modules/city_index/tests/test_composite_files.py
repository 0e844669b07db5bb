"""Tables of a composite index: read as they stand, every fault with its place."""

from __future__ import annotations

import io

import numpy as np
import pytest
from openpyxl import Workbook

from steuerrad.modules.city_index.composite_files import CompositeFilesError, read_composite
from steuerrad.platform.tables.problems import TableProblem

META = """iCode,iName,Type,Parent,Direction,Weight,Denominator
fibre,Households with fibre,Indicator,net,1,1,homes
outage,Hours without net,Indicator,net,-1,3,
net,Network,Aggregate,index,1,2,
forms,Forms online,Indicator,index,1,1,
index,Whole,Aggregate,,,,
homes,Households,Denominator,,,,
size,Size,Group,,,,
"""
DATA = """uCode,uName,fibre,outage,forms,homes,size
A,Altdorf,5,3.5,20,10,small
B,Bergen,,2,25,20,small
C,,60,NA,31,30,large
"""


def read(data: str = DATA, meta: str = META, **more):
    return read_composite(data.encode(), meta.encode(), data_name="data.csv", meta_name="meta.csv", **more)


def faults(data: str = DATA, meta: str = META) -> list[str]:
    with pytest.raises(CompositeFilesError) as raised:
        read(data, meta)
    return [f"{fault.place} {fault.column}" for fault in raised.value.problems]


def test_what_stands_there() -> None:
    found = read()
    assert found.codes == ("A", "B", "C")
    assert found.names == ("Altdorf", "Bergen", "C")
    assert found.framework.keys == ("fibre", "outage", "forms", "net", "index")
    assert found.framework.effective_weights()[:3].tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 3])
    assert found.framework.directions.tolist() == [1, -1, 1]
    assert np.isnan(found.values[1, 0])
    assert np.isnan(found.values[2, 1])
    values, filled = found.prepared()
    assert values[[0, 2], 0].tolist() == [0.5, 2]
    assert not filled.any()


def test_gaps_are_filled_only_within_a_named_group() -> None:
    values, filled = read().prepared("size")
    assert values[1, 0] == 0.5
    assert filled.tolist() == [[False] * 3, [True, False, False], [False] * 3]
    assert np.isnan(values[2, 1])  # the only one of its group
    with pytest.raises(ValueError, match="size"):
        read().prepared("colour")


def test_a_spreadsheet_reads_like_the_csv() -> None:
    book = Workbook()
    for row in DATA.splitlines():
        book.active.append(
            [float(cell) if cell.replace(".", "").isdigit() else cell or None for cell in row.split(",")]
        )
    stream = io.BytesIO()
    book.save(stream)
    found = read_composite(stream.getvalue(), META.encode(), data_name="data.xlsx", meta_name="meta.csv")
    assert np.array_equal(found.values, read().values, equal_nan=True)


def test_decimal_signs() -> None:
    german = DATA.replace(",", ";").replace("3.5", "3,125")
    with pytest.raises(CompositeFilesError, match=r"data.csv:2.*outage"):
        read(german)  # may be three thousand
    assert read(german, decimal=",").values[0, 1] == 3.125
    assert read(DATA.replace("3.5", "3.125")).values[0, 1] == 3.125


def test_goalposts_and_targets() -> None:
    meta = META.replace("Denominator\n", "Denominator,Target,Lower,Upper\n", 1).replace(
        ",3,\n", ",3,,1.5,0,4\n"
    )
    meta = "\n".join(line + "," * (9 - line.count(",")) for line in meta.splitlines())
    outage = read(meta=meta).framework.indicators[1]
    assert (outage.target, outage.posts) == (1.5, (0, 4))
    assert faults(meta=meta.replace("1.5,0,4", "1.5,4,4")) == ["meta.csv:3 Lower"]
    assert faults(meta=meta.replace("1.5,0,4", "1.5,4,")) == ["meta.csv:3 Lower"]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("Indicator,net,-1", "Indikat,net,-1", "meta.csv:3 Type"),
        ("Indicator,net,-1", "Indicator,net,2", "meta.csv:3 Direction"),
        ("Indicator,net,-1,3", "Indicator,net,-1,-3", "meta.csv:3 Weight"),
        ("Indicator,net,-1,3", "Indicator,net,-1,much", "meta.csv:3 Weight"),
        ("Indicator,net,-1,3", "Indicator,web,-1,3", "meta.csv:3 None"),
        ("1,1,homes", "1,1,people", "meta.csv:2 Denominator"),
        ("outage,Hours", "fibre,Hours", "meta.csv:3 iCode"),
        ("net,Network,Aggregate,index,1,2", "net,Network,Aggregate,,1,2", "meta.csv None"),
    ],
)
def test_faults_of_the_description(before: str, after: str, place: str) -> None:
    assert before in META
    assert faults(meta=META.replace(before, after)) == [place]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("3.5", "many", "data.csv:2 outage"),
        ("B,Bergen", "A,Bergen", "data.csv:3 uCode"),
        ("B,Bergen", ",Bergen", "data.csv:3 uCode"),
        ("20,small", "0,small", "data.csv:3 homes"),
        ("30,large", "30", "data.csv:4 None"),
    ],
)
def test_faults_of_the_data(before: str, after: str, place: str) -> None:
    assert before in DATA
    assert faults(DATA.replace(before, after)) == [place]


def test_faults_of_whole_columns() -> None:
    assert faults("\n".join(DATA.splitlines()[:2])) == ["data.csv None"]
    empty = DATA.replace(",20,10", ",,10").replace(",25,", ",,").replace(",31,", ",,")
    assert faults(empty) == ["data.csv forms"]
    with pytest.raises(TableProblem, match="homes"):
        read(DATA.replace("homes", "houses"))


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(DATA.replace("3.5", "x").replace("25", "y").replace("60", "z"))) == 3


def test_what_tells_nobody_apart() -> None:
    found = read(DATA.replace(",25,", ",20,").replace(",31,", ",20,"))
    assert found.without_spread(found.values) == ("forms",)
