"""Server time and number of queries of the demo city's pages, through the whole stack of middleware.

Run: .venv/bin/python bench/pages.py [--runs 20]. Prints the median a page and its ratio to the imprint, which shows
text and asks the database for next to nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench._installation import installation, print_medians, taken

PLAIN = "/imprint/"
TARGET_MS = 100


def addresses() -> list[str]:
    """Every page without arguments, and one of each kind of object."""
    from django.urls import get_resolver

    from steuerrad.modules.city_index.models import Edition, IndexCity
    from steuerrad.modules.strategy.models import Field, Kpi, KpiValue, Measure, Theme
    from steuerrad.platform.organisations.models import Organisation

    own = IndexCity.objects.get(name="Bochum")
    objects = [
        Theme.objects.first(),
        Field.objects.first(),
        Measure.objects.exclude(kpis=None).first(),
        Kpi.objects.first(),
        KpiValue.objects.select_related("kpi").first().kpi,
        Organisation.objects.exclude(measures=None).first(),
        Edition.objects.get(year=2020),
        own,
    ]
    plain = [PLAIN, "/", "/search/?q=mobilit%C3%A4t", *simple(get_resolver().url_patterns)]
    return list(dict.fromkeys(plain + [item.get_absolute_url() for item in objects]))


def simple(patterns: list, prefix: str = "") -> list[str]:
    found = []
    for item in patterns:
        route = prefix + str(item.pattern)
        if route.startswith(("admin/", "account/", "i18n/", "api/v1/")):
            continue
        if hasattr(item, "url_patterns"):
            found += simple(item.url_patterns, route)
        elif "<" not in route:
            found.append("/" + route)
    return found


def measure(runs: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Milliseconds and the number of queries by address."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    browser = Client()
    times: dict[str, list[float]] = {}
    counts: dict[str, str] = {}
    for address in addresses():
        if browser.get(address).status_code != 200:  # this is the warm-up, too
            continue
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        counts[address] = f"{len(queries):4} queries"  # now: the log is emptied by the next request
        # The work is in reading the content.
        times[address] = [taken(lambda: browser.get(address).content)[0] for _ in range(runs)]  # noqa: B023
    return times, counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with installation("bochum"):
        times, counts = measure(options.runs)
    slowest = dict(sorted(times.items(), key=lambda item: -sum(item[1])))
    medians = print_medians(slowest, PLAIN, counts)
    slow = [address for address, middle in medians.items() if middle >= TARGET_MS]
    told = "met" if not slow else "MISSED by " + ", ".join(slow)
    print(f"target: every page under {TARGET_MS} ms at the median, {options.runs} runs: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
