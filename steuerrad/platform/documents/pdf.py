"""A document as a tagged PDF: typst sets it, a second pass adds what typst cannot say.

typst 0.15 writes PDF/UA-1 with PDF/A-2a, but has no row headers from Python. Here the first cell of each
body row becomes ``TH`` with ``Scope=Row``, every other cell of the row names it among its headers, and the
tree of ids is rebuilt (ISO 32000-1, 14.7.2 and 14.8.5.7). What the result passes is checked by
:mod:`~steuerrad.platform.documents.pdf_check`; nothing more is claimed.
"""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from steuerrad.platform.documents.model import Document, check, tables
from steuerrad.platform.documents.typeset import Standard, compile_pdf

STANDARDS: tuple[Standard, ...] = ("ua-1", "a-2a")
UNDATED_STANDARDS: tuple[Standard, ...] = ("ua-1",)  # PDF/A requires a date, and none is invented


def children(element: Any) -> Iterator[Any]:
    """The structure elements directly below one, in order."""
    kids = element.get("/K")
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every structure element in reading order."""
    kids = pdf.Root.StructTreeRoot.K
    stack = list(reversed(list(kids))) if isinstance(kids, Array) else [kids]
    while stack:
        element = stack.pop()
        yield element
        stack.extend(reversed(list(children(element))))


def _table_attributes(cell: Any) -> Any:
    """The cell's attributes of owner Table, made where there are none."""
    owned = cell.get("/A")
    held = list(owned) if isinstance(owned, Array) else [] if owned is None else [owned]
    for item in held:
        if isinstance(item, Dictionary) and item.get("/O") == Name.Table:
            return item
    fresh = Dictionary(O=Name.Table)
    cell.A = Array([fresh, *held])
    return cell.A[0]


def _name_rows(table: Any, number: int) -> None:
    body = [row for part in children(table) if Name.TBody == part.S for row in children(part)]
    for index, row in enumerate(body):
        cells = list(children(row))
        if not cells or cells[0].S != Name.TD:
            continue
        name = String(f"row-{number}-{index}")
        cells[0].S = Name.TH
        cells[0].ID = name
        _table_attributes(cells[0]).Scope = Name.Row
        for cell in cells[1:]:
            attributes = _table_attributes(cell)
            attributes.Headers = Array([*attributes.get("/Headers", Array()), name])


def _rebuild_id_tree(pdf: pikepdf.Pdf) -> None:
    named = {bytes(element.ID): element for element in elements(pdf) if "/ID" in element}
    if not named:
        return
    pairs: list[Any] = []
    for name in sorted(named):
        pairs += [String(name), named[name]]
    limits = Array([String(min(named)), String(max(named))])
    leaf = pdf.make_indirect(Dictionary(Limits=limits, Names=Array(pairs)))
    pdf.Root.StructTreeRoot.IDTree = Dictionary(Kids=Array([leaf]))


def with_row_headers(data: bytes, headed: list[bool]) -> bytes:
    """The PDF with row headers in those tables (counted in reading order) that have them."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [element for element in elements(pdf) if Name.Table == element.S]
        if len(found) != len(headed):
            raise RuntimeError(f"the PDF has {len(found)} tables, the document {len(headed)}")
        for number, (table, rows_named) in enumerate(zip(found, headed, strict=True), 1):
            if rows_named:
                _name_rows(table, number)
        _rebuild_id_tree(pdf)
        pdf.Root.ViewerPreferences.DisplayDocTitle = True
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def pdf_bytes(document: Document) -> bytes:
    """The document as PDF; equal documents give equal bytes. Raises DocumentProblem if it is not sound."""
    document = check(document)
    typeset = compile_pdf(document, STANDARDS if document.date else UNDATED_STANDARDS)
    return with_row_headers(typeset, [table.row_header for table in tables(document)])
