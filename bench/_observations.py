"""A catalogue of datastreams for measurements, and a key that writes to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from steuerrad.engines.observations import batch, open_folder

PART = 500_000


def catalogue(streams: int = 1_000, things: int = 100) -> tuple[list[int], str]:
    """Numbers of the datastreams, spread over so many public things at one place, and the key."""
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.http_api.tokens import create_token
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
    from steuerrad.platform.observations.vocabulary import definition_of

    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(
        None, ObservedProperty(name="Air temperature", definition=definition_of("air_temperature"))
    )
    place = actions.save(None, Location(name="L", geometry={"type": "Point", "coordinates": [7.2, 51.5]}))
    numbers = []
    for thing_number in range(things):
        thing = actions.save(None, Thing(name=f"T{thing_number}", public=True))
        actions.place(None, thing, [place])
        actions.feature_of(thing)
        numbers += [
            actions.save(
                None, Datastream(name=f"D{n}", thing=thing, sensor=sensor, observed_property=seen)
            ).pk
            for n in range(streams // things)
        ]
    user = User.objects.create_superuser("bench@city.example", "x")
    return numbers, create_token(user, "bench")


def fill(folder: Path, numbers: Sequence[int], rows: int, last: int, step: int) -> None:
    """Store so many rows, one of each datastream every `step` µs up to `last`, as a load does: sorted on the way."""
    streams = np.array(numbers, np.int32)
    first = last - rows // streams.size * step
    with open_folder(folder) as writer:
        for start in range(0, rows, PART):
            at = np.arange(start, min(start + PART, rows))
            values = np.round(12 + 8 * np.sin(at / streams.size / 144 * 2 * np.pi) + at % 7, 1)
            table = batch(streams[at % streams.size], first + at // streams.size * step, values)
            writer.store.apply(table, writer.store.applied + 1)
            writer.store.seal()
