"""What the pages of the index share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.city_index.models import Edition, Index, IndexCity
from steuerrad.modules.city_index.queries import editions, own_city, the_index
from steuerrad.platform.city.queries import documents


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and the index; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Smart City Index"), reverse("city_index:overview")), *steps]


@dataclass(frozen=True)
class NamedSource:
    """A source that index.toml names by an id."""

    title: str
    url: str


def source_titles(index: Index) -> dict[str, Any]:
    """What ids of sources stand for: sources of index.toml, and the city's documents, which win."""
    listed = {
        str(item.get("id", "")): NamedSource(str(item.get("title", "")), str(item.get("url", "")))
        for item in index.rules.get("sources", [])
    }
    return {**listed, **documents()}


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
