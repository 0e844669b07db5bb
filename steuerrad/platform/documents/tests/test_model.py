import pytest

from steuerrad.platform.documents.drawing import labelled, picture
from steuerrad.platform.documents.model import (
    BulletList,
    Callout,
    Cell,
    Column,
    Document,
    DocumentProblem,
    Evidence,
    Figure,
    Heading,
    Link,
    NoteRef,
    Paragraph,
    Table,
    Text,
    check,
    runs,
)
from steuerrad.platform.documents.words import captions, table_mark

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 5">{}</svg>'
TABLE = Table("T", (Column("a"), Column("b")), (("x", "1"),))


def faults(*blocks: object, title: str = "D", language: str = "de") -> str:
    with pytest.raises(DocumentProblem) as caught:
        check(Document(title, language, blocks))  # type: ignore[arg-type]
    return str(caught.value)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (Heading(2, "x"), "level 2 follows level 0"),
        (Heading(1, " "), "heading is empty"),
        (BulletList(()), "no items"),
        (Paragraph((), (Evidence("siehe", "nowhere"),)), "'#nowhere', which is not there"),
        (Callout("info", (Link("x", "#nowhere"),)), "link to '#nowhere'"),
        (Paragraph((Link("x", "javascript:alert(1)"),)), "only http"),
        (Paragraph((Link("x", "https://a b"),)), "only http"),
        (Paragraph((Link(" ", "https://a.de"),)), "no text"),
        (Paragraph((NoteRef("n"),)), "note 'n' is not there"),
        (Figure(SVG.format(""), " ", "c"), "no alternative text"),
        (Table("T", (Column("a"), Column(" ")), ()), "without header"),
        (Table(" ", (Column("a"),), ()), "no caption"),
        (Table("T", (Column("a"),), (("x", "y"),)), "row 1 has 2 cells"),
        (Table("T", (Column("a"), Column("b")), ((" ", "y"),)), "empty header"),
        (Table("T", (Column("a"),), ((Cell((Text("x"),), "1 2"),),)), "is no id"),
    ],
)
def test_unsound_documents_are_refused(block: object, words: str) -> None:
    assert words in faults(block)


def test_all_faults_are_named_at_once() -> None:
    message = faults(
        Heading(3, "x"), Heading(1, "a", "i"), Heading(1, "b", "i"), title=" ", language="deutsch!"
    )
    for words in ("title is empty", "no language tag", "follows level 0", "'i' is used twice"):
        assert words in message


def test_numbering_counts_tables_of_figures_too() -> None:
    figure = Figure(SVG.format(""), "alt", "F", table=TABLE)
    document = check(Document("D", "de", (TABLE, figure, TABLE, Figure(SVG.format(""), "alt", ""))))
    assert captions(document) == {
        "table-1": "Tabelle 1: T",
        "figure-1": "Abbildung 1: F",
        "table-2": "Tabelle 2: T",
        "table-3": "Tabelle 3: T",
        "figure-2": "Abbildung 2",
    }
    assert check(document) == document


def test_given_ids_are_not_taken_again() -> None:
    document = check(Document("D", "en", (Heading(1, "h", "table-1"), TABLE)))
    assert document.blocks[1].id == "table-2"  # type: ignore[union-attr]


def test_marks_go_on_after_z() -> None:
    assert [table_mark(i) for i in (0, 25, 26, 27, 701, 702)] == ["a", "z", "aa", "ab", "zz", "aaa"]
    assert runs("a", Text("b")) == (Text("a"), Text("b"))


@pytest.mark.parametrize(
    "svg",
    [
        "<svg",
        "<p xmlns='http://www.w3.org/2000/svg'/>",
        "<svg viewBox='0 0 1 1'/>",
        SVG.format("<script>alert(1)</script>"),
        SVG.format("<style>*{}</style>"),
        SVG.format("<foreignObject/>"),
        SVG.format("<image href='https://a.de/x.png'/>"),
        SVG.format("<use href='https://a.de/x.svg#a'/>"),
        SVG.format("<rect onclick='x()'/>"),
        SVG.format("<rect style='fill:red'/>"),
        SVG.format("<rect fill='url(https://a.de/x)'/>"),
        SVG.format("<a href='javascript:x'><text>x</text></a>"),
        SVG.format("<animate attributeName='x'/>"),
        "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;"),
        SVG.format("<p xmlns='http://www.w3.org/1999/xhtml'>x</p>"),
    ],
)
def test_only_drawings_are_drawings(svg: str) -> None:
    for reader in (lambda: picture(svg), lambda: labelled(svg, "f-", "alt")):
        with pytest.raises(DocumentProblem):
            reader()


def test_ids_inside_a_drawing_are_made_its_own() -> None:
    source = SVG.format("<defs><pattern id='p'/></defs><rect fill='url(#p)'/><use href='#p'/><!-- c -->")
    svg, size = picture(source, "f1-")
    assert size == (10, 5)
    assert 'id="f1-p"' in svg
    assert "url(#f1-p)" in svg
    assert 'href="#f1-p"' in svg
    assert "<!--" not in svg
