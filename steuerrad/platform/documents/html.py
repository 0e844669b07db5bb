"""A document as an HTML fragment: semantic, escaped, free of style and script (fits a strict CSP)."""

from html import escape

from steuerrad.platform.documents.drawing import labelled
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
    PageBreak,
    Paragraph,
    Runs,
    Strong,
    Table,
    Text,
    check,
)
from steuerrad.platform.documents.words import captions, note_marks, words, written_date

Marks = dict[str, tuple[str, str]]


def _run_html(content: Runs, marks: Marks, note_word: str) -> str:
    parts: list[str] = []
    for run in content:
        match run:
            case Text(text):
                parts.append(escape(text))
            case Strong(text):
                parts.append(f"<strong>{escape(text)}</strong>")
            case Emphasis(text):
                parts.append(f"<em>{escape(text)}</em>")
            case Link(text, target):
                parts.append(f'<a href="{escape(target)}">{escape(text)}</a>')
            case _:
                mark, anchor = marks[run.key]
                label = escape(f"{note_word} {mark}")
                parts.append(f'<sup><a href="#{escape(anchor)}" aria-label="{label}">{mark}</a></sup>')
    return "".join(parts)


class _Renderer:
    def __init__(self, document: Document, top: int) -> None:
        self.document = document
        self.top = top
        self.words = words(document.language)
        self.captions = captions(document)
        self.marks = note_marks(document)

    def runs(self, content: Runs, marks: Marks | None = None) -> str:
        return _run_html(content, self.marks if marks is None else marks, self.words["note"])

    def evidence(self, items: tuple[Evidence, ...]) -> str:
        if not items:
            return ""
        links = ", ".join(f'<a href="#{escape(i.anchor)}">{escape(i.label)}</a>' for i in items)
        return f' <span class="document-evidence">({links})</span>'

    def heading(self, block: Heading) -> str:
        tag = f"h{min(6, self.top + block.level)}"
        name = f' id="{escape(block.id)}"' if block.id else ""
        return f"<{tag}{name}>{escape(block.text)}</{tag}>"

    def notes(self, notes: tuple[Note, ...], marks: Marks) -> str:
        items = []
        for note in notes:
            mark, anchor = marks[note.key]
            items.append(
                f'<li id="{escape(anchor)}"><span class="document-mark">{mark}</span> {self.runs(note.runs)}</li>'
            )
        return f'<ul class="document-notes">{"".join(items)}</ul>' if items else ""

    def table(self, block: Table) -> str:
        marks = note_marks(self.document, block)
        head = "".join(
            f'<th scope="col" class="document-{column.align}">{escape(column.header)}</th>'
            for column in block.columns
        )
        body: list[str] = []
        for row in block.rows:
            cells: list[str] = []
            for index, (cell, column) in enumerate(zip(block.cells(row), block.columns, strict=True)):
                header = index == 0 and block.row_header
                tag, scope = ("th", ' scope="row"') if header else ("td", "")
                name = f' id="{escape(cell.id)}"' if cell.id else ""
                text = self.runs(cell.runs, marks)
                cells.append(f'<{tag}{scope}{name} class="document-{column.align}">{text}</{tag}>')
            body.append(f"<tr>{''.join(cells)}</tr>")
        note = f'<p class="document-note">{escape(block.note)}</p>' if block.note else ""
        caption = escape(self.captions[block.id])
        return (
            f'<div class="document-table" id="{escape(block.id)}" role="region" tabindex="0" '
            f'aria-labelledby="{escape(block.id)}-caption">'
            f'<table><caption id="{escape(block.id)}-caption">{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
            f"{note}{self.notes(block.footnotes, marks)}"
        )

    def figure(self, block: Figure) -> str:
        drawing = labelled(block.svg, f"{block.id}-", block.alt)
        details = ""
        if block.table is not None:
            details = f"<details><summary>{self.words['data']}</summary>{self.table(block.table)}</details>"
        caption = escape(self.captions[block.id])
        return (
            f'<figure class="document-figure" id="{escape(block.id)}">{drawing}'
            f"<figcaption>{caption}</figcaption></figure>{details}"
        )

    def block(self, block: object) -> str:
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return f"<p>{self.runs(block.runs)}{self.evidence(block.evidence)}</p>"
            case BulletList():
                items = "".join(
                    f"<li>{self.runs(i.runs)}{self.evidence(i.evidence)}</li>" for i in block.items
                )
                return f"<ul>{items}</ul>"
            case Table():
                return self.table(block)
            case Figure():
                return self.figure(block)
            case Callout():
                label = escape(self.words[block.kind])
                text = f"{self.runs(block.runs)}{self.evidence(block.evidence)}"
                return (
                    f'<div class="document-callout document-callout--{block.kind}" role="note">'
                    f"<p><strong>{label}:</strong> {text}</p></div>"
                )
            case PageBreak():
                return '<hr class="document-break" aria-hidden="true">'
            case _:
                raise TypeError(f"unknown block {type(block).__name__}")

    def top_matter(self) -> str:
        document = self.document
        lines = []
        if self.top:
            lines.append(f"<h{self.top}>{escape(document.title)}</h{self.top}>")
        if document.subtitle:
            lines.append(f'<p class="document-subtitle">{escape(document.subtitle)}</p>')
        facts = [escape(document.author)] if document.author else []
        if document.date:
            day = escape(written_date(document.date, document.language))
            facts.append(f'<time datetime="{document.date.isoformat()}">{day}</time>')
        if facts:
            lines.append(f'<p class="document-facts">{" · ".join(facts)}</p>')
        if document.meta:
            pairs = "".join(
                f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
                for label, value in document.meta
            )
            lines.append(f'<dl class="document-meta">{pairs}</dl>')
        return "".join(lines)


def html_fragment(document: Document, *, top: int = 1) -> str:
    """The document as ``<article class="document">``, safe to put in a page as it is.

    ``top`` is the title's heading level on that page; 0 leaves the title to the page, and level 1 becomes
    h1. Raises DocumentProblem if the document is not sound.
    """
    renderer = _Renderer(check(document), top)
    document = renderer.document
    blocks = "\n".join(renderer.block(block) for block in document.blocks)
    notes = ""
    if document.notes:
        tag = f"h{min(6, top + 1)}"
        notes = f"<{tag}>{renderer.words['notes']}</{tag}>{renderer.notes(document.notes, renderer.marks)}"
    return f'<article class="document" lang="{document.language}">{renderer.top_matter()}\n{blocks}\n{notes}</article>'
