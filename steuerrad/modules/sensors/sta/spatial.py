"""Relations between geometries (OGC 18-088, table 22), by shapely; one geometry against many at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from steuerrad.modules.sensors.sta.faults import BadRequest

#: Relations that can only hold where the boxes touch; the others look at every geometry.
NEAR = frozenset(
    ["geo.intersects", "st_equals", "st_touches", "st_within", "st_overlaps", "st_crosses", "st_intersects",
     "st_contains"]
)  # fmt: skip
_PATTERN = re.compile(r"[TF012*]{9}\Z")


def shapes(geometries: Sequence[Any]) -> Any:
    """shapely geometries (numpy array) of GeoJSON objects; None for what is no GeoJSON."""
    texts = [orjson.dumps(item) if isinstance(item, dict) else None for item in geometries]
    return shapely.from_geojson(texts, on_invalid="ignore")


def holds(name: str, left: Any, right: Any, pattern: str = "") -> Any:
    """Which pairs stand in the relation (numpy array of bool). left, right: a geometry or an array of them."""
    if name == "st_relate":
        if not _PATTERN.match(pattern):
            raise BadRequest(f"{pattern[:20]!r} is no DE-9IM pattern of nine signs T, F, 0, 1, 2 or *")
        return np.asarray(shapely.relate_pattern(left, right, pattern), dtype=bool)
    relation = getattr(shapely, name.partition("_")[2] if name.startswith("st_") else "intersects")
    return np.asarray(relation(left, right), dtype=bool)


def measure(name: str, *operands: Any) -> Any:
    """geo.distance and geo.length in degrees, the unit of the coordinates; NaN where a geometry is missing."""
    if name == "geo.distance":
        return np.asarray(shapely.distance(*operands), dtype=float)
    return np.asarray(shapely.length(operands[0]), dtype=float)
