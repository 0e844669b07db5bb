import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from steuerrad.platform.documents.model import Document, tables
from steuerrad.platform.documents.word import docx_bytes


@pytest.fixture(scope="module")
def data(memo: Document) -> bytes:
    return docx_bytes(memo)


@pytest.fixture(scope="module")
def file(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def below(file: Any, tag: str) -> Iterator[Any]:
    return file.element.body.iter(qn(tag))


def test_headings_and_styles_are_real(file: Any) -> None:
    styles = [paragraph.style.name for paragraph in file.paragraphs]
    assert styles.count("Title") == styles.count("Subtitle") == 1
    assert styles.count("Heading 1") == 1 + 5 + 1
    assert styles.count("Heading 2") == 5
    assert styles.count("List Bullet") == 2
    assert styles.count("Caption") == 10 + 8


def test_tables_have_headers_that_repeat(memo: Document, file: Any) -> None:
    assert len(file.tables) == 10
    for table, source in zip(file.tables, tables(memo), strict=True):
        first, *rest = table._tbl.tr_lst
        assert first.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in rest)
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        assert (look.get(qn("w:firstRow")), look.get(qn("w:firstColumn"))) == ("1", "1")
        assert [cell.text for cell in table.rows[0].cells] == [column.header for column in source.columns]
        assert len(rest) == len(source.rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")).endswith(source.caption)


def test_columns_fit_the_page_and_their_words(file: Any) -> None:
    for table in file.tables:
        widths = [column.width.mm for column in table.columns]
        assert sum(widths) <= 163.5
        for width, cell in zip(widths, table.rows[0].cells, strict=True):
            assert width >= max(len(word) for word in cell.text.split()) * 1.9, cell.text


def test_pictures_have_alternative_texts(file: Any) -> None:
    pictures = list(below(file, "wp:docPr"))
    assert len(pictures) == 8
    assert pictures[0].get("descr") == "Balken der sechs Größen, Verwaltung"
    assert len({picture.get("id") for picture in pictures}) == 8
    images = [part for part in file.part.package.iter_parts() if part.content_type == "image/png"]
    assert images
    assert all(part.blob.startswith(b"\x89PNG") for part in images)


def test_language_title_and_times(memo: Document, file: Any) -> None:
    languages = {e.get(qn("w:val")) for e in file.styles.element.iter(qn("w:lang"))}
    assert languages == {"de-DE"}
    properties = file.core_properties
    assert (properties.title, properties.author, properties.language) == (memo.title, memo.author, "de-DE")
    assert properties.created.date() == memo.date


def test_every_inner_link_has_its_bookmark(file: Any) -> None:
    names = [mark.get(qn("w:name")) for mark in below(file, "w:bookmarkStart")]
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 for name in names)
    anchors = {link.get(qn("w:anchor")) for link in below(file, "w:hyperlink")} - {None}
    assert len(anchors) > 10
    assert anchors <= set(names)


def test_equal_documents_give_equal_bytes(memo: Document, data: bytes) -> None:
    assert docx_bytes(memo) == data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {info.date_time for info in package.infolist()} == {(2020, 10, 1, 0, 0, 0)}


def test_hostile_text_stays_text(hostile: Document) -> None:
    file = docx.Document(io.BytesIO(docx_bytes(hostile)))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert "<script>alert('x')</script>" in text
    assert "😀" in text
    assert "\x00" not in text
