"""Home, search and error pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.ui.context import PRODUCT_NAME
from steuerrad.portal.limits import in_api, told, too_large
from steuerrad.portal.search import LONGEST, find

HITS_A_PAGE = 20


def home(request: HttpRequest) -> HttpResponse:
    """The cards that modules contribute, and an entrance to each module."""
    shown = [
        card
        for card in registry.all("cards")
        if not card.permission or holds_anywhere(request.user, card.permission)
    ]
    city = request.city  # type: ignore[attr-defined]
    context = {
        "heading": (city.strategy_title or city.name) if city else PRODUCT_NAME,
        "cards": [
            {"card": card, "template": card.template, "context": card.context(request.user)} for card in shown
        ],
        "styles": list(dict.fromkeys(path for card in shown for path in card.styles)),
        "city": city,
        "entrances": entrances(request),
    }
    return render(request, "portal/home.html", context)


def entrances(request: HttpRequest) -> list[dict[str, Any]]:
    """Title, text and address of each module that has a page this person may open."""
    found = []
    for module in registry.modules():
        for item in module.navigation[:1]:
            if not item.permission or holds_anywhere(request.user, item.permission):
                found.append({"title": module.title, "text": module.summary, "url": reverse(item.url_name)})
    return found


def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits = find(query, request.user)
    page = Paginator(hits, HITS_A_PAGE).get_page(request.GET.get("page", "")[:10])
    heading = f"{_('Search')}: {query}" if query else _("Search")
    return render(
        request, "portal/search.html", {"heading": heading, "search_query": query, "page_obj": page}
    )


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if in_api(request):
        return told("The request could not be understood.", 400)
    too_many = isinstance(exception, TooManyFieldsSent | TooManyFilesSent)
    return render(request, "400.html", {"too_many": too_many}, status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf": True}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if in_api(request):
        return told("There is no such address.", 404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    if in_api(request):
        return told("A fault of the server.", 500)
    return render(request, "500.html", status=500)
