"""The list of organisations and the page of one, with what modules add to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.kernel.registry import registry
from steuerrad.platform.city.queries import documents
from steuerrad.platform.organisations import queries

PLACE = "organisation"


def organisation_list(request: HttpRequest) -> HttpResponse:
    groups = queries.by_kind(queries.organisations())
    context = {
        "heading": _("Organisations"),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Organisations"), "")],
        "groups": groups,
        "total": sum(len(group) for _kind, _title, group in groups),
    }
    return render(request, "organisations/list.html", context)


def detail(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.organisation(key)
    panels = [
        {"template": panel.template, "context": panel.context(found, request.user)}
        for panel in registry.panels(PLACE)
    ]
    styles = dict.fromkeys(path for panel in registry.panels(PLACE) for path in panel.styles)
    context = {
        "heading": found.name,
        "preline": queries.kind_title(found.kind),
        "breadcrumbs": [
            (_("Home"), reverse("home")), (_("Organisations"), reverse("organisations:list")), (found.name, ""),
        ],
        "organisation": found,
        "parts": queries.parts_of(found),
        "panels": panels,
        "panel_styles": list(styles),
        "document": documents().get(found.document),
    }  # fmt: skip
    return render(request, "organisations/detail.html", context)
