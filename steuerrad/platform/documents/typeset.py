"""The document as the plain data that ``document.typ`` sets, and typst's call with it.

Text reaches typst only as JSON strings, so nothing in it can become markup. Characters that the fonts in
typst's wheel lack are written as ``[U+1F600]``: PDF/UA forbids glyphs that are not there, and a box would
hide what stood in the text.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import typst

from steuerrad.platform.documents.drawing import picture
from steuerrad.platform.documents.model import (
    BulletList,
    Callout,
    Document,
    DocumentProblem,
    Emphasis,
    Evidence,
    Figure,
    Heading,
    Link,
    Note,
    PageBreak,
    Paragraph,
    Runs,
    Strong,
    Table,
    Text,
    plain,
)
from steuerrad.platform.documents.words import captions, note_marks, words, written_date

FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")
TEXT_WIDTH = 461.0  # points between the margins of the page
TALLEST_FIGURE = 560.0  # points
LONGEST_WORD = 28  # longer ones may break anywhere
ATTEMPTS = 8
NARROW_WORDS = 14  # characters up to which a column is as wide as its content
NARROW_FIGURES = 20
NARROW_TABLE = 66  # characters of all columns up to which a table does not fill the line

Clean = Callable[[str], str]
Standard = Literal["ua-1", "a-2a"]
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff0-\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: PDF/A-2a takes none of them (ISO 19005-2, 6.2.11.7.3). Word puts its own bullets and arrows there.
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FROM_WORD = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "›", "\uf0e0": "→", "\uf0fc": "✓", "\uf02d": "–"}
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_BREAK_AFTER = re.compile(r"([/_.,;:&=?@+-])(?=\w)")
_UNDRAWN = re.compile(r"the text `\"(.*?)\"` could not be displayed", re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_BEYOND_LATIN = re.compile(
    "[^\t\n -~\u00a0-\u024f\u2010-\u2027\u2030-\u205e\u20ac\u2190-\u2193\u2212\u2260-\u2265\u200b]"
)


@cache
def fonts() -> typst.Fonts:
    """The fonts in typst's wheel only, so that every machine sets the same pages."""
    return typst.Fonts(include_system_fonts=False)


@cache
def template() -> bytes:
    return files("steuerrad.platform.documents").joinpath("document.typ").read_bytes()


