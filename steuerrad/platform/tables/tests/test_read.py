import contextlib
import io
import tracemalloc
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from steuerrad.platform.tables import Problem, Problems, TableProblem, open_table
from steuerrad.platform.tables.fields import parse_date, parse_decimal, parse_year
from steuerrad.platform.tables.read import normalised

COLUMNS = ("year", "city", "score")
GERMAN = "year;city;score\r\n2020;Köln;66,9\r\n2020;Mönchengladbach;1.234,5\r\n"


def read(data: bytes | Path, **options: object) -> list[dict[str, str]]:
    return [row.values for row in open_table(data, required=COLUMNS, **options)]  # type: ignore[arg-type]


def refusal(data: bytes | Path | str, **options: object) -> str:
    with pytest.raises(TableProblem) as caught:
        list(open_table(data, required=COLUMNS, **options))  # type: ignore[arg-type]
    assert str(caught.value) == f"{caught.value.place}: {caught.value.reason}"
    return str(caught.value)


def workbook(rows: list[list[object]], title: str = "Werte") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-32", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(codec: str, separator: str, end: str) -> None:
    text = end.join(["year;city;score", "2020;Köln;66.9", "2020;Görlitz;7"]).replace(";", separator) + end
    data = b"\xff\xfe" + text.encode("utf-16-le") if codec == "utf-16-le-bom" else text.encode(codec)
    reader = open_table(data, required=COLUMNS)
    assert reader.separator == separator
    assert reader.encoding is not None
    assert reader.encoding.assumed == (codec in ("cp1252", "latin-1"))
    rows = list(reader)
    assert [row["city"] for row in rows] == ["Köln", "Görlitz"]
    assert [row.line for row in rows] == [2, 3]


def test_the_reader_says_what_it_assumed() -> None:
    reader = open_table(GERMAN.encode("cp1252"), required=COLUMNS, name="werte.csv")
    assert str(reader) == "werte.csv: semicolon separated, cp1252 assumed"
    assert "utf-8" in str(open_table(GERMAN.encode(), required=COLUMNS))


def test_euro_and_dashes_of_windows_survive() -> None:
    text = 'year;city;score\n2020;"Straße – „Größe“ 5 €";1\n'
    assert read(text.encode("cp1252"))[0]["city"] == "Straße – „Größe“ 5 €"


def test_sep_line_of_excel_wins_over_guessing() -> None:
    data = "sep=;\r\nyear;city;score\r\n2020;a,b,c;1,5\r\n".encode("utf-16")
    reader = open_table(data, required=COLUMNS)
    assert reader.separator == ";"
    row = next(reader)
    assert row.line == 3
    assert row["city"] == "a,b,c"


def test_headers_are_compared_without_case_space_and_order() -> None:
    data = b'"\xef\xbb\xbf SCORE ",Extra, City ,YEAR\n7,x,Bochum,2020\n'
    reader = open_table(data, required=COLUMNS, optional=("rank if known",))
    assert reader.unknown_columns == ("Extra",)
    assert next(reader).values == {"year": "2020", "city": "Bochum", "score": "7", "rank if known": ""}
    assert normalised(" Rank  if-known ") == normalised("rank_if_known") == "rank_if_known"


def test_lines_are_those_of_the_file_behind_quoted_breaks() -> None:
    data = b'year,city,score\n2020,"a\nb\r\nc",1\n\n2021,"say ""hi""",2\n'
    rows = list(open_table(data, required=COLUMNS))
    assert [row.line for row in rows] == [2, 6]
    assert rows[0]["city"] == "a\nb\r\nc"
    assert rows[1]["city"] == 'say "hi"'


