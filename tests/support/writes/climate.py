"""Writes of the climate: the outline of the city."""

from __future__ import annotations

import json

from django.core.files.uploadedfile import SimpleUploadedFile

from steuerrad.kernel import clock
from steuerrad.platform.city.models import CityOutline
from tests.support.writes.kinds import OFFICE, Objects, Write

SQUARE = b'{"type": "Polygon", "coordinates": [[[7.1, 51.4], [7.3, 51.4], [7.3, 51.5], [7.1, 51.4]]]}'


def outline(objects: Objects) -> dict[str, object]:
    return {"file": SimpleUploadedFile("area.geojson", SQUARE), "source": "Land", "licence": "CC0"}


WRITES = (
    Write("climate/outline/", OFFICE, lambda o: "/climate/outline/", outline),
    Write("climate/outline/<int:number>/withdraw/", OFFICE, lambda o: f"/climate/outline/{o['outline'].pk}/withdraw/"),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    objects["outline"] = CityOutline.objects.create(
        document=json.loads(SQUARE),
        file_name="f.geojson",
        source="S",
        licence="CC0",
        areas=1,
        named=0,
        made_at=clock.now(),
    )
