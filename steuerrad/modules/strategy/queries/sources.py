"""The documents behind the strategy and what was taken from each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Model

from steuerrad.modules.strategy.models import Field, Kpi, Measure, MeasureDocument, Target, Theme
from steuerrad.platform.city.models import Document
from steuerrad.platform.city.queries import documents

SOURCED: tuple[type[Model], ...] = (Theme, Field, Measure, Kpi, Target)


@dataclass(frozen=True)
class SourceUse:
    """A document and how many rows of which table rest on it: (plural name, number)."""

    document: Document
    uses: list[tuple[str, int]]


def source_uses() -> list[SourceUse]:
    """All documents of the city with what rests on them."""
    uses: dict[str, list[tuple[str, int]]] = {}
    for model in SOURCED:
        rows = model._default_manager.filter(retired=False).exclude(document="").order_by().values("document")
        for row in rows.annotate(n=Count("pk")):
            name = str(model._meta.verbose_name_plural)
            uses.setdefault(row["document"], []).append((name, row["n"]))
    return [SourceUse(document, uses.get(key, [])) for key, document in documents().items()]


def measure_documents() -> list[MeasureDocument]:
    """Documents and pages that belong to measures."""
    rows = MeasureDocument.objects.filter(retired=False, measure__retired=False)
    return list(rows.select_related("measure").order_by("measure__order", "title"))


def unknown_keys() -> Counter[str]:
    """Keys of documents that rows name but the city does not describe."""
    known = set(documents())
    found: Counter[str] = Counter()
    for model in SOURCED:
        for key in (
            model._default_manager.filter(retired=False)
            .exclude(document="")
            .values_list("document", flat=True)
        ):
            if key not in known:
                found[key] += 1
    return found
