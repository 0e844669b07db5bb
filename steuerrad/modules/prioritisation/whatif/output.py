"""A decision paper as a file."""

from __future__ import annotations

import re
import unicodedata

from django.http import HttpResponse

from steuerrad.platform.documents.files import FORMATS
from steuerrad.platform.documents.model import Document

__all__ = ["FORMATS", "file_response"]


def file_response(document: Document, form: str) -> HttpResponse:
    """The document to take away, named after its title. Raises KeyError for a form that there is not."""
    kind = FORMATS[form]
    plain = unicodedata.normalize("NFKD", document.title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "paper"
    response = HttpResponse(kind.make(document), content_type=kind.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
