"""A catalogue of datastreams for measurements, and a key that writes to all of them."""

from __future__ import annotations


def catalogue(streams: int = 1_000, things: int = 100) -> tuple[list[int], str]:
    """Numbers of the datastreams, spread over so many public things at one place, and the key."""
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.http_api.tokens import create_token
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing

    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="T", definition="http://example.org/t"))
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