def code_point(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def _breakable(match: re.Match[str]) -> str:
    """A long word with places where it may break; German words are left to hyphenation unless absurd."""
    word = match[0]
    marked = _BREAK_AFTER.sub("\\1\u200b", word)
    parts = marked.split("\u200b")
    limit = LONGEST_WORD if not word.isalpha() else 2 * LONGEST_WORD
    return "\u200b".join(
        part if len(part) <= limit else "\u200b".join(part[i : i + 14] for i in range(0, len(part), 14))
        for part in parts
    )


def cleaner(undrawn: frozenset[str], latin_only: bool = False) -> Clean:
    """A function that makes text settable: controls out, breaks in, undrawable characters spelt out."""

    def clean(text: str) -> str:
        text = _SURROGATE.sub("\ufffd", text)
        text = _PRIVATE.sub(lambda found: _FROM_WORD.get(found[0]) or code_point(found[0]), text)
        text = " ".join(_INVISIBLE.sub(" ", text).split(" ")) if not text.isprintable() else text
        text = re.sub(r"[ \t\r\n\v\f\u2028\u2029]+", " ", text)
        if latin_only:
            text = _BEYOND_LATIN.sub(lambda found: code_point(found[0]), text)
        elif undrawn and not undrawn.isdisjoint(text):
            text = "".join(code_point(c) if c in undrawn else c for c in text)
        return _LONG_WORD.sub(_breakable, text)

    return clean


class _Builder:
    def __init__(self, document: Document, clean: Clean) -> None:
        self.document = document
        self.clean = clean
        self.captions = captions(document)
        self.words = words(document.language)
        self.marks = note_marks(document)

    def written(self, text: str) -> str:
        """Text that is no part of the flow and has no places to break."""
        return self.clean(text).replace("\u200b", "")

    def runs(self, content: Runs, marks: dict[str, tuple[str, str]] | None = None) -> list[dict[str, str]]:
        marks = self.marks if marks is None else marks
        result: list[dict[str, str]] = []
        for run in content:
            match run:
                case Text(text):
                    result.append({"kind": "text", "text": self.clean(text)})
                case Strong(text):
                    result.append({"kind": "strong", "text": self.clean(text)})
                case Emphasis(text):
                    result.append({"kind": "emphasis", "text": self.clean(text)})
                case Link(text, target):
                    result.append({"kind": "link", "text": self.clean(text), "target": target})
                case _:
                    mark, anchor = marks[run.key]
                    result.append({"kind": "note", "text": mark, "target": anchor})
        return result

    def evidence(self, items: tuple[Evidence, ...]) -> list[dict[str, str]]:
        return [{"label": self.clean(item.label), "anchor": item.anchor} for item in items]

    def notes(self, notes: tuple[Note, ...], marks: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
        return [{"mark": marks[n.key][0], "id": marks[n.key][1], "runs": self.runs(n.runs)} for n in notes]

    def table(self, block: Table) -> dict[str, Any]:
        marks = note_marks(self.document, block)
        shares, size = column_shares(block)
        return {
            "kind": "table",
            "id": block.id,
            "caption": self.clean(self.captions[block.id]),
            "size": size,
            "columns": [
                {"header": self.clean(column.header), "align": column.align, "share": share}
                for column, share in zip(block.columns, shares, strict=True)
            ],
            "rows": [
                [{"id": cell.id, "runs": self.runs(cell.runs, marks)} for cell in block.cells(row)]
                for row in block.rows
            ],
            "note": self.clean(block.note),
            "footnotes": self.notes(block.footnotes, marks),
        }

    def figure(self, block: Figure) -> list[dict[str, Any]]:
        svg, (width, height) = picture(block.svg, clean=self.written)
        scale = min(TEXT_WIDTH / width, TALLEST_FIGURE / height, 0.9)
        drawn = {
            "kind": "figure",
            "id": block.id,
            "svg": svg,
            "alt": self.written(block.alt),
            "caption": self.clean(self.captions[block.id]),
            "width": width * scale,
            "height": height * scale,
        }
        return [drawn] if block.table is None else [drawn, self.table(block.table)]

    def block(self, block: object) -> list[dict[str, Any]]:
        match block:
            case Heading(level, text, name):
                return [{"kind": "heading", "level": level, "text": self.clean(text), "id": name}]
            case Paragraph(content, evidence):
                return [
                    {"kind": "paragraph", "runs": self.runs(content), "evidence": self.evidence(evidence)}
                ]
            case BulletList(items):
                built = [{"runs": self.runs(i.runs), "evidence": self.evidence(i.evidence)} for i in items]
                return [{"kind": "list", "items": built}]
            case Callout(style, content, evidence):
                label = self.words[style]
                said = {"runs": self.runs(content), "evidence": self.evidence(evidence)}
                return [{"kind": "callout", "style": style, "label": label, **said}]
            case Table():
                return [self.table(block)]
            case Figure():
                return self.figure(block)
            case PageBreak():
                return [{"kind": "break"}]
            case _:
                raise TypeError(f"unknown block {type(block).__name__}")

    def build(self) -> dict[str, Any]:
        document, clean = self.document, self.clean
        language, _, region = document.language.partition("-")
        title = clean(document.title).replace("\u200b", "")
        day = document.date
        return {
            "title": title,
            "short-title": title if len(title) <= 95 else title[:94] + "…",
            "subtitle": clean(document.subtitle),
            "author": clean(document.author).replace("\u200b", ""),
            "date": [day.year, day.month, day.day] if day else None,
            "written-date": written_date(day, document.language) if day else "",
            "lang": language,
            "region": region if len(region) == 2 else None,
            "fonts": FONTS,
            "compact": document.compact,
            "foot": clean(document.author)[:80],
            "page-word": self.words["page"],
            "of-word": self.words["of"],
            "notes-word": self.words["notes"],
            "meta": [[clean(label), clean(value)] for label, value in document.meta],
            "blocks": [part for block in document.blocks for part in self.block(block)],
            "notes": self.notes(document.notes, self.marks),
        }


def column_shares(table: Table) -> tuple[list[int], float]:
    """Each column's share of the width (0: as wide as its content) and the text size in points."""
    count = len(table.columns)
    size = 9.5 if count <= 5 else 8.5 if count <= 8 else 7.5
    widest: list[int] = []
    shares: list[int] = []
    for index, column in enumerate(table.columns):
        lengths = sorted(len(plain(table.cells(row)[index].runs)) for row in table.rows) or [0]
        widest.append(max(lengths[-1], len(column.header)))
        typical = lengths[(len(lengths) * 9) // 10]
        narrow = NARROW_FIGURES if column.align != "left" else NARROW_WORDS
        fits = max(lengths[-1], max(len(word) for word in column.header.split())) <= narrow
        shares.append(0 if fits else max(9, min(60, typical, widest[-1]), len(column.header) // 2))
    if sum(widest) + 3 * count <= NARROW_TABLE:
        return [0] * count, size
    if count > 6:  # let all share, so that none pushes another off the page
        shares = [share or 8 for share in shares]
    return shares, size


def _timestamp(document: Document) -> int:
    if document.date is None:
        return 0
    return int(datetime.combine(document.date, time(), UTC).timestamp())


def _undrawn(error: typst.TypstError) -> frozenset[str]:
    """The characters that typst found no glyph for."""
    found: set[str] = set()
    for text in _UNDRAWN.findall(str(getattr(error, "diagnostic", error))):
        found.update(_ESCAPED.sub(lambda match: chr(int(match[1], 16)), text))
    return frozenset(found)


def compile_pdf(document: Document, standards: tuple[Standard, ...]) -> bytes:
    """The typeset PDF of a sound document. Raises DocumentProblem where typst refuses it for good."""
    undrawn: frozenset[str] = frozenset()
    clean = cleaner(undrawn)
    for attempt in range(ATTEMPTS):
        data = json.dumps(_Builder(document, clean).build(), ensure_ascii=False)
        try:
            return typst.compile(
                template(),
                font_paths=fonts(),
                sys_inputs={"document": data},
                pdf_standards=[*standards],
                timestamp=_timestamp(document),
            )
        except typst.TypstError as error:
            more = _undrawn(error) - undrawn
            if attempt == ATTEMPTS - 1 or not (_UNDRAWN.search(str(error)) or more):
                raise DocumentProblem(f"the document cannot be typeset: {error}") from error
            undrawn |= more
            clean = cleaner(undrawn, latin_only=attempt >= ATTEMPTS - 3 or not more)
    raise AssertionError("unreachable")


DRAWING = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#set text(font: json(bytes(sys.inputs.fonts)))
#image(bytes(sys.inputs.svg), format: "svg", width: float(sys.inputs.width) * 1pt)
"""


def png(svg: str, *, ppi: float = 180.0) -> tuple[bytes, tuple[float, float]]:
    """An SVG figure as PNG, and its (width, height) in points."""
    source, (width, height) = picture(svg)
    scale = min(TEXT_WIDTH / width, TALLEST_FIGURE / height, 0.9)
    data = typst.compile(
        DRAWING,
        font_paths=fonts(),
        format="png",
        ppi=ppi,
        sys_inputs={"svg": source, "fonts": json.dumps(FONTS), "width": f"{width * scale:.3f}"},
    )
    return data, (width * scale, height * scale)
