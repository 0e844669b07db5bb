"""The entity model of the standard as data (OGC 18-088, clause 8): properties and navigation of each type."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: text, number, moment (an instant), period (instant or interval), object (JSON), geometry (GeoJSON), any, id
Kind = Literal["text", "number", "moment", "period", "object", "geometry", "any", "id"]


@dataclass(frozen=True)
class Property:
    """A property. required: must be in the body of a creation; derived: the service computes it."""

    name: str
    kind: Kind
    required: bool = False
    derived: bool = False


@dataclass(frozen=True)
class Navigation:
    """A link from one type to another. required: an entity cannot be without it. inverse: the name of the way back."""

    name: str
    target: str
    many: bool
    inverse: str
    required: bool = False


@dataclass(frozen=True)
class EntityType:
    """A type of entity: name in the singular, the name of its set, properties and navigation by name."""

    name: str
    set_name: str
    properties: MappingProxyType[str, Property]
    navigation: MappingProxyType[str, Navigation]


def _type(name: str, set_name: str, properties: tuple[Property, ...], *navigation: Navigation) -> EntityType:
    return EntityType(
        name,
        set_name,
        MappingProxyType({item.name: item for item in properties}),
        MappingProxyType({item.name: item for item in navigation}),
    )


ID = "@iot.id"
SELF_LINK = "@iot.selfLink"
P, N = Property, Navigation
NAMED = (P("name", "text", True), P("description", "text", True))
PROPERTIES = P("properties", "object")

TYPES: tuple[EntityType, ...] = (
    _type(
        "Thing", "Things",
        (*NAMED, PROPERTIES),
        N("Datastreams", "Datastream", True, "Thing"),
        N("Locations", "Location", True, "Things"),
        N("HistoricalLocations", "HistoricalLocation", True, "Thing"),
    ),
    _type(
        "Location", "Locations",
        (*NAMED, P("encodingType", "text", True), P("location", "geometry", True), PROPERTIES),
        N("Things", "Thing", True, "Locations"),
        N("HistoricalLocations", "HistoricalLocation", True, "Locations"),
    ),
    _type(
        "HistoricalLocation", "HistoricalLocations",
        (P("time", "moment", True),),
        N("Thing", "Thing", False, "HistoricalLocations", True),
        N("Locations", "Location", True, "HistoricalLocations", True),
    ),
    _type(
        "Datastream", "Datastreams",
        (
            *NAMED,
            P("observationType", "text", True),
            P("unitOfMeasurement", "object", True),
            P("observedArea", "geometry", derived=True),
            P("phenomenonTime", "period", derived=True),
            P("resultTime", "period", derived=True),
            PROPERTIES,
        ),
        N("Thing", "Thing", False, "Datastreams", True),
        N("Sensor", "Sensor", False, "Datastreams", True),
        N("ObservedProperty", "ObservedProperty", False, "Datastreams", True),
        N("Observations", "Observation", True, "Datastream"),
    ),
    _type(
        "Sensor", "Sensors",
        (*NAMED, P("encodingType", "text", True), P("metadata", "any", True), PROPERTIES),
        N("Datastreams", "Datastream", True, "Sensor"),
    ),
    _type(
        "ObservedProperty", "ObservedProperties",
        (P("name", "text", True), P("definition", "text", True), P("description", "text", True), PROPERTIES),
        N("Datastreams", "Datastream", True, "ObservedProperty"),
    ),
    _type(
        "Observation", "Observations",
        (
            P("phenomenonTime", "period"),
            P("result", "any", True),
            P("resultTime", "moment"),
            P("resultQuality", "any"),
            P("validTime", "period"),
            P("parameters", "object"),
        ),
        N("Datastream", "Datastream", False, "Observations", True),
        N("FeatureOfInterest", "FeatureOfInterest", False, "Observations"),
    ),
    _type(
        "FeatureOfInterest", "FeaturesOfInterest",
        (*NAMED, P("encodingType", "text", True), P("feature", "geometry", True), PROPERTIES),
        N("Observations", "Observation", True, "FeatureOfInterest"),
    ),
)  # fmt: skip
BY_NAME = MappingProxyType({item.name: item for item in TYPES})
BY_SET = MappingProxyType({item.set_name: item for item in TYPES})


def target(entity: EntityType, navigation: str) -> EntityType:
    """The type that a navigation of an entity leads to."""
    return BY_NAME[entity.navigation[navigation].target]
