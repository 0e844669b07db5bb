"""The document model: frozen data that renders to HTML, DOCX and PDF alike.

A document says each thing once. A statement (paragraph, list item, callout) may name its evidence: labels
with the id of the table, row or figure that holds the number; every renderer turns them into links.
:func:`check` refuses a document whose links lead nowhere, whose headings skip a level or whose figures
have no alternative text, so that no renderer has to guess.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Align = Literal["left", "right", "center"]
CalloutKind = Literal["info", "warning", "success", "correction"]

DEEPEST_HEADING = 5
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,120}")
_TARGET = re.compile(r"(?:https?://[^\s]+|mailto:[^\s@]+@[^\s@]+)")


class DocumentProblem(ValueError):  # noqa: N818 - matches TableProblem
    """The document contradicts itself; the message names every fault."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """``target`` is an http(s) or mailto address, or ``#id`` of something in the document."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class NoteRef:
    """Refers to a note by key: inside a table first to the table's, else to the document's."""

    key: str


Run = Text | Strong | Emphasis | Link | NoteRef
Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a statement's number stands: what the link says, and the id it leads to."""

    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Note:
    key: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 is the first below the document's title."""

    level: int
    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ListItem:
    runs: Runs
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class BulletList:
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """``id`` makes the cell a place that evidence can lead to."""

    runs: Runs
    id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A data table. Each row has one cell per column; a plain string is a cell of that text.

    With ``row_header`` the first cell names the row. ``note`` stands below, ``footnotes`` below that.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | str, ...], ...]
    id: str = ""
    row_header: bool = True
    footnotes: tuple[Note, ...] = ()
    note: str = ""

    def cells(self, row: tuple[Cell | str, ...]) -> tuple[Cell, ...]:
        return tuple(cell if isinstance(cell, Cell) else Cell((Text(cell),)) for cell in row)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing (SVG source), what it shows in words, and if wanted its numbers as a table."""

    svg: str
    alt: str
    caption: str
    id: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Callout:
    kind: CalloutKind
    runs: Runs
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Heading | Paragraph | BulletList | Table | Figure | Callout | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """``language`` is a BCP 47 tag (de, en). ``meta`` is printed below the title as label and value.

    ``date`` is also the file's creation time, so that equal documents give equal bytes. ``compact``: smaller
    margins, letters and gaps in print, for a paper of one page.
    """

    title: str
    language: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    author: str = ""
    date: dt.date | None = None
    meta: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    compact: bool = False


def runs(*parts: Run | str) -> Runs:
    """Runs from strings and runs: ``runs("Rang ", Strong("32"))``."""
    return tuple(Text(part) if isinstance(part, str) else part for part in parts)


def plain(content: Runs) -> str:
    """The runs' text without marks."""
    return "".join("" if isinstance(run, NoteRef) else run.text for run in content)


def tables(document: Document) -> Iterator[Table]:
    """Every table in reading order, those of figures included."""
    for block in document.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figure) and block.table is not None:
            yield block.table


def identified(document: Document) -> Document:
    """The document with an id on every table and figure that had none (``table-1``, ``figure-1`` ...)."""
    taken = set(_ids(document))
    counts = {"table": 0, "figure": 0}

    def fresh(kind: str) -> str:
        while True:
            counts[kind] += 1
            if (name := f"{kind}-{counts[kind]}") not in taken:
                return name

    def named(block: Block) -> Block:
        if isinstance(block, Figure):
            inner = block.table
            if inner is not None and not inner.id:
                inner = replace(inner, id=fresh("table"))
            return replace(block, id=block.id or fresh("figure"), table=inner)
        if isinstance(block, Table) and not block.id:
            return replace(block, id=fresh("table"))
        return block

    return replace(document, blocks=tuple(named(block) for block in document.blocks))


def _ids(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Heading | Table | Figure) and block.id:
            yield block.id
    for table in tables(document):
        for row in table.rows:
            yield from (cell.id for cell in row if isinstance(cell, Cell) and cell.id)
    for block in document.blocks:
        if isinstance(block, Figure) and block.table is not None and block.table.id:
            yield block.table.id


def _statements(document: Document) -> Iterator[tuple[Runs, tuple[Evidence, ...], frozenset[str]]]:
    """Every run of text with its evidence and the note keys that it may use."""
    known = frozenset(note.key for note in document.notes)
    for block in document.blocks:
        if isinstance(block, Paragraph | Callout):
            yield block.runs, block.evidence, known
        elif isinstance(block, BulletList):
            for item in block.items:
                yield item.runs, item.evidence, known
    for table in tables(document):
        own = known | {note.key for note in table.footnotes}
        for row in table.rows:
            for cell in table.cells(row):
                yield cell.runs, (), own
    for notes in (document.notes, *(table.footnotes for table in tables(document))):
        for note in notes:
            yield note.runs, (), frozenset()


def _structure_faults(document: Document) -> Iterator[str]:
    if not document.title.strip():
        yield "the title is empty"
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", document.language):
        yield f"'{document.language}' is no language tag"
    level = 0
    for block in document.blocks:
        if isinstance(block, Heading):
            if not block.text.strip():
                yield "a heading is empty"
            if not 1 <= block.level <= min(level + 1, DEEPEST_HEADING):
                yield f"heading '{block.text[:60]}' of level {block.level} follows level {level}"
            level = block.level
        elif isinstance(block, Figure) and not block.alt.strip():
            yield f"figure '{block.caption[:60]}' has no alternative text"
        elif isinstance(block, BulletList) and not block.items:
            yield "a list has no items"
    for table in tables(document):
        if not table.columns or not all(column.header.strip() for column in table.columns):
            yield f"table '{table.caption[:60]}' has a column without header"
        if not table.caption.strip():
            yield "a table has no caption"
        for number, row in enumerate(table.rows, 1):
            if len(row) != len(table.columns):
                yield f"table '{table.caption[:60]}': row {number} has {len(row)} cells"
            elif table.row_header and not plain(table.cells(row)[0].runs).strip():
                yield f"table '{table.caption[:60]}': row {number} has an empty header"


def _link_faults(document: Document) -> Iterator[str]:
    ids = list(_ids(document))
    yield from (f"id '{name}' is used twice" for name in sorted({n for n in ids if ids.count(n) > 1}))
    yield from (f"'{name}' is no id" for name in ids if not _ID.fullmatch(name))
    known = set(ids)
    for content, evidence, notes in _statements(document):
        for item in evidence:
            if item.anchor not in known:
                yield f"evidence '{item.label[:60]}' leads to '#{item.anchor}', which is not there"
            if not item.label.strip():
                yield f"evidence for '#{item.anchor}' has no label"
        for run in content:
            if isinstance(run, NoteRef) and run.key not in notes:
                yield f"note '{run.key}' is not there"
            elif isinstance(run, Link):
                if run.target.startswith("#"):
                    if run.target[1:] not in known:
                        yield f"link to '{run.target}', which is not there"
                elif not _TARGET.fullmatch(run.target):
                    yield f"link to '{run.target[:60]}': only http, https, mailto and #id"
                if not run.text.strip():
                    yield f"link to '{run.target[:60]}' has no text"


def check(document: Document) -> Document:
    """The document with all ids set, if it is sound; else DocumentProblem naming every fault."""
    document = identified(document)
    faults = [*_structure_faults(document), *_link_faults(document)]
    if faults:
        raise DocumentProblem("; ".join(faults[:20]))
    return document
