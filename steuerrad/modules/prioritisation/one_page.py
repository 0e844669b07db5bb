"""Decision papers on one page, as files: what the what-if and the choice share."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
from django.http import HttpResponse

from steuerrad.platform.documents.files import FORMATS
from steuerrad.platform.documents.model import Document
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.tables.http import attachment

__all__ = ["FORMATS", "file_response", "fullest", "pages", "shortened"]


def shortened(text: str, most: int) -> str:
    """One paragraph of at most so many characters, cut at a word."""
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    return words[:most].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + " …"


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return len(file.pages)


def fullest(made: Callable[[int], Document], levels: int) -> Document:
    """The fullest paper that fits on one page; the shortest when none does. made(brevity): 0 to levels - 1."""
    document = made(0)
    for brevity in range(1, levels):
        if pages(pdf_bytes(document)) == 1:
            return document
        document = made(brevity)
    return document


def file_response(document: Document, form: str) -> HttpResponse:
    """The document to take away, named after its title. Raises KeyError for a form that there is not."""
    kind = FORMATS[form]
    response = HttpResponse(kind.make(document), content_type=kind.content_type)
    response["Content-Disposition"] = attachment(document.title, form)
    return response
