"""Open data: the list of series, each with the address that gives its readings in five formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.climate.queries import stations


def series_rows(user: Any) -> Iterator[Mapping[str, Any]]:
    for one in stations(user):
        for item in one.series:
            yield {
                "series": item.number, "station": one.name, "property": item.key, "unit": item.stream.unit_code,
                "depth_m": item.depth_m, "longitude": one.point[0] if one.point else None,
                "latitude": one.point[1] if one.point else None, "origin": one.thing.origin,
                "source": one.thing.source, "latest": item.latest.value if item.latest else None,
                "time": item.latest.at if item.latest else None,
                "address": reverse("climate:series", args=[item.number]),
            }  # fmt: skip


SERIES = Dataset(
    "climate.series",
    _("Climate series"),
    _(
        "What is measured where in the city, with the latest value; the address of each series gives its readings as CSV, JSON, GeoJSON, Parquet or Arrow. Origin simulated: computed for demonstration."
    ),
    (
        Column("series", _("Number"), "integer"),
        Column("station", _("Station")),
        Column("property", _("Observed property")),
        Column("unit", _("Unit"), description=_("UCUM code")),
        Column("depth_m", _("Depth"), "decimal", "m"),
        Column("longitude", _("Longitude"), "decimal", "°"),
        Column("latitude", _("Latitude"), "decimal", "°"),
        Column("origin", _("Origin")),
        Column("source", _("Source")),
        Column("latest", _("Latest value"), "decimal"),
        Column("time", _("Time"), "datetime"),
        Column("address", _("Address")),
    ),
    series_rows,
)

DATASETS = (SERIES,)
