import io
import time
from dataclasses import replace

import pikepdf
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.platform.documents.model import Column, Document, Heading, Paragraph, Table, Text, tables
from steuerrad.platform.documents.pdf import children, elements, pdf_bytes
from steuerrad.platform.documents.pdf_check import check_pdf


@pytest.fixture(scope="module")
def data(memo: Document) -> bytes:
    return pdf_bytes(memo)


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def printed(data: bytes) -> str:
    with pymupdf.open(stream=data) as pages:
        return " ".join("".join(page.get_text() for page in pages).split())


def test_the_checkers_find_no_failure(data: bytes) -> None:
    report = check_pdf(data)
    assert report.passed, str(report)
    assert not report.warnings, str(report)
    assert report.count("pass") >= 20
    assert report.count("hint") == 0, str(report)


def test_the_gate_notices_a_spoilt_file(data: bytes) -> None:
    with opened(data) as pdf:
        for element in elements(pdf):
            if pikepdf.Name.Figure == element.S:
                del element.Alt
        pdf.Root.ViewerPreferences.DisplayDocTitle = False
        out = io.BytesIO()
        pdf.save(out)
    report = check_pdf(out.getvalue())
    assert not report.passed
    failed = " ".join(item.id + item.title for item in report.failures)
    assert "13" in failed
    assert "07" in failed
    assert not check_pdf(b"no pdf at all").passed


def test_rows_and_columns_are_headed(memo: Document, data: bytes) -> None:
    with opened(data) as pdf:
        found = [element for element in elements(pdf) if pikepdf.Name.Table == element.S]
        names = {bytes(element.ID) for element in elements(pdf) if "/ID" in element}
        assert len(found) == len(list(tables(memo))) == 10
        for element, table in zip(found, tables(memo), strict=True):
            head = [
                row for part in children(element) if pikepdf.Name.THead == part.S for row in children(part)
            ]
            body = [
                row for part in children(element) if pikepdf.Name.TBody == part.S for row in children(part)
            ]
            assert len(body) == len(table.rows)
            assert [cell.A[0].Scope for cell in children(head[0])] == [pikepdf.Name.Column] * len(
                table.columns
            )
            for row in body:
                first, *rest = children(row)
                assert (first.S, first.A[0].Scope) == (pikepdf.Name.TH, pikepdf.Name.Row)
                for cell in rest:
                    assert cell.S == pikepdf.Name.TD
                    headers = [bytes(name) for name in cell.A[0].Headers]
                    assert len(headers) == 2
                    assert headers[-1] == bytes(first.ID)
                    assert set(headers) <= names
        tree = pdf.Root.StructTreeRoot.IDTree.Kids[0].Names
        listed = [bytes(tree[i]) for i in range(0, len(tree), 2)]
        assert listed == sorted(names)


def test_a_table_without_row_headers_keeps_plain_cells() -> None:
    table = Table("T", (Column("a"), Column("b")), (("1", "2"), ("3", "4")), row_header=False)
    with opened(pdf_bytes(Document("D", "de", (table,)))) as pdf:
        kinds = [str(element.S) for element in elements(pdf) if element.S in ("/TH", "/TD")]
    assert kinds == ["/TH", "/TH", "/TD", "/TD", "/TD", "/TD"]


def test_what_the_file_says_about_itself(memo: Document, data: bytes) -> None:
    with opened(data) as pdf:
        assert str(pdf.docinfo["/Title"]) == memo.title
        assert str(pdf.docinfo["/CreationDate"]) == "D:20201001000000Z"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.Root.Lang).startswith("de")
        assert bool(pdf.Root.MarkInfo.Marked)
        xmp = pdf.open_metadata()
        assert (xmp["pdfuaid:part"], xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("1", "2", "A")
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles[:3] == ["Zusammenfassung", "Verwaltung", "Energie und Umwelt"]
        alts = [str(e.Alt) for e in elements(pdf) if pikepdf.Name.Figure == e.S]
        assert len(alts) == 8
        assert alts[0] == "Balken der sechs Größen, Verwaltung"
        roles = {str(e.S) for e in elements(pdf)}
        assert {"/Title", "/H1", "/H2", "/P", "/L", "/LI", "/Table", "/Caption", "/Figure", "/Link"} <= roles


def test_every_statement_links_to_its_figure(data: bytes) -> None:
    with pymupdf.open(stream=data) as pages:
        links = [link for page in pages for link in page.get_links()]
    inner = [link for link in links if link["kind"] in (pymupdf.LINK_GOTO, pymupdf.LINK_NAMED)]
    assert len(inner) >= 5 + 5 + 2 + 5  # paragraphs, callouts, summary, notes
    assert [link["uri"] for link in links if link["kind"] == pymupdf.LINK_URI] == ["https://www.bitkom.org/"]


def test_nothing_leaves_the_page(data: bytes, hostile: Document) -> None:
    for pdf in (data, pdf_bytes(hostile)):
        with pymupdf.open(stream=pdf) as pages:
            for page in pages:
                for x0, _, x1, _, text, *_ in page.get_text("words"):
                    assert x0 >= 60, text
                    assert x1 <= page.rect.width - 50, text


def test_page_numbers_and_title_on_each_page(memo: Document, data: bytes) -> None:
    with pymupdf.open(stream=data) as pages:
        count = len(pages)
        assert count >= 5
        for number, page in enumerate(pages, 1):
            text = page.get_text()
            assert f"Seite {number} von {count}" in text
            assert memo.title in text


def test_hostile_text_is_printed_and_not_run(hostile: Document) -> None:
    data = pdf_bytes(hostile)
    text = printed(data)
    assert '#panic("x")' in text
    assert "$x^2$ *fett* _kursiv_ `raw` <label> @ref" in text
    assert "<script>alert('x')</script>" in text
    assert "[U+1F600]" in text
    assert "[U+4E2D]" in text
    report = check_pdf(data)
    assert report.passed, str(report)


def test_equal_documents_give_equal_bytes(memo: Document, data: bytes) -> None:
    assert pdf_bytes(memo) == data
    assert pdf_bytes(replace(memo, title="Anders")) != data


def test_a_memo_takes_less_than_five_seconds(memo: Document) -> None:
    fresh = replace(memo, subtitle="gemessen")
    begin = time.perf_counter()
    pdf_bytes(fresh)
    assert time.perf_counter() - begin < 5


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60), st.text(max_size=200), st.text(max_size=30))
def test_any_text_can_be_set(title: str, text: str, cell: str) -> None:
    table = Table("T" + cell, (Column("a"), Column("b" + cell)), (("r" + cell, text),))
    document = Document("T" + title, "de", (Heading(1, "H" + title), Paragraph((Text(text),)), table))
    with opened(pdf_bytes(document)) as pdf:
        assert len(pdf.pages) >= 1
