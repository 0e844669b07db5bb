"""A station with series and their readings, in a store of the test's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from steuerrad.engines.observations import batch
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from steuerrad.platform.observations.store import observations
from steuerrad.platform.observations.vocabulary import properties, units

START = datetime(2024, 6, 1, tzinfo=UTC)


def station(
    name: str = "Station", *, public: bool = True, origin: str = Thing.CITY, **properties_: object
) -> Thing:
    thing = actions.save(None, Thing(name=name, public=public, origin=origin, properties=properties_))
    location = actions.save(None, Location(name=name, geometry={"type": "Point", "coordinates": [7.2, 51.5]}))
    actions.place(None, thing, [location])
    return thing


def stream(thing: Thing, key: str, unit: str, interval_s: int = 600, **more: object) -> Datastream:
    word = properties()[key]
    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name=word.name, definition=word.definition))
    return actions.save(
        None,
        Datastream(name=f"{word.name}, {thing.name}", thing=thing, sensor=sensor, observed_property=seen,
                   unit_name=units()[unit].name, unit_symbol=units()[unit].symbol, unit_code=unit,
                   interval_s=interval_s, properties=dict(more)),
    )  # fmt: skip


def readings(one: Datastream, values: Sequence[float], start: datetime = START, step_s: int = 600) -> None:
    times = [start + timedelta(seconds=step_s * index) for index in range(len(values))]
    with observations() as store:
        store.submit(batch(one.pk, times, list(values)))
