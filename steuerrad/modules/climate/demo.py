"""Stations that do not exist, for trying the climate pages out: origin "simulated", said wherever their figures show.

Their figures go on as time goes on: the job appends what has passed since, by the same rules and seeds.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.db.models import Avg
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.engines.observations import batch, micros
from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Demo, Job
from steuerrad.modules.climate.rules.weather import LAYERS, MICROS, STEP_S, Site, simulate
from steuerrad.platform.city.outline import area
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from steuerrad.platform.observations.store import UnavailableError, observations
from steuerrad.platform.observations.vocabulary import properties, units

DAYS = 60
PREFIX = "demo-climate:"
#: Degrees east and north; only for a city of which neither an outline nor any place is known: the middle of the country.
MIDDLE = (10.45, 51.16)
#: key, east, north, warmer at night by °C, factor of the dust, what the place measures.
PLACES: tuple[tuple[str, float, float, float, float, tuple[str, ...]], ...] = (
    ("square", 0.0, 0.0, 2.4, 1.4, ("weather", "air")),
    ("park", -0.035, 0.012, 0.2, 0.8, ("weather", "soil")),
    ("street", 0.028, 0.008, 1.6, 1.9, ("weather", "air")),
    ("meadow", 0.014, -0.028, -0.8, 0.7, ("weather", "soil", "air")),
)
TITLES = {
    "square": gettext_lazy("Example square (simulated)"), "park": gettext_lazy("Example park (simulated)"),
    "street": gettext_lazy("Example street (simulated)"), "meadow": gettext_lazy("Example meadow (simulated)"),
}  # fmt: skip
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "weather": (("air_temperature", "Cel"), ("relative_humidity", "%"), ("wind_speed", "km/h"),
                ("rain_since_midnight", "mm")),
    "soil": tuple((f"soil_moisture@{depth}", "%") for depth, _share, _days in LAYERS),
    "air": (("pm2_5", "ug/m3"), ("pm10", "ug/m3"), ("no2", "ug/m3"), ("o3", "ug/m3")),
}  # fmt: skip
#: Points of the invented soil, as if measured at the place (m³/m³).
SOIL = {"soil_type": "sandy_loam", "wilting_point": 0.09, "field_capacity": 0.29}


def make_demo_climate(folder: Path | None) -> list[str]:
    """Stations with 60 days of figures; returns lines to print. Repeating it appends what has passed since."""
    if settings.TLS:
        return []
    made = 0
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        for number, place in enumerate(PLACES):
            if not Thing.objects.filter(key=PREFIX + place[0]).exists():
                describe(number, place)
                made += 1
    try:
        rows = go_on()
    except UnavailableError as error:
        return [_("Simulated stations have no figures yet: %(reason)s") % {"reason": error}]
    if not made:
        return []
    return [_("%(count)s simulated climate stations with %(rows)s figures, labelled as simulated") % {
        "count": made, "rows": rows}]  # fmt: skip


def describe(number: int, place: tuple[Any, ...]) -> None:
    key, east, north, _warmth, _dust, kinds = place
    point = [round(part, 5) for part in position(east, north)]
    thing = catalogue.save(
        None,
        Thing(key=PREFIX + key, name=str(TITLES[key]), origin=Thing.SIMULATED, public=True,
              source=_("computed for demonstration, measured nowhere"), properties={"site": number, **SOIL}),
    )  # fmt: skip
    location = catalogue.save(
        None, Location(name=thing.name, geometry={"type": "Point", "coordinates": point})
    )
    catalogue.place(None, thing, [location])
    sensor = Sensor.objects.filter(name="Simulator").first() or catalogue.save(
        None,
        Sensor(
            name="Simulator", encoding_type="text/plain", metadata="steuerrad.modules.climate.rules.weather"
        ),
    )
    for name, unit in (pair for kind in kinds for pair in KINDS[kind]):
        _stream(thing, sensor, name, unit)


def _stream(thing: Thing, sensor: Sensor, name: str, code: str) -> None:
    key, _at, depth = name.partition("@")
    word, unit = properties()[key], units()[code]
    seen = ObservedProperty.objects.filter(definition=word.definition).first() or catalogue.save(
        None, ObservedProperty(name=word.name, definition=word.definition)
    )
    extra = {"depth_m": float(depth)} if depth else {}
    catalogue.save(
        None,
        Datastream(
            name=f"{_(word.name)}{f' {100 * float(depth):.0f} cm' if depth else ''}, {thing.name}", thing=thing, sensor=sensor,
            observed_property=seen, unit_name=unit.name, unit_symbol=unit.symbol, unit_definition=unit.definition,
            unit_code=unit.code, interval_s=STEP_S, properties={"simulates": name, **extra},
        ),
    )  # fmt: skip


def position(east: float, north: float) -> tuple[float, float]:
    """Around the middle of the city's outline, else of all places that the catalogue knows."""
    outline = area()
    if outline is None:
        known = Location.objects.exclude(things__origin=Thing.SIMULATED).aggregate(Avg("west"), Avg("south"))
        middle = known["west__avg"], known["south__avg"]
        if None in middle:
            middle = MIDDLE
        return middle[0] + east, middle[1] + north
    middle = outline.representative_point()
    west, south, right, top = outline.bounds
    return middle.x + east / 0.07 * (right - west) * 0.3, middle.y + north / 0.06 * (top - south) * 0.3


def go_on() -> int:
    """Append the figures from the last simulated one to now; returns how many."""
    streams = list(
        Datastream.objects.filter(thing__key__startswith=PREFIX, thing__origin=Thing.SIMULATED)
        .select_related("thing").prefetch_related("thing__locations").order_by("pk")
    )  # fmt: skip
    if not streams:
        return 0
    now = micros(clock.now())
    oldest = micros(clock.now() - timedelta(days=DAYS))
    with observations() as store:
        extents = store.extents([stream.pk for stream in streams])
        last = dict(
            zip(extents.column("stream").to_pylist(), extents.column("last").to_pylist(), strict=True)
        )
        tables = []
        for thing in {stream.thing_id: stream.thing for stream in streams}.values():
            own = [stream for stream in streams if stream.thing_id == thing.pk]
            since = min(last.get(stream.pk, oldest) for stream in own) + 1
            if now - since < STEP_S * MICROS:
                continue
            tables += _figures(thing, own, since, now, last)
        if tables:
            store.submit(pa.concat_tables(tables).combine_chunks())
    return sum(table.num_rows for table in tables)


def _figures(
    thing: Thing, streams: list[Datastream], since: int, now: int, last: dict[int, int]
) -> list[pa.Table]:
    number = int(thing.properties.get("site", 0)) % len(PLACES)
    _key, _east, _north, warmth, dust, _kinds = PLACES[number]
    longitude, latitude = thing.locations.all()[0].geometry["coordinates"]
    found = simulate(since, now, Site(latitude, longitude, warmth, dust, number))
    tables = []
    for stream in streams:
        times, values = found.get(stream.properties.get("simulates", ""), (None, None))
        if times is None or values is None:
            continue
        new = times > last.get(stream.pk, 0)
        if new.any():
            tables.append(batch(stream.pk, times[new], values[new]))
    return tables


def keep_going() -> None:
    """The job: nothing to do where no station is simulated."""
    try:
        go_on()
    except UnavailableError:
        return  # the next run appends it all


DEMO = Demo("climate.stations", 70, make_demo_climate)
SIMULATE = Job("climate.simulate", gettext_lazy("Go on with the simulated stations"), keep_going, 10)
