"""The systems of the strategy and the documents behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.queries.sources import measure_documents, source_uses, unknown_keys
from steuerrad.modules.strategy.queries.systems import systems
from steuerrad.modules.strategy.views.parts import crumbs


def system_list(request: HttpRequest) -> HttpResponse:
    rows = systems()
    english = (get_language() or "").startswith("en")
    context = {
        "heading": _("Systems"),
        "breadcrumbs": crumbs((_("Systems"), "")),
        "rows": [(row, row.system.job if english else row.system.job_de or row.system.job) for row in rows],
        "running": sum(row.runs for row in rows),
    }
    return render(request, "strategy/systems.html", context)


def source_list(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Documents and sources"),
        "breadcrumbs": crumbs((_("Documents and sources"), "")),
        "sources": source_uses(),
        "measure_documents": measure_documents(),
        "unknown": sorted(unknown_keys().items()),
    }
    return render(request, "strategy/sources.html", context)
