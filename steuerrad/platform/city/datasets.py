"""The documents as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.platform.city.models import Document


def document_rows(user: Any) -> Iterator[dict[str, Any]]:
    yield from Document.objects.values("key", "title", "publisher", "date", "kind", "url", "note")


DATASETS = (
    Dataset(
        "city.documents",
        _("Documents"),
        _("The documents that figures and measures are taken from."),
        (
            Column("key", _("Key")),
            Column("title", _("Title")),
            Column("publisher", _("Publisher")),
            Column("date", _("Date"), description=_("as printed")),
            Column("kind", _("Kind")),
            Column("url", _("Address")),
            Column("note", _("Note")),
        ),
        document_rows,
    ),
)
