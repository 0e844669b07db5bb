"""How the DOCX looks and what it says about itself: styles, page, language, properties, table dress."""

import datetime as dt
import io
import re
import zipfile
import zlib
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from steuerrad.platform.documents.model import Document, Table, plain
from steuerrad.platform.documents.typeset import column_shares
from steuerrad.platform.documents.words import words

TEXT_WIDTH = Mm(163)
FONT = "Calibri"
ACCENT = RGBColor(0x12, 0x35, 0x5B)
QUIET = RGBColor(0x50, 0x58, 0x66)
EPOCH = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)  # the earliest time that a zip can hold
REGIONS = {"de": "de-DE", "en": "en-GB"}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """Text that XML can hold, on one line."""
    return _UNWRITABLE.sub("\ufffd", text).replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def element(tag: str, **attributes: str) -> Any:
    made: Any = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def bookmark_name(anchor: str) -> str:
    """Word takes 40 characters of letters, digits and underscores; other ids get a checksum."""
    name = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    return name if name == anchor and len(name) <= 40 else f"{name[:31]}_{zlib.crc32(anchor.encode()):08x}"


def _font(style: Any, size: float, *, color: RGBColor | None = None, bold: bool | None = None) -> None:
    style.font.name = FONT
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    if color is not None:
        style.font.color.rgb = color


def _styles(file: Any) -> None:
    styles = file.styles
    _font(styles["Normal"], 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.15
    _font(styles["Title"], 24, color=ACCENT, bold=True)
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)
    _font(styles["Subtitle"], 13, color=QUIET)
    for level, size in ((1, 15), (2, 12.5), (3, 11), (4, 10.5), (5, 10.5)):
        style = styles[f"Heading {level}"]
        _font(style, size, color=ACCENT, bold=True)
        style.paragraph_format.space_before = Pt(max(8, 20 - 4 * level))
        style.paragraph_format.space_after = Pt(5)
        style.paragraph_format.keep_with_next = True
    _font(styles["Caption"], 9, color=QUIET, bold=False)
    styles["Caption"].paragraph_format.space_before = Pt(8)
    styles["Caption"].paragraph_format.space_after = Pt(3)
    small = styles.add_style("Small", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    _font(small, 9, color=QUIET)
    small.paragraph_format.space_after = Pt(3)


def _language(file: Any, language: str) -> None:
    tag = REGIONS.get(language, language)
    defaults = file.styles.element.find(qn("w:docDefaults"))
    for lang in defaults.iter(qn("w:lang")):
        lang.set(qn("w:val"), tag)
    theme = file.settings.element.find(qn("w:themeFontLang"))
    if theme is not None:
        theme.set(qn("w:val"), tag)


def _field(paragraph: Any, code: str) -> None:
    """A field that Word computes, such as PAGE."""
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        if kind is None:
            text = element("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)
        else:
            run._r.append(element("w:fldChar", fldCharType=kind))


def _page(file: Any, document: Document) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(22)
    section.top_margin, section.bottom_margin = Mm(26), Mm(24)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.style = file.styles["Small"]
    header.add_run(xml_text(document.title[:110]))
    named = words(document.language)
    for footer in (section.footer, section.first_page_footer):
        paragraph = footer.paragraphs[0]
        paragraph.style = file.styles["Small"]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.add_run(f"{named['page']} ")
        _field(paragraph, "PAGE")
        paragraph.add_run(f" {named['of']} ")
        _field(paragraph, "NUMPAGES")


def _moment(day: dt.date | None) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day and day.year >= 1980 else EPOCH


def dress(file: Any, document: Document) -> None:
    """Styles, page, language and properties of a new python-docx document."""
    _styles(file)
    _language(file, document.language)
    _page(file, document)
    properties = file.core_properties
    properties.title = xml_text(document.title)[:255]
    properties.author = xml_text(document.author)[:255]
    properties.last_modified_by = xml_text(document.author)[:255]
    properties.subject = xml_text(document.subtitle)[:255]
    properties.language = REGIONS.get(document.language, document.language)
    properties.comments = ""
    properties.created = properties.modified = _moment(document.date).replace(tzinfo=None)


def fill(cell: Any, color: str) -> None:
    cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=color))


def dress_table(table: Any, block: Table, caption: str) -> None:
    """Rules instead of a grid; header row and first column marked for Word; the caption as its title."""
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is None:
        look = element("w:tblLook")
        properties.append(look)
    look.attrib.clear()
    for name, on in (("firstRow", True), ("firstColumn", block.row_header), ("noVBand", True)):
        look.set(qn(f"w:{name}"), "1" if on else "0")
    borders = element("w:tblBorders")
    for side, weight, color in (
        ("top", "8", "1B1F27"),
        ("bottom", "8", "1B1F27"),
        ("insideH", "4", "B9C1CC"),
    ):
        borders.append(element(f"w:{side}", val="single", sz=weight, space="0", color=color))
    for side in ("left", "right", "insideV"):
        borders.append(element(f"w:{side}", val="nil"))
    borders[:] = sorted(
        borders,
        key=lambda b: ("top", "left", "bottom", "right", "insideH", "insideV").index(
            b.tag.rpartition("}")[2]
        ),
    )
    look.addprevious(borders)
    properties.append(element("w:tblCaption", val=caption))


def column_widths(block: Table) -> tuple[list[int], float]:
    """Column widths in EMU and the text size in points: narrow columns fit their content, others share the rest."""
    shares, size = column_shares(block)
    needed: list[int] = []
    for index, column in enumerate(block.columns):
        lengths = [len(plain(block.cells(row)[index].runs)) for row in block.rows]
        words_of_header = [len(word) for word in column.header.split()]
        needed.append(int(Pt(max([*lengths, *words_of_header]) * 0.6 * size + 14)))
    rest = int(TEXT_WIDTH) - sum(need for need, share in zip(needed, shares, strict=True) if not share)
    if not any(shares) and rest >= 0:
        return needed, size
    if any(shares) and rest >= TEXT_WIDTH // 4:
        total = sum(shares)
        pairs = zip(needed, shares, strict=True)
        return [rest * share // total if share else need for need, share in pairs], size
    weights = [share or 10 for share in shares]
    return [int(TEXT_WIDTH) * weight // sum(weights) for weight in weights], size


def set_widths(table: Any, block: Table) -> None:
    """Column widths and the text size of all cells."""
    widths, size = column_widths(block)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width
            for paragraph in cell.p_lst:
                for run in paragraph.iter(qn("w:r")):
                    run.get_or_add_rPr().sz_val = Pt(size)
                spacing = paragraph.get_or_add_pPr().get_or_add_spacing()
                spacing.set(qn("w:before"), "40")
                spacing.set(qn("w:after"), "40")
                spacing.set(qn("w:line"), "240")


def fixed_times(data: bytes, day: dt.date | None) -> bytes:
    """The package with all its parts dated by the document, so that equal input gives equal bytes."""
    moment = _moment(day)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, moment.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
