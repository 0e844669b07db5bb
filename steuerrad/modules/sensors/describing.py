"""Describing things and datastreams by hand, in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

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
    sensor = {"name": given["sensor"], "encoding_type": "text/plain", "metadata": given["sensor"]}
    expected = {name: given[name] for name in ("low", "high", "interval_s")}
    with transaction.atomic():
        return stream_of(user, thing, given["property"], given["unit"], sensor, **expected)


def stream_of(
    user: Any, thing: Thing, property_key: str, unit_code: str, sensor: Mapping[str, Any], *, label: str = "",
    **more: Any,
) -> Datastream:  # fmt: skip
    """Make a datastream in the words of the vocabulary; property and instrument are shared with others of the same.

    sensor: fields of the instrument, known by its name. label: instead of the property's name. more: further fields.
    """
    word, unit = properties()[property_key], units()[unit_code]
    seen = ObservedProperty.objects.filter(definition=word.definition).first() or catalogue.save(
        user, ObservedProperty(name=word.name, definition=word.definition)
    )
    made_by = Sensor.objects.filter(name=sensor["name"]).first() or catalogue.save(user, Sensor(**sensor))
    return catalogue.save(
        user,
        Datastream(
            name=f"{_named(label or word.name)}, {thing.name}"[:300], thing=thing, sensor=made_by, observed_property=seen,
            unit_name=unit.name, unit_symbol=unit.symbol, unit_definition=unit.definition, unit_code=unit.code,
            **more,
        ),
    )  # fmt: skip


def _named(word: str) -> str:
    """A word in the language of the installation, as the names of its things are, whoever asks."""
    with override(settings.LANGUAGE_CODE):
        return gettext(word)
