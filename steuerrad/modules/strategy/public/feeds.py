"""Atom feeds (RFC 4287): everything, a theme, a measure, a KPI. Entry ids are tag URIs (RFC 4151) that never change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models import Kpi, Measure, Theme
from steuerrad.modules.strategy.public.queries import news
from steuerrad.modules.strategy.public.words import Told, told
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.ui.charts.svg import clean

View = Callable[..., HttpResponseBase]
#: Feed readers ask often; a quarter of an hour late is early enough for a strategy.
MAX_AGE_SECONDS = 900


class ChangesFeed(Feed):
    """What became public, newest first, at most queries.FEED_ITEMS.

    Texts go through `clean`: one control character that somebody pasted would make the whole feed unreadable XML.
    """

    feed_type = Atom1Feed

    def __init__(self, heading: str, page: str, filters: dict[str, Any], address: str) -> None:
        self.heading, self.page, self.filters, self.address = heading, page, filters, address

    def title(self) -> str:
        return clean(self.heading)

    def link(self) -> str:
        return self.page

    def feed_url(self) -> str:
        return self.address

    def subtitle(self) -> str:
        return _("Released values, statuses and reports of the strategy")

    def author_name(self) -> str:
        city = current_city()
        return clean(city.name) if city else "Steuerrad"

    def items(self) -> list[Told]:
        return [told(item) for item in news(**self.filters)]

    def item_title(self, item: Told) -> str:  # type: ignore[override]
        return clean(item.title)

    def item_description(self, item: Told) -> str:  # type: ignore[override]
        return clean(item.text)

    def item_link(self, item: Told) -> str:  # type: ignore[override]
        return item.url

    def item_guid(self, item: Told) -> str:
        city = current_city()
        return f"tag:steuerrad,2026:{city.slug if city else 'city'}:{item.news.key}"

    def item_pubdate(self, item: Told) -> Any:
        return item.news.when

    def item_updateddate(self, item: Told) -> Any:
        return item.news.when


def language_of(request: HttpRequest) -> str:
    """?lang=en, else the language of the installation: an address must say the same to everybody."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def answer(request: HttpRequest, make: Callable[[], ChangesFeed]) -> HttpResponse:
    with translation.override(language_of(request)):
        response = make()(request)
    response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return response


def all_changes(request: HttpRequest) -> HttpResponse:
    """The whole strategy."""
    city = current_city()
    name = city.name if city else ""
    return answer(
        request,
        lambda: ChangesFeed(
            _("%(city)s: news of the strategy") % {"city": name}, reverse("strategy:public"), {}, reverse("strategy:feed")
        ),
    )  # fmt: skip


def theme_changes(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Theme, code=code, retired=False)
    page, own = reverse("strategy:public_theme", args=[code]), reverse("strategy:theme_feed", args=[code])
    return answer(request, lambda: ChangesFeed(found.title, page, {"theme": code}, own))


def measure_changes(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(Measure, number=number, retired=False)
    own = reverse("strategy:measure_feed", args=[number])
    return answer(
        request, lambda: ChangesFeed(found.title, found.get_absolute_url(), {"measure": number}, own)
    )


def kpi_changes(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Kpi, code=code, retired=False)
    own = reverse("strategy:kpi_feed", args=[code])
    return answer(request, lambda: ChangesFeed(found.name, found.get_absolute_url(), {"kpi": code}, own))
