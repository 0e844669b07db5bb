"""The city's outline and districts for maps and coverage, where the city's folder has them: outline.geojson, WGS 84."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from shapely.affinity import scale
from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from steuerrad.platform.city.queries import current_city

FILE = "outline.geojson"
#: Larger files are no outline.
MOST_BYTES = 20_000_000
#: Metres of one degree of latitude (mean radius of the Earth 6371 km).
METRES = 111_195.0
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

    @property
    def named(self) -> tuple[District, ...]:
        """Districts by name; none where the file is one outline without names."""
        found = [one for one in self.districts if one.name]
        return tuple(sorted(found, key=lambda one: one.name))


class OutlineError(ValueError):
    """A file that is no GeoJSON of areas in degrees, with the reason."""


def outline() -> Outline | None:
    """None where the city's folder has no outline, or one that cannot be read."""
    city = current_city()
    if city is None:
        return None
    path = Path(settings.CITIES_DIR) / city.slug / FILE
    try:
        stamp = path.stat()
    except OSError:
        return None
    return _kept(path, stamp.st_mtime_ns)


@lru_cache(maxsize=4)
def _kept(path: Path, stamp: int) -> Outline | None:
    try:
        return read(path)
    except OutlineError:
        return None


def read(path: Path, name: str = "name") -> Outline:
    """The areas of a GeoJSON file; name: the property that holds a district's name. Raises OutlineError."""
    if path.stat().st_size > MOST_BYTES:
        raise OutlineError(f"{path.name}: more than {MOST_BYTES // 1_000_000} MB is no outline")
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        features = document.get("features", [document])
        found = [one for feature in features if (one := _district(feature, name)) is not None]
    except (ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        raise OutlineError(f"{path.name}: not GeoJSON of areas ({error})") from error
    if not found:
        raise OutlineError(f"{path.name}: there is no area in it")
    whole = unary_union([one.geometry for one in found])
    west, south, east, north = whole.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise OutlineError(f"{path.name}: the coordinates are not degrees (WGS 84)")
    return Outline(tuple(found), whole)


def _district(feature: dict[str, Any], name: str) -> District | None:
    """Areas that cross themselves are repaired; points and lines are left out."""
    told = feature.get("geometry") or feature
    if told.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    geometry = shape({"type": told["type"], "coordinates": _flat(told["coordinates"])}).buffer(0)
    title = str((feature.get("properties") or {}).get(name) or "")
    return None if geometry.is_empty else District(title, geometry)


def _flat(coordinates: Any, depth: int = 4) -> Any:
    """Without heights, which some programs write as null. Raises TypeError for what is no list of numbers."""
    if not isinstance(coordinates, list) or not depth:
        raise TypeError("coordinates are lists of numbers")
    if coordinates and isinstance(coordinates[0], int | float):
        return [float(coordinates[0]), float(coordinates[1])]
    return [_flat(part, depth - 1) for part in coordinates]


def geojson(found: Outline, thin_m: float = 10.0) -> dict[str, Any]:
    """The outline as a file of its own: names only, lines thinned out to thin_m metres, five decimals (about 1 m)."""
    features = []
    for one in found.districts:
        told = mapping(one.geometry.simplify(thin_m / METRES))
        geometry = {"type": told["type"], "coordinates": _rounded(told["coordinates"])}
        features.append({"type": "Feature", "properties": {"name": one.name}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _rounded(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [round(coordinates[0], 5), round(coordinates[1], 5)]
    return [_rounded(part) for part in coordinates]


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
