"""The SensorThings interface without a network: typical questions on a city's catalogue and a million observations.

Medians in ms. Ratios: to making and writing the same answer from ready rows with orjson alone, in the same run.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import orjson

from bench._installation import installation

THINGS, STREAMS, ROWS = 250, 1_000, 1_000
START, STEP = 1_700_000_000_000_000, 600_000_000
BASE = "http://sta.invalid/sta/v1.1"
QUESTIONS = {
    "1,000 newest of one datastream": "Datastreams({n})/Observations?$top=1000&$orderby=phenomenonTime desc",
    "1,000 newest as dataArray": "Datastreams({n})/Observations?$top=1000&$orderby=phenomenonTime desc&$resultFormat=dataArray",
    "newest of one": "Datastreams({n})/Observations?$top=1&$orderby=phenomenonTime desc",
    "newest of all 1,000 datastreams": "Datastreams?$top=1000&$expand=Observations($top=1;$orderby=phenomenonTime desc)",
    "250 things, 4 datastreams each, newest": "Things?$top=250&$expand=Locations,Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc))",
    "100 datastreams, 10 newest each": "Datastreams?$top=100&$expand=Observations($top=10;$orderby=phenomenonTime desc)",
    "one week, filtered by value": "Datastreams({n})/Observations?$top=2000&$filter=result gt 0.5 and phenomenonTime ge 2023-11-15T00:00:00Z and phenomenonTime lt 2023-11-20T00:00:00Z",
    "over all, by place of the thing": "Observations?$top=100&$orderby=phenomenonTime desc&$filter=st_within(FeatureOfInterest/feature,geography'POLYGON((7 51,7.05 51,7.05 51.5,7 51.5,7 51))')",
    "count of all": "Observations?$count=true&$top=1",
    "datastreams that were ever above": "Datastreams?$top=1000&$filter=Observations/result gt 0.9999",
    "one thing": "Things(1)",
}  # fmt: skip


def catalogue() -> list[int]:
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing

    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="T", definition="https://voc.invalid/t"))
    numbers = []
    for number in range(THINGS):
        spot = {"type": "Point", "coordinates": [7 + number / 1000, 51.2]}
        thing = actions.save(None, Thing(name=f"T{number}", public=True, properties={"n": number}))
        actions.place(None, thing, [actions.save(None, Location(name=f"L{number}", geometry=spot))])
        for part in range(STREAMS // THINGS):
            stream = Datastream(name=f"D{part}", thing=thing, sensor=sensor, observed_property=seen)
            numbers.append(actions.save(None, stream).pk)
    return numbers


def median_ms(work: Callable[[], object], times: int = 15) -> float:
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * statistics.median(taken)


def plain_ms(body: bytes) -> float:
    """Decoding the answer and writing it again: the least that any server does with these objects."""
    found = orjson.loads(body)
    return median_ms(lambda: orjson.dumps(found))


def main() -> None:
    from django.contrib.auth.models import AnonymousUser

    from steuerrad.engines.observations import batch, open_folder
    from steuerrad.modules.sensors.sta.app import answer
    from steuerrad.modules.sensors.sta.context import Context
    from steuerrad.modules.sensors.sta.observation_json import rows_json
    from steuerrad.platform.observations.store import Local, Observations

    numbers = catalogue()
    with tempfile.TemporaryDirectory() as folder, open_folder(Path(folder) / "o") as writer:
        random = np.random.default_rng(1)
        for first in range(0, ROWS, 100):
            times = np.repeat(START + STEP * np.arange(first, first + 100), STREAMS)
            streams = np.tile(np.array(numbers), 100)
            writer.submit(batch(streams, times, random.random(len(times)))).result()
        writer.barrier()
        store = cast(Observations, Local(writer))
        print(f"{THINGS} things, {STREAMS} datastreams, {STREAMS * ROWS:,} observations\n")
        print(f"{'question':42} {'ms':>8} {'kB':>8} {'× writing alone':>16}")
        time.sleep(5)  # the store tidies up after so many rows
        for name, url in QUESTIONS.items():
            path, _, query = url.replace("{n}", str(numbers[500])).replace(" ", "%20").partition("?")

            def ask(path: str = path, query: str = query) -> bytes:
                status, _headers, body = answer(
                    "GET", path, query, {}, b"", Context(AnonymousUser(), BASE, store)
                )
                assert status == 200, body
                return body

            body = ask()
            taken = median_ms(ask)
            print(f"{name:42} {taken:8.1f} {len(body) / 1000:8.0f} {taken / plain_ms(body):16.1f}")
        table = store.rows([numbers[500]], newest_first=True, limit=1000)
        print(
            f"\nJSON of 1,000 observations from the store's columns: {median_ms(lambda: rows_json(table, BASE)):.2f} ms"
        )
        arrays = [{
            "Datastream": {"@iot.id": numbers[500]}, "components": ["phenomenonTime", "result"],
            "dataArray": [[f"2024-03-{1 + n // 48:02}T{n // 2 % 24:02}:{n % 2 * 30:02}:00Z", n / 8] for n in range(1000)],
        }]  # fmt: skip
        print(f"CreateObservations, 1,000 rows, without the fast way: {created_ms(arrays, store):.1f} ms")


def created_ms(arrays: object, store: object) -> float:
    from steuerrad.modules.sensors.sta.app import answer
    from steuerrad.modules.sensors.sta.context import Context
    from steuerrad.platform.accounts.models import User

    context = Context(User.objects.create_superuser("bench@city.example", "x"), BASE, store)  # type: ignore[arg-type]
    body = orjson.dumps(arrays)

    def send() -> None:
        status, _headers, told = answer("POST", "CreateObservations", "", {}, body, context)
        assert status == 201, told

    return median_ms(send)


if __name__ == "__main__":
    with installation():
        main()
    os._exit(0)
