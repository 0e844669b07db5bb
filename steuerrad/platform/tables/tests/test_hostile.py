"""Files that break readers, by accident or by intent: each is refused with place and reason, in bounded memory."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace

import pytest

from steuerrad.platform.tables import Problems, TableProblem, open_table
from steuerrad.platform.tables.filled import read_filled
from steuerrad.platform.tables.limits import ANY, FILLED, MIB
from steuerrad.platform.tables.tests.made import Made, book, compound, header, raw, zipped
from steuerrad.platform.tables.tests.test_filled import Sheet

HEAD = header("Code", "Day", "Value")
FORM = Sheet("answers", {"code": "code", "day": "day", "value": "value"}, ("code", "value"))


def sheet(*rows: str, after: str = "", state: str = "visible") -> Made:
    """A sheet with the header in line 1 and these rows behind."""
    return Made("Werte", HEAD + "".join(rows), after, state)


def refusal(data: bytes, limits: object = FILLED) -> str:
    with pytest.raises(TableProblem) as caught:
        read_filled(data, "f.xlsx", [FORM], limits=limits)  # type: ignore[arg-type]
    return str(caught.value)


def faults(*rows: str, **book_options: str) -> list[str]:
    """ "place: reason" of every cell that cannot be taken, which both ways to read must agree on."""
    data = raw(sheet(*rows), **book_options)  # type: ignore[arg-type]
    found = [
        f"{row.place(key)}: {reason}"
        for row in read_filled(data, "f.xlsx", [FORM]).rows
        for key, reason in row.faults.items()
    ]
    problems = Problems()
    list(
        open_table(
            data,
            required=("code",),
            optional=("day", "value"),
            name="f.xlsx",
            problems=problems,
            limits=FILLED,
        )
    )
    assert [problem.cell for problem in problems] == [
        one.partition("!")[2].partition(":")[0] for one in found
    ]
    return found


def values(*rows: str, **book_options: str) -> list[dict[str, str]]:
    data = raw(sheet(*rows), **book_options)  # type: ignore[arg-type]
    filled = read_filled(data, "f.xlsx", [FORM]).rows
    assert not any(row.faults for row in filled)
    return [row.cells for row in filled]


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="C2"><f>1+1</f><v>2</v></c>', "holds a formula; paste its value"),
        ('<c r="C2"><f>1+1</f></c>', "holds a formula"),
        ('<c r="C2"><f t="shared" si="0"/><v>2</v></c>', "holds a formula"),
        ('<c r="C2" t="str"><f>[1]Other!A1</f><v>x</v></c>', "holds a formula"),
        ('<c r="C2" t="e"><v>#DIV/0!</v></c>', "holds the error #DIV/0!"),
        ('<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "holds a formula"),
        ('<c r="C2"><v>nan</v></c>', "is not a number"),
        ('<c r="C2"><v>1e999</v></c>', ""),
        ('<c r="C2" s="1"><v>2958466</v></c>', "is not a day of the calendar"),
        ('<c r="C2" s="1"><v>-5</v></c>', "is not a day of the calendar"),
        ('<c r="C2" t="d"><v>gestern</v></c>', "is not a day of the calendar"),
        (text("C2", "safe\u202egpj.exe"), "holds an invisible character (U+202E)"),
        (text("C2", "\u200e24.09.2020"), "holds an invisible character (U+200E)"),
        (text("C2", "a_x0000_b"), "holds an invisible character (U+0000)"),
        (text("C2", "x" * 32_768), "is longer than 32767 characters"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(cell: str, words: str) -> None:
    found = faults(f'<row r="2">{text("A2", "a")}{cell}</row>')
    if words:
        assert found[0].startswith("Werte!C2: ")
        assert words in found[0]
    assert len(found) == bool(words)


def test_what_stands_beside_the_columns_that_are_read_does_not_matter() -> None:
    row = f'<row r="2">{text("A2", "a")}<c r="C2"><v>5</v></c><c r="D2"><f>1+1</f></c><c r="E2" t="e"><v>#N/A</v></c></row>'
    assert values(row) == [{"code": "a", "day": "", "value": "5"}]


def test_the_longest_cell_of_excel_is_read() -> None:
    assert len(values(f'<row r="2">{text("A2", "x" * 32_767)}</row>')[0]["code"]) == 32_767


@pytest.mark.parametrize(
    ("properties", "days"),
    [("", ["1900-01-01", "1900-03-01", "2020-09-24", "2020-09-24 18:00:00"]),
     ('date1904="1"', ["1904-01-02", "1904-03-02", "2024-09-25", "2024-09-25 18:00:00"])],
)  # fmt: skip
def test_days_are_counted_from_1900_or_1904_as_the_workbook_says(properties: str, days: list[str]) -> None:
    """Excel takes 1900 for a leap year: day 60 never was, day 61 is the first of March."""
    rows = [
        f'<row r="{n}">{text(f"A{n}", "a")}<c r="B{n}" s="{style}"><v>{value}</v></c></row>'
        for n, (value, style) in enumerate([(1, 1), (61, 3), (44098, 1), (44098.75, 3)], 2)
    ]
    assert [row["day"] for row in values(*rows, properties=properties)] == days


def test_a_day_as_a_bare_number_is_not_guessed() -> None:
    from steuerrad.platform.tables.fields import parse_date

    (row,) = values(f'<row r="2">{text("A2", "a")}<c r="B2"><v>44098</v></c></row>')
    with pytest.raises(ValueError, match="is a number; give the cell the format of a date"):
        parse_date(row["day"])


def test_texts_come_whole_from_runs_shared_and_escaped() -> None:
    strings = "<si><r><t>Stra</t></r><r><t>ße</t></r><rPh><t>so spoken</t></rPh></si>"
    row = f'<row r="2"><c r="A2" t="s"><v>0</v></c>{text("C2", "a_x000D_b_x005F_x0041_")}</row>'
    assert values(row, strings=strings) == [{"code": "Straße", "day": "", "value": "a\rb_x0041_"}]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_what_nobody_sees_is_not_taken_over(state: str) -> None:
    hidden = sheet(f'<row r="2">{text("A2", "a")}</row>', state=state)
    assert "f.xlsx[Werte]: is hidden; show the sheet or delete it" in refusal(raw(hidden))
    with pytest.raises(TableProblem, match="is hidden"):
        open_table(raw(hidden), required=("code",))
    lists = Made("Listen", header("Farbe"), state=state)
    seen = sheet(f'<row r="2">{text("A2", "a")}</row>')
    assert len(read_filled(raw(lists, seen), "f.xlsx", [FORM]).rows) == 1


@pytest.mark.parametrize(
    ("ref", "refused"), [("C2:C3", True), ("B1:C1", True), ("A3:XFD3", True), ("E2:F9", False)]
)
def test_merged_cells_are_refused_where_they_hide_something(ref: str, refused: bool) -> None:
    after = f'<mergeCells count="1"><mergeCell ref="{ref}"/></mergeCells>'
    data = raw(sheet(f'<row r="2">{text("A2", "a")}<c r="C2"><v>1</v></c></row>', after=after))
    if refused:
        assert f"f.xlsx[Werte]!{ref}: the cells {ref} are merged" in refusal(data)
        with pytest.raises(TableProblem, match="are merged"):
            list(open_table(data, required=("code",), optional=("day", "value")))
    else:
        assert len(read_filled(data, "f.xlsx", [FORM]).rows) == 1


class Counted(io.BytesIO):
    """A file that says how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def peak_of(data: bytes, limits: object = FILLED) -> tuple[str, int]:
    """(why it was refused, bytes of memory beyond the file itself)."""
    tracemalloc.start()
    try:
        return refusal(data, limits), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_million_rows_are_refused_in_little_memory() -> None:
    data = raw(sheet("<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>" * 1_000_000))
    assert len(data) < MIB
    said, peak = peak_of(data)
    assert "f.xlsx[Werte]:5002: has more than 5000 rows" in said
    assert peak < 8 * MIB


