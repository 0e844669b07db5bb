"""What the pages of the campaign share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.actions.refusal import FaultsError, RefusedError
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.queries.access import COORDINATE, require_sight
from steuerrad.platform.accounts.access import require

PAGE_SIZE = 50
View = Callable[..., HttpResponseBase]


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and the campaigns; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Data campaign"), reverse("campaign:index")), *steps]


def round_crumbs(round_: Round, *steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return crumbs((round_.title, reverse("campaign:round", args=[round_.pk])), *steps)


def members_only(view: View) -> View:
    """Signed in, and somehow part of a campaign; everyone else is refused."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        require_sight(request.user)
        return view(request, *args, **options)

    return guarded


def coordinators_only(view: View) -> View:
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        require(request.user, COORDINATE)
        return view(request, *args, **options)

    return guarded


def visible_page(request: HttpRequest, items: Any, size: int = PAGE_SIZE) -> Page:
    """The page that ?page= names; nonsense gives the first, too much the last."""
    return Paginator(items, size).get_page(request.GET.get("page", "")[:10])


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Do it and say so, or say why not: first what is wrong in particular, where there is such a list."""
    try:
        act()
    except RefusedError as refusal:
        for item in refusal.findings if isinstance(refusal, FaultsError) else ():
            messages.error(request, item.text)
        messages.error(request, str(refusal.message))
        return False
    messages.success(request, done)
    return True


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the page that the form names in `next`, when it is one of ours."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if allowed and wanted.startswith("/") else otherwise)
