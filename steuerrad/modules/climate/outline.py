"""The city's outline for map and coverage, where the city's folder has one: climate/outline.geojson, WGS 84."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from steuerrad.platform.city.queries import current_city

FILE = Path("climate") / "outline.geojson"
#: Larger files are no outline.
MOST_BYTES = 20_000_000
Ring = list[tuple[float, float]]


def area() -> BaseGeometry | None:
    """The city's area in degrees; None where the city's folder has no outline."""
    city = current_city()
    if city is None:
        return None
    path = Path(settings.CITIES_DIR) / city.slug / FILE
    try:
        stamp = path.stat()
    except OSError:
        return None
    if stamp.st_size > MOST_BYTES:
        return None
    return _read(path, stamp.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> BaseGeometry | None:
    """Raises ValueError where the file is no GeoJSON of areas."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    features = document.get("features", [document])
    geometries = [shape(feature.get("geometry", feature)).buffer(0) for feature in features]
    whole = unary_union([one for one in geometries if one.geom_type in ("Polygon", "MultiPolygon")])
    return None if whole.is_empty else whole


def rings() -> list[Ring]:
    """Outer rings in degrees, thinned out for a picture of a thousand points across."""
    found = area()
    if found is None:
        return []
    west, _south, east, _north = found.bounds
    thin = found.simplify((east - west) / 1000)
    parts = list(getattr(thin, "geoms", [thin]))
    return [[(float(x), float(y)) for x, y in part.exterior.coords] for part in parts]
