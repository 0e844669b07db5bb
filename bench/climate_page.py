"""The pages of the climate with 1,000 stations, quiet and while 5,000 observations a second arrive.

Run: .venv/bin/python bench/climate_page.py [--runs 25] [--profile PAGE]. Prints medians of the time until the whole page is
there, the number of questions to the database, and the ratio to the imprint, which shows text only and is asked for in the
same minutes. The stations stand on a grid over the demo city, most of their values are fresh, 1,000,000 rows are stored, and
a data server of its own answers. --profile: where the processor time of one page goes, nothing arriving.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import observations_http
from bench._installation import installation, print_medians, taken
from bench._observations import fill
from bench.observations_http import START, arriving, server

#: Not that of the other measurement, which may run at the same time.
PORT = observations_http.PORT = 8766
STATIONS, STORED, STEP = 1_000, 1_000_000, 600 * 10**6
PLAIN = "/imprint/"
#: West, south and size in degrees of the grid.
CORNER, SIZE = (7.12, 51.42), (0.20, 0.10)


def catalogue() -> tuple[list[int], str, dict[str, str]]:
    """Numbers of the datastreams, a key that may write, and the addresses of the pages by name."""
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.http_api.tokens import create_token
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
    from steuerrad.platform.observations.vocabulary import definition_of

    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(
        None, ObservedProperty(name="Lufttemperatur", definition=definition_of("air_temperature"))
    )
    side, numbers, things = 32, [], []
    for number in range(STATIONS):
        thing = actions.save(None, Thing(name=f"Station {number:04}", public=True))
        at = [CORNER[0] + number % side * SIZE[0] / side, CORNER[1] + number // side * SIZE[1] / side]
        actions.place(
            None,
            thing,
            [actions.save(None, Location(name="L", geometry={"type": "Point", "coordinates": at}))],
        )
        stream = Datastream(name="Lufttemperatur", thing=thing, sensor=sensor, observed_property=seen, unit_symbol="°C",
                            unit_code="Cel", interval_s=600)  # fmt: skip
        numbers.append(actions.save(None, stream).pk)
        things.append(thing.pk)
    user = User.objects.create_superuser("bench@city.example", "x")
    chosen = "&".join(f"station={number}" for number in things[:5])
    pages = {
        "imprint": PLAIN, "first page": "/climate/", "first page, last part": "/climate/?page=20", "home": "/",
        "a station, a week": f"/climate/stations/{things[7]}/", "comparison of 5": f"/climate/compare/?{chosen}",
        "stations as GeoJSON": "/climate/stations.geojson",
    }  # fmt: skip
    return numbers, create_token(user, "bench"), pages


def measured(pages: dict[str, str], runs: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser, more = Client(), {}
    for name, address in pages.items():
        assert browser.get(address).status_code == 200, address  # this is the warm-up, too
        with CaptureQueriesContext(connection) as queries:
            size = len(browser.get(address).content)
        more[name] = f"{len(queries):4} queries {size / 1000:7.0f} kB"
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(runs):
        for name, address in pages.items():
            times[name].append(taken(lambda address=address: browser.get(address).content)[0])
    print_medians(times, "imprint", more)


def profiled(address: str) -> None:
    from django.test import Client

    browser = Client()
    browser.get(address)
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in range(5):
        browser.get(address)
    profile.disable()
    begin = time.process_time()
    for _ in range(10):
        browser.get(address)
    print(
        f"{(time.process_time() - begin) * 100:.1f} ms of this process's processor time a page, without the profiler"
    )
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--profile", default="")
    options = parser.parse_args()
    with installation("bochum"):
        os.environ["STEUERRAD_ALLOWED_HOSTS"] = "*"
        numbers, key, pages = catalogue()
        now = int(time.time()) * 10**6 // STEP * STEP
        fill(Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations", numbers, STORED, now, STEP)
        with server():
            if options.profile:
                profiled(pages[options.profile])
                return
            print("nothing arriving")
            measured(pages, options.runs)
            # Values of now, which are drawn in colour; old ones are grey.
            with arriving(numbers, key, int(time.time()) - START // 10**6 - 900, 900) as sent:
                begin = time.perf_counter()
                print("\nwhile observations arrive")
                measured(pages, options.runs)
                print(f"arrived meanwhile: {sent[0] / (time.perf_counter() - begin):,.0f} a second")


if __name__ == "__main__":
    main()
