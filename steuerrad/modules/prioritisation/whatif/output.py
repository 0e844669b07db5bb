"""A decision paper as a file."""

from __future__ import annotations

from django.http import HttpResponse

from steuerrad.platform.documents.files import FORMATS
from steuerrad.platform.documents.model import Document
from steuerrad.platform.tables.http import attachment

__all__ = ["FORMATS", "file_response"]


def file_response(document: Document, form: str) -> HttpResponse:
    """The document to take away, named after its title. Raises KeyError for a form that there is not."""
    kind = FORMATS[form]
    response = HttpResponse(kind.make(document), content_type=kind.content_type)
    response["Content-Disposition"] = attachment(document.title, form)
    return response
