"""The part of the catalogue that a page with all stations needs, as light rows: a thousand of them in some milliseconds.

The rows have the names of the models' fields, so that both can be shown by the same code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from steuerrad.platform.observations.models import Datastream, Thing


@dataclass(slots=True)
class ThingRow:
    """organisation: its name, empty where there is none. point: longitude and latitude in degrees (WGS 84)."""

    pk: int
    name: str
    origin: str
    source: str
    properties: dict[str, Any]
    organisation: str
    point: tuple[float, float] | None = None

    def get_origin_display(self) -> Any:
        return dict(Thing.ORIGINS).get(self.origin, self.origin)


@dataclass(slots=True)
class PropertyRow:
    name: str
    definition: str


@dataclass(slots=True)
class StreamRow:
    pk: int
    name: str
    thing: ThingRow
    observed_property: PropertyRow
    properties: dict[str, Any]
    unit_symbol: str | None
    unit_code: str
    interval_s: int | None


COLUMNS = (
    "pk", "name", "properties", "unit_symbol", "unit_code", "interval_s", "observed_property",
    "observed_property__name", "observed_property__definition", "thing",
)  # fmt: skip
THING = ("pk", "name", "origin", "source", "properties", "organisation__name")


def stream_rows(streams: QuerySet[Datastream]) -> list[StreamRow]:
    """Datastreams with what is known of their things, by the thing's name."""
    told = Thing.objects.filter(pk__in=streams.order_by().values("thing")).order_by("name", "pk")
    points = points_of(streams)
    things = {
        pk: ThingRow(pk, name, origin, source, properties, organisation or "", points.get(pk))
        for pk, name, origin, source, properties, organisation in told.values_list(*THING)
    }
    seen: dict[int, PropertyRow] = {}
    found: dict[int, list[StreamRow]] = {number: [] for number in things}
    for pk, name, properties, symbol, code, interval_s, kind, title, definition, number in streams.order_by(
        "pk"
    ).values_list(*COLUMNS):
        if number not in things:  # made between the two questions
            continue
        if kind not in seen:
            seen[kind] = PropertyRow(title, definition)
        row = StreamRow(pk, name, things[number], seen[kind], properties, symbol, code, interval_s)
        found[number].append(row)
    return [row for rows in found.values() for row in rows]


def points_of(streams: QuerySet[Datastream]) -> dict[int, tuple[float, float]]:
    """Number of the thing → longitude and latitude of its first location that is a point (degrees, WGS 84)."""
    places = Thing.locations.through.objects.filter(
        thing__in=streams.order_by().values("thing"), location__geometry__type="Point"
    )
    rows = places.order_by("-location").values_list("thing", "location__west", "location__south")
    return {thing: (west, south) for thing, west, south in rows if west is not None and south is not None}