def test_a_hundred_megabytes_are_refused_unread() -> None:
    upload = Counted(b"PK\x03\x04" + bytes(100 * MIB))
    with pytest.raises(TableProblem, match="is larger than 20 MB"):
        read_filled(upload, "f.xlsx", [FORM])
    assert upload.taken == 0


@pytest.mark.parametrize(
    ("rows", "strings", "words"),
    [
        ("<row>" + "<c/>" * 1_000_000, "", "f.xlsx[Werte]:2: holds more than 200,000 elements"),
        ("<row/>" * 1_000_000, "", "holds more than 200,000 elements"),
        ("<row>" + "<c><v>1</v></c>" * 100_000 + "</row>", "", "has more than 1000 columns"),
        ("<x>" * 1_000_000, "", "elements within one another"),
        ('<row><c t="inlineStr"><is><t>' + "x" * 30_000_000 + "</t></is></c></row>", "", ""),
        ("", "<si><t>" + "x" * 15_000_000 + "</t></si>", ""),
        ("", "<si>" + "<r><t>y</t></r>" * 1_000_000 + "</si>", "f.xlsx: holds more than"),
        ("", "<si/>" * 4_500_000, "unpacks to"),
    ],
    ids=["cells", "rows", "columns", "depth", "text", "shared", "runs", "list"],
)
def test_small_files_that_unpack_to_much_stay_in_bounds(rows: str, strings: str, words: str) -> None:
    data = raw(sheet(rows), strings=strings)
    del rows, strings
    tracemalloc.start()
    try:
        try:
            read_filled(data, "f.xlsx", [FORM], limits=replace(FILLED, elements=200_000))
            said = ""
        except TableProblem as problem:
            said = str(problem)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert words in said
    assert bool(words) == bool(said)
    assert peak < 12 * MIB


def test_a_bomb_is_refused_by_what_its_directory_says() -> None:
    said, peak = peak_of(raw(sheet(), more={"xl/media/a.bin": bytes(120 * MIB)}))
    assert "unpacks to 125," in said
    assert peak < MIB