def test_rows_of_wrong_width_are_reported_or_raise() -> None:
    data = b"year,city,score\n2020,x\n2020,a,1,2\n2020,a,1,,\n2021,b,2\n"
    problems = Problems()
    reader = open_table(data, required=COLUMNS, name="f.csv", problems=problems)
    assert [row.line for row in reader] == [4, 5]
    assert reader.lines_read == 4
    assert [str(p) for p in problems] == [
        "f.csv:2: has 2 cells, the header has 3: too few",
        "f.csv:3: has 4 cells, the header has 3: too many",
    ]
    assert "f.csv:2" in refusal(data, name="f.csv")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"year,city,score\n", "header but no rows"),
        (b"year,city\n1,2\n", ":1: columns are missing: score"),
        (b"year,city,score,City\n1,2,3,4\n", ":1: names the column “City” twice"),
        (b"year,city,score\n1,a\x00b,3\n", "NUL"),
        (b"year,city,score\n" + b"1,a,3\n" * 20000 + b"1,\x00,3\n", ":20002: holds a NUL"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, ".xls"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(1, 32)) * 9, "control characters"),
        ("year,city,score\n1,ä,2\n".encode("utf-16-le"), "save it as UTF-8"),
        (b'year,city,score\n1,"abc,3\n', ":2: a quotation mark is opened and never closed"),
        (b'year,city,score\n1,"ab"c,3\n', "must be doubled"),
        ("year,city,score\n1,Köln,2\n1,K".encode() + b"\xf6ln,3\n", ":3: byte 0xF6 is not UTF-8"),
        ("year,city,score\n1,ä,2\n1,ö,ü".encode()[:-1], "cut off"),
        (b"year,city,score\n1," + b"x" * 2_000_000, "line is longer"),
        (b'year,city,score\n1,"' + b"x\n" * 200_000, "closing quotation mark"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(data: bytes, words: str) -> None:
    assert words in refusal(data, name="f.csv")


def test_places_that_are_no_files(tmp_path: Path) -> None:
    assert "is a directory" in refusal(tmp_path)
    assert "does not exist" in refusal(tmp_path / "none.csv")
    assert "not a regular file" in refusal("/dev/zero")
    assert "cannot be read" in refusal("a\x00b") or "does not exist" in refusal("a\x00b")


def test_a_gigabyte_is_refused_before_reading(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.write(b"year,city,score\n")
        stream.truncate(1 << 30)
    assert refusal(huge) == f"{huge}: is larger than 200 MB"


def test_memory_stays_constant(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    block = b"2020;Bochum an der Ruhr;66,9\n" * 10_000
    with path.open("wb") as stream:
        stream.write(b"year;city;score\n")
        for _ in range(60):
            stream.write(block)
    tracemalloc.start()
    try:
        count = sum(1 for _ in zip(open_table(path, required=COLUMNS), range(50_000), strict=False))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 50_000
    assert path.stat().st_size > 17_000_000
    assert peak < 8_000_000


def test_uploads_stay_open() -> None:
    upload = io.BytesIO(GERMAN.encode())
    assert len(list(open_table(upload, required=COLUMNS, name="upload.csv"))) == 2
    upload.seek(0)
    assert upload.read(4) == b"year"


def test_xlsx_cells_become_texts_that_parse() -> None:
    data = workbook(
        [
            ["Year", "City", "Score", "Day"],
            [2020, "Köln", 12.345, date(2020, 9, 24)],
            [],
            [2021.0, "Bonn", 66.9, datetime(2020, 9, 24, 12, 30)],  # noqa: DTZ001 - Excel knows no zones
            [2022, "Ulm", True],
        ]
    )
    reader = open_table(data, required=COLUMNS, optional=("day",), name="w.xlsx")
    rows = list(reader)
    assert reader.format == "xlsx"
    assert [row.place for row in rows] == ["w.xlsx[Werte]:2", "w.xlsx[Werte]:4", "w.xlsx[Werte]:5"]
    assert str(parse_decimal(rows[0]["score"]).normalize()) == "12.345"
    assert parse_date(rows[0]["day"]) == date(2020, 9, 24)
    assert [parse_year(row["year"]) for row in rows] == [2020, 2021, 2022]
    assert rows[1]["day"] == "2020-09-24 12:30:00"
    assert rows[2].values == {"year": "2022", "city": "Ulm", "score": "true", "day": ""}


def test_xlsx_refusals() -> None:
    good = workbook([["year", "city", "score"], [1, "a", 2]])
    assert "no sheet 'x'; it has: Werte" in refusal(good, sheet="x")
    assert "damaged" in refusal(good[: len(good) // 2])
    assert "columns are missing" in refusal(workbook([["a"], [1]]))
    assert "is empty" in refusal(workbook([]))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("a.txt", "x")
    assert "not an Excel workbook" in refusal(other.getvalue())


def repacked(data: bytes, name: str, body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, body if info.filename == name else old.read(info))
        if name not in old.namelist():
            new.writestr(name, body)
    return out.getvalue()


def test_macros_and_zip_bombs_are_refused() -> None:
    good = workbook([["year", "city", "score"], [1, "a", 2]])
    assert "macros" in refusal(repacked(good, "xl/vbaProject.bin", b"x"))
    bomb = repacked(good, "xl/sharedStrings.xml", b" " * (81 * 1024 * 1024))
    assert len(bomb) < 1_000_000
    assert "unpacks to" in refusal(bomb)
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)
    )
    entities += b"]><worksheet><sheetData><row><c><v>&m;</v></c></row></sheetData></worksheet>"
    assert refusal(repacked(good, "xl/worksheets/sheet1.xml", entities))


def rows_or_problem(data: bytes) -> None:
    """Anything but a TableProblem is a fault of the reader and fails the test."""
    with contextlib.suppress(TableProblem):
        for row in open_table(data, required=COLUMNS, problems=Problems()):
            assert set(row.values) == set(COLUMNS)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_give_rows_or_a_table_problem(data: bytes) -> None:
    for head in (b"", b"year,city,score\n", b"PK\x03\x04", b"\xff\xfe", b"sep=;\n"):
        rows_or_problem(head + data)


SEEDS = (
    GERMAN.encode(),
    GERMAN.encode("cp1252"),
    GERMAN.encode("utf-16"),
    workbook([["year", "city", "score"], [2020, "Köln", 1.5], [2021, "Ulm", date(2020, 1, 1)]]),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_mutated_files_give_rows_or_a_table_problem(seed: bytes, data: st.DataObject) -> None:
    body = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not body:
            break
    rows_or_problem(bytes(body))


def test_row_parse_collects_problems() -> None:
    problems = Problems(limit=1)
    rows = list(open_table(b"year,city,score\n20,a,x\n2020,b,\n", required=COLUMNS, name="f.csv"))
    assert rows[0].parse("score", parse_decimal, problems) is None
    assert rows[0].parse("year", parse_year, problems) is None
    assert rows[1].parse("score", parse_decimal, problems, required=False) is None
    assert rows[1].parse("year", parse_year, problems) == 2020
    assert len(problems) == 2
    assert str(problems) == "f.csv:2: column 'score': is not a number (value 'x')\n... and 1 more"


def test_a_problem_is_one_printable_line() -> None:
    assert str(Problem("f.csv", 3, "score", "1\n2\x1b", "is bad")) == (
        "f.csv:3: column 'score': is bad (value '1\\x0a2\\x1b')"
    )
    assert str(Problem("f.csv", None, None, None, "is bad")) == "f.csv: is bad"
    assert len(str(Problem("f", 1, "c", "x" * 10_000, "r"))) < 120
