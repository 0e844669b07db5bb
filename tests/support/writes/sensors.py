"""Writes of the sensors: things and datastreams by hand and by file, devices, uplinks that could not be read."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from steuerrad.modules.sensors.lorawan.intake import Delivery, take
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Thing
from tests.support.writes.kinds import BOTH, OFFICE, OWN, STEERERS, Objects, Write

KEY = "A840416C81871800"
ROWS = b"time;resistance\n14.6.23 8:38;7.6\n"
STREAM = {"property": "air_temperature", "unit": "Cel", "sensor": "Maker T1"}


def organisation(objects: Objects) -> str:
    """Of the person who asks, where the right is bound to one."""
    return objects["other_organisation" if objects["role"] == "foreign" else "own_organisation"].key


def thing(objects: Objects) -> dict[str, str]:
    return {"name": "Neu", "origin": "city", "organisation": organisation(objects)}


def device(objects: Objects) -> dict[str, str]:
    return {
        "dev_eui": "70b3d57ed0000001",
        "name": "Neu",
        "profile": "dragino_lht65n",
        "organisation": organisation(objects),
    }


def devices(objects: Objects) -> dict[str, SimpleUploadedFile]:
    row = f"70b3d57ed0000002,dragino_lht65n,Neu,{organisation(objects)}\n"
    return {"file": SimpleUploadedFile("d.csv", f"dev_eui,profile,name,organisation\n{row}".encode())}


def file(objects: Objects) -> dict[str, object]:
    return {"form": "auto", "file": SimpleUploadedFile(f"X_TreeSense_9_Linde_{KEY}.csv", ROWS)}


WRITES = (
    Write("sensors/new/", STEERERS, lambda o: "/sensors/new/", thing),
    Write("sensors/things/<int:pk>/new/", OWN, lambda o: f"/sensors/things/{o['thing'].pk}/new/", STREAM),
    Write("sensors/things/<int:pk>/release/", BOTH, lambda o: f"/sensors/things/{o['thing'].pk}/release/", {"public": "1"}),
    Write("sensors/import/", OWN, lambda o: "/sensors/import/", file),
    Write("sensors/lorawan/new/", STEERERS, lambda o: "/sensors/lorawan/new/", device),
    Write("sensors/lorawan/import/", STEERERS, lambda o: "/sensors/lorawan/import/", devices),
    Write("sensors/lorawan/unread/replay/", OFFICE, lambda o: "/sensors/lorawan/unread/replay/"),
)  # fmt: skip
CALCULATE = (
    Write(
        "sensors/lorawan/bench/", STEERERS, lambda o: "/sensors/lorawan/bench/",
        {"payload": "cbf60b0d0376017fff7fff", "encoding": "hex", "f_port": "2", "profile": "dragino_lht65n"},
    ),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    objects["thing"] = actions.save(
        None, Thing(name="Linde", key=f"treesense:{KEY}", organisation=objects["own_organisation"])
    )
    take(None, [Delivery("chirpstack", b"{broken", "up")])