def test_documents_that_define_their_own_words_are_refused() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert "declares a document type" in refusal(raw(sheet(), more={"xl/worksheets/sheet1.xml": laughs}))
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><styleSheet/>'
    assert "declares a document type" in refusal(raw(sheet(), more={"xl/styles.xml": outside}))


def test_links_to_other_files_are_not_followed() -> None:
    row = sheet(f'<row r="2">{text("A2", "a")}</row>')
    more = {
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": "not even XML",
    }
    assert len(read_filled(raw(row, more=more), "f.xlsx", [FORM]).rows) == 1
    pointers = (
        '<Relationships><Relationship Id="s1" TargetMode="External" Target="http://127.0.0.1/sheet.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
    )
    assert not read_filled(raw(row, more={"xl/_rels/workbook.xml.rels": pointers}), "f.xlsx", [FORM]).forms


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"PK\x05\x06" + bytes(18), "is an empty zip archive"),
        (b"PK\x03\x04" + b"garbage" * 9, "is a damaged zip or Excel file"),
        (raw(sheet())[:-60], "is a damaged zip or Excel file"),
        (raw(sheet(), more={"xl/vbaProject.bin": b"x"}), "holds macros"),
        (raw(sheet(), more={"[Content_Types].xml": "application/vnd.ms-excel.sheet.macroEnabled"}), "holds macros"),
        (zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"x"}), "is a binary Excel workbook (.xlsb)"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "is an OpenDocument file (.ods)"),
        (zipped({"word/document.xml": "<x/>", "[Content_Types].xml": "<Types/>"}), "but not an Excel workbook"),
        (compound("Workbook"), "is an old Excel file (.xls)"),
        (compound("EncryptionInfo", "EncryptedPackage"), "is protected by a password"),
        (b"<html><table><tr><td>Code</td></tr></table></html>", "is a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "is a web page or other marked-up text"),
        (b"%PDF-1.7", "is a PDF"),
        (b"MZ\x90\x00" + bytes(99), "is a program"),
        (raw(*(Made(f"S{n}", "") for n in range(101))), "has more than 100 sheets"),
        (raw(sheet(), more={"xl/workbook.xml": "<workbook"}), "cannot be read as an Excel workbook"),
        (raw(sheet('<row r="2"><c r="A2" t="s"><v>7</v></c></row>')), "f.xlsx[Werte]:2: cannot be read"),
        (raw(Made("Werte", header("Code", "Value", "code"))), "f.xlsx[Werte]:1: names the column “code” twice"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_told_what_it_is(data: bytes, words: str) -> None:
    said = refusal(data)
    assert said.startswith("f.xlsx")
    assert words in said


CSV = "Code;Day;Value\r\nStraße;;1\r\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_are_read_in_their_encoding(codec: str) -> None:
    (row,) = read_filled(CSV.encode(codec), "f.csv", [FORM]).rows
    assert row.cells == {"code": "Straße", "day": "", "value": "1"}
    assert row.place("value") == "f.csv:2"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (CSV.encode("utf-16-le"), ":1: holds NUL bytes; if it is UTF-16 text, save it as UTF-8"),
        (CSV.encode() + b"a;\0;b\r\n", ":3: holds a NUL byte"),
        (CSV.encode() + b'a;;"never closed\r\n', ":3: a quotation mark is opened and never closed"),
        (CSV.encode() + b"K\xf6ln;;1\r\n", ":3: byte 0xF6 is not UTF-8"),
        (("Code;Value\r\n" + "a;1\r\n" * 5001).encode(), ":5002: has more than 5000 rows"),
        (b"Code;Value;" + b";".join(b"c%d" % n for n in range(1000)) + b"\r\na;1\r\n", "has more than 1000 columns"),
    ],
)  # fmt: skip
def test_texts_that_cannot_be_read_are_refused_at_their_line(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_lines_of_a_text_that_are_no_rows_and_cells_that_are_none() -> None:
    found = read_filled(f"{CSV}b;1\r\nc;;x\u202ey\r\n".encode(), "f.csv", [FORM])
    assert [str(problem) for problem in found.problems] == ["f.csv:3: has 2 cells, the header has 3: too few"]
    assert [(row.place("value"), list(row.faults)) for row in found.rows] == [
        ("f.csv:2", []),
        ("f.csv:4", ["value"]),
    ]


def test_all_rows_of_all_sheets_count_together() -> None:
    rows = [["Code", "Value"], *(["a", n] for n in range(6))]
    limits = replace(FILLED, rows=10)
    assert "f.xlsx[B]:6: has more than 10 rows" in refusal(book(A=rows, B=rows), limits)


def test_the_limits_of_whole_tables_are_wider() -> None:
    data = raw(sheet("".join(f"<row>{text('', 'a')}</row>" for _ in range(6000)).replace(' r=""', "")))
    assert sum(1 for _ in open_table(data, required=("code",), limits=ANY)) == 6000
