"""A document as DOCX for Word and LibreOffice: real styles, headings, header rows, alternative texts.

Drawings are embedded as PNG (set by typst from the same SVG), because not every Word shows SVG; the
alternative text goes on the picture itself (``docPr@descr``). Equal documents give equal bytes.
"""

import io
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from steuerrad.platform.documents.model import (
    BulletList,
    Callout,
    Document,
    Emphasis,
    Evidence,
    Figure,
    Heading,
    Link,
    Note,
    NoteRef,
    PageBreak,
    Paragraph,
    Runs,
    Strong,
    Table,
    check,
)
from steuerrad.platform.documents.typeset import png
from steuerrad.platform.documents.word_dress import (
    ACCENT,
    bookmark_name,
    dress,
    dress_table,
    element,
    fill,
    fixed_times,
    set_widths,
    xml_text,
)
from steuerrad.platform.documents.words import captions, note_marks, words, written_date

CALLOUT_FILL = {"info": "EEF3F9", "warning": "FDF4E3", "success": "EDF6EE", "correction": "FBEEEE"}
CALLOUT_EDGE = {"info": "12355B", "warning": "8A5A00", "success": "22633A", "correction": "96262C"}
ALIGNMENT = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
Marks = dict[str, tuple[str, str]]


class _Writer:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = words(document.language)
        self.captions = captions(document)
        self.marks = note_marks(document)
        self.file: Any = docx.Document()
        self.bookmarks = 0

    # -- inline ------------------------------------------------------------------------------------

    def anchor(self, paragraph: Any, name: str) -> None:
        if not name:
            return
        self.bookmarks += 1
        start = element("w:bookmarkStart", id=str(self.bookmarks), name=bookmark_name(name))
        end = element("w:bookmarkEnd", id=str(self.bookmarks))
        place = 1 if paragraph._p.pPr is not None else 0
        paragraph._p.insert(place, start)
        paragraph._p.insert(place + 1, end)

    def hyperlink(self, paragraph: Any, text: str, target: str, *, raised: bool = False) -> None:
        link: Any = OxmlElement("w:hyperlink")
        if target.startswith("#"):
            link.set(qn("w:anchor"), bookmark_name(target[1:]))
        else:
            relation = paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link.set(qn("r:id"), relation)
        run = paragraph.add_run(xml_text(text))
        run.font.color.rgb = ACCENT
        run.font.underline = not target.startswith("#")
        run.font.superscript = raised or None
        paragraph._p.remove(run._r)
        link.append(run._r)
        paragraph._p.append(link)

    def runs(self, paragraph: Any, content: Runs, marks: Marks | None = None) -> None:
        marks = self.marks if marks is None else marks
        for part in content:
            if isinstance(part, Link):
                self.hyperlink(paragraph, part.text, part.target)
            elif isinstance(part, NoteRef):
                mark, anchor = marks[part.key]
                self.hyperlink(paragraph, mark, f"#{anchor}", raised=True)
            else:
                run = paragraph.add_run(xml_text(part.text))
                run.bold = isinstance(part, Strong) or None
                run.italic = isinstance(part, Emphasis) or None

    def evidence(self, paragraph: Any, items: tuple[Evidence, ...]) -> None:
        for index, item in enumerate(items):
            paragraph.add_run(", " if index else " (")
            self.hyperlink(paragraph, item.label, f"#{item.anchor}")
        if items:
            paragraph.add_run(")")

    # -- blocks ------------------------------------------------------------------------------------

    def notes(self, notes: tuple[Note, ...], marks: Marks) -> None:
        for note in notes:
            mark, anchor = marks[note.key]
            paragraph = self.file.add_paragraph(style="Small")
            self.anchor(paragraph, anchor)
            paragraph.add_run(f"{mark} ")
            self.runs(paragraph, note.runs)

    def caption(self, name: str) -> None:
        paragraph = self.file.add_paragraph(style="Caption")
        self.anchor(paragraph, name)
        paragraph.add_run(xml_text(self.captions[name]))
        paragraph.paragraph_format.keep_with_next = True

    def table(self, block: Table) -> None:
        self.caption(block.id)
        marks = note_marks(self.document, block)
        table = self.file.add_table(rows=1, cols=len(block.columns))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.LEFT
        dress_table(table, block, xml_text(self.captions[block.id]))
        for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
            fill(cell, "F3F5F8")
            paragraph = cell.paragraphs[0]
            paragraph.alignment = ALIGNMENT[column.align]
            paragraph.add_run(xml_text(column.header)).bold = True
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(element("w:cantSplit"))
        properties.append(element("w:tblHeader"))
        for row in block.rows:
            cells = table.add_row()
            cells._tr.get_or_add_trPr().append(element("w:cantSplit"))
            for target, cell, column in zip(cells.cells, block.cells(row), block.columns, strict=True):
                paragraph = target.paragraphs[0]
                paragraph.alignment = ALIGNMENT[column.align]
                self.anchor(paragraph, cell.id)
                self.runs(paragraph, cell.runs, marks)
        set_widths(table, block)
        if block.note:
            self.file.add_paragraph(xml_text(block.note), style="Small")
        self.notes(block.footnotes, marks)
        if not (block.note or block.footnotes):
            self.file.add_paragraph(style="Small")

    def figure(self, block: Figure) -> None:
        self.caption(block.id)
        data, (width, _) = png(block.svg)
        shape = self.file.add_picture(io.BytesIO(data), width=Pt(width))
        properties = shape._inline.docPr
        properties.set("descr", xml_text(block.alt))
        properties.set("name", xml_text(self.captions[block.id])[:200])
        if block.table is not None:
            self.table(block.table)

    def callout(self, block: Callout) -> None:
        paragraph = self.file.add_paragraph()
        properties = paragraph._p.get_or_add_pPr()
        border = element("w:pBdr")
        border.append(element("w:left", val="single", sz="20", space="8", color=CALLOUT_EDGE[block.kind]))
        properties.append(border)
        properties.append(element("w:shd", val="clear", color="auto", fill=CALLOUT_FILL[block.kind]))
        label = paragraph.add_run(f"{self.words[block.kind]}: ")
        label.bold = True
        label.font.color.rgb = RGBColor.from_string(CALLOUT_EDGE[block.kind])
        self.runs(paragraph, block.runs)
        self.evidence(paragraph, block.evidence)

    def block(self, block: object) -> None:
        match block:
            case Heading():
                paragraph = self.file.add_heading(xml_text(block.text), level=block.level)
                self.anchor(paragraph, block.id)
            case Paragraph():
                paragraph = self.file.add_paragraph()
                self.runs(paragraph, block.runs)
                self.evidence(paragraph, block.evidence)
            case BulletList():
                for item in block.items:
                    paragraph = self.file.add_paragraph(style="List Bullet")
                    self.runs(paragraph, item.runs)
                    self.evidence(paragraph, item.evidence)
            case Table():
                self.table(block)
            case Figure():
                self.figure(block)
            case Callout():
                self.callout(block)
            case PageBreak():
                self.file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            case _:
                raise TypeError(f"unknown block {type(block).__name__}")

    def top_matter(self) -> None:
        document = self.document
        if document.author:
            self.file.add_paragraph(xml_text(document.author), style="Small")
        self.file.add_paragraph(xml_text(document.title), style="Title")
        if document.subtitle:
            self.file.add_paragraph(xml_text(document.subtitle), style="Subtitle")
        if document.date:
            self.file.add_paragraph(written_date(document.date, document.language), style="Small")
        for label, value in document.meta:
            self.file.add_paragraph(xml_text(f"{label}: {value}"), style="Small")

    def write(self) -> bytes:
        dress(self.file, self.document)
        self.top_matter()
        for block in self.document.blocks:
            self.block(block)
        if self.document.notes:
            self.file.add_heading(self.words["notes"], level=1)
            self.notes(self.document.notes, self.marks)
        buffer = io.BytesIO()
        self.file.save(buffer)
        return fixed_times(buffer.getvalue(), self.document.date)


def docx_bytes(document: Document) -> bytes:
    """The document as DOCX. Raises DocumentProblem if it is not sound."""
    return _Writer(check(document)).write()
