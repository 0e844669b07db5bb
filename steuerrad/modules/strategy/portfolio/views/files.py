"""The portfolio as files: the workbook to fill in, and the dossier for the steering committee."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.kernel import clock
from steuerrad.modules.strategy.portfolio.choosing import chosen, filtered
from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.output.workbook import workbook_bytes
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING, STEER
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.tables.http import MEDIA_TYPES, attachment

#: Rows of a timeline that fit on one page.
ROWS_PER_PAGE = 28
View = Callable[..., HttpResponseBase]


def readers_only(view: View) -> View:
    """Signed in, and reading the steering of at least one measure."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        if not holds_anywhere(request.user, READ_STEERING):
            raise PermissionDenied(READ_STEERING)
        return view(request, *args, **options)

    return guarded


@readers_only
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    form = PortfolioFilterForm(request.GET)
    context = {
        "heading": _("Files"),
        "lead": _("The portfolio to take along, to fill in and to print."),
        "breadcrumbs": portfolio_crumbs((_("Files"), "")),
        "filter_form": form,
        "found": len(filtered(request.user, form.values())),
        "query": request.GET.urlencode(),
        "may_import": holds_anywhere(request.user, STEER),
    }
    return render(request, "strategy/portfolio/files.html", context)


@readers_only
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    form = PortfolioFilterForm(request.GET)
    states = filtered(request.user, form.values())
    made = workbook_bytes(gather(request.user, states), made_at=clock.now(), facts=chosen(form))
    return download(made, MEDIA_TYPES["xlsx"], "xlsx")


def download(content: bytes, media_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = attachment(f"{_('Portfolio')}-{clock.today():%Y-%m-%d}", ending)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
