"""The dossier for the steering committee: asked for, looked at while it is made, fetched."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import PortfolioDossier
from steuerrad.modules.strategy.portfolio.actions.dossiers import request_dossier
from steuerrad.modules.strategy.portfolio.views.files import readers_only
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs
from steuerrad.platform.jobs.serving import made_file


@readers_only
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    made = request_dossier(request.user, request.POST.get("query", ""))
    return redirect("strategy:portfolio_dossier", pk=made.pk)


def own_or_404(request: HttpRequest, pk: int) -> PortfolioDossier:
    """It holds what one person may see, and is nobody else's."""
    return get_object_or_404(PortfolioDossier, pk=pk, requested_by=request.user)


@readers_only
@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    found = own_or_404(request, pk)
    context = {
        "heading": _("Dossier for the steering committee"),
        "breadcrumbs": portfolio_crumbs(
            (_("Files"), reverse("strategy:portfolio_files")), (_("Dossier"), "")
        ),
        "dossier": found,
    }
    return render(request, "strategy/portfolio/dossier.html", context)


@readers_only
@require_safe
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, for the page that asks again and again."""
    return render(request, "strategy/portfolio/_dossier.html", {"dossier": own_or_404(request, pk)})


@readers_only
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = own_or_404(request, pk)
    day = found.requested_at.astimezone(clock.LOCAL).date()
    return made_file(found, f"{_('Portfolio')}-{day:%Y-%m-%d}", "pdf", "application/pdf")
