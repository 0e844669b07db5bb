"""What the list pages share: pages of results and headers that sort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

PAGE_SIZE = 30


@dataclass(frozen=True)
class SortHeader:
    """A column's title, the address that sorts by it and the current order ("", "ascending", "descending")."""

    title: Any
    url: str
    order: str
    numeric: bool = False


def sort_headers(
    request: HttpRequest,
    current: str,
    columns: Iterable[tuple[str, Any]],
    numeric: frozenset[str] = frozenset(),
) -> list[SortHeader]:
    """columns: (sort name, title); an empty sort name gives a title without a link."""
    headers = []
    for name, title in columns:
        order = {name: "ascending", f"-{name}": "descending"}.get(current, "") if name else ""
        query = request.GET.copy()
        query["sort"] = f"-{name}" if order == "ascending" else name
        query.pop("page", None)
        headers.append(SortHeader(title, f"?{query.urlencode()}" if name else "", order, name in numeric))
    return headers


def page_of(request: HttpRequest, items: Any, size: int = PAGE_SIZE) -> Page:
    """The page that ?page= names; nonsense gives the first, too much the last."""
    return Paginator(items, size).get_page(request.GET.get("page", "")[:10])


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and the strategy; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Strategy"), reverse("strategy:index")), *steps]
