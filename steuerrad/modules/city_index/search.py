"""Everything of the index that can be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.city_index.models import Edition, IndexCity, Indicator


def editions(user: Any) -> Iterator[SearchHit]:
    for item in Edition.objects.select_related("index"):
        yield SearchHit(_("Edition of the index"), f"{item.index.name} {item.year}", item.get_absolute_url())


def cities(user: Any) -> Iterator[SearchHit]:
    for item in IndexCity.objects.all():
        text = f"{item.state} {item.aliases}"
        yield SearchHit(_("City of the index"), item.name, item.get_absolute_url(), text)


def indicators(user: Any) -> Iterator[SearchHit]:
    """Each indicator once, with the years that have it."""
    found: dict[tuple[str, str], list[Indicator]] = {}
    for item in Indicator.objects.select_related("category__edition").order_by("category__edition__year"):
        found.setdefault((item.category.key, item.key), []).append(item)
    for (category, key), items in found.items():
        years = " ".join(str(item.category.edition.year) for item in items)
        newest = items[-1]
        text = f"{newest.category.name} {newest.aliases} {newest.parameters} {years}"
        url = reverse("city_index:indicator", args=[category, key])
        yield SearchHit(_("Indicator of the index"), newest.name, url, text)


SEARCH = (
    SearchSource("city_index.editions", _("Editions of the index"), editions),
    SearchSource("city_index.cities", _("Cities of the index"), cities),
    SearchSource("city_index.indicators", _("Indicators of the index"), indicators),
)
