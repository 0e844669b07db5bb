"""Reading the city."""

from __future__ import annotations

from steuerrad.platform.city.models import City, Document


def current_city() -> City | None:
    return City.objects.first()


def documents() -> dict[str, Document]:
    """All documents by key."""
    return {document.key: document for document in Document.objects.all()}
