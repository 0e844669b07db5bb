"""Where the properties of the entities lie in the tables of platform/observations, and parts of JSON in SQL."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any, Literal

from django.db import models
from django.db.models import BooleanField, F, FloatField, Func, TextField

from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Thing,
)

Part = Literal["text", "number", "truth"]
MODELS: MappingProxyType[str, type[models.Model]] = MappingProxyType(
    {
        "Thing": Thing,
        "Location": Location,
        "HistoricalLocation": HistoricalLocation,
        "Datastream": Datastream,
        "Sensor": Sensor,
        "ObservedProperty": ObservedProperty,
        "FeatureOfInterest": FeatureOfInterest,
    }
)
#: Names of properties where the table has another one.
COLUMNS = MappingProxyType(
    {
        "@iot.id": "id",
        "encodingType": "encoding_type",
        "location": "geometry",
        "feature": "geometry",
        "observationType": "observation_type",
        "observedArea": "observed_area",
        "unitOfMeasurement/name": "unit_name",
        "unitOfMeasurement/symbol": "unit_symbol",
        "unitOfMeasurement/definition": "unit_definition",
    }
)
#: Names of navigation in the tables; those to observations lead to the store instead.
LINKS = MappingProxyType(
    {
        ("Thing", "Datastreams"): "datastreams",
        ("Thing", "Locations"): "locations",
        ("Thing", "HistoricalLocations"): "historical_locations",
        ("Location", "Things"): "things",
        ("Location", "HistoricalLocations"): "historical_locations",
        ("HistoricalLocation", "Thing"): "thing",
        ("HistoricalLocation", "Locations"): "locations",
        ("Datastream", "Thing"): "thing",
        ("Datastream", "Sensor"): "sensor",
        ("Datastream", "ObservedProperty"): "observed_property",
        ("Sensor", "Datastreams"): "datastreams",
        ("ObservedProperty", "Datastreams"): "datastreams",
    }
)


def column(name: str, keys: tuple[str, ...] = ()) -> str:
    """The column of a property (see COLUMNS); unit parts have columns of their own."""
    if name == "unitOfMeasurement":
        return COLUMNS[f"{name}/{keys[0] if keys else 'name'}"]
    return COLUMNS.get(name, name)


class JsonPart(Func):
    """A part of a JSON column as text, number or truth value; NULL where it is missing or of another type.

    Unlike a cast it cannot fail on a row that holds something else.
    """

    SQLITE = MappingProxyType(
        {"text": "('text')", "number": "('integer', 'real')", "truth": "('true', 'false')"}
    )
    POSTGRESQL = MappingProxyType({"text": "string", "number": "number", "truth": "boolean"})
    FIELDS = MappingProxyType({"text": TextField, "number": FloatField, "truth": BooleanField})
    CASTS = MappingProxyType({"text": "", "number": "::double precision", "truth": "::boolean"})

    def __init__(self, source: str | F, keys: tuple[str, ...], kind: Part) -> None:
        self.keys, self.kind = keys, kind
        super().__init__(F(source) if isinstance(source, str) else source, output_field=self.FIELDS[kind]())

    def _constructor_args(self) -> Any:  # Django compares expressions by what made them
        return (self.source_expressions[0], self.keys, self.kind), {}

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        source, parameters = compiler.compile(self.source_expressions[0])
        path = "$" + "".join(f"[{key}]" if key.isdigit() else f'."{key}"' for key in self.keys)
        types = self.SQLITE[self.kind]
        sql = f"CASE WHEN JSON_TYPE({source}, %s) IN {types} THEN JSON_EXTRACT({source}, %s) END"
        return sql, [*parameters, path, *parameters, path]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        source, parameters = compiler.compile(self.source_expressions[0])
        way = list(self.keys)
        sql = (
            f"CASE WHEN jsonb_typeof({source} #> %s::text[]) = '{self.POSTGRESQL[self.kind]}' "
            f"THEN ({source} #>> %s::text[]){self.CASTS[self.kind]} END"
        )
        return sql, [*parameters, way, *parameters, way]


class JsonPresent(JsonPart):
    """Whether a part of a JSON column is there and not null."""

    def __init__(self, source: str | F, keys: tuple[str, ...]) -> None:
        super().__init__(source, keys, "truth")

    def _constructor_args(self) -> Any:
        return (self.source_expressions[0], self.keys), {}

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        source, parameters = compiler.compile(self.source_expressions[0])
        path = "$" + "".join(f"[{key}]" if key.isdigit() else f'."{key}"' for key in self.keys)
        return f"COALESCE(JSON_TYPE({source}, %s), 'null') != 'null'", [*parameters, path]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        source, parameters = compiler.compile(self.source_expressions[0])
        return f"({source} #>> %s::text[]) IS NOT NULL", [*parameters, list(self.keys)]


class Among(Func):
    """Whether the primary key is one of many: one parameter however many there are (SQLite takes 32,766)."""

    def __init__(self, keys: Any) -> None:
        self.keys = [int(key) for key in keys]
        super().__init__(F("pk"), output_field=BooleanField())

    def _constructor_args(self) -> Any:
        return (tuple(self.keys),), {}

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        sql, parameters = compiler.compile(self.source_expressions[0])
        found = f"{sql} IN (SELECT value FROM JSON_EACH(%s))"  # noqa: S608 - sql is the name of a column
        return found, [*parameters, json.dumps(self.keys)]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        sql, parameters = compiler.compile(self.source_expressions[0])
        return f"{sql} = ANY(%s::bigint[])", [*parameters, self.keys]
