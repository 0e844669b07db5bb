"""Describing things and datastreams by hand, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from steuerrad.platform.observations.vocabulary import properties, units


def describe_thing(user: Any, given: Mapping[str, Any]) -> Thing:
    """A thing and where it stands. given: name, key, description, organisation, origin, latitude, longitude.

    Raises ValidationError, PermissionDenied; then nothing is described.
    """
    names = ("name", "key", "description", "organisation", "origin")
    with transaction.atomic():
        thing = catalogue.save(user, Thing(**{name: given[name] for name in names}))
        if given["latitude"] is not None:
            geometry = {"type": "Point", "coordinates": [given["longitude"], given["latitude"]]}
            catalogue.place(user, thing, [catalogue.save(user, Location(name=thing.name, geometry=geometry))])
    return thing


def describe_stream(user: Any, thing: Thing, given: Mapping[str, Any]) -> Datastream:
    """A datastream of the thing. given: property and unit by key, sensor by name, low, high, interval_s.

    Raises ValidationError, PermissionDenied; then nothing is described.
    """
    word, unit = properties()[given["property"]], units()[given["unit"]]
    with transaction.atomic():
        seen = ObservedProperty.objects.filter(definition=word.definition).first() or catalogue.save(
            user, ObservedProperty(name=word.name, definition=word.definition)
        )
        sensor = Sensor.objects.filter(name=given["sensor"]).first() or catalogue.save(
            user, Sensor(name=given["sensor"], encoding_type="text/plain", metadata=given["sensor"])
        )
        return catalogue.save(
            user,
            Datastream(
                name=f"{word.name}, {thing.name}"[:300], thing=thing, sensor=sensor, observed_property=seen,
                unit_name=unit.name, unit_symbol=unit.symbol, unit_definition=unit.definition, unit_code=unit.code,
                low=given["low"], high=given["high"], interval_s=given["interval_s"],
            ),
        )  # fmt: skip
