"""Home, search and error pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.portal.search import find


def home(request: HttpRequest) -> HttpResponse:
    cards = [
        {"card": card, "template": card.template, "context": card.context(request.user)}
        for card in registry.all("cards")
        if not card.permission or holds_anywhere(request.user, card.permission)
    ]
    return render(request, "portal/home.html", {"cards": cards, "modules": registry.modules()})


def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    return render(request, "portal/search.html", {"query": query, "hits": find(query, request.user)})


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"csrf": True}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
