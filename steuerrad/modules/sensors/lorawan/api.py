"""Devices over the API: kinds, devices of every kind made known, read and changed; tables read by a mapping."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path as File
from typing import Annotated, Any, Literal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from ninja import Field as Item
from ninja import Path, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import StringConstraints

from steuerrad.engines.observations import Busy
from steuerrad.modules.sensors.bulk.actions import import_table
from steuerrad.modules.sensors.bulk.mapping import MappingError, read
from steuerrad.modules.sensors.bulk.models import TableMapping
from steuerrad.modules.sensors.onboarding import actions
from steuerrad.modules.sensors.onboarding.kinds import Template, templates
from steuerrad.modules.sensors.queries import StreamRow, with_figures
from steuerrad.modules.sensors.reading import MOST_BYTES, FileRefusedError
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.http_api.api import Error
from steuerrad.platform.http_api.auth import signed_in
from steuerrad.platform.http_api.shapes import Page, page
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.queries import visible
from steuerrad.platform.observations.store import UnavailableError
from steuerrad.platform.organisations.models import Organisation

router = Router(auth=signed_in)
Number = Path[Annotated[int, Item(ge=1, le=2**63 - 1)]]
Offset = Annotated[int, Item(ge=0, le=1_000_000)]
Limit = Annotated[int, Item(ge=1, le=200)]
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=300)]
Needed = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", max_length=300)]
Long = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=4000)]
Key = Annotated[str, StringConstraints(pattern=r"^[^\x00\s/]*$", max_length=120)]
Latitude = Annotated[float, Item(ge=-90, le=90)]
Longitude = Annotated[float, Item(ge=-180, le=180)]
Seconds = Annotated[int, Item(ge=1, le=31_622_400)]
Figure = Annotated[float, Item(ge=-1e12, le=1e12)]
Origin = Literal["city", "published", "citizen", "simulated"]
READ: dict[int, Any] = {401: Error, 403: Error, 404: Error}
WRITE: dict[int, Any] = READ | {422: Error}


class KindStream(Schema):
    name: str
    property: str
    unit: str = Item(description="UCUM")
    low: float | None
    high: float | None


class KindOut(Schema):
    """kind: own, lorawan (needs a DevEUI; its codec makes the figures) or file."""

    key: str
    title: str
    kind: Literal["own", "lorawan", "file"]
    interval_s: int
    streams: list[KindStream]


class StreamOut(Schema):
    """id: number of the Datastream at /sta/v1.1/ and in bulk."""

    id: int
    name: str
    property: str
    unit: str
    low: float | None
    high: float | None
    interval_s: int | None
    count: int
    last: datetime | None
    value: float | None


class DeviceOut(Schema):
    id: int
    key: str | None
    name: str
    description: str
    template: str
    dev_eui: str | None
    profile: str | None
    organisation: str | None
    origin: Origin
    public: bool
    latitude: float | None
    longitude: float | None
    streams: list[StreamOut]


class DeviceIn(Schema):
    template: Needed = Item(description="Key of a kind of device")
    name: Needed
    key: Key = ""
    dev_eui: Key = ""
    description: Long = ""
    organisation: Word = ""
    origin: Origin = "city"
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    interval_s: Seconds | None = None


class StreamChange(Schema):
    """Only what is named is changed; null takes a bound away."""

    name: Needed | None = None
    low: Figure | None = None
    high: Figure | None = None
    interval_s: Seconds | None = None


class DeviceChange(Schema):
    """Only what is named is changed. profile and interval_s: of a LoRaWAN device."""

    name: Needed | None = None
    key: Key | None = None
    description: Long | None = None
    organisation: Word | None = None
    origin: Origin | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    public: bool | None = None
    profile: Word | None = None
    interval_s: Seconds | None = None


class ImportOut(Schema):
    """faults: number of cells and rows that could not be read; told: the first of them as [line, column, reason]."""

    id: int
    rows: int
    figures: int
    faults: int
    told: list[tuple[int, str, str]]


def require_manager(request: HttpRequest) -> None:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)


@router.get("/device-kinds", response={200: list[KindOut], 401: Error}, summary="Kinds of devices")
def kind_list(request: HttpRequest) -> list[dict[str, Any]]:
    return [kind_row(one) for one in templates().values()]


def kind_row(one: Template) -> dict[str, Any]:
    streams = [{"name": name, "property": row.property, "unit": row.unit, "low": row.low, "high": row.high}
               for name, row in one.streams.items()]  # fmt: skip
    return {
        "key": one.key,
        "title": one.name,
        "kind": one.kind,
        "interval_s": one.interval_s,
        "streams": streams,
    }


def devices_of(user: Any) -> QuerySet[Thing]:
    streams = Datastream.objects.select_related("observed_property", "sensor").order_by("pk")
    return visible(user, Thing).select_related("organisation", "lora_device").prefetch_related(
        Prefetch("datastreams", streams), "locations"
    )  # fmt: skip


def device_for(user: Any, pk: int) -> Thing:
    found = devices_of(user).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, "There is no such device.")
    return found


def rows_of(found: list[Thing]) -> list[dict[str, Any]]:
    return [device_row(row.thing, row.streams) for row in with_figures(found)]


def device_row(thing: Thing, streams: tuple[StreamRow, ...]) -> dict[str, Any]:
    lora = getattr(thing, "lora_device", None)
    points = [place.geometry for place in thing.locations.all() if place.geometry.get("type") == "Point"]
    longitude, latitude = (points[0]["coordinates"][:2]) if points else (None, None)
    return {
        "id": thing.pk, "key": thing.key, "name": thing.name, "description": thing.description,
        "template": str(thing.properties.get("template", "")), "dev_eui": lora and lora.dev_eui,
        "profile": lora and lora.profile, "organisation": thing.organisation and thing.organisation.key,
        "origin": thing.origin, "public": thing.public, "latitude": latitude, "longitude": longitude,
        "streams": [stream_row(row) for row in streams],
    }  # fmt: skip


def stream_row(row: StreamRow) -> dict[str, Any]:
    stream = row.stream
    return {
        "id": stream.pk, "name": stream.name, "property": stream.observed_property.definition,
        "unit": stream.unit_code or stream.unit_symbol or "", "low": stream.low, "high": stream.high,
        "interval_s": stream.interval_s, "count": row.count, "last": row.last, "value": row.value,
    }  # fmt: skip


@router.get("/devices", response={200: Page[DeviceOut], 401: Error}, summary="Devices that you may see")
def device_list(
    request: HttpRequest, q: Word = "", origin: Origin | None = None, offset: Offset = 0, limit: Limit = 50
) -> dict[str, Any]:
    found = devices_of(request.user).order_by("pk")
    if q:
        found = found.filter(name__icontains=q)
    if origin:
        found = found.filter(origin=origin)
    return page(rows_of(list(found[offset : offset + limit])), found.count(), offset, limit)


@router.get(
    "/devices/{device_id}", response={200: DeviceOut, **READ}, summary="One device with its latest figures"
)
def device_detail(request: HttpRequest, device_id: Number) -> dict[str, Any]:
    return rows_of([device_for(request.user, device_id)])[0]


@router.post("/devices", response={201: DeviceOut, **WRITE}, summary="Make a device known")
def device_create(request: HttpRequest, given: DeviceIn) -> Status[Any]:
    require_manager(request)
    values = given.dict()
    point = point_of(values.pop("latitude"), values.pop("longitude"))
    values["organisation"] = organisation_of(values["organisation"])
    made = actions.register(request.user, values.pop("template"), point=point, **values)
    return Status(201, rows_of([device_for(request.user, made.pk)])[0])


@router.patch("/devices/{device_id}", response={200: DeviceOut, **WRITE}, summary="Change a device")
def device_change(request: HttpRequest, device_id: Number, given: DeviceChange) -> dict[str, Any]:
    thing = device_for(request.user, device_id)
    values = {name: value for name, value in given.dict(exclude_unset=True).items()
              if value is not None or name in ("key", "organisation")}  # fmt: skip
    point = point_of(values.pop("latitude", None), values.pop("longitude", None))
    if "organisation" in values:
        values["organisation"] = organisation_of(values["organisation"] or "")
    actions.change(request.user, thing, values | {"point": point})
    return rows_of([device_for(request.user, device_id)])[0]


@router.patch(
    "/datastreams/{stream_id}", response={200: StreamOut, **WRITE}, summary="Change a datastream's bounds"
)
def stream_change(request: HttpRequest, stream_id: Number, given: StreamChange) -> dict[str, Any]:
    found = visible(request.user, Datastream).filter(pk=stream_id).select_related("thing").first()
    if found is None:
        raise HttpError(404, "There is no such datastream.")
    values = given.dict(exclude_unset=True)
    if values.get("name") is None:
        values.pop("name", None)
    actions.change_stream(request.user, found, values)
    rows = with_figures([device_for(request.user, found.thing_id)])[0].streams
    return stream_row(next(row for row in rows if row.stream.pk == stream_id))


def point_of(latitude: float | None, longitude: float | None) -> actions.Point | None:
    if (latitude is None) != (longitude is None):
        raise ValidationError({"latitude": "Latitude and longitude belong together."})
    return None if latitude is None or longitude is None else (longitude, latitude)


def organisation_of(key: str) -> Organisation | None:
    found = Organisation.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise ValidationError({"organisation": "There is no organisation with this key."})
    return found


@router.post(
    "/imports/{mapping}", response={201: ImportOut, **WRITE, 413: Error, 503: Error},
    summary="Read a table (the body: CSV, XLSX, Parquet, Arrow or JSON) by a mapping that was kept",
)  # fmt: skip
def table_import(
    request: HttpRequest, mapping: Path[Key], name: Word = "upload", organisation: Word = ""
) -> Status[Any]:
    require_manager(request)
    kept = TableMapping.objects.filter(key=mapping).first()
    if kept is None:
        raise HttpError(404, "There is no mapping with this key.")
    owner = organisation_of(organisation)
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / "table"
        with path.open("wb") as file:
            while part := request.read(1024**2):
                file.write(part)
                if file.tell() > MOST_BYTES:
                    return Status(413, {"detail": "More than 1 GB at once."})
        try:
            note = import_table(
                request.user, read(kept.spec), path, name=name, mapping=kept.key, organisation=owner
            )
        except (FileRefusedError, MappingError) as refused:
            return Status(422, {"detail": str(refused)})
        except (Busy, UnavailableError):
            return Status(503, {"detail": "It cannot be stored now; come again later."})
    return Status(201, {"id": note.pk, "rows": note.rows, "figures": note.observations, "faults": note.faults,
                        "told": note.told})  # fmt: skip
