import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from steuerrad.platform.tables import Column, Table, open_table
from steuerrad.platform.tables.fields import parse_bool, parse_date, parse_decimal, parse_int
from steuerrad.platform.tables.http import table_response, wanted_format
from steuerrad.platform.tables.table import Value
from steuerrad.platform.tables.write import csv_chunks, defuse, json_chunks
from steuerrad.platform.tables.write_workbook import xlsx_bytes

COLUMNS = (
    Column("name", "Name"),
    Column("score", "Punkte", "decimal", "points", "Punkte von 0 bis 100"),
    Column("rank", "Rang", "integer"),
    Column("day", "Stichtag", "date"),
    Column("known", "Bekannt", "boolean"),
)
CREATED = datetime(2020, 9, 24, 8, tzinfo=UTC)

INVISIBLE = {
    *range(32), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
} - {9, 10, 13, 0x85}  # fmt: skip
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="".join(map(chr, INVISIBLE))),
    max_size=30,
)
rows = st.lists(
    st.tuples(
        texts,
        st.none() | st.decimals(-1_000_000, 1_000_000, places=3),
        st.none() | st.integers(-(10**14), 10**14),
        st.none() | st.dates(date(1900, 3, 1), date(2200, 1, 1)),
        st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


def table(content: list[tuple[Value, ...]]) -> Table:
    return Table("scores", "Punkte: [Bochum]", COLUMNS, content, "memo 2020", "CC0-1.0", CREATED)


def reread(data: bytes, decimal: str | None = None) -> list[tuple[Value, ...]]:
    names = tuple(column.name for column in COLUMNS)
    return [
        (
            row["name"],
            parse_decimal(row["score"], decimal=decimal) if row["score"] else None,
            parse_int(row["rank"]) if row["rank"] else None,
            parse_date(row["day"]) if row["day"] else None,
            parse_bool(row["known"]) if row["known"] else None,
        )
        for row in open_table(data, required=names)
    ]


def stripped(content: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    cleaned = [(str(row[0]).replace("\ufeff", "").strip(), *row[1:]) for row in content]
    return [row for row in cleaned if any(cell not in ("", None) for cell in row)]


def has_mark(content: list[tuple[Value, ...]]) -> bool:
    return any("\ufeff" in str(row[0]) for row in content)


@settings(deadline=None)
@given(rows)
def test_csv_round_trip(content: list[tuple[Value, ...]]) -> None:
    data = b"".join(csv_chunks(table(content)))
    if not stripped(content) or has_mark(content):
        return
    assert reread(data, decimal=".") == stripped(content)


def flattened(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bad = {*range(0x20), 0xFFFE, 0xFFFF} - {9, 10}
    return "".join("\ufffd" if ord(c) in bad else c for c in text)


@settings(deadline=None, max_examples=60)
@given(rows)
def test_xlsx_round_trip(content: list[tuple[Value, ...]]) -> None:
    flat = [(flattened(str(row[0])), *row[1:]) for row in content]
    if not stripped(flat) or has_mark(flat):
        return
    assert reread(xlsx_bytes(table(content))) == stripped(flat)


@settings(deadline=None)
@given(rows)
def test_json_round_trip(content: list[tuple[Value, ...]]) -> None:
    data = json.loads(b"".join(json_chunks(table(content))), parse_float=Decimal)
    assert data["meta"]["licence"] == "CC0-1.0"
    assert data["meta"]["columns"][1]["unit"] == "points"
    back = [
        (r["name"], r["score"], r["rank"], date.fromisoformat(r["day"]) if r["day"] else None, r["known"])
        for r in data["records"]
    ]
    assert back == content


@pytest.mark.parametrize("text", ["=1+1", "+49 234", "-x", "@cmd", "\tx", "\rx", "'=1"])
def test_formulas_are_defused_in_csv(text: str) -> None:
    data = b"".join(csv_chunks(table([(text, Decimal("-1.5"), -3, None, None)])))
    record = list(csv.reader(io.StringIO(data.decode(), newline="")))[1]
    assert record[0] == "'" + text
    assert record[1:3] == ["-1.5", "-3"]


def test_ordinary_text_is_left_alone() -> None:
    assert [defuse(t) for t in ("Bochum", "a=b", "'Zitat'", "")] == ["Bochum", "a=b", "'Zitat'", ""]


def test_csv_is_rfc_4180() -> None:
    data = b"".join(csv_chunks(table([('a "b", c\nd', None, 1, date(2020, 9, 24), True)])))
    assert data == b'name,score,rank,day,known\r\n"a ""b"", c\nd",,1,2020-09-24,true\r\n'
    assert next(csv_chunks(table([]), bom=True)).startswith(b"\xef\xbb\xbf")


def test_streams_do_not_wait_for_the_last_row() -> None:
    def endless() -> object:
        while True:
            yield ("x" * 1000, None, None, None, None)

    for chunks in (csv_chunks, json_chunks):
        stream = chunks(table(endless()))  # type: ignore[arg-type]
        assert len(next(stream)) > 1000
        assert len(next(stream)) > 1000


def test_xlsx_is_typed_frozen_and_says_what_it_is() -> None:
    data = xlsx_bytes(
        table(
            [("=1+1", Decimal("66.9"), 3, date(2020, 9, 24), True), ("x" * 40_000, None, 10**18, None, None)]
        )
    )
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    name, score, rank, day, known = sheet[2]
    assert (name.value, name.data_type, name.quotePrefix) == ("=1+1", "s", True)
    assert (score.value, score.data_type, rank.value, known.value) == (66.9, "n", 3, True)
    assert day.is_date
    assert day.number_format == "yyyy-mm-dd"
    assert sheet["C3"].value == str(10**18)
    assert len(sheet["A3"].value) == 32_767
    meta = {row[0].value: row[1].value for row in book["Metadata"].iter_rows(max_row=5)}
    assert meta["source"] == "memo 2020"
    assert meta["created"] == "2020-09-24T08:00:00+00:00"
    assert book.properties.title == "Punkte: [Bochum]"


def test_rows_must_fit_the_columns() -> None:
    for write in (lambda t: list(csv_chunks(t)), lambda t: list(json_chunks(t)), xlsx_bytes):
        with pytest.raises(ValueError):
            write(table([("only one",)]))
    with pytest.raises(ValueError, match="not unique"):
        Table("t", "T", (Column("a", "A"), Column("a", "B")), [])


def request(path: str, **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/t?format=csv", "text/html", "csv"),
        ("/t.xlsx", "text/html", "xlsx"),
        ("/t", "application/json", "json"),
        ("/t", "text/csv", "csv"),
        ("/t", "text/html,*/*", None),
        ("/t.json?format=exe", "text/html", None),
    ],
)
def test_the_format_asked_for(path: str, accept: str, kind: str | None) -> None:
    assert wanted_format(request(path, accept=accept)) == kind


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_downloads(kind: str) -> None:
    response = table_response(table([("ä", Decimal(1), 2, None, True)]), kind, stem='Wert/e "2020"\r\nX: ü')  # type: ignore[arg-type]
    body = b"".join(response)  # type: ignore[arg-type]
    assert len(body) > 20
    disposition = response["Content-Disposition"]
    assert disposition.startswith(f'attachment; filename="Wert-e-2020-X-.{kind}"')
    assert disposition.endswith(f"filename*=UTF-8''Wert-e-2020-X-%C3%BC.{kind}")
    assert "\n" not in disposition
