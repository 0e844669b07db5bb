"""A GeoJSON file of areas → areas with names, checked and repaired. Without Django: a process of its own may run it.

A file from outside can be small and still cost hours to repair (a thousand lines that all cross each other), so what is sent
in is read by `python -m steuerrad.platform.city.outline_reading PROPERTY < FILE` with bounded time and memory; the file read
and the answer written are both GeoJSON. GeoJSON: RFC 7946.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

#: Larger files are no outline.
MOST_BYTES, MOST_AREAS, MOST_POINTS = 20_000_000, 2_000, 500_000
#: Metres of one degree of latitude (mean radius of the Earth 6371 km), and the largest city in square kilometres.
METRES, MOST_KM2 = 111_195.0, 200_000.0
#: Names of coordinate systems in degrees of longitude and latitude; RFC 7946 knows no other and needs none of them.
DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4258", "EPSG:4258")
#: What the process may use.
CPU_SECONDS, MOST_MEMORY = 20, 2 * 1024**3
Areas = list[tuple[str, BaseGeometry]]


class FaultError(ValueError):
    """code: why the file is refused; told: the particulars for the sentence."""

    def __init__(self, code: str, **told: Any) -> None:
        super().__init__(f"{code} {told}" if told else code)
        self.code, self.told = code, told


def areas_of(text: bytes, name: str = "name") -> tuple[Areas, BaseGeometry]:
    """Name and area (degrees) of each feature, and all of them as one. Raises FaultError. name: property with the name."""
    if len(text) > MOST_BYTES:
        raise FaultError("large", limit=MOST_BYTES // 1_000_000)
    try:
        document = json.loads(text.decode("utf-8-sig"))
        _in_degrees(document)
        found = list(_areas(document, name))
    except (ValueError, AttributeError, TypeError, KeyError, IndexError, RecursionError) as error:
        if isinstance(error, FaultError):
            raise
        raise FaultError("form", reason=str(error)[:200]) from error
    if not found:
        raise FaultError("none")
    whole = unary_union([geometry for _name, geometry in found])
    km2 = whole.area * METRES**2 * math.cos(math.radians(whole.centroid.y)) / 1e6
    if not 0.01 <= km2 <= MOST_KM2:
        raise FaultError("size", km2=round(km2, 2))
    return found, whole


def _in_degrees(document: dict[str, Any]) -> None:
    crs = document.get("crs")
    if crs is None:
        return
    told = str(crs.get("properties", {}).get("name", crs))
    if not told.upper().endswith(DEGREES):
        raise FaultError("system", name=told[:80])


def _areas(document: dict[str, Any], name: str) -> Iterator[tuple[str, BaseGeometry]]:
    features, points = document.get("features", [document]), 0
    for place, feature in enumerate(features, 1):
        told = feature.get("geometry") or feature
        if told.get("type") not in ("Polygon", "MultiPolygon"):
            continue  # points and lines say nothing about an area
        if place > MOST_AREAS:
            raise FaultError("areas", limit=MOST_AREAS)
        parts = [told["coordinates"]] if told["type"] == "Polygon" else told["coordinates"]
        cleaned = [[_ring(ring, place) for ring in _listed(part)] for part in _listed(parts)]
        points += sum(len(ring) for part in cleaned for ring in part)
        if points > MOST_POINTS:
            raise FaultError("points", limit=MOST_POINTS)
        geometry = shape({"type": "MultiPolygon", "coordinates": cleaned})
        geometry = geometry if geometry.is_valid else geometry.buffer(0)
        title = (feature.get("properties") or {}).get(name)
        if not geometry.is_empty:
            yield ("" if title is None else str(title).strip()[:200]), geometry


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("coordinates are lists of numbers")
    return value


def _ring(ring: Any, place: int) -> list[tuple[float, float]]:
    """Without heights, which some programs write as null."""
    found: list[tuple[float, float]] = []
    for point in _listed(ring):
        if not isinstance(point, list) or not all(_number(value) for value in point[:2]) or len(point) < 2:
            raise TypeError("coordinates are lists of numbers")
        x, y = float(point[0]), float(point[1])
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise FaultError("degrees", place=place, x=x, y=y)
        found.append((x, y))
    if len(found) < 4 or found[0] != found[-1]:
        raise FaultError("open", place=place)
    return found


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def document_of(areas: Areas, thin_m: float = 10.0) -> dict[str, Any]:
    """The areas as a file of its own: names only, lines thinned out to thin_m metres, five decimals (about 1 m)."""
    features = []
    for name, geometry in areas:
        told = mapping(geometry.simplify(thin_m / METRES))
        drawn = {"type": told["type"], "coordinates": _rounded(told["coordinates"])}
        features.append({"type": "Feature", "properties": {"name": name}, "geometry": drawn})
    return {"type": "FeatureCollection", "features": features}


def _rounded(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [round(coordinates[0], 5), round(coordinates[1], 5)]
    return [_rounded(part) for part in coordinates]


def main() -> None:
    """Answers {"document": …} or {"fault": code, "told": …}."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        areas, _whole = areas_of(sys.stdin.buffer.read(MOST_BYTES + 1), sys.argv[1])
        answer: dict[str, Any] = {"document": document_of(areas)}
    except FaultError as fault:
        answer = {"fault": fault.code, "told": fault.told}
    except MemoryError:
        answer = {"fault": "costly", "told": {}}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
