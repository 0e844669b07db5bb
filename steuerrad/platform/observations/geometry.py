"""Geometries of the catalogue: GeoJSON (RFC 7946) in, shapely out, with the reason when it is none."""

from __future__ import annotations

from typing import Any

import shapely
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

#: How many numbers a geometry may hold; a city's border has a few thousand.
MOST_COORDINATES = 200_000
SHAPES = frozenset(
    ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"]
)


def read(value: Any) -> BaseGeometry:
    """The shape of a GeoJSON geometry, feature or collection of features, in degrees.

    Raises ValidationError with the reason: no GeoJSON, no finite numbers, outside of the world, empty.
    """
    found = _shape(value)
    if found.is_empty:
        raise ValidationError(_("The geometry is empty."))
    west, south, east, north = found.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValidationError(_("The geometry lies outside of the world (longitude first, then latitude)."))
    return found


def _shape(value: Any) -> BaseGeometry:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "Feature":
        return _shape(value.get("geometry"))
    if kind == "FeatureCollection" and isinstance(value.get("features"), list):
        return shapely.GeometryCollection([_shape(feature) for feature in value["features"]])
    if kind not in SHAPES:
        raise ValidationError(_("This is no GeoJSON geometry."))
    try:
        found = shape(value)
    except Exception as error:
        raise ValidationError(_("This is no GeoJSON geometry.")) from error
    if shapely.get_num_coordinates(found) > MOST_COORDINATES:
        raise ValidationError(_("The geometry has too many points."))
    return found


def box(value: Any) -> tuple[float, float, float, float]:
    """West, south, east, north of a GeoJSON geometry. Raises ValidationError as `read` does."""
    return read(value).bounds
