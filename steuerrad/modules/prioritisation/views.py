"""The overview of prioritisation: parse, ask, render."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.modules.prioritisation.choice.overview import overview as choice_overview
from steuerrad.modules.prioritisation.whatif.overview import overview as whatif_overview


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    context = {
        "heading": _("Prioritisation"),
        "lead": _(
            "What would change the place of the city, and which measures to choose for the money there is."
        ),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Prioritisation"), "")],
        **whatif_overview(request),
        **choice_overview(request),
    }
    return render(request, "prioritisation/index.html", context)
