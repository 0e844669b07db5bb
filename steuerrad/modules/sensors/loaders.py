"""Reads sensors/stations.csv: devices that the city knows by name and place before their first figure arrives."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Location, Thing
from steuerrad.platform.organisations.models import Organisation

FILE = "sensors/stations.csv"
COLUMNS = ("latitude", "longitude", "organisation", "origin", "public", "source")
FIELDS = ("name", "organisation", "origin", "public", "source")


def degrees(highest: int) -> Any:
    def parse(text: str) -> float:
        value = float(text)
        if not -highest <= value <= highest:
            raise ValueError(f"is not between -{highest} and {highest} degrees")
        return value

    return parse


def load_stations(context: LoadContext) -> None:
    """What vanishes from the file stays: its figures are still true."""
    organisations = {item.key: item for item in Organisation.objects.all()}
    read: list[tuple[dict[str, Any], list[float] | None]] = []
    for row in rows_of(
        context, FILE, required=("key", "name"), optional=COLUMNS, key="key", must_exist=False
    ):
        read.append((_fields(row, organisations), _point(row)))
    if context.problems:
        return
    for fields, point in read:
        _keep(context, fields, point)


def _fields(row: CityRow, organisations: dict[str, Organisation]) -> dict[str, Any]:
    owner = row.text("organisation")
    if owner and owner not in organisations:
        row.fault("organisation", "unknown organisation")
    fields = {
        "key": row.needed("key"), "name": row.needed("name"), "organisation": organisations.get(owner),
        "origin": row.choice("origin", [key for key, _title in Thing.ORIGINS]) or Thing.CITY,
        "public": row.boolean("public"), "source": row.text("source"),
    }  # fmt: skip
    for name, value in fields.items():
        longest = getattr(Thing._meta.get_field(name), "max_length", None)
        if longest and isinstance(value, str) and len(value) > longest:
            row.fault(name, f"is longer than {longest} characters")
    return fields


def _point(row: CityRow) -> list[float] | None:
    """Longitude and latitude; a place needs both."""
    latitude, longitude = row.read("latitude", degrees(90)), row.read("longitude", degrees(180))
    if (row.text("latitude") == "") != (row.text("longitude") == ""):
        row.fault("latitude", "latitude and longitude belong together")
    return None if latitude is None or longitude is None else [longitude, latitude]


def _keep(context: LoadContext, fields: dict[str, Any], point: list[float] | None) -> None:
    thing = Thing.objects.filter(key=fields["key"]).first()
    outcome = "unchanged"
    if thing is None:
        thing, outcome = catalogue.save(None, Thing(**fields)), "created"
    elif any(getattr(thing, name) != fields[name] for name in FIELDS):
        for name in FIELDS:
            setattr(thing, name, fields[name])
        catalogue.save(None, thing)
        outcome = "changed"
    geometry = {"type": "Point", "coordinates": point}
    if point and not thing.locations.filter(geometry=geometry).exists():
        catalogue.place(None, thing, [catalogue.save(None, Location(name=thing.name, geometry=geometry))])
        outcome = "changed" if outcome == "unchanged" else outcome
    context.count("stations", outcome)


LOADER = CityLoader("sensors.stations", 60, load_stations)
