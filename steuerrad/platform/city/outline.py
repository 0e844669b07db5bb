"""The city's outline and districts for maps and coverage: sent in on a page, or outline.geojson in the city's folder."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _
from shapely.affinity import scale
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from steuerrad.platform.city.models import City, CityOutline
from steuerrad.platform.city.outline_reading import METRES, MOST_BYTES, FaultError, areas_of, document_of

FILE = "outline.geojson"
#: Seconds that the reading of a file from outside may take.
PATIENCE_S = 60
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class District:
    """An area of the file (degrees). name: the property "name" of its feature, empty where it has none."""

    name: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class Outline:
    """districts: as in the file, repaired. whole: the city's area in degrees."""

    districts: tuple[District, ...]
    whole: BaseGeometry
    source: str = ""
    licence: str = ""
    url: str = ""

    @property
    def named(self) -> tuple[District, ...]:
        """Districts by name; none where the file is one outline without names."""
        found = [one for one in self.districts if one.name]
        return tuple(sorted(found, key=lambda one: one.name))


class OutlineError(ValueError):
    """A file that is no GeoJSON of areas in degrees, with the reason."""


#: Why a file is refused, for people.
FAULTS = {
    "large": _("more than %(limit)s MB is no outline"),
    "form": _("not GeoJSON of areas (%(reason)s)"),
    "none": _("there is no area in it"),
    "areas": _("more than %(limit)s areas are no outline"),
    "points": _("more than %(limit)s points are no outline; thin the lines out"),
    "degrees": _("area %(place)s: the coordinates %(x)s, %(y)s are not degrees; export the file in WGS 84 (EPSG:4326)"),
    "system": _("the file says that its coordinates are in %(name)s; export it in WGS 84 (EPSG:4326)"),
    "open": _("area %(place)s: a ring is not closed; its last point must be its first, with at least four points"),
    "size": _("its areas cover %(km2)s km²; that is no city"),
    "costly": _("its lines cross each other too often to be repaired; repair it in a program for maps"),
}  # fmt: skip


def outline() -> Outline | None:
    """What was sent in last, else what the city's folder has; None where there is neither, or it cannot be read."""
    used = CityOutline.objects.filter(withdrawn_at=None).order_by("-pk")
    told = {"number": Subquery(used.values("pk")[:1]), "at": Subquery(used.values("made_at")[:1])}
    city = City.objects.annotate(**told).values("slug", "number", "at").first()
    if city is None:  # the city's data is not loaded yet
        return _stored(*newest) if (newest := used.values_list("pk", "made_at").first()) else None
    if city["number"] is not None:
        return _stored(city["number"], city["at"])
    path = Path(settings.CITIES_DIR) / city["slug"] / FILE
    try:
        stamp = path.stat()
    except OSError:
        return None
    return _kept(path, stamp.st_mtime_ns)


@lru_cache(maxsize=2)
def _stored(number: int, made_at: datetime) -> Outline:
    """Rows never change: made_at only tells rows of one number in different databases apart."""
    row = CityOutline.objects.get(pk=number)
    found, whole = areas_of(json.dumps(row.document).encode())
    return Outline(tuple(District(*one) for one in found), whole, row.source, row.licence, row.url)


@lru_cache(maxsize=4)
def _kept(path: Path, stamp: int) -> Outline | None:
    try:
        return read(path)
    except OutlineError:
        return None


def read(path: Path, name: str = "name") -> Outline:
    """The areas of a GeoJSON file; name: the property that holds a district's name. Raises OutlineError."""
    if path.stat().st_size > MOST_BYTES:
        raise OutlineError(f"{path.name}: {FAULTS['large'] % {'limit': MOST_BYTES // 1_000_000}}")
    try:
        found, whole = areas_of(path.read_bytes(), name)
    except FaultError as fault:
        raise OutlineError(f"{path.name}: {FAULTS[fault.code] % fault.told}") from fault
    return Outline(tuple(District(*one) for one in found), whole)


def checked(text: bytes, name: str, title: str) -> dict[str, Any]:
    """A file from outside as the document that is kept: read in a process of its own. Raises OutlineError.

    title: of the file, for the message.
    """
    command = [sys.executable, "-m", "steuerrad.platform.city.outline_reading", name or "name"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    try:
        done = subprocess.run(  # noqa: S603 - this program's own module; the name is one argument of it
            command, input=text, capture_output=True, timeout=PATIENCE_S, check=True, env=environment
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, ValueError):
        answer = {"fault": "costly", "told": {}}
    if "fault" in answer:
        raise OutlineError(f"{title}: {FAULTS[answer['fault']] % answer['told']}")
    return answer["document"]


def geojson(found: Outline, thin_m: float = 10.0) -> dict[str, Any]:
    """The outline as a file of its own: names only, lines thinned out to thin_m metres, five decimals (about 1 m)."""
    return document_of([(one.name, one.geometry) for one in found.districts], thin_m)


def area() -> BaseGeometry | None:
    """The city's area in degrees; None where the city's folder has no outline."""
    found = outline()
    return found.whole if found else None


def rings(geometry: BaseGeometry, whole: BaseGeometry | None = None) -> list[Ring]:
    """Outer rings in degrees, thinned out for a picture in which `whole` is a thousand points across."""
    west, _south, east, _north = (whole or geometry).bounds
    thin = geometry.simplify((east - west) / 1000)
    parts = list(getattr(thin, "geoms", [thin]))
    return [[(float(x), float(y)) for x, y in part.exterior.coords] for part in parts]


def share(city: BaseGeometry, points: Iterable[tuple[float, float]], radius_m: float) -> float:
    """Per cent of the city's area (degrees) that lies within the radius of a point.

    Reckoned on a plane that touches the city's middle: off by less than one per mille over a city.
    """
    middle = city.centroid
    east = math.cos(math.radians(middle.y)) * METRES
    plane = scale(city, east, METRES, origin=(middle.x, middle.y))
    circles = [
        Point(middle.x + (x - middle.x) * east, middle.y + (y - middle.y) * METRES).buffer(radius_m, 64)
        for x, y in points
    ]
    covered = unary_union(circles).intersection(plane) if circles else None
    return 100 * covered.area / plane.area if covered is not None else 0.0
