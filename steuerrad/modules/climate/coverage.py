"""How much of the city lies near a station, and which stations count."""

from __future__ import annotations

from collections.abc import Iterable

from steuerrad.modules.climate.queries import Station, point_of
from steuerrad.modules.climate.subjects import property_keys
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import observations

#: What a station is taken to stand for, in metres around it: some 3 km², an assumption of this program. Directive
#: 2008/50/EC, annex III, asks that sites of the urban background be representative of several square kilometres.
RADIUS_M = 1000.0
#: Figures of simulated stations and of citizens are not the city's.
COUNTED = (Thing.CITY, Thing.PUBLISHED)


def counted_stations(keys: Iterable[str] | None = None) -> list[Station]:
    """Things of the city that have sent a figure of the climate (or of the properties named)."""
    wanted = [address for address, key in property_keys().items() if keys is None or key in set(keys)]
    streams = list(Datastream.objects.filter(
        thing__origin__in=COUNTED, observed_property__definition__in=wanted
    ).select_related("thing", "observed_property").prefetch_related("thing__locations").order_by("thing", "pk"))  # fmt: skip
    if not streams:
        return []
    with observations() as store:
        sent = set(store.extents([stream.pk for stream in streams]).column("stream").to_pylist())
    things = {stream.thing_id: stream.thing for stream in streams if stream.pk in sent}
    return [Station(thing, point_of(thing), ()) for thing in things.values()]
