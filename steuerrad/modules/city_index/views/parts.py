"""What the pages of the index share."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.city_index.models import Edition, Index, IndexCity
from steuerrad.modules.city_index.queries import editions, own_city, the_index


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and the index; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Smart City Index"), reverse("city_index:overview")), *steps]


def index_or_404() -> tuple[Index, list[Edition]]:
    index = the_index()
    if index is None:
        raise Http404("no index is loaded")
    return index, editions(index)


def edition_or_404(known: list[Edition], year: int) -> Edition:
    found = next((item for item in known if item.year == year), None)
    if found is None:
        raise Http404(f"no edition {year}")
    return found


def before(known: list[Edition], edition: Edition) -> Edition | None:
    return next((item for item in known if item.year == edition.year - 1), None)


def own(request: HttpRequest) -> IndexCity | None:
    return own_city(getattr(request, "city", None) or None)


def chosen_category(request: HttpRequest, edition: Edition) -> str:
    """The category that ?category= names; "" = total, also for nonsense."""
    key = request.GET.get("category", "")
    return key if any(item.key == key for item in edition.categories.all()) else ""
