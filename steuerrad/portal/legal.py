"""The pages that the law asks for: imprint, privacy, accessibility; and where data and programs come from."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.kernel.registry import registry
from steuerrad.platform.city.models import Document


@dataclass(frozen=True)
class Component:
    """Something of others that a page is made of."""

    name: str
    what: str
    licence: str


def components() -> list[Component]:
    """What reaches the browser; the lock files list what runs on the server."""
    return [
        Component(
            "KERN UX", _("styles and components of the design system of German administration"), "EUPL-1.2"
        ),
        Component("Fira Sans", _("typeface"), "OFL-1.1"),
        Component("htmx", _("parts of pages without reloading"), "0BSD"),
    ]


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    context = {"operator": settings.OPERATOR, "contact": settings.CONTACT, "heading": _("Imprint")}
    return render(request, "portal/imprint.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    context = {
        "contact": settings.CONTACT,
        "personal_data": registry.all("personal_data"),
        "heading": _("Privacy"),
    }
    return render(request, "portal/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "portal/accessibility.html",
        {"contact": settings.CONTACT, "heading": _("Accessibility statement")},
    )


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    context = {
        "documents": Document.objects.all(),
        "components": components(),
        "heading": _("Sources and licences"),
    }
    return render(request, "portal/sources.html", context)
