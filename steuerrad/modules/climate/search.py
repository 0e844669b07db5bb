"""Stations that can be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.climate.queries import stations
from steuerrad.modules.climate.words import series_name


def found_stations(user: Any) -> Iterator[SearchHit]:
    for one in stations(user, latest=False):
        text = ", ".join(dict.fromkeys(series_name(item) for item in one.series))
        yield SearchHit(_("Climate station"), one.name, reverse("climate:station", args=[one.number]), text)


SEARCH = (SearchSource("climate.stations", _("Climate stations"), found_stations),)
