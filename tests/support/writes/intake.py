"""Writes about what comes in: tables, sources, devices by kind, sensors of citizens; and how long it is kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.actions import save_mapping
from steuerrad.modules.sensors.citizen.actions import register as register_citizen
from steuerrad.modules.sensors.keeping.models import KeepRule
from steuerrad.modules.sensors.lorawan.actions import save_profile
from steuerrad.modules.sensors.onboarding.actions import register
from steuerrad.modules.sensors.pulling.models import PullSource
from tests.support.writes.kinds import ALL, BOTH, OFFICE, OWN, STEERERS, Objects, Write
from tests.support.writes.sensors import organisation

CSV = b"time,station,T\n2024-06-01T10:00:00Z,A,20.5\n"
SPEC: dict[str, Any] = {
    "format": "json", "rows": "rows", "time": {"column": "t"}, "thing": {"column": "s", "prefix": "writes:"},
    "series": {"v": {"property": "air_temperature", "unit": "Cel"}},
}  # fmt: skip
MAPPING = 'time = { column = "t" }\nthing = { key = "x" }\nseries = { v = { property = "air_temperature", unit = "Cel" } }\n'
COLUMNS = {"do": "read", "shape": "wide", "time": "time", "time_form": "iso", "decimal": ".", "station": "station",
           "key_prefix": "form:", "create": "on", "origin": "city", "property_0": "air_temperature", "unit_0": "Cel"}  # fmt: skip
SOURCE = {"title": "Quelle", "kind": "table", "url": "https://data.city.example/x.csv", "mapping": MAPPING, "every_minutes": "60",
          "timeout_s": "5", "most_mb": "1"}  # fmt: skip
PROFILE = {
    "title": "Eigenbau 2",
    "interval_s": "600",
    "fields": '[t]\nproperty = "air_temperature"\nunit = "Cel"\n',
}
CITIZEN = {
    "template": "climate_sensor",
    "name": "Balkon",
    "grid_m": "100",
    "latitude": "51.5",
    "longitude": "7.2",
}


def table(objects: Objects) -> dict[str, object]:
    return {"file": SimpleUploadedFile("t.csv", CSV)}


def upload(client: Client, objects: Objects) -> None:
    """Leaves the address of the table, where the person may send one in."""
    answer = client.post("/sensors/tables/", table(objects))
    location = answer.headers.get("Location", "")
    objects["token"] = (
        location.rstrip("/").rpartition("/")[2] if location.startswith("/sensors/tables/") else "0" * 32
    )


def columns(objects: Objects) -> dict[str, str]:
    return COLUMNS | {"organisation": organisation(objects)}


def kind(objects: Objects) -> dict[str, Any]:
    return {
        "template": "level_logger",
        "name": "Neu",
        "origin": "city",
        "organisation": organisation(objects),
    }


def kinds(objects: Objects) -> dict[str, SimpleUploadedFile]:
    text = f"template,name,organisation\nlevel_logger,Neu,{organisation(objects)}\n"
    return {"file": SimpleUploadedFile("d.csv", text.encode())}


def same(objects: Objects) -> dict[str, str]:
    return {"name": "Anders", "origin": "city", "organisation": objects["own_organisation"].key}


def rows(objects: Objects) -> dict[str, Any]:
    return {"rows": [{"t": "2024-06-01T10:00:00Z", "s": objects["role"], "v": 20.5}]}


def citizen(part: str) -> Any:
    return lambda objects: f"/sensors/citizen/{objects['citizen'].pk}/{part}/"


def source(part: str) -> Any:
    return lambda objects: f"/sensors/sources/writes/{part}/"


OWNER = frozenset({"contributor"})
WRITES = (
    Write("^sensors/tables/(?P<token>[0-9a-f]{32})/$", STEERERS, lambda o: f"/sensors/tables/{o.get('token', '0' * 32)}/",
          columns, before=upload),
    Write("sensors/tables/mappings/<slug:key>/remove/", OFFICE, lambda o: "/sensors/tables/mappings/writes/remove/"),
    Write("sensors/sources/new/", OFFICE, lambda o: "/sensors/sources/new/", SOURCE | {"key": "neu"}),
    Write("sensors/sources/<slug:key>/edit/", OFFICE, source("edit"), SOURCE),
    Write("sensors/sources/<slug:key>/switch/", OFFICE, source("switch"), {"enabled": "1"}),
    Write("sensors/sources/<slug:key>/fetch/", OFFICE, source("fetch")),
    Write("sensors/sources/<slug:key>/remove/", OFFICE, source("remove")),
    Write("sensors/devices/new/", STEERERS, lambda o: "/sensors/devices/new/", kind),
    Write("sensors/devices/import/", STEERERS, lambda o: "/sensors/devices/import/", kinds),
    Write("sensors/things/<int:pk>/edit/", OWN, lambda o: f"/sensors/things/{o['device'].pk}/edit/", same),
    Write("sensors/streams/<int:pk>/edit/", OWN, lambda o: f"/sensors/streams/{o['device_stream'].pk}/edit/",
          {"name": "Anders", "low": "1", "high": "2"}),
    Write("^sensors/lorawan/(?P<eui>[0-9a-f]{16})/edit/$", OWN, lambda o: "/sensors/lorawan/70b3d57ed00000ff/edit/",
          {"profile": "dragino_lht65n", "interval_s": "300"}),
    Write("sensors/lorawan/profiles/new/", OFFICE, lambda o: "/sensors/lorawan/profiles/new/", PROFILE | {"key": "neu"}),
    Write("sensors/lorawan/profiles/<slug:key>/", OFFICE, lambda o: "/sensors/lorawan/profiles/writes/", PROFILE),
    Write("sensors/citizen/new/", ALL, lambda o: "/sensors/citizen/new/", CITIZEN, code=200),
    Write("sensors/citizen/<int:pk>/key/", OWNER, citizen("key"), code=200),
    Write("sensors/citizen/<int:pk>/withdraw/", OWN, citizen("withdraw")),
    Write("sensors/citizen/<int:pk>/release/", BOTH, citizen("release"), {"public": "1"}),
    Write("sensors/citizen/<int:pk>/delete/", OWN, citizen("delete")),
    Write("sensors/retention/", OFFICE, lambda o: "/sensors/retention/", {"raw_months": "12", "reason": "Konzept"}),
    Write("sensors/retention/<int:pk>/remove/", OFFICE, lambda o: f"/sensors/retention/{o['keep_rule'].pk}/remove/"),
    Write("api/v1/sensors/devices", STEERERS, lambda o: "/api/v1/sensors/devices", kind, api=True),
    Write("api/v1/sensors/devices/<device_id>", OWN, lambda o: f"/api/v1/sensors/devices/{o['device'].pk}",
          {"name": "Anders"}, method="patch", api=True),
    Write("api/v1/sensors/datastreams/<stream_id>", OWN, lambda o: f"/api/v1/sensors/datastreams/{o['device_stream'].pk}",
          {"low": 1}, method="patch", api=True),
    Write("api/v1/sensors/imports/<mapping>", STEERERS,
          lambda o: f"/api/v1/sensors/imports/writes?organisation={organisation(o)}", rows, api=True),
)  # fmt: skip
CALCULATE = (Write("sensors/tables/", STEERERS, lambda o: "/sensors/tables/", table),)


def prepare(objects: Objects) -> None:
    own = objects["own_organisation"]
    objects["device"] = register(None, "level_logger", name="Pegel", organisation=own)
    objects["device_stream"] = objects["device"].datastreams.first()
    register(None, "dragino_lse01", name="Boden", dev_eui="70b3d57ed00000ff", organisation=own)
    save_mapping(None, "writes", "Netz", SPEC)
    save_profile(None, "writes", title="Eigenbau", maker="", codec="", fields={})
    now = clock.now()
    PullSource.objects.create(
        key="writes", title="Alt", url="https://data.city.example/y.csv", spec=SPEC, changed_at=now
    )
    objects["keep_rule"] = KeepRule.objects.create(network="writes", raw_months=5, reason="x", changed_at=now)
    owner = objects["people"]["contributor"]
    objects["citizen"], _key = register_citizen(
        owner, "climate_sensor", name="Dach", longitude=7.2, latitude=51.5
    )
